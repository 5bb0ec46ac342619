"""Refunds of Shopify's Admin REST API: the body of `refunds/create`, and those that stand within an order.

`restock_type` says what the shop did with its own stock. Units of `return` had left; all others (`cancel`, `no_restock`,
`legacy_restock`) are not sent if they still can be kept here. A refund without lines is money only.
"""

import re
from collections.abc import Mapping
from datetime import UTC
from decimal import Decimal

from stowline.core.fields import Bad, moment
from stowline.orders.intake import shape
from stowline.orders.intake.shape import IncomingRefund, RefundedLine, Unreadable

Json = Mapping[str, object]
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def ids(order: Json, at: str) -> tuple[str, ...]:
    """The shop's numbers of an order's refunds."""
    said = shape.objects(order.get("refunds"), f"{at}refunds", "A refund")
    return tuple(one for refund in said if (one := shape.external_id(refund.get("id"), f"{at}refunds")))


def read(body: object) -> list[IncomingRefund | Unreadable] | None:
    """The refunds in a decoded body: `{"refund": {…}}`, `{"refunds": […]}`, or the refund itself; None where the body is
    about something else. Raises nothing.
    """
    if not isinstance(body, Mapping) or body.keys() & {"line_items", "financial_status"}:
        return None
    if "refund_line_items" in body:
        return [_read_one(body, "", "", "")]
    if "refund" in body:
        return [_read_one(body["refund"], "refund", "", "")]
    if isinstance(listed := body.get("refunds"), list):
        return [_read_one(one, f"refunds[{place}]", "", "") for place, one in enumerate(listed)]
    return None


def within(body: object) -> list[IncomingRefund | Unreadable]:
    """The refunds that stand in orders. Raises nothing; an order that cannot be read says so itself."""
    said = body.get("orders", body.get("order", body)) if isinstance(body, Mapping) else body
    found: list[IncomingRefund | Unreadable] = []
    for order in said if isinstance(said, list) else [said]:
        refunds = order.get("refunds") if isinstance(order, Mapping) else None
        if isinstance(order, Mapping) and isinstance(refunds, list):
            own, ref = shape.named(order, "name", "order_number", "id")
            found += [_read_one(one, f"refunds[{n}]", own, ref) for n, one in enumerate(refunds)] if ref else []
    return found


def _read_one(said: object, where: str, order: str, ref: str) -> IncomingRefund | Unreadable:
    try:
        refund = shape.as_object(said, where, "The refund")
        at = f"{where}." if where else ""
        own = shape.external_id(refund.get("id"), f"{at}id")
        of = order or shape.external_id(refund.get("order_id"), f"{at}order_id")
        if not own or not of:
            return Unreadable("The refund does not say its number, or not of which order it is.", f"{at}{'order_id' if own else 'id'}", ref)
        lines = [_line(one, f"{at}refund_line_items[{n}]") for n, one in
                 enumerate(shape.objects(refund.get("refund_line_items"), f"{at}refund_line_items", "A refunded line"))]  # fmt: skip
        made = moment(refund.get("created_at"), f"{at}created_at", zone=UTC)
        return IncomingRefund(own, of, made, tuple(one for one in lines if one.units), _amount(refund), ref, "shopify")
    except Bad as bad:
        return Unreadable(bad.say, bad.where, ref)


def _line(one: Json, where: str) -> RefundedLine:
    line = shape.external_id(one.get("line_item_id"), f"{where}.line_item_id")
    if not line:
        raise Bad("A refund does not say which line it is for.", f"{where}.line_item_id")
    sold = one.get("line_item")
    sku = shape.sku(sold.get("sku"), f"{where}.line_item.sku", needed=False) if isinstance(sold, Mapping) else ""
    return RefundedLine(line, shape.units(one.get("quantity"), f"{where}.quantity"), sku, back=one.get("restock_type") == "return")


def _amount(refund: Json) -> str:
    """What was paid back by the transactions that did not fail: "209.00 USD"; empty where none says so."""
    paid, currency = Decimal(0), ""
    transactions = refund.get("transactions")
    for one in transactions if isinstance(transactions, list) else []:
        if isinstance(one, Mapping) and one.get("kind") == "refund" and one.get("status") in ("success", None):
            try:
                paid += Decimal(str(one.get("amount")))
            except ArithmeticError:  # no number, or one beyond all measure
                continue
            said = one.get("currency")
            currency = said if isinstance(said, str) and _CURRENCY.fullmatch(said) else currency
    return f"{paid} {currency}".strip()[:40] if paid.is_finite() and paid else ""
