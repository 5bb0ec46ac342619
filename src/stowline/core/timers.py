"""Timers: things to do at a time, as rows in the database. The relay claims them when due; a broker never delays.

A timer's kind names a verb (wiring's fourth table). It stays until the verb has run; a verb that fails is tried again
with growing pauses, so it must be safe to repeat.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, Session, SQLModel

from stowline.core import clock, db
from stowline.core.db import UtcDateTime, after_commit
from stowline.core.hot import Hot
from stowline.core.outbox import ring_bell

Verb = Callable[[Session, str], None]
Work = Callable[[str], None]
RING_AGAIN = timedelta(seconds=30)
_verbs: dict[str, Verb] = {}
_works: dict[str, Work] = {}
_standing: dict[str, timedelta] = {}


class Timer(SQLModel, table=True):
    """`kind` says which verb, `ref` about what; one timer for each pair."""

    __tablename__ = "timer"
    __table_args__ = (UniqueConstraint("kind", "ref"), Index("ix_timer_due", "due"))

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    ref: str
    due: datetime = Field(sa_type=UtcDateTime)
    rings: int = 0
    trouble: str | None = None


_timers = Timer.__table__  # type: ignore[attr-defined]
_SET = Hot("INSERT INTO timer (kind, ref, due, rings) VALUES (:kind, :ref, :due, 0)"
           " ON CONFLICT (kind, ref) DO UPDATE SET due = excluded.due, rings = 0")  # fmt: skip
_CANCEL = Hot("DELETE FROM timer WHERE kind = :kind AND ref = :ref")
_ONE = sa.select(_timers).where(_timers.c.id == sa.bindparam("id"))


def verb(kind: str, run: Verb) -> None:
    """Say what a kind of timer does. Called by wiring only."""
    _verbs[kind] = run


def work(kind: str, run: Work) -> None:
    """Say what a kind of timer does in transactions of its own (sending a message). Called by wiring only."""
    _works[kind] = run


def standing(kind: str, first: timedelta) -> None:
    """Say that a kind of timer always stands (its verb sets the next run), first so long after a start. By wiring only."""
    _standing[kind] = first


def begin_standing(session: Session) -> None:
    """Plan the first run of every standing timer that is not planned already."""
    for kind, first in _standing.items():
        if not is_set(session, kind, ""):
            set_timer(session, kind, "", clock.now() + first)


def set_timer(session: Session, kind: str, ref: str, due: datetime) -> None:
    """Have the kind's verb run about `ref` at `due`, in place of an earlier plan for the same pair."""
    _SET.run(session, kind=kind, ref=ref, due=due)
    if due <= clock.now():
        after_commit(session, ring_bell)


def is_set(session: Session, kind: str, ref: str) -> bool:
    """Whether there is a timer for this pair."""
    query = sa.select(_timers.c.id).where(_timers.c.kind == kind, _timers.c.ref == ref)
    return session.execute(query).first() is not None


def refs(session: Session, kind: str, most: int = 50) -> list[str]:
    """What timers of a kind are set about, the earliest first."""
    query = sa.select(_timers.c.ref).where(_timers.c.kind == kind).order_by(_timers.c.due).limit(most)
    return list(session.execute(query).scalars())


def cancel(session: Session, kind: str, ref: str) -> None:
    """Forget a timer; nothing happens if there is none."""
    _CANCEL.run(session, kind=kind, ref=ref)


def claim(session: Session, limit: int = 200) -> list[tuple[int, bool]]:
    """Take due timers, earliest first, and put their next ring off, longer each time: [(id, whether it is a work)]."""
    now = clock.now()
    columns = (_timers.c.id, _timers.c.rings, _timers.c.kind)
    due = sa.select(*columns).where(_timers.c.due <= now).order_by(_timers.c.due).limit(limit)
    rows = session.execute(due.with_for_update(skip_locked=True)).all()
    for rung in {rings for _, rings, _ in rows}:
        ids = [timer_id for timer_id, rings, _ in rows if rings == rung]
        session.execute(sa.update(_timers).where(_timers.c.id.in_(ids)).values(due=now + RING_AGAIN * min(2**rung, 64), rings=rung + 1))
    return [(timer_id, kind in _works) for timer_id, _, kind in rows]


def fire(timer_id: int, *, only_rung: bool = False) -> None:
    """Run a timer and forget it, unless it was set anew meanwhile. Does nothing if it is gone.

    only_rung: nor if it was set anew since it was rung. A broker may bring a ring twice, or late; the new plan has its own.
    """
    with db.reading() as session:
        row = session.execute(_ONE, {"id": timer_id}).one_or_none()
    if row is None or (only_rung and not row.rings):
        return
    if row.kind in _works:
        _works[row.kind](row.ref)
        with db.reading() as session:
            is_left = session.execute(sa.select(_timers.c.id).where(*_of(row))).first() is not None
        if is_left:  # most works end with their own timer
            with db.transaction() as session:
                _forget(session, row)
    elif row.kind in _verbs:
        db.run(lambda session: _run_verb(session, timer_id))


def _run_verb(session: Session, timer_id: int) -> None:
    row = session.execute(sa.select(_timers).where(_timers.c.id == timer_id).with_for_update()).one_or_none()
    if row is not None:
        _forget(session, row)
        _verbs[row.kind](session, row.ref)


def _forget(session: Session, run: sa.Row[Any]) -> None:
    """By its pair as well: SQLite gives the id of a timer that was cancelled meanwhile to the next one. And by its rings:
    one that was set anew for the very moment of its next ring has none yet.
    """
    session.execute(sa.delete(_timers).where(*_of(run)))


def _of(run: sa.Row[Any]) -> list[sa.ColumnElement[bool]]:
    return [_timers.c[name] == getattr(run, name) for name in ("id", "kind", "ref", "due", "rings")]


def next_due(session: Session) -> datetime | None:
    """When the earliest timer is due."""
    return session.execute(sa.select(sa.func.min(_timers.c.due))).scalar_one_or_none()


def in_trouble(session: Session, timer_id: int, say: str) -> None:
    """Note why a timer's verb failed; the timer stays."""
    session.execute(sa.update(_timers).where(_timers.c.id == timer_id).values(trouble=say[:500]))


def ring_all_again(session: Session) -> None:
    """Make timers that were rung before the last stop due now: an in-memory broker starts empty."""
    session.execute(sa.update(_timers).where(_timers.c.rings > 0).values(due=clock.now(), rings=0))
