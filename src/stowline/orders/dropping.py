"""Units are taken off a line of an order: what waits of it, and what is promised to it, which goes to those who wait. A
shopper takes a line off that nobody has begun to pick; what a shop refunded is taken off pick lists, too, and put back
where it is in a tote or a box. Stock levels are locked before the order, as everywhere.
"""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import hooks, money, outbox
from stowline.core.errors import Conflict, Refused
from stowline.inventory import feed
from stowline.inventory import service as inventory
from stowline.inventory.events import StockFreed
from stowline.orders import queries
from stowline.orders.events import OrderCancelled, UnitsCancelled, UnitsUnlisted
from stowline.orders.models import Order, OrderLine
from stowline.orders.stages import raise_stage, rederive

_orders, _lines = Order.__table__, OrderLine.__table__  # type: ignore[attr-defined]


def drop_line(session: Session, line_id: int, reason: str) -> tuple[int, int]:
    """Take all of a line that has not left off its order: (units, what they cost in minor units); none again.

    With its last units the order is cancelled. Raises Refused for a kit's part, Conflict where some of it stands on a
    pick list, or is picked or packed.
    """
    found = queries.line(session, line_id)
    inventory.lock_levels(session, [found.product_id])
    order = queries.lock(session, found.order_id)
    line = queries.line(session, line_id)
    if line.kit_id is not None:
        raise Refused("This line is part of a kit; a kit is not cancelled in parts. Cancel the whole order.")
    if line.released > line.handed_over:
        raise Conflict(f"{line.name} of order {order.ref} is on a pick list already, or picked.")
    wanted, units = line.ordered - line.cancelled, line.ordered - line.cancelled - line.handed_over
    if units <= 0:
        return 0, 0
    cost = [money.line_total(line.unit_price, n, order.currency) for n in (wanted, wanted - units)]
    _take_off(session, line, order, units, line.allocated - line.handed_over)
    _tell(session, line, order, units, cost[0] - cost[1], reason)
    return units, cost[0] - cost[1]


def take_off(session: Session, line_id: int, units: int, reason: str) -> int:
    """Take units of a line off its order, however far they are: how many are off now. The others are in a tote or a box, and
    are to be put back at the pack bench. Levels and order are locked; so many units must be here still.
    """
    line, order = queries.line(session, line_id), queries.order(session, queries.line(session, line_id).order_id)
    listed = units - (line.ordered - line.cancelled - line.released)
    if listed > 0 and line.released > line.picked:
        hooks.tell(session, UnitsUnlisted(order.id or 0, line_id, listed))
        line = queries.line(session, line_id)  # as it is now: a picker may have been quicker
    now = min(units, line.ordered - line.cancelled - line.released)
    if now:
        wanted = line.ordered - line.cancelled
        minor = money.line_total(line.unit_price, wanted, order.currency) - money.line_total(line.unit_price, wanted - now, order.currency)
        _take_off(session, line, order, now, max(0, now - (wanted - line.allocated)))
        _tell(session, line, order, now, minor, reason)
    if units > now:
        session.execute(sa.update(_lines).where(_lines.c.id == line_id).values(take_out=_lines.c.take_out + units - now))
    return now


def back_in_stock(session: Session, line_id: int, units: int) -> int:
    """Picked units of a line are about to be picked no more: how many of them were to be put back, and are now. Whoever
    lowers the stages takes these off the order afterwards (`take_off`).
    """
    line = queries.line(session, line_id)
    put_back = min(units, line.take_out)
    if put_back:
        session.execute(sa.update(_lines).where(_lines.c.id == line_id).values(take_out=_lines.c.take_out - put_back))
    return put_back


def _tell(session: Session, line: OrderLine, order: Order, units: int, minor: int, reason: str) -> None:
    sku = catalog.product(session, line.product_id).sku
    outbox.record(session, UnitsCancelled(order.id or 0, order.ref, line.id or 0, sku, line.name, units, minor, order.currency,
                                          reason[:300]), subject=order.id)  # fmt: skip
    session.refresh(order)
    if order.state == "cancelled":
        outbox.record(session, OrderCancelled(order.id or 0, order.ref, reason[:300]), subject=order.id)


def _take_off(session: Session, line: OrderLine, order: Order, units: int, promised: int) -> None:
    """Fewer units are wanted before the promised ones are free, so that the line does not get them again."""
    if promised:
        raise_stage(session, order.id or 0, "allocated", {line.id or 0: -promised})
    for table, key in ((_lines, line.id), (_orders, line.order_id)):
        session.execute(sa.update(table).where(table.c.id == key).values(cancelled=table.c.cancelled + units))
    rederive(session, [order.id or 0])
    feed.mark(session, [line.product_id])
    if promised:
        inventory.promise(session, {line.product_id: -promised})
        hooks.tell(session, StockFreed((line.product_id,)))
