"""Dramatiq, and the three actors that carry everything later: a reaction, a timer's verb, a timer's work.

The broker is chosen by URL: in memory (the same process), Redis or RabbitMQ. It only carries ids and may lose or repeat
them: receipts make a repeat harmless, the relay rings again what was lost. So the broker's own retries and delays are
not used.

Work waits for the world outside (a mail server), so it has a queue and threads of its own: whatever hangs there, no
reaction waits for it.
"""

from collections.abc import Callable

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware, ShutdownNotifications

from stowline.core import db, outbox, timers
from stowline.core.errors import Refused

log = structlog.get_logger("stowline.worker")
INSIDE, OUTSIDE = frozenset({"reactions", "timers"}), frozenset({"works"})


def make_broker(url: str) -> dramatiq.Broker:
    """A broker with the actors declared on it. Raises Refused for a URL of an unknown kind."""
    broker = _broker(url)
    dramatiq.set_broker(broker)
    runs: tuple[Callable[..., None], ...] = (react, fire, work)
    for run in runs:
        dramatiq.actor(actor_name=run.__name__, queue_name=_QUEUES[run.__name__], broker=broker)(run)
    return broker


def _broker(url: str) -> dramatiq.Broker:
    middleware: list[Middleware] = [ShutdownNotifications()]
    if not url:
        return StubBroker(middleware=middleware)
    if url.startswith(("redis://", "rediss://", "unix://")):
        from dramatiq.brokers.redis import RedisBroker  # noqa: PLC0415  (only where it is used)

        return RedisBroker(url=url, middleware=middleware)  # type: ignore[no-untyped-call]
    if url.startswith(("amqp://", "amqps://")):
        from dramatiq.brokers.rabbitmq import RabbitmqBroker  # noqa: PLC0415

        return RabbitmqBroker(url=url, middleware=middleware)
    raise Refused("STOWLINE_BROKER_URL starts with redis:// or amqp://, or is left out.", where="STOWLINE_BROKER_URL")


def react(event_id: int, reaction: str) -> None:
    """Carry out one reaction to one event, once, with its receipt in the same transaction."""

    def once(session: db.Session) -> None:
        happened = outbox.load(session, event_id)
        run = outbox.reactions_of(happened.name).get(reaction)
        if run is not None and outbox.first_time(session, event_id, reaction):
            token = outbox.cause.set(happened.scan_id)
            try:
                run(session, happened)
            finally:
                outbox.cause.reset(token)

    try:
        db.run(once)
    except Exception as error:
        log.exception("reaction_failed", event_id=event_id, reaction=reaction)
        with db.transaction() as session:
            outbox.in_trouble(session, event_id, f"{reaction}: {error!r}")


def fire(timer_id: int) -> None:
    """Run one timer's verb, in one transaction."""
    try:
        timers.fire(timer_id, only_rung=True)
    except Exception as error:
        log.exception("timer_failed", timer_id=timer_id)
        with db.transaction() as session:
            timers.in_trouble(session, timer_id, repr(error))


def work(timer_id: int) -> None:
    """Do one timer's work, in transactions of its own."""
    fire(timer_id)


_QUEUES = {"react": "reactions", "fire": "timers", "work": "works"}
