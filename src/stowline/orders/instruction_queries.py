"""Reads of instructions."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core.errors import NotFound
from stowline.orders.instruction_models import Instruction, ShopDoor

_i, _d = Instruction.__table__.c, ShopDoor.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of instructions is narrowed to; `states` empty means all."""

    states: tuple[str, ...] = ()
    store_id: int | None = None


def one(session: Session, ident: int) -> Instruction:
    """An instruction. Raises NotFound."""
    found = session.get(Instruction, ident)
    if found is None:
        raise NotFound("There is no such instruction.")
    return found


def of_order(session: Session, order_id: int, limit: int = 50) -> list[Instruction]:
    """The instructions about an order, newest first."""
    query = select(Instruction).where(Instruction.order_id == order_id).order_by(col(Instruction.id).desc())
    return list(session.exec(query.limit(limit)))


def listed(session: Session, asked: Asked, *, before: int | None = None, limit: int = 50) -> list[Instruction]:
    """Instructions, newest first, from before an id."""
    query = select(Instruction)
    if asked.states:
        query = query.where(_i.state.in_(asked.states))
    if asked.store_id is not None:
        query = query.where(_i.store_id == asked.store_id)
    if before is not None:
        query = query.where(_i.id < before)
    return list(session.exec(query.order_by(_i.id.desc()).limit(limit)))


def count(session: Session, states: Sequence[str], at_most: int = 1000) -> int:
    """How many are in these states, counted to `at_most`."""
    some = sa.select(_i.id).where(_i.state.in_(states)).limit(at_most).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def count_for_a_person(session: Session, at_most: int = 1000) -> int:
    """How many nobody but a person can end: dead, refused, or owed to a store that has no open address."""
    open_door = sa.select(_d.store_id).where(_d.store_id == _i.store_id, _d.active.is_(True)).exists()
    stuck = sa.or_(_i.state.in_(["dead", "refused"]), sa.and_(_i.state.in_(["owed", "sent"]), ~open_door))
    some = sa.select(_i.id).where(stuck, _i.state.in_(["owed", "sent", "dead", "refused"])).limit(at_most).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
