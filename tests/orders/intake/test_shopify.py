import json
from pathlib import Path
from typing import Any

import pytest

from stowline.orders.intake import shopify
from stowline.orders.intake.shape import IncomingOrder, Skipped, Unreadable

LINE = {"id": 11, "variant_id": 21, "sku": "MUG", "title": "Mug", "quantity": 3, "price": "4.50"}


def order(**changes: Any) -> dict[str, Any]:
    return {"id": 1, "name": "#1001", "financial_status": "paid", "currency": "EUR", "line_items": [LINE]} | changes


def only(body: Any) -> Any:
    (taken,) = shopify.read(body)
    return taken


def picked(*lines: dict[str, Any], **changes: Any) -> Any:
    taken = only(order(line_items=list(lines), **changes))
    return [(line.sku, line.quantity) for line in taken.lines] if isinstance(taken, IncomingOrder) else taken


def test_the_real_order_of_three_lines_is_taken_though_its_stated_subtotal_is_wrong(shared: Path) -> None:
    (taken,) = shopify.read_file((shared / "data/orders/shopify_python_api/order.json").read_bytes())
    assert isinstance(taken, IncomingOrder)
    assert taken.ref == "#1001"
    assert [line.sku for line in taken.lines] == ["IPOD2008GREEN", "IPOD2008RED", "IPOD2008BLACK"]
    assert sum(line.quantity * line.unit_price for line in taken.lines) == 597_0000
    assert taken.placed_at is not None
    assert taken.placed_at.isoformat() == "2008-01-10T16:00:00+00:00"
    assert (taken.address.line1, taken.address.country) == ("Chestnut Street 92", "US")


def test_of_the_real_partly_refunded_order_one_unit_may_still_be_picked(shared: Path) -> None:
    exchanges = (shared / "data/orders/shopify_api_ruby_2026-07/order_responses.jsonl").read_bytes().splitlines()
    (taken,) = shopify.read_file(exchanges[5])
    assert isinstance(taken, IncomingOrder)
    assert [(line.sku, line.quantity) for line in taken.lines] == [("IPOD2008RED", 1)]


def test_the_recorded_exchanges_are_all_read(shared: Path) -> None:
    taken = shopify.read_file((shared / "data/orders/shopify_api_ruby_2026-07/order_responses.jsonl").read_bytes())
    kinds = [type(one).__name__ for one in taken]
    assert len(taken) == 26
    assert kinds.count("Unreadable") == 2
    assert [one.where for one in taken if isinstance(one, Unreadable)] == [
        "line 2: orders[0]",
        "line 5: order.financial_status",
    ]
    assert sorted(one.why for one in taken if isinstance(one, Skipped)) == ["fulfilled"] * 3 + ["unpaid"] * 2


@pytest.mark.parametrize(
    "name", ["fulfillment_responses", "inventory_level_responses", "product_responses", "refund_responses"]
)
def test_recorded_exchanges_about_other_things_hold_no_orders(shared: Path, name: str) -> None:
    assert shopify.read_file((shared / f"data/orders/shopify_api_ruby_2026-07/{name}.jsonl").read_bytes()) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"cancelled_at": "2026-01-01T00:00:00Z"}, "cancelled"),
        ({"financial_status": "pending"}, "unpaid"),
        ({"financial_status": "partially_paid"}, "unpaid"),
        ({"financial_status": "expired"}, "unpaid"),
        ({"financial_status": "voided"}, "cancelled"),
        ({"financial_status": "refunded"}, "refunded"),
        ({"fulfillment_status": "fulfilled"}, "fulfilled"),
        ({"line_items": [LINE | {"gift_card": True}]}, "nothing to ship"),
        ({"line_items": [LINE | {"current_quantity": 0, "fulfillable_quantity": 0}]}, "refunded"),
        ({"line_items": [LINE | {"current_quantity": 3, "fulfillable_quantity": 0}]}, "fulfilled"),
        ({"refunds": [{"refund_line_items": [{"line_item_id": 11, "quantity": 3}]}]}, "refunded"),
    ],
)
def test_an_order_that_must_not_be_picked_is_skipped_with_the_reason(changes: Any, why: Any) -> None:
    taken = only(order(**changes))
    assert isinstance(taken, Skipped)
    assert (taken.ref, taken.why, taken.external_id) == ("#1001", why, "1")
    assert taken.say.startswith("Order #1001 ")


@pytest.mark.parametrize("status", ["paid", "authorized", "partially_refunded"])
def test_an_order_whose_money_is_there_or_reserved_is_taken(status: Any) -> None:
    assert picked(LINE, financial_status=status) == [("MUG", 3)]


@pytest.mark.parametrize("status", [None, "", "brand_new_status", 5, [], {}])
def test_an_unknown_payment_state_waits_for_a_person(status: Any) -> None:
    assert isinstance(only(order(financial_status=status)), Unreadable)


@pytest.mark.parametrize(
    ("line", "units"),
    [
        ({"fulfillable_quantity": 2}, 2),
        ({"fulfillable_quantity": 2, "current_quantity": 1}, 1),
        ({"current_quantity": 2}, 2),
        ({"current_quantity": 9}, 3),
        ({"quantity": 3.0}, 3),
    ],
)
def test_only_units_still_to_fulfil_are_picked(line: Any, units: Any) -> None:
    assert picked(LINE | line) == [("MUG", units)]


def test_without_stated_counts_refunds_and_fulfilments_are_taken_off() -> None:
    done = {"status": "success", "line_items": [{"id": 11, "quantity": 1}]}
    failed = {"status": "failure", "line_items": [{"id": 11, "quantity": 1}]}
    back = {"refund_line_items": [{"line_item_id": 11, "quantity": 1}]}
    assert picked(LINE, fulfillments=[done, failed], refunds=[back]) == [("MUG", 1)]


def test_a_line_that_is_done_is_not_picked_again() -> None:
    assert picked(LINE, LINE | {"id": 12, "sku": "POT", "fulfillment_status": "fulfilled"}) == [("MUG", 3)]
    partly = picked(LINE | {"fulfillment_status": "partial"})
    assert isinstance(partly, Unreadable)


def test_gift_cards_and_downloads_are_kept_apart_from_what_is_picked() -> None:
    card = LINE | {"id": 12, "sku": "CARD", "gift_card": True}
    taken = only(order(line_items=[LINE, card, LINE | {"id": 13, "sku": "PDF", "requires_shipping": False}]))
    assert isinstance(taken, IncomingOrder)
    assert [line.sku for line in taken.lines] == ["MUG"]
    assert [(line.sku, line.requires_shipping) for line in taken.unpicked] == [("CARD", False), ("PDF", False)]


def test_a_line_without_sku_gets_a_stand_in_that_stays_the_same() -> None:
    assert picked(LINE | {"sku": ""}, LINE | {"sku": None, "variant_id": None}) == [
        ("shopify-21", 3),
        ("shopify-line-11", 3),
    ]


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 10**12, "", "x", None, True])
def test_one_bad_quantity_stops_the_whole_order_with_its_place(quantity: Any) -> None:
    taken = only({"order": order(line_items=[LINE, LINE | {"quantity": quantity}])})
    assert isinstance(taken, Unreadable)
    assert (taken.ref, taken.where) == ("#1001", "order.line_items[1].quantity")


def test_a_list_is_read_order_by_order() -> None:
    taken = shopify.read({"orders": [order(), 5, order(name="#2", cancelled_at="x")]})
    assert [type(one) for one in taken] == [IncomingOrder, Unreadable, Skipped]


@pytest.mark.parametrize(
    "body", [None, [5], {}, {"orders": 5}, {"order": []}, {"draft_order": {}}, {"id": 5}, order(line_items=[])]
)
def test_what_is_no_order_is_unreadable_with_a_sentence(body: Any) -> None:
    taken = only(body)
    assert isinstance(taken, Unreadable)
    assert taken.say.endswith(".")


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": NaN}', b"1" * 5000, b"\x00", b'{"a": 1e9999999999999999999}'],
)
def test_a_body_that_is_no_json_is_unreadable(raw: Any) -> None:
    (taken,) = shopify.read_bytes(raw)
    assert isinstance(taken, Unreadable)


def test_a_price_keeps_its_decimals_through_json() -> None:
    body = json.dumps(order()).replace('"4.50"', "0.0003").encode()
    (taken,) = shopify.read_bytes(body)
    assert isinstance(taken, IncomingOrder)
    assert taken.lines[0].unit_price == 3


def test_names_of_all_scripts_come_through_and_control_characters_do_not() -> None:
    ship_to = {"first_name": "محمد", "last_name": "山田", "address1": "1 Main\tStreet", "country_code": "AE"}
    taken = only(order(shipping_address=ship_to))
    assert isinstance(taken, IncomingOrder)
    assert (taken.address.name, taken.address.line1) == ("محمد 山田", "1 Main Street")
    assert isinstance(only(order(shipping_address=ship_to | {"city": "a\x00b"})), Unreadable)
