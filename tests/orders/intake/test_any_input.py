"""Whatever comes in, a reader answers with orders, skips or sentences; it never raises and never lets a bad order by."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.core.errors import Refused
from stowline.orders.intake import api, lines_csv, shopify, woocommerce
from stowline.orders.intake.shape import IncomingOrder, Skipped, Unreadable

KEYS = [
    "order", "orders", "data", "body", "request", "status", "id", "name", "number", "ref", "store", "lines", "sku",
    "quantity", "unit_price", "price", "total", "line_items", "refunds", "refund_line_items", "line_item_id", "customer",
    "address", "email", "billing", "shipping", "shipping_address", "country", "country_code", "currency", "placed_at",
    "financial_status", "fulfillment_status", "fulfillments", "current_quantity", "fulfillable_quantity", "gift_card",
    "variant_id", "product_id", "meta_data", "key", "value", "bundled_items", "composite_children", "created_at",
]  # fmt: skip
WORDS = [
    "paid",
    "authorized",
    "processing",
    "partial",
    "EUR",
    "GB",
    "1",
    "1.5",
    "2026-01-01T00:00:00Z",
    "_refunded_item_id",
    "a@b.c",
    "\x00",
    "",
]

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 5)
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=25,
)
lines = st.dictionaries(st.sampled_from(KEYS), values, max_size=6).map(
    lambda line: {"id": 1, "sku": "A", "quantity": 1} | line
)
likely = st.builds(
    lambda more, some: (
        {"id": 1, "name": "#1", "financial_status": "paid", "status": "processing", "line_items": some} | more
    ),
    st.dictionaries(st.sampled_from(KEYS), values, max_size=4),
    st.lists(lines, max_size=3),
)


def sound(one: Any) -> None:
    """What every order at the door must be, whoever sent it."""
    assert isinstance(one, IncomingOrder | Skipped | Unreadable)
    repr(one).encode()
    if not isinstance(one, IncomingOrder):
        assert one.say.endswith(".")
        return
    assert one.ref
    assert one.lines
    assert all(1 <= line.quantity <= 1_000_000 and line.unit_price >= 0 and line.sku for line in one.lines)
    assert one.placed_at is None or one.placed_at.utcoffset() is not None
    assert len(one.address.country) in {0, 2}
    assert not any(character in repr(one) for character in ("\\x00", "\\n", "\\r"))


@given(values | likely)
@settings(max_examples=300, deadline=None)
def test_any_json_is_answered(body: Any) -> None:
    for one in (
        *shopify.read(body),
        *woocommerce.read(body, [body]),
        *woocommerce.read(body, body if isinstance(body, list) else []),
    ):
        sound(one)
    taken = api.read(body)
    if isinstance(taken, list):
        assert taken
        assert all(problem.say.endswith(".") for problem in taken)
    else:
        sound(taken)


@given(st.binary(max_size=60) | (values | likely).map(lambda body: json.dumps(body).encode()))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_answered(raw: Any) -> None:
    for one in (
        *shopify.read_bytes(raw),
        *shopify.read_file(raw),
        *woocommerce.read_bytes(raw),
        *woocommerce.read_file(raw),
    ):
        sound(one)


cells = st.sampled_from(
    ["1", "A", "2.0", "1.5", "", '"', "\x00", "a@b.c", "Müller", "山田", "2026-01-01", "EUR", "9" * 30, ","]
)


@given(st.lists(st.lists(cells, min_size=1, max_size=7), max_size=5), st.sampled_from(["utf-8", "cp1252"]))
@settings(deadline=None)
def test_any_rows_are_orders_or_refusals(rows: Any, encoding: Any) -> None:
    text = "\n".join(["order,sku,quantity,email,placed_at,currency,unit_price", *(",".join(row) for row in rows)])
    batch = lines_csv.read(text.encode(encoding, "replace"))
    for order in batch.things:
        sound(order)
    assert batch.rows == sum(len(order.lines) for order in batch.things) + len(batch.refusals)


@given(st.binary(max_size=100))
@settings(deadline=None)
def test_any_file_is_orders_or_a_refusal(raw: Any) -> None:
    try:
        batch = lines_csv.read(raw)
    except Refused as refused:
        assert refused.say.endswith(".")  # noqa: PT017  (either outcome is right)
    else:
        assert batch.things == () or all(order.lines for order in batch.things)
