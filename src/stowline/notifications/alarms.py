"""Alarms of messages: they come late, or too many are dead. Each begins once and ends once, as an event and in the log."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlmodel import Session, select

from stowline.cases import spikes
from stowline.core import clock, outbox, timers
from stowline.core.config import settings
from stowline.notifications import metrics
from stowline.notifications.events import AlarmEnded, AlarmRaised
from stowline.notifications.metric_models import MessageAlarm
from stowline.notifications.metric_rules import quantile, rings, told
from stowline.notifications.rules import UNWRITABLE

TIMER = "message-alarms"
EVERY, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LATE, DEAD, ASKED, UNWRITTEN = "late", "dead", "asked", "unwritten"
FEWEST = 5
"""Messages under which nobody can say that they come late as a whole."""

log = structlog.get_logger("stowline.messages")
_a = MessageAlarm.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is watched, as it is now, and the limit that it is held against (see `metric_rules.rings`). `never`: there is no
    limit, a single one is too many.
    """

    name: str
    value: int
    limit: int
    say: str
    never: bool = False


def look(session: Session, _ref: str) -> None:
    """Each minute: raise what is beyond its limit and does not stand yet, end what is well below it again; plan the next look."""
    for reading in readings(session):
        stands = session.execute(sa.select(_a.id, _a.began_at).where(_a.standing == reading.name).with_for_update()).one_or_none()
        bad = reading.value > 0 if reading.never else rings(reading.value, reading.limit, stands=stands is not None)
        if bad and stands is None:
            _raise(session, reading)
        elif stands is not None and not bad:
            session.execute(sa.update(MessageAlarm).where(_a.id == stands.id).values(standing=None, ended_at=clock.now()))
            outbox.record(session, AlarmEnded(reading.name, stands.began_at.isoformat()))
            log.warning("message_alarm_ended", alarm=reading.name, since=stands.began_at.isoformat())
    timers.set_timer(session, TIMER, "", clock.now() + EVERY)


def _raise(session: Session, reading: Reading) -> None:
    session.add(MessageAlarm(name=reading.name, say=reading.say, began_at=clock.now(), standing=reading.name))
    session.flush()
    outbox.record(session, AlarmRaised(reading.name, reading.value, reading.limit, reading.say))
    log.error("message_alarm_raised", alarm=reading.name, value=reading.value, limit=reading.limit, say=reading.say)


def readings(session: Session) -> Iterator[Reading]:
    """What is watched: how long nineteen of twenty took in the last hour, those that still wait with the time so far; how
    many died in the last day, and of them those that could not be written; how many shoppers asked where their order is.
    """
    ours, now = settings(), clock.now()
    waiting = metrics.waiting(session, timedelta(seconds=ours.alarm_p95_s))
    times = [seconds for _, seconds in metrics.taken(session, now - HOUR)] + waiting
    p95 = round(quantile(times, 0.95) or 0) if len(times) >= FEWEST else 0
    yield Reading(LATE, p95, ours.alarm_p95_s, f"Messages come late: of those of the last hour one in twenty takes {told(p95)} or more from its event")
    dead = metrics.dead_since(session, now - DAY)
    yield Reading(DEAD, dead, ours.alarm_dead, f"{dead:,} messages died within a day")
    unwritten = metrics.dead_since(session, now - DAY, because=UNWRITABLE)
    yield Reading(UNWRITTEN, unwritten, 0, f"{unwritten:,} {'message' if unwritten == 1 else 'messages'} could not be written within a day: a text or a fact is wrong", never=True)
    asked, usual, say = spikes.reading(session)
    yield Reading(ASKED, asked, usual, say)


def standing(session: Session) -> list[MessageAlarm]:
    """The alarms that stand, oldest first."""
    return list(session.exec(select(MessageAlarm).where(_a.standing.is_not(None)).order_by(_a.began_at).limit(10)))


def latest(session: Session, most: int = 20) -> list[MessageAlarm]:
    """The alarms there were, newest first."""
    return list(session.exec(select(MessageAlarm).order_by(_a.id.desc()).limit(most)))
