"""Orders of Shopify's Admin REST API and of its order webhooks.

Units to pick of a line: `fulfillable_quantity` where it is stated (ordered, less refunded, less fulfilled), never more
than `current_quantity`, nor than what was ordered less what was refunded without having left; else the quantity less the refunds' line items and the fulfilments that did not fail. Lines
that need no shipping, and gift cards, go to `unpicked`. Stated totals are not compared: they may be out of date.

Payment: `paid` and `partially_refunded` orders are taken, and `authorized` ones, whose money is reserved in full.
`partially_paid` and `pending` wait for the message that says they are paid.
"""

from collections.abc import Mapping
from datetime import UTC
from typing import Literal

from stowline.core.fields import Bad, moment, prose, shown, text
from stowline.orders.intake import shape, shopify_refunds
from stowline.orders.intake.body import decode, read_documents
from stowline.orders.intake.shape import Customer, IncomingLine, IncomingOrder, Read, Skipped, Unreadable

Json = Mapping[str, object]
Why = Literal["cancelled", "refunded", "unpaid", "fulfilled", "nothing to ship"]

TAKEN = frozenset({"paid", "authorized", "partially_refunded"})
_NOT_TAKEN: dict[str, tuple[Why, str]] = {
    "pending": ("unpaid", "its payment is pending"),
    "partially_paid": ("unpaid", "only a part of it is paid"),
    "expired": ("unpaid", "its payment authorization has expired"),
    "voided": ("cancelled", "its payment was voided"),
    "refunded": ("refunded", "it is refunded in full"),
}
_FAILED_FULFILMENTS = frozenset({"cancelled", "error", "failure"})
_DONE_LINES = frozenset({"fulfilled", "restocked", "not_eligible"})


def read_bytes(raw: bytes) -> list[Read]:
    """The orders in the raw body of a webhook or an answer. Raises nothing."""
    try:
        return read(decode(raw))
    except Bad as bad:
        return [Unreadable(bad.say)]


def read_file(raw: bytes) -> list[Read]:
    """The orders in a file: one JSON body, or one body or recorded exchange a line. Raises nothing.

    Recorded exchanges that hold no order (counts, failures) are passed over.
    """
    return read_documents(raw, read, lambda body: isinstance(body, Mapping) and bool(body.keys() & {"order", "orders"}))


def read(body: object) -> list[Read]:
    """The orders in a decoded body: `{"order": {…}}`, `{"orders": […]}`, a list, or the order itself. Raises nothing."""
    if isinstance(body, list):
        return [_read_one(one, f"[{place}]") for place, one in enumerate(body)]
    if isinstance(body, Mapping) and "orders" in body:
        listed = body["orders"]
        if not isinstance(listed, list):
            return [Unreadable(f"“orders” is {shown(listed)}. It has to be a list.", "orders")]
        return [_read_one(one, f"orders[{place}]") for place, one in enumerate(listed)]
    if isinstance(body, Mapping) and "order" in body:
        return [_read_one(body["order"], "order")]
    if isinstance(body, Mapping) and "draft_order" in body:
        return [Unreadable("This is a draft order. It comes in when it has become an order.", "draft_order")]
    return [_read_one(body, "")]


def _read_one(said: object, where: str) -> Read:
    ref = ""
    try:
        order = shape.as_object(said, where, "The order")
        ref = _ref(order, where)
        return _skipped(order, ref, where) or _order(order, ref, where)
    except Bad as bad:
        return Unreadable(bad.say, bad.where, ref)


def _ref(order: Json, where: str) -> str:
    """The name shoppers know ("#1001"), else the number, else the id."""
    if not order.keys() & {"line_items", "financial_status"}:
        raise Bad("There is no order in the body.", where)
    for key in ("name", "order_number", "id"):
        if found := shape.ref(order.get(key), f"{where}.{key}".lstrip("."), needed=False):
            return found
    raise Bad("The order has neither a name nor an id.", where)


def _skipped(order: Json, ref: str, where: str) -> Skipped | None:
    own_id = shape.external_id(order.get("id"), f"{where}.id".lstrip("."))
    status = text(order.get("financial_status"), f"{where}.financial_status".lstrip("."), what="The payment state")
    if order.get("cancelled_at"):
        return Skipped(ref, f"Order {ref} is cancelled in the shop.", "cancelled", own_id)
    if status in _NOT_TAKEN:
        why, because = _NOT_TAKEN[status]
        return Skipped(ref, f"Order {ref} is not picked: {because}.", why, own_id)
    if not status:
        raise Bad("The order does not say whether it is paid.", f"{where}.financial_status".lstrip("."))
    if status not in TAKEN:
        raise Bad(f"The payment state {shown(status)} is not known.", f"{where}.financial_status".lstrip("."))
    return None


def _order(order: Json, ref: str, where: str) -> Read:
    at = f"{where}." if where else ""
    said = shape.objects(order.get("line_items"), f"{at}line_items", "A line")
    if not said:
        raise Bad("The order has no lines.", f"{at}line_items")
    left = _Left(order, at)
    picked, unpicked = [], []
    for place, line in enumerate(said):
        spot = f"{at}line_items[{place}]"
        if line.get("requires_shipping") is False or line.get("gift_card") is True:
            unpicked += _line(line, shape.units(line.get("quantity"), f"{spot}.quantity"), spot, ships=False)
        else:
            picked += _line(line, left.of(line, spot), spot, ships=True)
    own_id = shape.external_id(order.get("id"), f"{at}id")
    if not picked:
        return _nothing_left(ref, left, own_id)
    return IncomingOrder(
        ref=ref,
        lines=shape.checked(picked, f"{at}line_items"),
        unpicked=tuple(unpicked),
        customer=_customer(order, at),
        address=_address(order, at),
        placed_at=moment(order.get("processed_at") or order.get("created_at"), f"{at}created_at", zone=UTC),
        currency=shape.currency(order.get("currency"), f"{at}currency"),
        locale=shape.known_locale(order.get("customer_locale")),
        platform="shopify",
        external_id=own_id,
        note=prose(order.get("note"), f"{at}note", longest=1000),
        refunds=shopify_refunds.ids(order, at),
    )


def _nothing_left(ref: str, left: "_Left", own_id: str | None) -> Skipped:
    if left.fulfilled_before:
        return Skipped(ref, f"Order {ref} is already fulfilled.", "fulfilled", own_id)
    if left.refunded_before:
        return Skipped(ref, f"Order {ref} has no units left: they are refunded.", "refunded", own_id)
    return Skipped(ref, f"Order {ref} has nothing that is shipped.", "nothing to ship", own_id)


def _line(line: Json, units: int, where: str, *, ships: bool) -> list[IncomingLine]:
    if not units:
        return []
    title = " - ".join(filter(None, (_words(line, "title", where), _words(line, "variant_title", where))))
    return [
        IncomingLine(
            sku=_sku(line, where),
            name=_words(line, "name", where) or title,
            quantity=units,
            unit_price=shape.unit_price(line.get("price"), f"{where}.price"),
            external_id=shape.external_id(line.get("id"), f"{where}.id"),
            requires_shipping=ships,
        )
    ]


def _words(line: Json, key: str, where: str) -> str:
    return text(line.get(key), f"{where}.{key}", what="The name", longest=shape.LONGEST_NAME, fold=True)


def _sku(line: Json, where: str) -> str:
    """The SKU, or a stand-in that stays the same for the same variant."""
    if own := shape.sku(line.get("sku"), f"{where}.sku", needed=False):
        return own
    for key, stem in (("variant_id", "shopify"), ("product_id", "shopify-product"), ("id", "shopify-line")):
        if found := shape.external_id(line.get(key), f"{where}.{key}"):
            return f"{stem}-{found}"
    raise Bad("The line has no SKU, no variant and no id.", f"{where}.sku")


class _Left:
    """How many units of each line are still to be picked."""

    def __init__(self, order: Json, at: str) -> None:
        self._refunded, self._unsent = _refunded(order, at), _refunded(order, at, besides="return")
        self._fulfilled = _fulfilled(order, at)
        self._order_done = _is_one_of(_DONE_LINES, order.get("fulfillment_status"))
        self.fulfilled_before = self._order_done or any(self._fulfilled.values())
        self.refunded_before = any(self._refunded.values())

    def of(self, line: Json, where: str) -> int:
        ordered = shape.quantity(line.get("quantity"), f"{where}.quantity")
        own = shape.external_id(line.get("id"), f"{where}.id") or ""
        stated = [
            shape.units(line[key], f"{where}.{key}")
            for key in ("current_quantity", "fulfillable_quantity")
            if line.get(key) is not None
        ]
        done = self._order_done or _is_one_of(_DONE_LINES, line.get("fulfillment_status"))
        self.fulfilled_before |= done
        if done or line.get("fulfillable_quantity") is not None:
            self.refunded_before |= line.get("current_quantity") == 0
            self.fulfilled_before |= not done and stated[-1] == 0 and stated[0] > 0
            return 0 if done else max(0, min(ordered - self._unsent.get(own, 0), *stated))
        if line.get("fulfillment_status") == "partial" and not self._fulfilled.get(own):
            raise Bad("A part of the line is fulfilled, and the order does not say how much.", f"{where}.quantity")
        current = stated[0] if stated else ordered - self._refunded.get(own, 0)
        return max(0, min(ordered, current) - self._fulfilled.get(own, 0))


def _is_one_of(words: frozenset[str], said: object) -> bool:
    return isinstance(said, str) and said in words


def _refunded(order: Json, at: str, besides: str = "") -> dict[str, int]:
    count: dict[str, int] = {}
    for place, refund in enumerate(shape.objects(order.get("refunds"), f"{at}refunds", "A refund")):
        where = f"{at}refunds[{place}].refund_line_items"
        for one in shape.objects(refund.get("refund_line_items"), where, "A refunded line"):
            own, units = shape.external_id(one.get("line_item_id"), where) or "", shape.units(one.get("quantity"), f"{where}.quantity")
            count[own] = count.get(own, 0) + (0 if one.get("restock_type") == besides else units)
    return count


def _fulfilled(order: Json, at: str) -> dict[str, int]:
    count: dict[str, int] = {}
    for place, done in enumerate(shape.objects(order.get("fulfillments"), f"{at}fulfillments", "A fulfilment")):
        where = f"{at}fulfillments[{place}].line_items"
        if not _is_one_of(_FAILED_FULFILMENTS, done.get("status")):
            for one in shape.objects(done.get("line_items"), where, "A fulfilled line"):
                own = shape.external_id(one.get("id"), where) or ""
                count[own] = count.get(own, 0) + shape.units(one.get("quantity"), f"{where}.quantity")
    return count


def _customer(order: Json, at: str) -> Customer:
    who = shape.as_object(order.get("customer") or {}, f"{at}customer", "The customer")
    ship_to = shape.as_object(order.get("shipping_address") or {}, f"{at}shipping_address", "The address")
    bill_to = shape.as_object(order.get("billing_address") or {}, f"{at}billing_address", "The address")
    name = next(filter(None, (_full_name(one) for one in (who, ship_to, bill_to))), "")
    mail = order.get("email") or order.get("contact_email") or who.get("email")
    return shape.customer(name, mail, who.get("id"), f"{at}customer", fold=True)


def _full_name(one: Json) -> str:
    whole = one.get("name")
    parts = (one.get("first_name"), one.get("last_name"))
    return whole if isinstance(whole, str) and whole else " ".join(p for p in parts if isinstance(p, str) and p)


def _address(order: Json, at: str) -> shape.Address:
    where = f"{at}shipping_address"
    said = shape.as_object(order.get("shipping_address") or {}, where, "The address")
    parts = {
        "name": _full_name(said),
        "company": said.get("company"),
        "line1": said.get("address1"),
        "line2": said.get("address2"),
        "city": said.get("city"),
        "region": said.get("province_code") or said.get("province"),
        "postcode": said.get("zip"),
        "country": said.get("country_code") or said.get("country"),
        "phone": said.get("phone"),
    }
    return shape.address(parts, where, fold=True)
