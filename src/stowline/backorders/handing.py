"""Verb: what lies in a slot of the shelf is given to another order. A manager decides, and both diaries say why.

The goods stay where they are; the slot is the other order's from now on, and who loses them waits again, in the same
place in line as before.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.allocation.events import BackorderFilled, PromiseTakenBack
from stowline.backorders import promises, shelf
from stowline.backorders import shelf_reads as queries
from stowline.backorders.events import SlotGiven, SlotTaken
from stowline.backorders.models import ShelfSlot
from stowline.backorders.promises import Why
from stowline.backorders.shelf_reads import Kept
from stowline.core import outbox
from stowline.core.errors import Conflict, Refused
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.queries import Order

_slots = ShelfSlot.__table__  # type: ignore[attr-defined]


def give(session: Session, slot: str, to_order_id: int, *, why: str, who: str) -> int:
    """Give all that lies in a slot to another order that waits for it: how many units. Again, once it is done: 0.

    Raises NotFound for a slot that there is not, Refused without a reason, Conflict where the other order does not wait
    for all of it or has a slot already, and where something of it is on its way or being picked.
    """
    why = " ".join(why.split())
    if not why or len(why) > 300:
        raise Refused("Say why the goods go to another order, in at most 300 characters.", where="reason")
    slot_id = _slot(session, slot)
    from_id = _order_of(session, slot_id)
    if from_id == to_order_id:
        return 0
    if from_id is None:
        raise Conflict(f"{slot} is kept for no order.", where="slot")
    inventory.lock_levels(session, sorted({one.product_id for one in queries.kept_for(session, [from_id]).get(from_id, [])}))
    orders.lock_all(session, {from_id, to_order_id})
    if _order_of(session, slot_id) == to_order_id:
        return 0  # a second click waited for the first one
    loser, winner = orders.order(session, from_id), orders.order(session, to_order_id)
    kept = _lies_there(session, slot, slot_id, loser)
    to_lines = _wants(session, slot, winner, kept)
    _move(session, slot_id, winner, kept, to_lines, f"given to order {winner.ref}: {why}")
    _write_down(session, slot, (loser, winner), kept, who, why)
    return sum(one.units for one in kept)


def _slot(session: Session, code: str) -> int:
    place = stock.location_by_code(session, code)
    if place.kind != "backorder":
        raise Refused(f"{code} is no slot of the backorder shelf.", where="slot")
    return place.id or 0


def _order_of(session: Session, slot_id: int) -> int | None:
    return session.execute(sa.select(_slots.c.order_id).where(_slots.c.location_id == slot_id)).scalar_one_or_none()


def _lies_there(session: Session, slot: str, slot_id: int, loser: Order) -> list[Kept]:
    """What lies in the slot for its order, under the locks. Raises Conflict where that is not all that is about it."""
    mine = [one for one in queries.kept_for(session, [loser.id or 0]).get(loser.id or 0, []) if one.slot_id == slot_id]
    kept = [one for one in mine if one.state == "on_shelf"]
    if _order_of(session, slot_id) != loser.id or not kept:
        raise Conflict(f"Nothing lies in {slot} for order {loser.ref} any more, or not yet.", where="slot")
    if len(kept) < len(mine):
        raise Conflict(f"Goods of order {loser.ref} are on their way to {slot}. Put them in first.", where="slot")
    if queries.bound_at(session, slot_id) > sum(one.units for one in kept):
        raise Conflict(f"Order {loser.ref} is being picked from {slot} already.", where="slot")
    return kept


def _wants(session: Session, slot: str, winner: Order, kept: Sequence[Kept]) -> list[list[tuple[int, int]]]:
    """Which lines of the other order take the units: for each of what is kept, (line id, units)."""
    if winner.held or winner.state in ("cancelled", "handed_over", "delivered", "returned"):
        raise Conflict(f"Order {winner.ref} is {'on hold' if winner.held else winner.state.replace('_', ' ')}.", where="order")
    has = queries.kept_slots(session, [winner.id or 0]).get(winner.id or 0)
    if has is not None:
        raise Conflict(f"Order {winner.ref} gathers in {stock.location(session, has).code} already, and an order has one slot.", where="order")
    lacks = [[line.line_id, line.product_id, line.units] for line in allocation.lacks(session, winner.id or 0)]
    found = []
    for one in kept:
        left, parts = one.units, []
        for line in lacks:
            take = min(left, line[2]) if line[1] == one.product_id else 0
            if take:
                parts.append((line[0], take))
                line[2] -= take
                left -= take
        if left:
            sku = stock.sku(session, one.product_id)
            raise Conflict(f"Order {winner.ref} waits for {one.units - left:,} of the {one.units:,} {sku} in {slot}. Choose one that waits for all of it.", where="order")
        found.append(parts)
    return found


def _move(session: Session, slot_id: int, winner: Order, kept: Sequence[Kept], to_lines: list[list[tuple[int, int]]], why: str) -> None:
    shelf.drop(session, kept, why)
    back: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    mine: dict[int, int] = defaultdict(int)
    for one, parts in zip(kept, to_lines, strict=True):
        back[one.order_id][one.line_id] -= one.units
        for line_id, units in parts:
            mine[line_id] += units
    order_service.raise_many(session, "allocated", back)
    order_service.raise_many(session, "allocated", {winner.id or 0: mine})
    shelf.keep_in(session, slot_id, winner.id or 0, list(zip(kept, to_lines, strict=True)))
    promises.mark(session, {one.product_id for one in kept}, Why(f"goods on the shelf were {why}"))


def _write_down(session: Session, slot: str, whose: tuple[Order, Order], kept: Iterable[Kept], who: str, why: str) -> None:
    loser, winner = whose
    units: dict[int, int] = defaultdict(int)
    for one in kept:
        units[one.product_id] += one.units
    for product_id, n in sorted(units.items()):
        sku = stock.sku(session, product_id)
        outbox.record(session, PromiseTakenBack(loser.id or 0, sku, n, f"given to order {winner.ref}"), subject=loser.id)
        outbox.record(session, SlotTaken(loser.id or 0, sku, n, slot, winner.ref, who, why), subject=loser.id)
        outbox.record(session, SlotGiven(winner.id or 0, sku, n, slot, loser.ref, who, why), subject=winner.id)
        outbox.record(session, BackorderFilled(winner.id or 0, sku, n), subject=winner.id)
