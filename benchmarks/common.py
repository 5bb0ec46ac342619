"""What every benchmark shares: a server of the product, bare peers, the table that is printed."""

import contextlib
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def serving(env: dict[str, str], *commands: list[str], ports: list[int]) -> Iterator[None]:
    """The product's own processes (`stowline …`) until the block ends; each port must answer."""
    processes = [
        subprocess.Popen([sys.executable, "-m", "stowline", *command], env=env, start_new_session=True,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        for port in ports:
            _wait_for(port)
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            process.wait(30)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
            return
        time.sleep(0.1)
    raise SystemExit("the server did not answer within 60 s")


def middle(values: list[float]) -> tuple[float, float, float]:
    """(median, smallest, largest)."""
    return statistics.median(values), min(values), max(values)


def tell(name: str, rows: list[tuple[str, str]], facts: dict[str, Any]) -> None:
    """Print a table for people and one line of JSON for machines."""
    width = max(len(left) for left, _ in rows)
    print(f"\n{name}")
    for left, right in rows:
        print(f"  {left:<{width}}  {right}")
    print(json.dumps({"benchmark": name, **facts}))


def here(name: str) -> Path:
    """A fresh folder for this run's files, on the disk that the working folder is on."""
    path = Path("var") / "bench" / f"{name}-{os.getpid()}"
    path.mkdir(parents=True, exist_ok=True)
    return path
