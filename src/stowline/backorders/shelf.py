"""Verbs of the backorder shelf: keep what came for an order, put it into its slot, across to the bench, or let it go.

Units that are kept are bound where they lie, but not released: a cancelled, held or lowered promise lets go of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation.events import KeptApart
from stowline.backorders import rules
from stowline.backorders import shelf_reads as queries
from stowline.backorders.events import (
    BackorderShelved,
    BackorderUnshelved,
    CrossDock,
    CrossDockBack,
    CrossingUndone,
    OrderCrossedDock,
    Part,
)
from stowline.backorders.models import ShelfLine, ShelfSlot
from stowline.backorders.rules import BIN, Place, Served, may_become
from stowline.backorders.shelf_reads import Kept, Split
from stowline.core import clock, hooks, outbox
from stowline.core.config import settings
from stowline.core.db import UtcDateTime
from stowline.core.errors import Conflict, NotFound
from stowline.core.hot import Hot
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.events import UnitsMissing, UnitsNeeded
from stowline.orders import queries as orders
from stowline.orders.events import DemandDropped, PromiseLowered

# Receiving says whom an arrival served.
__all__ = ["Intake", "Served"]
_lines, _slots = ShelfLine.__table__, ShelfSlot.__table__  # type: ignore[attr-defined]
SETTLED = "Somebody settled this just now. Look at what is wanted."


# --- units come -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Intake:
    """What an arrival does for the shelf: the lines that are kept, their units, and why others go to a bin: {why: orders}."""

    ids: list[int] = field(default_factory=list)
    units: int = 0
    why: dict[str, int] = field(default_factory=dict)


def take_in(session: Session, *, product_id: int, lot: str, serial: str, at_id: int, served: Sequence[Served]) -> Intake:
    """Units that lie at a dock and were just promised to these order lines are kept for them, as far as there are slots;
    in few statements, however many orders they serve. The level of the product is locked.
    """
    if not served or not _has_slots(session):
        return Intake()
    waiters = queries.waiters(session, product_id, served)
    kept = queries.kept_slots(session, [one.order_id for one in waiters])
    across = settings().cross_dock_orders if _bench(session) else 0
    plan = rules.places(waiters, kept, queries.free_slots(session), across)
    _give_slots(session, [p for p in plan if p.slot_id and p.order_id not in kept])
    to = {place.order_id: place for place in plan}
    rows = [_row(one, to[one.order_id], product_id, lot, serial, at_id) for one in served if to[one.order_id].to != BIN]
    why: dict[str, int] = {}
    for place in plan:
        if place.why:
            why[place.why] = why.get(place.why, 0) + 1
    return Intake(_keep(session, rows), sum(one.units for one in served if to[one.order_id].to != BIN), why)


def _row(one: Served, place: Place, product_id: int, lot: str, serial: str, at_id: int) -> dict[str, Any]:
    return {"order_id": one.order_id, "order_line_id": one.line_id, "product_id": product_id, "lot": lot, "serial": serial,
            "slot_id": place.slot_id, "at_id": at_id, "qty": one.units, "state": "open", "since": clock.now()}  # fmt: skip


def _keep(session: Session, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    made = session.execute(sa.insert(_lines).returning(_lines.c.id, sort_by_parameter_order=True), rows)
    ids = list(made.scalars())
    first = rows[0]
    inventory.bind(session, product_id=first["product_id"], location_id=first["at_id"], lot=first["lot"], serial=first["serial"],
                   qty=sum(row["qty"] for row in rows))  # fmt: skip
    return ids


def _has_slots(session: Session) -> bool:
    """Whether the site has a shelf at all; bins that became slots since get their row."""
    session.execute(_NEW_SLOTS)
    return session.execute(sa.select(_slots.c.location_id).limit(1)).first() is not None


_NEW_SLOTS = sa.text(
    "INSERT INTO shelf_slot (location_id) SELECT l.id FROM location l WHERE l.kind = 'backorder'"
    " AND NOT EXISTS (SELECT 1 FROM shelf_slot s WHERE s.location_id = l.id) ON CONFLICT (location_id) DO NOTHING"
)


def _bench(session: Session) -> int | None:
    try:
        return bench(session)[0]
    except NotFound:
        return None


def bench(session: Session) -> tuple[int, str]:
    """(id, code) of the place where goods for the pack bench stand: as those picked by hand do. Raises NotFound."""
    place = stock.first_of_kind(session, "staging")
    return place.id or 0, place.code


def _give_slots(session: Session, plan: list[Place]) -> None:
    if plan:
        rows = [{"o": one.order_id, "l": one.slot_id, "at": clock.now()} for one in sorted(plan, key=lambda p: p.slot_id or 0)]
        session.execute(_GIVE, rows)


_GIVE = sa.text("UPDATE shelf_slot SET order_id = :o, taken_at = :at WHERE location_id = :l").bindparams(
    sa.bindparam("at", type_=UtcDateTime))


# --- into the slot, and back ------------------------------------------------------------------------------------------


def put_in(session: Session, split: Split) -> bool:
    """Units go from the dock into their slot: whether their order is complete now. Raises Conflict if a rival was quicker."""
    order = orders.lock(session, split.order_id)
    _become(session, split.ids, "open", "on_shelf", at_id=split.slot_id)
    _move(session, split, split.at_id, split.slot_id or 0, "putaway")
    complete = order.allocated >= order.ordered - order.cancelled and not _at_dock(session, split.order_id)
    outbox.record(session, BackorderShelved(split.order_id, split.order, split.sku, split.name, split.units, split.slot, complete),
                  subject=split.order_id)  # fmt: skip
    return complete


def _at_dock(session: Session, order_id: int) -> bool:
    """Whether units that are kept for an order still stand at a dock."""
    query = sa.select(_lines.c.id).where(_lines.c.order_id == order_id, _lines.c.state == "open")
    return session.execute(query.limit(1)).first() is not None


def put_back(session: Session, split: Split) -> None:
    """Undo of `put_in`. Raises Conflict once they are on a pick list, or for somebody else."""
    orders.lock(session, split.order_id)
    _become(session, split.ids, "on_shelf", "open", at_id=split.at_id)
    _move(session, split, split.slot_id or 0, split.at_id, "undo")


def _move(session: Session, split: Split, from_id: int, to_id: int, because: str) -> None:
    inventory.move(session, product_id=split.product_id, from_id=from_id, to_id=to_id, qty=split.units, because=because,
                   unbind=True, bind=True, lot=split.lot, serial=split.serial)  # fmt: skip


def _become(session: Session, ids: Iterable[int], before: str, after: str, at_id: int | None = None) -> None:
    """Lines of the shelf change their state together. Raises Conflict if one of them is in another state by now."""
    assert may_become(before, after)
    wanted = sorted(ids)
    moved = {} if at_id is None else {"at_id": at_id}
    done = session.execute(sa.update(_lines).where(_lines.c.id.in_(wanted), _lines.c.state == before).values(state=after, **moved))
    if done.rowcount != len(wanted):  # type: ignore[attr-defined]
        raise Conflict(SETTLED)


def consume(session: Session, kept: Sequence[Kept]) -> None:
    """What lies in slots is handed to a pick list, which speaks for it from now on."""
    if kept:
        _become(session, [one.id for one in kept], "on_shelf", "consumed")


# --- across to the pack bench, and back -------------------------------------------------------------------------------


def cross(session: Session, split: Split) -> int:
    """Units go from the dock to the pack bench and count as picked: the id of the pick list that says so. Raises Conflict
    if a rival was quicker.
    """
    orders.lock(session, split.order_id)
    place, code = bench(session)
    kept = queries.kept_lines(session, split.ids)
    _become(session, split.ids, "open", "consumed")
    parts = tuple(Part(one.line_id, one.product_id, one.lot, one.serial, one.units, one.at_id) for one in kept)
    fact = CrossDock(split.order_id, split.order, parts, place)
    hooks.tell(session, fact)
    outbox.record(session, OrderCrossedDock(split.order_id, split.order, split.units, code), subject=split.order_id)
    return fact.lists[0]


def cross_back(session: Session, split: Split, list_id: int) -> None:
    """Undo of `cross`. Raises Conflict once the order is packed."""
    orders.lock(session, split.order_id)
    hooks.tell(session, CrossDockBack(split.order_id, list_id))
    _become(session, split.ids, "consumed", "open")
    outbox.record(session, CrossingUndone(split.order_id, split.order, split.units), subject=split.order_id)


# --- let go -----------------------------------------------------------------------------------------------------------


def let_go(session: Session, ids: Sequence[int]) -> None:
    """Undo of `take_in`: nothing is kept by these lines any more. Raises Conflict if one is on the shelf by now, or picked."""
    kept = queries.kept_lines(session, ids)
    gone = set(ids) - {one.id for one in kept}
    if any(one.state == "on_shelf" for one in kept) or _consumed(session, gone):
        raise Conflict("Some of these units are on the shelf or picked already.")
    _drop(session, [(one, one.units) for one in kept], "receipt undone")


def _consumed(session: Session, ids: Iterable[int]) -> bool:
    query = sa.select(_lines.c.id).where(_lines.c.id.in_(sorted(ids)), _lines.c.state == "consumed").limit(1)
    return session.execute(query).first() is not None


def _drop(session: Session, kept: Sequence[tuple[Kept, int]], why: str) -> None:
    """So many units of each line are kept no longer: free where they lie, if they are dropped before they are unbound, so
    that units of a recalled lot, which go on hold then, find nobody keeping them. An empty slot is anybody's.
    """
    free: dict[tuple[int, int, str, str], int] = defaultdict(int)
    for one, n in kept:
        assert may_become(one.state, "dropped")
        _lessen(session, one, n)
        free[one.product_id, one.at_id, one.lot, one.serial] += n
    for (product_id, at_id, lot, serial), n in sorted(free.items()):
        inventory.unbind(session, product_id=product_id, location_id=at_id, qty=n, lot=lot, serial=serial)
    for slot_id in sorted({one.slot_id for one, _ in kept if one.slot_id}):
        left(session, slot_id)
    for one, n in kept:
        if one.state == "on_shelf":
            fact = BackorderUnshelved(one.order_id, stock.sku(session, one.product_id), n, one.code, why)
            outbox.record(session, fact, subject=one.order_id)


def drop(session: Session, kept: Sequence[Kept], why: str) -> None:
    """All of these lines are kept no longer: see `_drop`."""
    _drop(session, [(one, one.units) for one in kept], why)


def keep_in(session: Session, slot_id: int, order_id: int, parts: Sequence[tuple[Kept, Sequence[tuple[int, int]]]]) -> None:
    """What lies in a slot is kept for these lines of another order now: of each, (line id, units)."""
    back(session, slot_id, order_id)
    rows = [{"order_id": order_id, "order_line_id": line_id, "product_id": was.product_id, "lot": was.lot, "serial": was.serial,
             "slot_id": slot_id, "at_id": slot_id, "qty": units, "state": "on_shelf", "since": clock.now()}
            for was, lines in parts for line_id, units in lines]  # fmt: skip
    session.execute(sa.insert(_lines), rows)
    for was, _ in parts:
        inventory.bind(session, product_id=was.product_id, location_id=slot_id, lot=was.lot, serial=was.serial, qty=was.units)


def _lessen(session: Session, one: Kept, units: int) -> None:
    fewer = {"state": "dropped"} if units >= one.units else {"qty": one.units - units}
    as_seen = sa.and_(_lines.c.id == one.id, _lines.c.state == one.state, _lines.c.qty == one.units)
    if session.execute(sa.update(_lines).where(as_seen).values(**fewer)).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(SETTLED)


def left(session: Session, slot_id: int) -> None:
    """Units left a slot: once nothing is kept there for its order and no pick list wants anything from it, it is anybody's."""
    _LEFT.later(session, l=slot_id)


_LEFT = Hot(
    "UPDATE shelf_slot SET order_id = NULL, taken_at = NULL WHERE location_id = :l"
    " AND NOT EXISTS (SELECT 1 FROM shelf_line n WHERE n.slot_id = :l AND n.state IN ('open', 'on_shelf'))"
    " AND NOT EXISTS (SELECT 1 FROM balance b WHERE b.location_id = :l AND b.bound > 0)"
)


def back(session: Session, slot_id: int, order_id: int) -> None:
    """Units of an order are in a slot again: it is that order's. Raises Conflict if it holds another order by now."""
    if not _BACK.run(session, l=slot_id, o=order_id, at=clock.now()):
        code = stock.location(session, slot_id).code
        raise Conflict(f"{code} holds another order by now. Nothing was undone.")


_BACK = Hot(
    "UPDATE shelf_slot SET order_id = :o, taken_at = COALESCE(taken_at, :at) WHERE location_id = :l"
    " AND (order_id IS NULL OR order_id = :o)"
)


# --- what others tell -------------------------------------------------------------------------------------------------


def on_dropped(session: Session, fact: DemandDropped) -> None:
    """An order is cancelled or held: nothing is kept for it."""
    kept = queries.kept_for(session, [fact.order_id]).get(fact.order_id, [])
    _drop(session, [(one, one.units) for one in kept], f"the order is {fact.why}")


def on_lowered(session: Session, fact: PromiseLowered) -> None:
    """Fewer units are promised to order lines: no more is kept for each than that, what came last is let go first."""
    kept = queries.kept_for_lines(session, fact.line_ids)
    if not kept:
        return
    promised = queries.unreleased(session, {one.line_id for one in kept})
    over = {line_id: sum(one.units for one in kept if one.line_id == line_id) - n for line_id, n in promised.items()}
    less: list[tuple[Kept, int]] = []
    for one in kept:
        n = min(one.units, over[one.line_id])
        if n > 0:
            over[one.line_id] -= n
            less.append((one, n))
    _drop(session, less, "they are promised to others, or not here any more")


def on_missing(session: Session, fact: UnitsMissing) -> None:
    """Bound units are about to leave a place for good: what is kept of them is let go, what came last first. Their order
    keeps its promise as long as there are others.
    """
    missing, less = fact.units - sum(fact.let_go), []
    for one in queries.kept_at(session, fact.location_id, fact.product_id, fact.lot, fact.serial):
        n = min(one.units, missing)
        if n > 0:
            missing -= n
            less.append((one, n))
    _drop(session, less, fact.why)
    fact.let_go.extend(n for _, n in less)


def on_needed(session: Session, fact: UnitsNeeded) -> None:
    """Name the orders that units are kept for: "2 for order 1042"."""
    kept = queries.kept_at(session, fact.location_id, fact.product_id, fact.lot, fact.serial)
    names = queries.refs(session, {one.order_id for one in kept})
    fact.tasks.extend(f"{one.units:,} for order {names[one.order_id]}" for one in kept[:5])


def on_asked(session: Session, fact: KeptApart) -> None:
    """Say what is kept for which order line."""
    fact.units.update(queries.kept_units(session, fact.product_id))
