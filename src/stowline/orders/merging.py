"""Two orders of one shopper to one address become one: what has not left of the one goes with the other, in one parcel.

The goods move with what is promised to them, so nobody in line comes between; what waits keeps its own place. Stock
levels are locked before the orders, the orders by id.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import hooks, money, outbox
from stowline.core.errors import Conflict, Refused
from stowline.inventory import service as inventory
from stowline.orders import queries
from stowline.orders.events import DemandDropped, MergedInto, OrderEntered, OrderSettled, OrdersMerged
from stowline.orders.models import Order, OrderLine
from stowline.orders.queries import LineView
from stowline.orders.rules import WAITING_STATES
from stowline.orders.stages import raise_stage, rederive

MOST = 5
SAME = ("store_id", "customer_id", "currency", "ship_name", "company", "line1", "line2", "city", "region", "postcode", "country")
_orders, _lines = Order.__table__, OrderLine.__table__  # type: ignore[attr-defined]


def partners(session: Session, order: Order) -> list[Order]:
    """Other orders that this one could go with: of the same shopper to the same address, nothing of either begun."""
    if order.customer_id is None or not order.email or why_not(session, order):
        return []
    query = select(Order).where(Order.customer_id == order.customer_id, col(Order.state).in_(WAITING_STATES), Order.id != order.id)
    found = session.exec(query.order_by(col(Order.id).desc()).limit(20))
    return [one for one in found if _alike(order, one) and not why_not(session, one)][:MOST]


def _alike(one: Order, other: Order) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in SAME)


def why_not(session: Session, order: Order) -> str:
    """Why an order cannot be put together with another one; "" if it can."""
    if order.held or order.state not in WAITING_STATES:
        return f"Order {order.ref} is {order.state.replace('_', ' ')}."
    if order.released or order.handed_over:
        return f"Order {order.ref} is being picked or packed already, or some of it has left."
    if queries.kits_of(session, order.id or 0):
        return f"Order {order.ref} has a kit, which stays with its own order."
    return ""


def merge(session: Session, into_id: int, other_id: int, *, by: str) -> int:
    """Have all of the other order go with this one: units that moved. Done already: none.

    Raises Refused where they are of different shoppers or addresses, Conflict where one of them is begun.
    """
    products = sorted({line.product_id for order_id in (into_id, other_id) for line in queries.lines(session, order_id)})
    inventory.lock_levels(session, products)
    queries.lock_all(session, [into_id, other_id])
    into, other = queries.order(session, into_id), queries.order(session, other_id)
    if other.merged_into == into_id:
        return 0
    if into_id == other_id or into.customer_id is None or not _alike(into, other):
        raise Refused("The two orders are not of one shopper to one address.")
    no = why_not(session, into) or why_not(session, other)
    if no:
        raise Conflict(f"Nothing was changed. {no}")
    moved = _move(session, into, other)
    _told(session, into, other, moved, by)
    return sum(units for _, units in moved)


def _move(session: Session, into: Order, other: Order) -> list[tuple[int, int]]:
    """(product, units) of every line that moved: taken off the one with its promise, put on the other with it."""
    at = max(line.position for line in session.exec(select(OrderLine).where(OrderLine.order_id == into.id)))
    goods = [line for line in queries.lines(session, other.id or 0) if line.ordered > line.cancelled]
    for n, line in enumerate(goods, 1):
        units = line.ordered - line.cancelled
        if line.allocated:
            raise_stage(session, other.id or 0, "allocated", {line.id: -line.allocated})
        session.execute(sa.update(_lines).where(_lines.c.id == line.id).values(cancelled=_lines.c.ordered))
        new = int(session.execute(sa.insert(_lines).values(_row(session, into, line, units, at + n)).returning(_lines.c.id)).scalar_one())
        session.execute(sa.update(_orders).where(_orders.c.id == into.id).values(ordered=_orders.c.ordered + units))
        if line.allocated:
            raise_stage(session, into.id or 0, "allocated", {new: line.allocated})
    worth = sum(money.line_total(line.unit_price, line.ordered - line.cancelled, into.currency) for line in goods)
    session.execute(sa.update(_orders).where(_orders.c.id == other.id).values(cancelled=_orders.c.ordered, merged_into=into.id))
    session.execute(sa.update(_orders).where(_orders.c.id == into.id).values(total_minor=_orders.c.total_minor + worth))
    rederive(session, [into.id or 0, other.id or 0])
    return [(line.product_id, line.ordered - line.cancelled) for line in goods]


def _row(session: Session, into: Order, line: LineView, units: int, position: int) -> dict[str, object]:
    """The line as it stands on the other order: its own place in line is kept."""
    was = queries.line(session, line.id)
    return {"order_id": into.id, "product_id": line.product_id, "position": position, "name": line.name, "unit_price": line.unit_price,
            "priority": into.priority, "placed_at": was.placed_at, "serve_at": was.serve_at, "ordered": units,
            "substitutes_ok": line.substitutes_ok, "shop_line": was.shop_line}  # fmt: skip


def _told(session: Session, into: Order, other: Order, moved: Sequence[tuple[int, int]], by: str) -> None:
    products, units = tuple(sorted({product_id for product_id, _ in moved})), sum(n for _, n in moved)
    outbox.record(session, MergedInto(other.id or 0, other.ref, into.ref, units, by[:120]), subject=other.id)
    outbox.record(session, OrdersMerged(into.id or 0, into.ref, other.ref, units, by[:120]), subject=into.id)
    hooks.tell(session, DemandDropped(other.id or 0, products, "merged"))
    hooks.tell(session, OrderEntered(into.id or 0, products))
    hooks.tell(session, OrderSettled(into.id or 0))
    session.refresh(into)
    session.refresh(other)
