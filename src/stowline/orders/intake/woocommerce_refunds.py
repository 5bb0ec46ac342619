"""Refunds of WooCommerce orders: which units of which line will not be shipped.

A refund object's lines carry negative quantities and, in their meta data, the id of the order line they take back. Its
order stands in its links, or in `parent_id` or `order_id`. An order names its refunds, mostly without their lines.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC

from stowline.catalog.units import units as whole_units
from stowline.core.fields import Bad, moment, text
from stowline.orders.intake import shape
from stowline.orders.intake.shape import IncomingRefund, RefundedLine, Unreadable

Json = Mapping[str, object]

NOT_AN_ORDER = "This is a refund, not an order."
_ORDER_OF_REFUND = re.compile(r"/orders/([0-9]{1,20})(?:/refunds)?/?$")


def is_refund(one: object) -> bool:
    """True for an object of `/orders/{id}/refunds`."""
    return isinstance(one, Mapping) and "refunded_by" in one and "status" not in one


def by_order(refunds: Iterable[object]) -> dict[str, list[Json]]:
    """Refund objects under the id of their order, which stands in their links."""
    known: dict[str, list[Json]] = {}
    for refund in refunds:
        if isinstance(refund, Mapping) and (order := _order_of(refund)):
            known.setdefault(order, []).append(refund)
    return known


def _order_of(refund: Json) -> str:
    for key in ("parent_id", "order_id"):
        if (found_id := shape.external_id(refund.get(key), key)) and found_id != "0":
            return found_id
    links = refund.get("_links")
    up = links.get("up") if isinstance(links, Mapping) else None
    first = up[0] if isinstance(up, list) and up else None
    href = first.get("href") if isinstance(first, Mapping) else None
    found = _ORDER_OF_REFUND.search(href) if isinstance(href, str) else None
    return found[1] if found else ""


def units_by_line(order: Json, at: str, given: Iterable[Json]) -> dict[str, int]:
    """Refunded units by line id. `Bad` if the order names a refund whose lines are not known."""
    where = f"{at}refunds"
    detailed = {_own_id(refund): refund for refund in given}
    for said in shape.objects(order.get("refunds"), where, "A refund"):
        if "line_items" in said:
            detailed[_own_id(said)] = said
        if _own_id(said) not in detailed:
            raise Bad("A part of the order is refunded, and it does not say which lines. "
                      "Import it together with its refunds, or enter what is left by hand.", where)  # fmt: skip
    count: dict[str, int] = {}
    for refund in detailed.values():
        for line in shape.objects(refund.get("line_items"), where, "A refunded line"):
            units = abs(whole_units(line.get("quantity"), where, what="The refunded quantity", least=-shape.MOST_UNITS))
            line_id = _refunded_line(line, where)
            count[line_id] = count.get(line_id, 0) + units
    return count


def _refunded_line(line: Json, where: str) -> str:
    for meta in shape.objects(line.get("meta_data"), where, "An entry"):
        if meta.get("key") == "_refunded_item_id" and (found := shape.external_id(meta.get("value"), where)):
            return found
    raise Bad("A refund does not say which line it is for.", where)


def _own_id(one: Json) -> str:
    return shape.external_id(one.get("id")) or ""


def ids(order: Json, at: str, given: Iterable[Json] = ()) -> tuple[str, ...]:
    """The shop's numbers of an order's refunds, those that were given beside it, too."""
    named = [*shape.objects(order.get("refunds"), f"{at}refunds", "A refund"), *given]
    return tuple(dict.fromkeys(_own_id(one) for one in named if _own_id(one)))


def read(body: object) -> list[IncomingRefund | Unreadable] | None:
    """The refunds in a decoded body: one, a list, either under "data", or within orders, if their lines are told there;
    None where the body holds orders. Raises nothing.
    """
    said = body["data"] if isinstance(body, Mapping) and "data" in body and "line_items" not in body else body
    listed = [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, Mapping)]
    if listed and all(is_refund(one) for one in listed):
        return [_read_one(one, "", "") for one in listed]
    return None


def within(body: object) -> list[IncomingRefund | Unreadable]:
    """The refunds that stand in orders with their lines. Raises nothing; an order that cannot be read says so itself."""
    said = body["data"] if isinstance(body, Mapping) and "data" in body and "line_items" not in body else body
    found: list[IncomingRefund | Unreadable] = []
    for order in said if isinstance(said, list) else [said]:
        refunds = order.get("refunds") if isinstance(order, Mapping) and not is_refund(order) else None
        if isinstance(refunds, list) and isinstance(order, Mapping):
            own, ref = shape.named(order, "number", "id")
            found += [_read_one(one, own, ref) for one in refunds if ref and isinstance(one, Mapping) and "line_items" in one]
    return found


def listed(body: object) -> list[str]:
    """The numbers of all refunds that orders in a body name."""
    said = body["data"] if isinstance(body, Mapping) and "data" in body and "line_items" not in body else body
    refunds = [order.get("refunds") for order in (said if isinstance(said, list) else [said]) if isinstance(order, Mapping)]
    named = [shape.named(one)[0] for some in refunds if isinstance(some, list) for one in some if isinstance(one, Mapping)]
    return [one for one in named if one]


def as_told(shop_id: str, shop_order: str, lines: Iterable[tuple[str, int]]) -> Json:
    """A refund that was heard before, as the shop would tell it: for an order that names it without its lines."""
    items = [{"quantity": -units, "meta_data": [{"key": "_refunded_item_id", "value": line}]} for line, units in lines]
    return {"id": shop_id, "parent_id": shop_order, "refunded_by": 0, "line_items": items}


def _read_one(refund: Json, order: str, ref: str) -> IncomingRefund | Unreadable:
    try:
        own, of = _own_id(refund), order or _order_of(refund)
        if not own or not of:
            return Unreadable("The refund does not say its number, or not of which order it is.", "parent_id" if own else "id", ref)
        lines = []
        for place, line in enumerate(shape.objects(refund.get("line_items"), "line_items", "A refunded line")):
            where = f"line_items[{place}]"
            units = abs(whole_units(line.get("quantity") or 0, where, what="The refunded quantity", least=-shape.MOST_UNITS))
            if units:
                lines.append(RefundedLine(_refunded_line(line, where), units, shape.sku(line.get("sku"), where, needed=False)))
        amount = text(refund.get("amount"), "amount", what="The amount", longest=30).lstrip("-")
        at = moment(refund.get("date_created_gmt"), "date_created_gmt", zone=UTC)
        return IncomingRefund(own, of, at, tuple(lines), amount, ref, "woocommerce")
    except Bad as bad:
        return Unreadable(bad.say, bad.where, ref)
