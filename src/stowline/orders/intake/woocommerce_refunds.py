"""Refunds of WooCommerce orders: which units of which line will not be shipped.

A refund object's lines carry negative quantities and, in their meta data, the id of the order line they take back.
"""

import re
from collections.abc import Iterable, Mapping

from stowline.catalog.units import units as whole_units
from stowline.core.fields import Bad
from stowline.orders.intake import shape

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
