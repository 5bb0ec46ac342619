"""An app that listens, for browsers."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from litestar import Litestar

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()


@contextmanager
def serving(app: Litestar) -> Iterator[str]:
    """The address of the app while it runs, in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    running = threading.Thread(target=server.run)
    running.start()
    while not server.started:
        assert running.is_alive(), "the app did not start"
        time.sleep(0.02)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    yield f"http://{host}:{port}"
    server.should_exit = True
    running.join()
