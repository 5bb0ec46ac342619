"""How messages do: how many of which kind stand where, and how long they took from their event to the inbox.

The last 24 hours are read as they are. Longer spans are read from sums by day, which a timer adds up anew every hour for
yesterday and today, and once a night for five weeks back, as a message may change long after it was owed.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, db, fields, outbox, timers
from stowline.core.config import settings
from stowline.notifications import policies
from stowline.notifications.metric_models import MessageDay, MessageLatency
from stowline.notifications.metric_rules import bucket, prompt
from stowline.notifications.models import Message
from stowline.notifications.rules import KINDS, State

TIMER = "message-metrics"
EVERY, NIGHT, DAYS = timedelta(hours=1), 3, 35
MOST = 200_000
_m, _e = Message.__table__.c, outbox.Event.__table__.c  # type: ignore[attr-defined]
_d, _l = MessageDay.__table__.c, MessageLatency.__table__.c  # type: ignore[attr-defined]
Volume = list[tuple[str, str, str, int]]
"""(kind, channel, state, messages)"""


def today() -> date:
    """The day by the warehouse's clock."""
    return clock.now().astimezone(fields.zone(settings().time_zone)).date()


def _bounds(day: date) -> tuple[datetime, datetime]:
    zone = fields.zone(settings().time_zone)
    return datetime.combine(day, time(), zone), datetime.combine(day + timedelta(days=1), time(), zone)


# -- adding up -------------------------------------------------------------------------------------------------------


def add_up(_ref: str) -> None:
    """The timer's work: the days that may have changed, each in a short transaction; and plan the next run."""
    with db.reading() as session:
        fresh = session.execute(sa.select(_d.day).limit(1)).first() is None
    hour = clock.now().astimezone(fields.zone(settings().time_zone)).hour
    for back in range(DAYS if fresh or hour == NIGHT else 2):
        add_up_day(today() - timedelta(days=back))
    with db.transaction() as session:
        timers.set_timer(session, TIMER, "", clock.now() + EVERY)


def add_up_day(day: date) -> None:
    """Write the sums of one day anew. Safe to repeat."""
    with db.reading() as session:
        owed = [{"day": day, "store_id": store, "kind": kind, "channel": channel, "state": state, "n": n} for store, kind, channel, state, n in _owed(session, day)]
        took = _took(session, day)
    with db.transaction() as session:
        session.execute(sa.delete(MessageDay).where(_d.day == day))
        session.execute(sa.delete(MessageLatency).where(_l.day == day))
        for model, rows in ((MessageDay, owed), (MessageLatency, took)):
            if rows:
                session.execute(sa.insert(model), rows)


def _owed(session: Session, day: date) -> Iterable[Any]:
    begins, ends = _bounds(day)
    store = sa.func.coalesce(_m.store_id, 0)
    columns = (store, _m.kind, _m.channel, _m.state)
    return session.execute(sa.select(*columns, sa.func.count()).where(_m.made_at >= begins, _m.made_at < ends).group_by(*columns)).all()


def _took(session: Session, day: date) -> list[dict[str, Any]]:
    begins, ends = _bounds(day)
    sorted_in: Counter[tuple[int, int]] = Counter()
    worst: dict[tuple[int, int], int] = {}
    for store_id, seconds in taken(session, begins, ends, most=MOST):
        key = (store_id, bucket(seconds))
        sorted_in[key] += 1
        worst[key] = max(worst.get(key, 0), round(seconds))
    return [{"day": day, "store_id": store, "bucket": one, "n": n, "worst_s": worst[store, one]} for (store, one), n in sorted_in.items()]


# -- reading ---------------------------------------------------------------------------------------------------------


def taken(session: Session, since: datetime, until: datetime | None = None, *, store_id: int | None = None, most: int = 20_000) -> list[tuple[int, float]]:
    """(store id, seconds from event to sent) of the newest messages that were sent since then and had no reason to wait:
    no copies, none whose store plans a delay, quiet hours or a cap for its kind.
    """
    query = sa.select(sa.func.coalesce(_m.store_id, 0), _m.kind, _m.channel, _m.sent_at, _e.at).join_from(Message, outbox.Event, _e.id == _m.event_id)
    query = query.where(_m.sent_at >= since, _m.copy_of_id.is_(None))
    if until is not None:
        query = query.where(_m.sent_at < until)
    if store_id is not None:
        query = query.where(_m.store_id == store_id)
    at_once = Prompt(session)
    found = session.execute(query.order_by(_m.sent_at.desc()).limit(most))
    return [(store, (sent - at).total_seconds()) for store, kind, channel, sent, at in found if at_once.is_so(store, kind, channel)]


class Prompt:
    """Which messages a store sends as soon as it can; asked once of each store, kind and channel."""

    def __init__(self, session: Session) -> None:
        self._session, self._known = session, dict[tuple[int, str, str], bool]()

    def is_so(self, store_id: int, kind: str, channel: str) -> bool:
        """Whether nothing is planned to hold it."""
        key = (store_id, kind, channel)
        if key not in self._known:
            policy = policies.policy(self._session, store_id or None, kind)
            self._known[key] = kind in KINDS and prompt(policy, channel, settings().message_grace_s)
        return self._known[key]


def volume_since(session: Session, since: datetime, store_id: int | None = None) -> Volume:
    """How many messages were owed since then, as they stand; read as they are, at most 200,000 of them."""
    some = sa.select(_m.kind, _m.channel, _m.state).where(_m.made_at >= since)
    if store_id is not None:
        some = some.where(_m.store_id == store_id)
    of = some.order_by(_m.made_at.desc()).limit(MOST).subquery()
    columns = (of.c.kind, of.c.channel, of.c.state)
    return [(*row,) for row in session.execute(sa.select(*columns, sa.func.count()).group_by(*columns))]


def volume_of_days(session: Session, first: date, store_id: int | None = None) -> Volume:
    """The same from the sums, from a day on."""
    columns = (_d.kind, _d.channel, _d.state)
    query = sa.select(*columns, sa.func.sum(_d.n)).where(_d.day >= first).group_by(*columns)
    if store_id is not None:
        query = query.where(_d.store_id == store_id)
    return [(kind, channel, state, int(n)) for kind, channel, state, n in session.execute(query)]


def latency_of_days(session: Session, first: date, store_id: int | None = None) -> tuple[dict[int, int], int | None]:
    """Messages by bucket of the time they took, from a day on, and the longest time in seconds (None: no message)."""
    query = sa.select(_l.bucket, sa.func.sum(_l.n), sa.func.max(_l.worst_s)).where(_l.day >= first).group_by(_l.bucket)
    if store_id is not None:
        query = query.where(_l.store_id == store_id)
    rows = session.execute(query).all()
    return {row[0]: int(row[1]) for row in rows}, max((int(row[2]) for row in rows), default=None)


def waiting(session: Session, longer_than: timedelta, most: int = 2_000) -> list[float]:
    """How long messages of the last day that should have gone have been waiting since their events, in seconds: the newest
    of those that were owed so long ago.
    """
    now, at_once = clock.now(), Prompt(session)
    query = sa.select(sa.func.coalesce(_m.store_id, 0), _m.kind, _m.channel, _e.at).join_from(Message, outbox.Event, _e.id == _m.event_id)
    query = query.where(_m.state == State.HELD, _m.copy_of_id.is_(None), _m.made_at < now - longer_than, _m.made_at > now - timedelta(days=1))
    query = query.order_by(_m.made_at.desc()).limit(most)
    return [(now - at).total_seconds() for store, kind, channel, at in session.execute(query) if at_once.is_so(store, kind, channel)]


def dead_since(session: Session, since: datetime, most: int = 5_000, *, because: str = "") -> int:
    """How many of the newest dead messages had their last try since then; `because`: those whose reason begins so."""
    newest = sa.select(_m.due, _m.reason).where(_m.state == State.DEAD).order_by(_m.id.desc()).limit(most).subquery()
    query = sa.select(sa.func.count()).where(newest.c.due >= since, newest.c.reason.startswith(because, autoescape=True))
    return int(session.execute(query).scalar_one())
