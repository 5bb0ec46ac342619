"""What picking does with the backorder shelf: an order's own units in its slot are planned first, and goods that go from
the dock straight to the pack bench count as picked.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import shelf as slots
from stowline.backorders import shelf_reads as shelf
from stowline.backorders.events import CrossDock, CrossDockBack
from stowline.backorders.shelf_reads import Kept
from stowline.core import clock, outbox
from stowline.core.errors import Conflict
from stowline.inventory import service as inventory
from stowline.inventory.queries import Free
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.queries import LineView
from stowline.picking.events import OrderReleased
from stowline.picking.models import PickLine, PickList
from stowline.picking.rules import Stop

_lines = PickLine.__table__  # type: ignore[attr-defined]
SLOT = "backorder"  # the kind of bin that a slot of the shelf is
Plan = list[tuple[LineView, Free, int]]


def planned(lines: Sequence[LineView], kept: Sequence[Kept]) -> Plan | None:
    """What an order takes from its slot; None while some of what is kept for it stands at the dock."""
    if any(one.state == "open" for one in kept):
        return None
    by_id = {line.id: line for line in lines}
    return [(by_id[one.line_id], Free(one.at_id, one.code, one.sequence, one.units, one.lot, one.serial), one.units)
            for one in kept if one.line_id in by_id]  # fmt: skip


def kept_for(session: Session, order_id: int) -> list[Kept]:
    """What is kept for an order, which is locked."""
    return shelf.kept_for(session, [order_id]).get(order_id, [])


def consume(session: Session, kept: Sequence[Kept]) -> None:
    """The units are bound by pick lines from now on."""
    slots.consume(session, kept)


def left(session: Session, stop: Stop) -> None:
    """Units were taken from where a pick line wants them: a slot that is empty now is anybody's."""
    if stop.from_kind == SLOT:
        slots.left(session, stop.from_id)


def back(session: Session, stop: Stop) -> None:
    """Units are to lie there again. Raises Conflict if the slot holds another order by now."""
    if stop.from_kind == SLOT:
        slots.back(session, stop.from_id, stop.order_id)


def on_cross(session: Session, fact: CrossDock) -> None:
    """Bound units go from the dock to the staging place; a finished pick list of the order says so. Locks the order."""
    order = orders.lock(session, fact.order_id)
    now = clock.now()
    pick_list = PickList(task=fact.order_ref, order_id=fact.order_id, lines=len(fact.parts), lines_done=len(fact.parts),
                         released_at=now, closed_at=now)  # fmt: skip
    session.add(pick_list)
    session.flush()
    session.execute(sa.insert(_lines), [
        {"pick_list_id": pick_list.id, "order_id": fact.order_id, "order_line_id": part.line_id, "product_id": part.product_id,
         "from_id": part.from_id, "to_id": fact.to_id, "sequence": 0, "qty": part.units, "picked": part.units, "state": "done",
         "lot": part.lot, "serial": part.serial}
        for part in fact.parts
    ])  # fmt: skip
    for part in fact.parts:
        inventory.move(session, product_id=part.product_id, from_id=part.from_id, to_id=fact.to_id, qty=part.units,
                       because="pick", unbind=True, bind=True, lot=part.lot, serial=part.serial)  # fmt: skip
    units = _by_line((part.line_id, part.units) for part in fact.parts)
    order_service.raise_stage(session, fact.order_id, "released", units)
    order_service.raise_stage(session, fact.order_id, "picked", units)
    outbox.record(session, OrderReleased(fact.order_id, order.ref, fact.order_ref, ""), subject=fact.order_id)
    fact.lists.append(pick_list.id or 0)


def on_cross_back(session: Session, fact: CrossDockBack) -> None:
    """The units stand at the dock again, bound; nothing of them is picked or released. Raises Conflict once they are packed."""
    order = orders.lock(session, fact.order_id)
    if order.packed > order.handed_over or order.handed_over >= order.ordered - order.cancelled:
        raise Conflict(f"Order {order.ref} is packed already. Take it out of its box first.")
    if any(line.take_out for line in orders.lines(session, fact.order_id)):
        raise Conflict(f"The shop refunded units of order {order.ref} meanwhile. Put them back at the pack bench.")
    rows = session.execute(sa.select(_lines).where(_lines.c.pick_list_id == fact.list_id, _lines.c.state == "done")).all()
    if not rows:
        raise Conflict("This was taken back already.")
    units = _by_line((row.order_line_id, -row.picked) for row in rows)
    order_service.raise_stage(session, fact.order_id, "picked", units)
    order_service.raise_stage(session, fact.order_id, "released", units)
    for row in rows:
        inventory.move(session, product_id=row.product_id, from_id=row.to_id, to_id=row.from_id, qty=row.picked,
                       because="undo", unbind=True, bind=True, lot=row.lot, serial=row.serial)  # fmt: skip
    session.execute(sa.update(_lines).where(_lines.c.pick_list_id == fact.list_id).values(picked=0, state="dropped"))


def _by_line(rows: Iterable[tuple[int, int]]) -> dict[int, int]:
    units: dict[int, int] = {}
    for line_id, n in rows:
        units[line_id] = units.get(line_id, 0) + n
    return units
