"""What follows from the demo's events, at the moment it would have followed: reactions, timers, messages.

The relay and its workers do the same for a living house; here days pass in seconds, so each runs with the clock
stopped at its own moment.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from stowline import wiring
from stowline.core import clock, db, outbox, timers
from stowline.core.config import settings
from stowline.core.outbox import Event
from stowline.core.timers import Timer
from stowline.receiving import outlook

SOON = timedelta(seconds=1)


def catch_up(until: datetime) -> None:
    """Carry out all that was due until a moment. Mails go to the built-in mailbox only; a real server's wait for it."""
    with db.transaction(bulk=True) as session:
        while _next(session, until):
            pass
    if not settings().smtp_url:
        for timer_id, due in _messages(until):
            with clock.stopped_at(due + SOON):
                timers.fire(timer_id)


def night(at: datetime) -> None:
    """What the night does to promises: days that passed are promised no more."""
    with clock.stopped_at(at):
        db.run(lambda session: outlook.nightly(session, ""))
        outlook.catch_up("")


def _next(session: Session, until: datetime) -> bool:
    """The earliest event or timer that is due; False if there is none."""
    event = session.exec(
        select(Event.id, Event.name, Event.due).where(col(Event.due) <= until).order_by(col(Event.due), col(Event.id))
    ).first()
    timer = session.exec(
        select(Timer.kind, Timer.ref, Timer.due)
        .where(Timer.due <= until, col(Timer.kind).in_(wiring.VERBS)).order_by(col(Timer.due), col(Timer.id))
    ).first()
    if event is not None and event[2] is not None and (timer is None or event[2] <= timer[2]):
        with clock.stopped_at(event[2] + SOON):
            _react(session, event[0] or 0, event[1])
    elif timer is not None:
        with clock.stopped_at(timer[2] + SOON):
            timers.cancel(session, timer[0], timer[1])
            wiring.VERBS[timer[0]](session, timer[1])
    return event is not None or timer is not None


def _react(session: Session, event_id: int, name: str) -> None:
    for reaction, run in outbox.reactions_of(name).items():
        if outbox.first_time(session, event_id, reaction):
            run(session, outbox.load(session, event_id))


def _messages(until: datetime) -> list[tuple[int, datetime]]:
    query = select(Timer.id, Timer.due).where(Timer.due <= until, col(Timer.kind).in_(wiring.WORKS))
    with db.reading() as session:
        return [(timer_id or 0, due) for timer_id, due in session.exec(query.order_by(col(Timer.due), col(Timer.id)))]
