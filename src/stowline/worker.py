"""Dramatiq's entrance: the broker with its actors, the threads that work, and what they close when they end."""

from typing import Any

import dramatiq
from dramatiq import Worker
from dramatiq.middleware import Middleware

from stowline import wiring
from stowline.core.broker import make_broker
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


def start(broker: dramatiq.Broker) -> Worker:
    """Work in threads of this process."""
    worker = Worker(broker, worker_threads=settings().worker_threads, worker_timeout=100)
    worker.start()
    return worker
