import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stowline.orders.intake import woocommerce
from stowline.orders.intake.shape import IncomingOrder, Skipped, Unreadable

LINE: dict[str, Any] = {
    "id": 11,
    "product_id": 16,
    "variation_id": 0,
    "sku": "MUG",
    "name": "Mug",
    "quantity": 3,
    "total": "13.50",
    "price": 4.5,
}
REFUND: dict[str, Any] = {
    "id": 90,
    "refunded_by": 1,
    "line_items": [{"quantity": -1, "meta_data": [{"key": "_refunded_item_id", "value": "11"}]}],
    "_links": {"up": [{"href": "https://shop.test/wp-json/wc/v3/orders/7"}]},
}


def order(**changes: Any) -> dict[str, Any]:
    return {"id": 7, "number": "7", "status": "processing", "currency": "EUR", "line_items": [LINE]} | changes


def from_file(raw: bytes) -> list[Any]:
    return list(woocommerce.read_file(raw))


def only(body: Any, refunds: Any = ()) -> Any:
    (taken,) = woocommerce.read(body, refunds)
    return taken


def picked(taken: Any) -> Any:
    assert isinstance(taken, IncomingOrder), taken
    return [(line.sku, line.quantity) for line in taken.lines]


@pytest.fixture
def real(shared: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        return (shared / "data/orders/woocommerce_ios" / name).read_bytes()

    return read


def test_the_real_order_with_a_line_of_one_and_a_half_is_refused_and_not_rounded(real: Callable[[str], bytes]) -> None:
    for name in ("order.json", "order-alternative-types.json", "order-with-special-character-currency.json"):
        (taken,) = from_file(real(name))
        assert taken == Unreadable(
            "Line “Fruits Bundle”: The quantity is 1.5. Stock is counted in whole units: 1.5 is not a whole number. "
            "Count it in a smaller unit (a piece, 100 g) and give how many of those.",
            "data.line_items[1].quantity",
            "963",
        )


def test_of_the_real_list_two_are_taken_and_two_wait_for_a_person(real: Callable[[str], bytes]) -> None:
    taken = from_file(real("orders-load-all.json"))
    assert [type(one).__name__ for one in taken] == ["Unreadable", "IncomingOrder", "IncomingOrder", "Unreadable"]
    assert [one.ref for one in taken] == ["963", "961", "960", "560"]
    assert picked(taken[1]) == [("woo-956", 1)]


def test_the_real_order_560_is_picked_less_its_four_refunds(real: Callable[[str], bytes]) -> None:
    orders = json.loads(real("orders-load-all.json"))["data"]
    refunds = json.loads(real("order-560-all-refunds.json"))["data"]
    taken = only(orders[3], refunds)
    assert isinstance(taken, IncomingOrder)
    assert {line.external_id: line.quantity for line in taken.lines} == {
        "58": 3, "59": 9, "60": 1, "61": 3, "62": 2, "63": 3, "65": 4,
    }  # fmt: skip
    assert only(orders[3], refunds[1:]).where == "refunds"


def test_a_file_of_exchanges_brings_orders_and_their_refunds_together(real: Callable[[str], bytes]) -> None:
    lines = [
        {"request": "GET /wp-json/wc/v3/orders", "status": 200, "body": json.loads(real("orders-load-all.json"))},
        {
            "request": "GET /wp-json/wc/v3/orders/560/refunds",
            "status": 200,
            "body": json.loads(real("order-560-all-refunds.json")),
        },
    ]
    taken = from_file("\n".join(json.dumps(line) for line in lines).encode())
    assert [type(one).__name__ for one in taken] == ["Unreadable", "IncomingOrder", "IncomingOrder", "IncomingOrder"]
    assert sum(line.quantity for line in taken[3].lines) == 25


def test_of_a_real_kit_the_parts_are_picked_and_its_price_is_kept(real: Callable[[str], bytes]) -> None:
    (bundle,) = from_file(real("order-with-bundled-line-items.json"))
    assert picked(bundle) == [("Woo-beanie-logo", 1)]
    assert [(line.sku, line.unit_price) for line in bundle.unpicked] == [("woo-190", 59_0000)]
    assert bundle.address.line2 == "632 O\u2019Conner Skyway"
    (composite,) = from_file(real("order-with-composite-product.json"))
    assert picked(composite) == [("woo-413", 1), ("woo-417", 1), ("woo-418", 1)]
    assert composite.customer.shop_id is None


def test_the_real_completed_and_refunded_orders_are_skipped(real: Callable[[str], bytes]) -> None:
    for name, why in (
        ("order-details-partially-refunded.json", "fulfilled"),
        ("order-fully-refunded.json", "refunded"),
    ):
        (taken,) = from_file(real(name))
        assert isinstance(taken, Skipped)
        assert taken.why == why


@pytest.mark.parametrize(
    "name", ["order-notes.json", "products-load-all.json", "refunds-all.json", "refund-single.json"]
)
def test_real_bodies_of_other_things_are_no_orders(real: Callable[[str], bytes], name: str) -> None:
    assert all(isinstance(one, Unreadable) for one in from_file(real(name)))


@pytest.mark.parametrize(
    ("status", "why"),
    [("pending", "unpaid"), ("on-hold", "unpaid"), ("failed", "unpaid"), ("checkout-draft", "unpaid"), ("trash", "cancelled"),
     ("cancelled", "cancelled"), ("wc-cancelled", "cancelled"), ("refunded", "refunded"), ("completed", "fulfilled")],
)  # fmt: skip
def test_only_orders_in_processing_are_picked(status: Any, why: Any) -> None:
    taken = only(order(status=status))
    assert isinstance(taken, Skipped)
    assert (taken.ref, taken.why) == ("7", why)
    assert picked(only(order(status="wc-processing"))) == [("MUG", 3)]


@pytest.mark.parametrize("status", ["", None, "awaiting-shipment", 5, []])
def test_a_state_of_the_shop_s_own_waits_for_a_person(status: Any) -> None:
    assert isinstance(only(order(status=status)), Unreadable)


def test_an_order_of_downloads_alone_is_skipped() -> None:
    taken = only(order(needs_processing=False))
    assert isinstance(taken, Skipped)
    assert taken.why == "nothing to ship"


def test_a_part_that_travels_inside_its_kit_is_not_picked() -> None:
    inside = {"meta_data": [{"key": "_bundled_item_needs_shipping", "value": "no"}]}
    kit = LINE | {"sku": "KIT", "bundled_items": [12]}
    taken = only(order(line_items=[kit, LINE | {"id": 12, "sku": "PART", "bundled_by": 11} | inside]))
    assert picked(taken) == [("KIT", 3)]
    assert [line.sku for line in taken.unpicked] == ["PART"]


def test_a_partly_refunded_order_needs_its_refunds() -> None:
    told = order(refunds=[{"id": 90, "total": "-4.50"}])
    assert isinstance(only(told), Unreadable)
    assert picked(only(told, [REFUND])) == [("MUG", 2)]
    assert picked(only(order(refunds=[REFUND]))) == [("MUG", 2)]


def test_a_wholly_refunded_line_leaves_nothing_to_pick() -> None:
    back = REFUND | {"line_items": [REFUND["line_items"][0] | {"quantity": -3}]}
    taken = only(order(refunds=[back]))
    assert isinstance(taken, Skipped)
    assert taken.why == "refunded"


def test_the_unit_price_comes_from_the_exact_total_not_from_the_binary_fraction() -> None:
    line = LINE | {"quantity": 3, "total": "32.40", "price": 10.799999999999999}
    assert only(order(line_items=[line])).lines[0].unit_price == 10_8000
    third = LINE | {"quantity": 3, "total": "10.00"}
    assert only(order(line_items=[third])).lines[0].unit_price == 3_3333


def test_stand_ins_for_a_missing_sku() -> None:
    lines = [
        LINE | {"sku": ""},
        LINE | {"sku": None, "variation_id": 71},
        LINE | {"sku": "", "product_id": 0},
        LINE | {"sku": 123},
    ]
    assert [sku for sku, _ in picked(only(order(line_items=lines)))] == ["woo-16", "woo-16-71", "woo-line-11", "123"]


def test_a_guest_who_gave_only_a_billing_address_is_sent_to_it() -> None:
    billing = {
        "first_name": "Ana",
        "last_name": "Ruiz",
        "address_1": "Calle 1",
        "city": "Madrid",
        "country": "ES",
        "email": "a@b.es",
    }
    taken = only(order(customer_id=0, billing=billing, shipping={"country": "ES", "city": ""}))
    assert isinstance(taken, IncomingOrder)
    assert (taken.address.name, taken.address.line1) == ("Ana Ruiz", "Calle 1")
    assert (taken.customer.email, taken.customer.shop_id) == ("a@b.es", None)


@pytest.mark.parametrize(
    "changes", [{"total": "-1"}, {"total": "NaN"}, {"total": [], "price": 1}, {"sku": "a\x00"}, {"quantity": True}]
)
def test_a_bad_line_stops_the_whole_order(changes: Any) -> None:
    taken = only(order(line_items=[LINE, LINE | changes]))
    assert isinstance(taken, Unreadable)
    assert taken.where.startswith("line_items[1].")
