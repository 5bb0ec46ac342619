"""What may still be changed of a placed order: units that wait, how it ships, when it is served.

Stock levels are locked before the order, as everywhere.
"""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import hooks, money, outbox
from stowline.core.errors import Conflict, Refused
from stowline.inventory import feed
from stowline.inventory import service as inventory
from stowline.orders import queries
from stowline.orders.events import (
    ExpediteSet,
    LineSwapped,
    OrderCancelled,
    OrderEntered,
    OrderSettled,
    PlacesChanged,
    PrioritySet,
    ShippingSet,
    SubstitutesAllowed,
    UnitsCancelled,
)
from stowline.orders.models import Order, OrderLine
from stowline.orders.rules import LEAST_URGENT, URGENT, why_not_drop, why_not_ships
from stowline.orders.stages import lock_stock, rederive

_orders, _lines = Order.__table__, OrderLine.__table__  # type: ignore[attr-defined]


def swap(session: Session, line_id: int, product_id: int, units: int, *, why: str) -> int:
    """Replace units of a line that wait by as many of another product, at the same price: the new line's id.

    The new line keeps the order's place in line and is served at once from what is free. Not safe to repeat by itself:
    the caller knows whether it was done. Raises Refused for kits and for the same product, Conflict where the units do
    not wait any more.
    """
    old, order = _waiting_line(session, line_id, units, more=[product_id])
    wanted = _one_product(session, old, product_id)
    before = catalog.product(session, old.product_id)
    _drop(session, old, units)
    values = {
        "order_id": order.id, "product_id": product_id, "substitute_for": line_id, "position": old.position,
        "name": wanted.name, "unit_price": old.unit_price, "priority": order.priority, "placed_at": order.placed_at, "serve_at": order.serve_at,
        "held": bool(order.held), "ordered": units, "shop_line": old.shop_line,
    }  # fmt: skip
    new_id = int(session.execute(sa.insert(_lines).values(values).returning(_lines.c.id)).scalar_one())
    session.execute(sa.update(_orders).where(_orders.c.id == order.id).values(ordered=_orders.c.ordered + units))
    rederive(session, [order.id or 0])
    outbox.record(session, LineSwapped(order.id or 0, order.ref, line_id, before.sku, old.name, new_id, wanted.sku,
                                       wanted.name, units, why[:300]), subject=order.id)
    feed.mark(session, [old.product_id])
    hooks.tell(session, OrderEntered(order.id or 0, (product_id,)))
    session.refresh(order)
    return new_id


def _one_product(session: Session, old: OrderLine, product_id: int) -> catalog.Product:
    """The product that takes another's place. Raises Refused where either is a kit or of one."""
    if old.kit_id is not None:
        raise Refused("This line is part of a kit; a kit is not changed in parts. Cancel the order and place it anew.")
    if product_id == old.product_id:
        raise Refused("That is the same product. Choose another.")
    if catalog.recipes(session, [product_id]):
        raise Refused("That product is a kit; it cannot take the place of a single product.")
    return catalog.product(session, product_id)


def cancel_units(session: Session, line_id: int, units: int, reason: str) -> int:
    """Take units of a line that wait off the order: what they cost, in minor units, for the shop's refund.

    With its last units the order is cancelled, or is done if the rest went out. Not safe to repeat by itself, as
    `swap`. Raises Refused for a kit's part, Conflict where the units do not wait any more.
    """
    line, order = _waiting_line(session, line_id, units)
    if line.kit_id is not None:
        raise Refused("This line is part of a kit; a kit is not cancelled in parts. Cancel the whole order.")
    wanted = line.ordered - line.cancelled
    cost = [money.line_total(line.unit_price, n, order.currency) for n in (wanted, wanted - units)]
    _drop(session, line, units)
    rederive(session, [order.id or 0])
    sku = catalog.product(session, line.product_id).sku
    outbox.record(session, UnitsCancelled(order.id or 0, order.ref, line_id, sku, line.name, units, cost[0] - cost[1],
                                          order.currency, reason[:300]), subject=order.id)
    session.refresh(order)
    if order.state == "cancelled":
        outbox.record(session, OrderCancelled(order.id or 0, order.ref, reason[:300]), subject=order.id)
    feed.mark(session, [line.product_id])
    return cost[0] - cost[1]


def _waiting_line(session: Session, line_id: int, units: int, more: list[int] | None = None) -> tuple[OrderLine, Order]:
    """A line and its order, locked in the order of the house, of which so many units wait."""
    found = queries.line(session, line_id)
    inventory.lock_levels(session, [found.product_id, *(more or [])])
    order = queries.lock(session, found.order_id)
    line = queries.line(session, line_id)
    no = why_not_drop(line.ordered - line.cancelled - line.allocated, units)
    if no:
        raise Conflict(f"Nothing was changed. {no}")
    return line, order


def _drop(session: Session, line: OrderLine, units: int) -> None:
    for table, key in ((_lines, line.id), (_orders, line.order_id)):
        session.execute(sa.update(table).where(table.c.id == key).values(cancelled=table.c.cancelled + units))


def set_shipping(session: Session, order_id: int, *, parts: str, at_most: int | None = None) -> Order:
    """Say how an order may go out: `complete`, in `parts`, or in `at_most` so many parcels; the same again changes nothing.

    Raises Refused for a rule that there is not, Conflict where nothing is left to go out.
    """
    no = why_not_ships(parts, at_most)
    if no:
        raise Refused(no, where="ships")
    order = _open_order(session, order_id)
    at_most = at_most if parts == "at_most" else None
    if (order.ships, order.most_parcels) == (parts, at_most):
        return order
    if parts != "complete" and queries.kits_of(session, order_id):
        raise Refused(f"Order {order.ref} has a kit, which is never split: it ships complete.", where="ships")
    if parts != "parts" and order.released > order.handed_over:
        raise Conflict(f"Part of order {order.ref} is being picked or packed. Change this when it has left.")
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(ships=parts, most_parcels=at_most))
    rederive(session, [order_id])
    outbox.record(session, ShippingSet(order_id, order.ref, parts, at_most), subject=order_id)
    session.refresh(order)
    return order


def set_priority(session: Session, order_id: int, priority: int) -> Order:
    """Have an order served before, or after, others: 0 is first, 9 last. Stock that is promised stays where it is.

    Raises Refused for another number, Conflict where nothing is left to go out.
    """
    if not URGENT <= priority <= LEAST_URGENT:
        raise Refused(f"A priority is {URGENT} (first) to {LEAST_URGENT} (last).", where="priority")
    lock_stock(session, order_id)
    order = _open_order(session, order_id)
    if order.priority == priority:
        return order
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(priority=priority))
    session.execute(sa.update(_lines).where(_lines.c.order_id == order_id).values(priority=priority))
    products = session.execute(sa.select(_lines.c.product_id).where(_lines.c.order_id == order_id).distinct()).scalars()
    hooks.tell(session, PlacesChanged(tuple(sorted(products)), f"order {order.ref} has another priority"))
    outbox.record(session, PrioritySet(order_id, order.ref, priority), subject=order_id)
    session.refresh(order)
    return order


def expedite(session: Session, order_id: int, *, on: bool = True, why: str = "") -> Order:
    """Have an order's parcels go out by the fast way (or not any more). The same again changes nothing.

    Raises Conflict where nothing is left to go out.
    """
    order = _open_order(session, order_id)
    if order.expedite == on:
        return order
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(expedite=on))
    outbox.record(session, ExpediteSet(order_id, order.ref, on, why[:300]), subject=order_id)
    session.refresh(order)
    return order


def allow_substitutes(session: Session, line_id: int, *, allowed: bool) -> Order:
    """Note that the shopper takes a substitute for what waits of a line (or does not any more); one that is free is
    swapped in at once. The same again changes nothing. Raises Refused for a kit's part, Conflict where all is done.
    """
    found = queries.line(session, line_id)
    if found.kit_id is not None:
        raise Refused("This line is part of a kit, which is sold as it is.")
    stands = catalog.substitutes(session, [found.product_id]).get(found.product_id, [])
    inventory.lock_levels(session, [found.product_id, *(one.substitute_id for one in stands)])
    order = _open_order(session, found.order_id)
    line = queries.line(session, line_id)
    if line.substitutes_ok == allowed:
        return order
    session.execute(sa.update(_lines).where(_lines.c.id == line_id).values(substitutes_ok=allowed))
    sku = catalog.product(session, line.product_id).sku
    outbox.record(session, SubstitutesAllowed(order.id or 0, order.ref, sku, line.name, allowed), subject=order.id)
    hooks.tell(session, OrderSettled(order.id or 0))
    session.refresh(order)
    return order


def _open_order(session: Session, order_id: int) -> Order:
    order = queries.lock(session, order_id)
    if order.state in ("cancelled", "handed_over", "delivered", "returned"):
        raise Conflict(f"Order {order.ref} is {order.state.replace('_', ' ')}; nothing of it is left to go out.")
    return order
