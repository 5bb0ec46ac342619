"""Orders of WooCommerce's REST API (v3) and of its order webhooks.

Only `processing` orders are picked: the shop sets that state when the money is there and the goods are not sent.
Unit prices are the line's total after discounts divided by its quantity, to the nearest ten-thousandth (the API's own
`price` is a rounded binary fraction). Of a kit (Product Bundles, Composite Products) the parts are picked, not the
kit's own line, unless its parts travel inside it; what is not picked goes to `unpicked`.

An order body names its refunds but not the refunded lines. `refunds` gives them (the bodies of
`/orders/{id}/refunds`); without them an order that was refunded in part is `Unreadable`, so that a refunded unit is
never picked.
"""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal

from stowline.core.fields import Bad, moment, prose, shown, text
from stowline.orders.intake import shape, woocommerce_refunds
from stowline.orders.intake.body import decode, documents, read_documents
from stowline.orders.intake.shape import IncomingLine, IncomingOrder, Read, Skipped, Unreadable

Json = Mapping[str, object]

_SKIPPED: dict[str, Skipped] = {
    "pending": Skipped("", "its payment is pending", "unpaid"),
    "on-hold": Skipped("", "the shop holds it until its payment is confirmed", "unpaid"),
    "failed": Skipped("", "its payment failed", "unpaid"),
    "checkout-draft": Skipped("", "it is a checkout that was not finished", "unpaid"),
    "auto-draft": Skipped("", "it is a draft", "unpaid"),
    "draft": Skipped("", "it is a draft", "unpaid"),
    "cancelled": Skipped("", "it is cancelled in the shop", "cancelled"),
    "trash": Skipped("", "it was thrown away in the shop", "cancelled"),
    "refunded": Skipped("", "it is refunded in full", "refunded"),
    "completed": Skipped("", "the shop has it as completed", "fulfilled"),
}
_SAYS_LANGUAGE = frozenset({"wpml_language", "trp_language"})  # of WPML and of TranslatePress
_NEEDS_SHIPPING = frozenset({"_bundled_item_needs_shipping", "_composite_item_needs_shipping"})
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{0,30})?", re.ASCII)


def read_bytes(raw: bytes) -> list[Read]:
    """The orders in the raw body of a webhook or an answer. Raises nothing."""
    try:
        return read(decode(raw))
    except Bad as bad:
        return [Unreadable(bad.say)]


def read_file(raw: bytes) -> list[Read]:
    """The orders in a file: one JSON body, or one body or recorded exchange a line. Raises nothing.

    Refund bodies in the file (`/orders/{id}/refunds`, in any line) are taken into account.
    """
    bodies = [_unwrapped(body) for _, body in documents(raw) if not isinstance(body, Bad)]
    refunds = [
        one
        for body in bodies
        for one in (body if isinstance(body, list) else [body])
        if woocommerce_refunds.is_refund(one)
    ]
    taken = read_documents(raw, lambda body: read(body, refunds), _has_orders)
    return [
        one
        for one in taken
        if not (isinstance(one, Unreadable) and one.say == woocommerce_refunds.NOT_AN_ORDER and len(bodies) > 1)
    ]


def read(body: object, refunds: Iterable[object] = ()) -> list[Read]:
    """The orders in a decoded body: one order, a list, or either under "data". Raises nothing.

    `refunds` are refund objects of any orders, as `/orders/{id}/refunds` answers them.
    """
    said = _unwrapped(body)
    at = "data" if said is not body else ""
    known = woocommerce_refunds.by_order(refunds)
    if isinstance(said, list):
        return [_read_one(one, f"{at}[{place}]", known) for place, one in enumerate(said)]
    return [_read_one(said, at, known)]


def _unwrapped(body: object) -> object:
    if isinstance(body, Mapping) and {"request", "status", "body"} <= body.keys():
        body = body["body"]
    return body["data"] if isinstance(body, Mapping) and "data" in body and "line_items" not in body else body


def _has_orders(body: object) -> bool:
    said = _unwrapped(body)
    listed = said if isinstance(said, list) else [said]
    return any(
        isinstance(one, Mapping) and "line_items" in one and not woocommerce_refunds.is_refund(one) for one in listed
    )


def _read_one(said: object, where: str, refunds: dict[str, list[Json]]) -> Read:
    ref = ""
    try:
        order = shape.as_object(said, where, "The order")
        ref = _ref(order, where)
        return _skipped(order, ref, where) or _order(order, ref, where, refunds)
    except Bad as bad:
        return Unreadable(bad.say, bad.where, ref)


def _ref(order: Json, where: str) -> str:
    if woocommerce_refunds.is_refund(order):
        raise Bad(woocommerce_refunds.NOT_AN_ORDER, where)
    if "line_items" not in order:
        raise Bad("There is no order in the body.", where)
    for key in ("number", "id"):
        if found := shape.ref(order.get(key), f"{where}.{key}".lstrip("."), needed=False):
            return found
    raise Bad("The order has neither a number nor an id.", where)


def _skipped(order: Json, ref: str, where: str) -> Skipped | None:
    own_id = shape.external_id(order.get("id"), f"{where}.id".lstrip("."))
    status = text(order.get("status"), f"{where}.status".lstrip("."), what="The state").removeprefix("wc-")
    if found := _SKIPPED.get(status):
        return Skipped(ref, f"Order {ref} is not picked: {found.say}.", found.why, own_id)
    if status != "processing":
        said = f"The state {shown(status)} is not known" if status else "The order has no state"
        raise Bad(f"{said}. Orders come in when the shop sets them to processing.", f"{where}.status".lstrip("."))
    if order.get("needs_processing") is False:
        return Skipped(ref, f"Order {ref} has nothing that is shipped.", "nothing to ship", own_id)
    return None


def _order(order: Json, ref: str, where: str, refunds: dict[str, list[Json]]) -> Read:
    at = f"{where}." if where else ""
    said = shape.objects(order.get("line_items"), f"{at}line_items", "A line")
    if not said:
        raise Bad("The order has no lines.", f"{at}line_items")
    own_id = shape.external_id(order.get("id"), f"{at}id")
    gone = woocommerce_refunds.units_by_line(order, at, refunds.get(own_id or "", []))
    unshipped = _unshipped(said)
    picked: list[IncomingLine] = []
    unpicked: list[IncomingLine] = []
    for place, line in enumerate(said):
        spot = f"{at}line_items[{place}]"
        line_id = shape.external_id(line.get("id"), f"{spot}.id") or ""
        taken = _line(line, spot, gone.get(line_id, 0), ships=line_id not in unshipped)
        (picked if line_id not in unshipped else unpicked).extend(taken)
    if not picked and gone:
        return Skipped(ref, f"Order {ref} has no units left: they are refunded.", "refunded", own_id)
    if not picked:
        return Skipped(ref, f"Order {ref} has nothing that is shipped.", "nothing to ship", own_id)
    return IncomingOrder(
        ref=ref,
        lines=shape.checked(picked, f"{at}line_items"),
        unpicked=tuple(unpicked),
        customer=_customer(order, at),
        address=_address(order, at),
        placed_at=moment(
            order.get("date_created_gmt") or order.get("date_paid_gmt"), f"{at}date_created_gmt", zone=UTC
        ),
        currency=shape.currency(order.get("currency"), f"{at}currency"),
        locale=_locale(order),
        platform="woocommerce",
        external_id=own_id,
        note=prose(order.get("customer_note"), f"{at}customer_note", longest=1000),
        refunds=woocommerce_refunds.ids(order, at, refunds.get(own_id or "", [])),
    )


def _locale(order: Json) -> str:
    """The language in which it was ordered: WooCommerce itself does not say, its plugins for languages do."""
    meta = order.get("meta_data")
    said = [one for one in meta if isinstance(one, Mapping)] if isinstance(meta, list) else []
    return shape.known_locale(*(one.get("value") for one in said if str(one.get("key")) in _SAYS_LANGUAGE))


def _unshipped(lines: list[Json]) -> set[str]:
    """Ids of the lines that are not picked: parts inside a kit, and kits whose parts are picked."""
    inside = {_id(line) for line in lines if _says_no_shipping(line)}
    kits = {_id(line): _parts(line) for line in lines if _parts(line)}
    present = {_id(line) for line in lines}
    return inside | {kit for kit, parts in kits.items() if (parts & present) - inside}


def _id(line: Json) -> str:
    return shape.external_id(line.get("id")) or ""


def _parts(line: Json) -> set[str]:
    said = [*shape.as_list(line.get("bundled_items") or None, "bundled_items", "“bundled_items”"),
            *shape.as_list(line.get("composite_children") or None, "composite_children", "“composite_children”")]  # fmt: skip
    return {shape.external_id(part) or "" for part in said}


def _says_no_shipping(line: Json) -> bool:
    meta = shape.objects(line.get("meta_data"), "meta_data", "An entry")
    return any(str(one.get("key")) in _NEEDS_SHIPPING and one.get("value") == "no" for one in meta)


def _line(line: Json, where: str, refunded: int, *, ships: bool) -> list[IncomingLine]:
    name = _words(line.get("name"), f"{where}.name", "The name")
    try:
        ordered = shape.quantity(line.get("quantity"), f"{where}.quantity")
    except Bad as bad:
        raise Bad(f"Line {shown(name)}: {bad.say}", bad.where) from None
    if ordered <= refunded:
        return []
    return [
        IncomingLine(
            sku=_sku(line, where),
            name=name,
            quantity=ordered - refunded,
            unit_price=_unit_price(line, ordered, where),
            external_id=shape.external_id(line.get("id"), f"{where}.id"),
            requires_shipping=ships,
        )
    ]


def _words(value: object, where: str, what: str) -> str:
    """Text that the shop may have escaped for HTML."""
    said = html.unescape(value) if isinstance(value, str) else value
    return text(said, where, what=what, longest=shape.LONGEST_NAME, fold=True)


def _sku(line: Json, where: str) -> str:
    """The SKU, or a stand-in that stays the same for the same product."""
    if own := shape.sku(line.get("sku"), f"{where}.sku", needed=False):
        return own
    ids = [shape.external_id(line.get(key), f"{where}.{key}") for key in ("product_id", "variation_id")]
    known = [one for one in ids if one and one != "0"]
    if known:
        return "-".join(["woo", *known])
    if line_id := shape.external_id(line.get("id"), f"{where}.id"):
        return f"woo-line-{line_id}"
    raise Bad("The line has no SKU, no product and no id.", f"{where}.sku")


def _unit_price(line: Json, ordered: int, where: str) -> int:
    """What one unit costs after discounts, in ten-thousandths, rounded half up."""
    has_total = line.get("total") is not None and line["total"] != ""
    said = line["total"] if has_total else line.get("price", 0)
    key = "total" if has_total else "price"
    each = _decimal(said, f"{where}.{key}") / (ordered if has_total else 1)
    return shape.unit_price(each.quantize(Decimal("0.0001"), ROUND_HALF_UP), f"{where}.{key}")


def _decimal(value: object, where: str) -> Decimal:
    said = str(value) if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool) else ""
    if not _DECIMAL.fullmatch(said.strip()):
        raise Bad(f"The amount is {shown(value)}. It has to be a decimal number such as 12.50.", where)
    return Decimal(said.strip())


def _customer(order: Json, at: str) -> shape.Customer:
    billing = shape.as_object(order.get("billing") or {}, f"{at}billing", "The address")
    shipping = shape.as_object(order.get("shipping") or {}, f"{at}shipping", "The address")
    name = next(filter(None, (_full_name(one, at) for one in (billing, shipping))), "")
    own_id = shape.external_id(order.get("customer_id"), f"{at}customer_id")
    mail = billing.get("email") or shipping.get("email")
    return shape.customer(name, mail, None if own_id == "0" else own_id, f"{at}billing", fold=True)


def _full_name(one: Json, at: str) -> str:
    parts = (_words(one.get(key), f"{at}{key}", "The name") for key in ("first_name", "last_name"))
    return " ".join(part for part in parts if part)


def _address(order: Json, at: str) -> shape.Address:
    """The shipping address; where the shop left it empty (it ships to the billing address only), the billing one."""
    where = f"{at}shipping"
    said = shape.as_object(order.get("shipping") or {}, where, "The address")
    if not any(said.get(key) for key in ("address_1", "address_2", "city", "postcode")):
        where = f"{at}billing"
        said = shape.as_object(order.get("billing") or {}, where, "The address")
    keys = {"company": "company", "line1": "address_1", "line2": "address_2", "city": "city", "region": "state",
            "postcode": "postcode", "country": "country", "phone": "phone"}  # fmt: skip
    parts: dict[str, object] = {
        ours: _words(said.get(theirs), f"{where}.{theirs}", "The address") for ours, theirs in keys.items()
    }
    return shape.address(parts | {"name": _full_name(said, f"{where}.")}, where, fold=True)
