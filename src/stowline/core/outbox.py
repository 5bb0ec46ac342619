"""The outbox: every fact that happened, written in the transaction that made it true.

Rooms record; only the relay sends. An event that has reactions stays due until each of them has left its receipt, so
whatever a broker forgets is rung again. Rows are never deleted: the outbox is the diary that timelines are read from.
"""

import dataclasses
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Index, Text, text
from sqlmodel import Field, Session, SQLModel

from stowline.core import clock
from stowline.core.db import UtcDateTime, after_commit
from stowline.core.hot import Columns, Hot

Reaction = Callable[[Session, "Happened"], None]
RING_AGAIN = timedelta(seconds=30)
_reactions: dict[str, list[tuple[str, Reaction]]] = defaultdict(list)
_bell = threading.Event()

# The scan that is being carried out, so that every event it causes can name it.
cause: ContextVar[str | None] = ContextVar("cause", default=None)


class Event(SQLModel, table=True):
    """One fact. `subject` is what its diary is read by (an order's id, or nothing); `due` tells the relay to ring."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due", sqlite_where=text("due IS NOT NULL"), postgresql_where=text("due IS NOT NULL")),
        Index("ix_outbox_subject", "subject", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    body: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    subject: int | None = None
    scan_id: str | None = None
    due: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rings: int = 0
    trouble: str | None = None


class Receipt(SQLModel, table=True):
    """Proof that a reaction to an event has been carried out."""

    __tablename__ = "receipt"

    event_id: int = Field(primary_key=True, foreign_key="outbox.id")
    reaction: str = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


@dataclasses.dataclass(frozen=True, slots=True)
class Happened:
    """An event as a reaction gets it: its name, its plain values, when, and the scan that caused it."""

    id: int
    name: str
    values: dict[str, Any]
    at: datetime
    subject: int | None
    scan_id: str | None


_events = Event.__table__  # type: ignore[attr-defined]
_receipts = Receipt.__table__  # type: ignore[attr-defined]
_encode = msgspec.json.Encoder().encode
_INSERT = Hot(
    "INSERT INTO outbox (name, body, at, subject, scan_id, due, rings)"
    " VALUES (:name, :body, :at, :subject, :scan_id, :due, 0)"
)
_INSERT_ALL = Columns(
    "INSERT INTO outbox (name, body, at, subject, scan_id, due, rings) SELECT CAST(:name AS TEXT), v.body,"
    " CAST(:at AS TIMESTAMPTZ), v.subject, CAST(:scan_id AS TEXT), CAST(:due AS TIMESTAMPTZ), 0"
    " FROM unnest(CAST(:body AS TEXT[]), CAST(:subject AS BIGINT[])) WITH ORDINALITY AS v(body, subject, n) ORDER BY v.n",
    _INSERT,
)


def react(event: str, reactions: Iterable[tuple[str, Reaction]]) -> None:
    """Say which named reactions an event has. Called by wiring only."""
    _reactions[event] = list(reactions)


def reactions_of(event: str) -> dict[str, Reaction]:
    """The reactions of an event by name."""
    return dict(_reactions[event])


def record(session: Session, fact: object, *, subject: int | None = None) -> None:
    """Write a fact (a frozen dataclass of plain values) into the diary, in the caller's transaction."""
    name = type(fact).__name__
    now = clock.now()
    heard = bool(_reactions[name])
    _INSERT.later(
        session, name=name, body=_encode(fact).decode(), at=now, subject=subject, scan_id=cause.get(),
        due=now if heard else None,
    )
    if heard:
        after_commit(session, ring_bell)


def record_all(session: Session, facts: Sequence[tuple[object, int]]) -> None:
    """Write many facts of one kind, each with its subject, in their order and in one statement."""
    if not facts:
        return
    name, now = type(facts[0][0]).__name__, clock.now()
    heard = bool(_reactions[name])
    rows = [{"body": _encode(fact).decode(), "subject": subject} for fact, subject in facts]
    _INSERT_ALL.run(session, rows, name=name, at=now, scan_id=cause.get(), due=now if heard else None)
    if heard:
        after_commit(session, ring_bell)


def ring_bell() -> None:
    """Wake this process's relay, if there is one; others find the row by themselves."""
    _bell.set()


def wait_for_bell(seconds: float) -> None:
    """Sleep until the bell rings, at most so long."""
    _bell.wait(seconds)
    _bell.clear()


def claim(session: Session, limit: int = 200) -> list[tuple[int, str]]:
    """Take due events, oldest first, and put their next ring off: [(event id, reaction name)] still without receipt."""
    now = clock.now()
    due = sa.select(_events.c.id).where(_events.c.due <= now).order_by(_events.c.due, _events.c.id).limit(limit)
    ids = list(session.execute(due.with_for_update(skip_locked=True)).scalars())
    if not ids:
        return []
    session.execute(
        sa.update(_events)
        .where(_events.c.id.in_(ids))
        .values(due=now + RING_AGAIN, rings=_events.c.rings + 1)
    )
    names = dict(session.execute(sa.select(_events.c.id, _events.c.name).where(_events.c.id.in_(ids))).all())
    rows = session.execute(sa.select(_receipts.c.event_id, _receipts.c.reaction).where(_receipts.c.event_id.in_(ids)))
    have = {(event_id, reaction) for event_id, reaction in rows}
    rings = [(i, name) for i in ids for name, _ in _reactions[names[i]] if (i, name) not in have]
    silent = set(ids) - {i for i, _ in rings}
    if silent:  # every receipt is there, or nothing reacts to this event any more
        session.execute(sa.update(_events).where(_events.c.id.in_(silent)).values(due=None))
    return rings


def first_time(session: Session, event_id: int, reaction: str) -> bool:
    """Take the receipt for a reaction; False if it was taken before. Clears the event once it has them all.

    Reactions to one event take turns: two that end at the same moment would each miss the other's receipt, and the
    event would stay open until it is rung again.
    """
    mine = sa.select(_events.c.name).where(_events.c.id == event_id).with_for_update(key_share=True)
    name = session.execute(mine).scalar_one()
    taken = session.execute(
        sa.text(
            "INSERT INTO receipt (event_id, reaction, at) VALUES (:e, :r, :t) ON CONFLICT DO NOTHING"
        ).bindparams(sa.bindparam("t", type_=UtcDateTime)),
        {"e": event_id, "r": reaction, "t": clock.now()},
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        return False
    count = sa.select(sa.func.count()).where(_receipts.c.event_id == event_id)
    if session.execute(count).scalar_one() >= len(_reactions[name]):
        session.execute(sa.update(_events).where(_events.c.id == event_id).values(due=None, trouble=None))
    return True


def load(session: Session, event_id: int) -> Happened:
    """One event with its plain values."""
    row = session.execute(sa.select(_events).where(_events.c.id == event_id)).one()
    return _happened(row)


def diary(session: Session, subject: int, *, after: int = 0, limit: int = 200) -> list[Happened]:
    """The events of one subject, oldest first, from after the given id."""
    query = sa.select(_events).where(_events.c.subject == subject, _events.c.id > after)
    return [_happened(row) for row in session.execute(query.order_by(_events.c.id).limit(limit))]


def between(session: Session, begin: datetime, end: datetime) -> tuple[int, int]:
    """The ids between which all events from `begin` to before `end` stand, with a margin: ids follow the clock closely."""
    return _about(session, begin) - MARGIN, _about(session, end) + MARGIN


def span(
    session: Session, names: Iterable[str], begin: datetime, end: datetime, *, of: sa.Select[Any], ids: tuple[int, int], limit: int = 500
) -> list[Happened]:
    """The events of these names that happened from `begin` to before `end` and stand between these ids, in the order they
    were written; only of the subjects that `of` selects.
    """
    query = sa.select(_events).where(
        _events.c.id > ids[0], _events.c.id < ids[1], _events.c.name.in_(list(names)), _events.c.at >= begin, _events.c.at < end,
        _events.c.subject.in_(of),
    )  # fmt: skip
    return [_happened(row) for row in session.execute(query.order_by(_events.c.id).limit(limit))]


MARGIN = 2_000
"""So far from its place by the clock an event may stand: transactions end in another order than they began."""


def _about(session: Session, moment: datetime) -> int:
    """The id of about the first event from a moment on, found by halving."""
    low, high = session.execute(sa.select(sa.func.min(_events.c.id), sa.func.max(_events.c.id))).one()
    low, high = low or 0, (high or 0) + 1
    while low < high:
        middle = (low + high) // 2
        query = sa.select(_events.c.id, _events.c.at).where(_events.c.id >= middle).order_by(_events.c.id).limit(1)
        found = session.execute(query).first()
        if found is None or found.at >= moment:
            high = middle
        else:
            low = found.id + 1
    return int(low)


def diaries(session: Session, subjects: Sequence[int], names: Iterable[str], limit: int = 50_000) -> list[Happened]:
    """The events of these names about any of these subjects, oldest first."""
    query = sa.select(_events).where(_events.c.subject.in_(subjects), _events.c.name.in_(list(names)))
    return [_happened(row) for row in session.execute(query.order_by(_events.c.id).limit(limit))]


def in_trouble(session: Session, event_id: int, say: str) -> None:
    """Note why a reaction failed; the event stays due."""
    session.execute(sa.update(_events).where(_events.c.id == event_id).values(trouble=say[:500]))


def ring_all_again(session: Session) -> None:
    """Make every open event due now: an in-memory broker starts empty."""
    session.execute(sa.update(_events).where(_events.c.due.is_not(None)).values(due=clock.now()))


def open_count(session: Session) -> int:
    """How many events still lack a receipt."""
    return int(session.execute(sa.select(sa.func.count()).where(_events.c.due.is_not(None))).scalar_one())


def _happened(row: Any) -> Happened:  # noqa: ANN401  (a row of the outbox)
    return Happened(row.id, row.name, msgspec.json.decode(row.body), row.at, row.subject, row.scan_id)
