"""Reads for the page of the backorder shelf: its slots, and what each order still lacks."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.backorders import shelf_reads
from stowline.backorders.models import ShelfLine
from stowline.backorders.shelf_reads import Slot
from stowline.desk.queries import why
from stowline.desk.queries.keyset import Key, Page, Place, walk
from stowline.orders.models import Order
from stowline.picking import queries as picking
from stowline.stores import queries as stores

SIZE = 60
_n = ShelfLine.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Summary:
    """Slots of the shelf: how many there are, how many are kept for orders, how many have units to clear."""

    slots: int
    taken: int
    to_clear: int


def summary(session: Session) -> Summary:
    """The shelf in three numbers, of its first thousand slots."""
    found = shelf_reads.slots(session, limit=1000)
    return Summary(len(found), sum(slot.order_id is not None for slot in found), sum(slot.stray > 0 for slot in found))


def page(session: Session, place: Place) -> Page[tuple[Key, Slot]]:
    """A page of slots along the walk. It is only walked forwards."""

    def fetch(key: Key | None, backwards: bool, most: int) -> list[tuple[Key, Slot]]:  # noqa: FBT001  (the direction)
        after = (int(key[0]), int(key[1])) if key and not backwards else None
        return list(shelf_reads.page(session, after=after, limit=most))

    found = walk(Place(after=place.after), fetch, lambda row: row[0], SIZE)
    return Page(found.rows, None, found.later)


def rows(session: Session, found: list[Slot]) -> list[dict[str, Any]]:
    """The slots as the page shows them, with what is missing and when it comes."""
    ids = [slot.order_id for slot in found if slot.order_id]
    there = list(session.exec(select(Order).where(col(Order.id).in_(ids))))
    keys = {store.id: store.key for store in stores.all_stores(session)}
    said, dock = why.reasons(session, there), _at_dock(session, ids)
    ready = {one.order_id for one in picking.ready_on_shelf(session, limit=1000)} if there else set()
    by_id: dict[int | None, Order] = {order.id: order for order in there}
    return [
        {"code": slot.code, "order": slot.order, "store_key": keys.get(slot.store_id, ""), "here": slot.here, "of": slot.of,
         "stray": slot.stray, "since": slot.taken_at, "active": slot.active, "ready": slot.order_id in ready, "lit": False,
         "state": by_id[slot.order_id].state if slot.order_id else "",
         "why": _why(slot, slot.order_id in ready, dock.get(slot.order_id or 0, 0), said.get(slot.order_id or 0, ""))}
        for slot in found
    ]  # fmt: skip


def _why(slot: Slot, ready: bool, at_dock: int, said: str) -> str:  # noqa: FBT001  (one of the facts it says)
    """What is to be done, or missing, in words."""
    if slot.order_id is None:
        return f"Clear it: {slot.stray:,} {'unit is' if slot.stray == 1 else 'units are'} for nobody. Put away takes them." if slot.stray else ""
    if ready:
        return "Complete: it can be picked from here" if slot.here >= slot.of else "Complete with what lies in bins: it can be picked"
    if at_dock:
        return f"{at_dock:,} {'unit stands' if at_dock == 1 else 'units stand'} at the dock for it"
    if slot.state == "allocated":
        return "Its other goods are not in a bin yet"
    return said


def _at_dock(session: Session, order_ids: list[int]) -> dict[int, int]:
    """Units that stand at a dock for these orders."""
    query = sa.select(_n.order_id, sa.func.sum(_n.qty)).where(_n.order_id.in_(order_ids), _n.state == "open")
    return {order_id: int(units) for order_id, units in session.execute(query.group_by(_n.order_id))}
