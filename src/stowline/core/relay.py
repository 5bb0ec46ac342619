"""The relay: rings what is due. It alone sends to the broker.

It looks for due events and timers, claims them (SKIP LOCKED where there is such a thing, so any number of relays may
run) and sends their ids. A claim only puts the next ring off: an event rests when its receipts are there, a timer when
its verb has run.
"""

import threading

import dramatiq
import sqlalchemy as sa
import structlog

from stowline.core import clock, db, outbox, timers

log = structlog.get_logger("stowline.relay")
LOOK_EVERY_S = 0.25


class Relay:
    """A loop in a thread of its own: `start()`, `stop()`."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        self._broker = broker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def start(self) -> None:
        """Begin to ring."""
        self._thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Ring no more; returns when the loop has ended, or after so many seconds."""
        self._stop.set()
        outbox.ring_bell()
        self._thread.join(seconds)

    def _run(self) -> None:
        begun = False
        while not self._stop.is_set():
            try:
                begun = begun or _begin()
                busy = self.ring_once()
            except Exception:
                log.exception("relay_failed")  # the database or the broker is away: look again later
                busy = False
                self._stop.wait(1)
            if not busy:
                outbox.wait_for_bell(LOOK_EVERY_S)

    def ring_once(self) -> bool:
        """Claim and send what is due now; whether there was anything."""
        with db.reading() as session:
            if not anything_due(session):
                return False
        with db.transaction() as session:
            rings = outbox.claim(session)
            fires = timers.claim(session)
        for event_id, reaction in rings:
            self._broker.get_actor("react").send(event_id, reaction)
        for timer_id, is_work in fires:
            self._broker.get_actor("work" if is_work else "fire").send(timer_id)
        return bool(rings or fires)


def _begin() -> bool:
    with db.transaction() as session:
        timers.begin_standing(session)
    return True


def anything_due(session: db.Session) -> bool:
    """Whether an event or a timer is due now."""
    now = clock.now()
    event = sa.select(sa.literal(1)).where(outbox._events.c.due <= now).limit(1)  # noqa: SLF001  (same room)
    timer = sa.select(sa.literal(1)).where(timers._timers.c.due <= now).limit(1)  # noqa: SLF001
    return session.execute(sa.union_all(sa.select(event.subquery()), sa.select(timer.subquery()))).first() is not None


def ring_all_again() -> None:
    """After a start with an empty in-memory broker: everything open is due at once."""
    with db.transaction() as session:
        outbox.ring_all_again(session)
        timers.ring_all_again(session)

