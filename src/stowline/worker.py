"""Dramatiq's entrance: the broker with its actors, the threads that work, and what they close when they end."""

import logging
import threading
import time
from typing import Any, Self

import dramatiq
from dramatiq import Worker
from dramatiq.middleware import Middleware

from stowline import wiring
from stowline.core.broker import INSIDE, OUTSIDE, make_broker
from stowline.core.config import settings
from stowline.notifications.channels import for_settings


class CloseLines(Middleware):
    """A worker thread that ends says goodbye on its mail connection."""

    def before_worker_thread_shutdown(self, broker: dramatiq.Broker, thread: Any) -> None:  # noqa: ANN401, ARG002
        """Called on the thread itself."""
        for_settings(settings()).close()


def connected_broker() -> dramatiq.Broker:
    """The broker of this installation, with every registry filled."""
    wiring.connect()
    broker = make_broker(settings().broker_url)
    broker.add_middleware(CloseLines())
    return broker


class Hands:
    """Everybody who works in this process: threads for what happens inside, others for what waits for the world."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        threads = settings().worker_threads
        broker.logger.addFilter(_no_news)
        self._workers = [
            Worker(broker, queues=set(queues), worker_threads=threads, worker_timeout=100)
            for queues in (INSIDE, OUTSIDE)
        ]

    def start(self) -> Self:
        """Begin."""
        for worker in self._workers:
            worker.start()
        return self

    def stop(self, seconds: float) -> None:
        """Let what is under way end, for at most so long; what still hangs then is left as it is, to be found again."""
        stopping = [threading.Thread(target=one.stop, args=(int(seconds * 1000),), daemon=True) for one in self._workers]
        for thread in stopping:
            thread.start()
        until = time.monotonic() + seconds + 1
        for thread in stopping:
            thread.join(max(until - time.monotonic(), 0))


def _no_news(record: logging.LogRecord) -> bool:
    """Dramatiq warns of a second worker in a process; ours share no queue, so there is nothing to warn of."""
    return "same type twice" not in str(record.msg)


def start(broker: dramatiq.Broker) -> Hands:
    """Work in threads of this process."""
    return Hands(broker).start()
