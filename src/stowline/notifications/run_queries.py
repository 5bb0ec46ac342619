"""Reads of runs: whom one is for, what each of them got, what became of it all."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.notifications.models import Message
from stowline.notifications.run_models import NoteRun, NoteRunOrder
from stowline.orders.queries import Order

_r, _w, _m = NoteRun.__table__.c, NoteRunOrder.__table__.c, Message.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An order of a run at its place."""

    n: int
    order: Order


def recipients(session: Session, run_id: int, after: int = 0, limit: int = 50, *, backwards: bool = False, state: str = "") -> list[Recipient]:
    """The orders of a run, in their order, from after a place (or from before it, nearest first); with `state` only those
    that have a message of the run in that state.
    """
    query = select(NoteRunOrder.n, Order).join(Order, col(Order.id) == col(NoteRunOrder.order_id)).where(NoteRunOrder.run_id == run_id)
    query = query.where(_w.n < after if backwards else _w.n > after).order_by(_w.n.desc() if backwards else _w.n)
    if state:
        query = query.where(sa.select(_m.id).where(_m.run_id == run_id, _m.order_id == _w.order_id, _m.state == state).exists())
    return [Recipient(n, order) for n, order in session.exec(query.limit(limit))]


def recipient(session: Session, run_id: int, n: int) -> Order | None:
    """The order at a place of a run, if there is one."""
    found = recipients(session, run_id, n - 1, 1)
    return found[0].order if found and found[0].n == n else None


def messages_to(session: Session, run_id: int, order_ids: Sequence[int]) -> dict[int, list[Message]]:
    """The messages of a run about these orders, on every channel, by order."""
    found: dict[int, list[Message]] = {one: [] for one in order_ids}
    query = select(Message).where(Message.run_id == run_id, col(Message.order_id).in_(order_ids))
    for one in session.exec(query.order_by(col(Message.id)).limit(len(order_ids) * 6)):
        found[one.order_id or 0].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Reach:
    """How many orders of a store a run is for, and how many of them have no e-mail address."""

    store_id: int
    orders: int
    addressless: int


def reach(session: Session, run_id: int) -> list[Reach]:
    """Whom a run is for, by store."""
    o = Order.__table__.c  # type: ignore[attr-defined]
    empty = sa.func.sum(sa.case((o.email == "", 1), else_=0))
    query = sa.select(o.store_id, sa.func.count(), empty).join(NoteRunOrder, _w.order_id == o.id).where(_w.run_id == run_id)
    return [Reach(*row) for row in session.execute(query.group_by(o.store_id).order_by(o.store_id))]


def listed(session: Session, after: int | None = None, limit: int = 50, *, backwards: bool = False) -> list[NoteRun]:
    """Runs, newest first, from after an id (or from before it in that order, nearest first)."""
    query = select(NoteRun)
    if after is not None:
        query = query.where(_r.id > after if backwards else _r.id < after)
    return list(session.exec(query.order_by(_r.id if backwards else _r.id.desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Fate:
    """How many messages of a run stand so, and why."""

    state: str
    reason: str
    n: int


def fates(session: Session, run_ids: Sequence[int]) -> dict[int, list[Fate]]:
    """What became of the messages of each of these runs, the commonest first, at most 50 ways."""
    found: dict[int, list[Fate]] = {one: [] for one in run_ids}
    query = sa.select(_m.run_id, _m.state, _m.reason, sa.func.count().label("n")).where(_m.run_id.in_(run_ids)).group_by(_m.run_id, _m.state, _m.reason)
    for run_id, *fate in session.execute(query.order_by(sa.desc("n"), _m.state).limit(50 * len(run_ids))):
        found[run_id].append(Fate(*fate))
    return found


def is_held(session: Session, run_id: int) -> bool:
    """Whether a message of a run waits."""
    return session.execute(sa.select(_m.id).where(_m.run_id == run_id, _m.state == "held").limit(1)).first() is not None
