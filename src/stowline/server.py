"""Processes: everything in one (`up`), or each part alone; all end cleanly on SIGTERM."""

import logging
import signal
import sys
import threading
from collections.abc import Callable

import structlog
import uvicorn

from stowline.core import db, relay
from stowline.core.config import settings
from stowline.core.relay import Relay

log = structlog.get_logger("stowline.server")
# Within 20 s of SIGTERM a process has ended: requests under way, then the relay, then what workers have in hand.
REQUESTS_S, RELAY_S, WORK_S = 6, 3, 7


def set_up_logs() -> None:
    """Structlog for our lines and for those of the libraries; text for people, JSON for machines."""
    chosen = settings()
    level = logging.getLevelNamesMapping().get(chosen.log_level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    draw: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if chosen.log_format == "json" else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, draw] if chosen.log_format == "json" else [*shared, draw],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # stdout belongs to what a command prints
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(processor=draw, foreign_pre_chain=shared)
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(level, logging.WARNING))


def serve(host: str, port: int) -> None:
    """Answer requests until SIGTERM or SIGINT; requests under way are finished."""
    _web(host, port).run()


def _web(host: str, port: int) -> uvicorn.Server:
    """The web side, assembled and ready to run; a signal that comes before it runs ends it all the same."""
    from stowline.app import create_app  # noqa: PLC0415  (the web's imports, only where the web is)

    config = uvicorn.Config(
        create_app(), host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=REQUESTS_S,
        timeout_keep_alive=75, server_header=False,
    )
    web = uvicorn.Server(config)

    def end(*_: object) -> None:  # uvicorn raises its signal again at the end: then this is harmless
        web.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return web


def up(host: str, port: int) -> None:
    """Everything in one process: migrations, web, relay, workers."""
    from stowline import worker  # noqa: PLC0415
    from stowline.desk.webhooks import service as webhooks  # noqa: PLC0415
    from stowline.notifications import delivery  # noqa: PLC0415

    db.upgrade(settings().database())
    web = _web(host, port)  # first: what is wrong with the app shows before any thread works
    broker = worker.connected_broker()
    if not settings().broker_url:  # this process is the only one that sends, and its broker starts empty
        delivery.give_up_lost()
        webhooks.let_go()
        relay.ring_all_again()
    working = worker.start(broker)
    ringing = Relay(broker)
    try:
        ringing.start()
        web.run()
    finally:
        ringing.stop(RELAY_S)
        working.stop(WORK_S)
        broker.close()
        db.database().close()


def alone(begin: Callable[[], Callable[[], None]]) -> None:
    """Run one part (relay, worker) until SIGTERM: `begin` starts it and gives back what ends it."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    end = begin()
    over.wait()
    end()
    db.database().close()
