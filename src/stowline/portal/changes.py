"""What shoppers change by themselves, each in one transaction with the warehouse: the order is locked (stock levels before
it), looked at, and changed, or nothing is. What was done already is done no second time.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import money
from stowline.core.errors import Conflict, Refused
from stowline.orders import dropping, instructions, kits, merging, readdress
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.kits import Sold
from stowline.orders.queries import Order
from stowline.orders.readdress import Address
from stowline.packing import queries as packing
from stowline.portal import change_rules as rules
from stowline.portal.change_rules import Stand
from stowline.shipping import queries as shipping
from stowline.stores import queries as stores

BY = "the shopper"


@dataclass(frozen=True, slots=True)
class Said:
    """What came of it: `done`, `same` (it was so already), or `late` with the reason's key; the money that goes back."""

    fate: str
    why: str = ""
    minor: int = 0
    names: tuple[str, ...] = field(default_factory=tuple)


def stand(session: Session, order: Order) -> Stand:
    """The order as it is now."""
    open_ = [parcel.id or 0 for parcel in packing.parcels_of(session, order.id or 0) if parcel.handed_over_at is None]
    return Stand(
        state=order.state, held=bool(order.held), ships=order.ships, has_kit=bool(orders.kits_of(session, order.id or 0)),
        wanted=order.ordered - order.cancelled, allocated=order.allocated, released=order.released, picked=order.picked, packed=order.packed,
        handed_over=order.handed_over, labelled=bool(open_ and shipping.live_labels(session, open_)),
        policy=stores.store(session, order.store_id).self_service,
    )  # fmt: skip


def change_address(session: Session, order_id: int, address: Address) -> Said:
    """Until the label is printed; whoever prints it locks the order, too."""
    order = orders.lock(session, order_id)
    why = rules.why_not_address(stand(session, order))
    if why:
        return Said("late", why)
    changed = readdress.change_address(session, order_id, address, by=BY)
    return Said("done" if changed else "same", names=changed)


def cancel(session: Session, order_id: int) -> Said:
    """The whole order, or what has not left of it; what it cost goes back the way it was paid."""
    order_service.lock_stock(session, order_id)
    order = orders.lock(session, order_id)
    if order.state == "cancelled":
        return Said("same")
    why = rules.why_not_cancel(stand(session, order))
    if why:
        return Said("late", why)
    told = [_goods(one, order) for one in kits.sold(session, order_id) if _left(one) > 0]
    order_service.cancel(session, order_id, f"by {BY}")
    minor = _owe(session, order, f"self:{order_id}:order:{order.cancelled}", told)
    return Said("done", minor=minor)


def cancel_line(session: Session, order_id: int, line_id: int) -> Said:
    """One line of it. Raises NotFound for a line of another order."""
    line = orders.line_of(session, order_id, line_id)
    order_service.lock_stock(session, order_id)
    order = orders.lock(session, order_id)
    line = orders.line_of(session, order_id, line_id)
    left = line.ordered - line.cancelled - line.handed_over
    if left <= 0 and line.cancelled:
        return Said("same")
    why = rules.why_not_line(stand(session, order), line.released, line.handed_over, left, of_kit=line.kit_id is not None)
    if why:
        return Said("late", why)
    units, minor = dropping.drop_line(session, line_id, f"by {BY}")
    row = {"sku": catalog.product(session, line.product_id).sku, "name": line.name, "quantity": units, "amount_minor": minor}
    _owe(session, order, f"self:{order_id}:line:{line_id}:{line.cancelled + units}", [row])
    return Said("done", minor=minor)


def set_parts(session: Session, order_id: int, wish: str) -> Said:
    """Send what is here now, or wait for all of it again."""
    order_service.lock_stock(session, order_id)
    order = orders.lock(session, order_id)
    if order.ships == wish:
        return Said("same")
    why = rules.why_not_parts(stand(session, order), wish)
    if why:
        return Said("late", why)
    order_service.set_shipping(session, order_id, parts=wish)
    return Said("done")


def merge(session: Session, order_id: int, other_ref: str) -> Said:
    """Have another order of the same shopper go with this one. An order that is none of theirs is as one that is not there."""
    order = orders.order(session, order_id)
    found = orders.numbered(session, [other_ref], order.store_id, 1)
    if not found or found[0].customer_id != order.customer_id or order.customer_id is None:
        return Said("late", "no_partner")
    try:
        units = merging.merge(session, order_id, found[0].id or 0, by=BY)
    except (Conflict, Refused):
        return Said("late", "no_partner")
    return Said("done" if units else "same")


def _left(one: Sold) -> int:
    return one.ordered - one.cancelled - one.handed_over


def _goods(one: Sold, order: Order) -> dict[str, Any]:
    wanted = one.ordered - one.cancelled
    minor = money.line_total(one.unit_price, wanted, order.currency) - money.line_total(one.unit_price, one.handed_over, order.currency)
    return {"sku": one.sku, "name": one.name, "quantity": _left(one), "amount_minor": minor}


def _owe(session: Session, order: Order, key: str, lines: list[dict[str, Any]]) -> int:
    minor = int(sum(one["amount_minor"] for one in lines))
    if minor:
        instructions.owe(session, order, "refund", key=key, lines=lines, why=f"cancelled by {BY}", amount_minor=minor)
    return minor
