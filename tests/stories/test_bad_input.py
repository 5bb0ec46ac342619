"""Bad input at every door: a clear no, or a row in the intake errors list; never a 500, nothing half-stored."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from stowline.core import db
from tests.asserts import accepted, clear_no, refused
from tests.makers import (
    FORM_TYPE,
    JSON_TYPE,
    STORE,
    Json,
    Tablet,
    api_order,
    email_of,
    shopify_order,
    signed,
    webhook,
    woo_order,
)
from tests.stories.conftest import House

HOSTILE_BODIES = [
    b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe\x00", b"\x00" * 50, b"[" * 20_000, b"{" * 20_000,
    b'{"a":' * 5_000, b'{"scan_id": NaN}', b"1" * 5_000, b'{"scan_id": "a", "scan_id": "b"}', b'{"ref": "\\ud800"}',
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', b'{"__proto__": {"x": 1}}',
    "{“ref”: “1”}".encode(), b"ref=1&store=demo", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--",
]  # fmt: skip
QUANTITIES: list[Any] = [0, -1, 1.5, 10**12, 10**30, "1", "", None, True, [], {}, "１", 1e400]
NAMES = {
    "arabic": "محمد بن سلمان", "hebrew": "שרה כהן", "chinese": "山田太郎 王小明", "korean": "김철수", "thai": "สมชาย",
    "hindi": "सत्यनारायण", "emoji": "Zoë 🦊 O'Brien", "mixed": "Ann \u202eעברית\u202c (x)", "quotes": "Robert'); DROP TABLE orders;--",
    "markup": "<script>alert(1)</script>", "template": "{{ 7*7 }} {% raw %}",
}  # fmt: skip


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet()


def stored(house: House) -> dict[str, int]:
    tables = (
        "orders",
        "order_line",
        "customer",
        "product",
        "purchase_order",
        "ledger",
        "manifest",
        "intake_error",
        "outbox",
    )
    return {table: house.count(table) for table in tables}


# ---------------------------------------------------------------- the API


def test_a_hostile_body_is_a_clear_no_at_every_door_of_the_api(house: House, maja: Tablet) -> None:
    before = stored(house)
    for path in (
        "/api/v1/orders",
        "/api/v1/products",
        "/api/v1/purchase-orders",
        "/api/v1/manifests",
        "/scans",
        "/scans/batch",
    ):
        for body in HOSTILE_BODIES:
            clear_no(maja.post(path, body))
    assert stored(house) == before
    assert house.count("scan") == 0


def test_a_quantity_is_a_whole_number_from_one_to_a_million(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    before = stored(house)
    for quantity in QUANTITIES:
        order = api_order("1", {"MUG": 1}) | {"lines": [{"sku": "MUG", "quantity": quantity, "unit_price": "1"}]}
        raw = json.dumps(order).replace("Infinity", "1e400").encode()
        clear_no(maja.post("/api/v1/orders", raw))
        lines = [{"sku": "MUG", "quantity": quantity}]
        purchase = {"ref": "PO-1", "supplier": "x", "lines": lines}
        clear_no(maja.post("/api/v1/purchase-orders", json.dumps(purchase).replace("Infinity", "1e400").encode()))
        scan = {"scan_id": "q", "task": "receive:", "code": "MUG", "quantity": quantity}
        clear_no(maja.post("/scans", json.dumps(scan).replace("Infinity", "1e400").encode()), 400)
        form = urlencode({"scan_id": "q", "task": "receive:", "code": "MUG", "quantity": str(quantity or 0)}).encode()
        if str(quantity) not in {"1", ""}:
            clear_no(maja.post("/scans", form, FORM_TYPE), 400)
    assert stored(house) == before
    assert house.count("scan") == 0


def test_a_case_code_times_a_million_is_refused_and_not_counted(house: House, maja: Tablet) -> None:
    maja.add_product("MUG", barcodes=[{"code": "PALLET", "quantity": 100_000}])
    refused(maja.scan("receive:", "PALLET", 1_000_000), "in parts")
    assert maja.stock("MUG")["on_hand"] == 0
    for n in range(3):
        accepted(maja.scan("receive:", "MUG", 1_000_000, scan_id=f"big-{n}"))
    assert maja.stock("MUG")["on_hand"] == 3_000_000


def test_the_largest_order_that_is_allowed_fits(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    lines = [{"sku": "MUG", "quantity": 1_000_000, "unit_price": "999.9999"} for _ in range(3)]
    placed = maja.post("/api/v1/orders", api_order("BIG", {}) | {"lines": lines * 1000})
    if placed.status != 201:
        clear_no(placed)
        placed = maja.post("/api/v1/orders", api_order("BIG", {}) | {"lines": lines})
    assert placed.status == 201
    assert maja.order("BIG")["lines"][0]["quantity"] == 1_000_000
    house.prove()


def test_fields_that_cannot_be_are_named(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    before = stored(house)
    wrong: dict[str, Json] = {
        "ref": {"ref": "x" * 500}, "store": {"store": "nobody"}, "customer.email": {"customer": {"name": "A", "email": "no"}},
        "address.country": {"address": {"name": "A", "line1": "1", "city": "B", "country": "Atlantis"}},
        "address.city": {"address": {"name": "A", "line1": "1", "city": "", "country": "GB"}},
        "lines": {"lines": []}, "lines[0].sku": {"lines": [{"sku": "NOBODY", "quantity": 1, "unit_price": "1"}]},
        "lines[0].unit_price": {"lines": [{"sku": "MUG", "quantity": 1, "unit_price": "1.23456"}]},
        "currency": {"currency": "XXXX"}, "placed_at": {"placed_at": "2026-02-30T00:00:00Z"},
    }  # fmt: skip
    for where, change in wrong.items():
        reply = maja.post("/api/v1/orders", api_order("1", {"MUG": 1}) | change)
        clear_no(reply)
        assert reply["where"] == where
    for text in ("a\x00b", "a\nb", "a\x1bb", "\x7f"):
        for change in ({"ref": text}, {"address": {"name": text, "line1": "1", "city": "B", "country": "GB"}},
                       {"customer": {"name": text, "email": "a@b.example"}}):  # fmt: skip
            clear_no(maja.post("/api/v1/orders", api_order("1", {"MUG": 1}) | change))
        clear_no(maja.post("/api/v1/products", {"sku": text, "name": "x"}))
        clear_no(maja.post("/api/v1/products", {"sku": "X", "name": text}))
        clear_no(maja.post("/api/v1/products", {"sku": "X", "name": "x", "detail": text}))
        clear_no(
            maja.post(
                "/api/v1/purchase-orders", {"ref": text, "supplier": "x", "lines": [{"sku": "MUG", "quantity": 1}]}
            )
        )
    clear_no(maja.post("/api/v1/products", {"sku": "X", "name": "x", "detail": "y" * 5000}))
    clear_no(maja.post("/api/v1/products", {"sku": "X", "name": "x", "barcodes": [{"code": "1", "quantity": 0}]}))
    clear_no(maja.post("/api/v1/products", {"sku": "X", "name": "x", "weight_g": 10**30}))
    assert stored(house) == before


def test_odd_addresses_are_a_clear_no(maja: Tablet) -> None:
    for path in ("orders/%00", "orders/%ff", "orders/" + "x" * 3000, "orders/..%2f..%2fetc%2fpasswd", "stock?sku=%00",
                 "stock?limit=-1", "stock?limit=x", "stock?limit=99999999999999999999", "tasks?kind=dance", "tasks?kind=receive&after=%ff",
                 "orders/1/timeline?after=junk", "stock?after=junk", "parcels/NONE/label", "products/%F0%9F%A6%8A"):  # fmt: skip
        clear_no(maja.get(f"/api/v1/{path}"))


def test_names_of_all_scripts_go_through_to_label_and_slip(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": len(NAMES)})
    for ref, name in NAMES.items():
        address = {"name": name, "line1": name, "city": name, "postcode": "1", "country": "GB"}
        placed = maja.place(ref, {"MUG": 1}, customer={"name": name, "email": email_of(ref)}, address=address)
        assert placed.status == 201, (name, placed.raw)
    maja.ship_all()
    maja.ship_all()
    assert {maja.order(ref)["state"] for ref in NAMES} == {"handed_over"}
    house.prove()


# ---------------------------------------------------------------- the shops' webhooks


def test_a_webhook_without_the_right_signature_is_turned_away(house: House) -> None:
    send, body = house.send(), shopify_order("#1", {"MUG": 1})
    raw, headers = signed("shopify", body)
    name = "X-Shopify-Hmac-Sha256"
    path = f"/intake/{STORE}/shopify"
    for mark in (None, "", "AAAA", headers[name][:-2], headers[name].lower(), "x" * 10_000):
        wrong = JSON_TYPE if mark is None else {**JSON_TYPE, name: mark}
        clear_no(send("POST", path, raw, wrong), 401)
    clear_no(send("POST", path, raw + b" ", headers), 401)
    clear_no(send("POST", path, raw.replace(b'"quantity": 1', b'"quantity": 9'), headers), 401)
    clear_no(send("POST", "/intake/nobody/shopify", raw, headers), 401)
    clear_no(send("POST", f"/intake/{STORE}/woocommerce", raw, headers), 401)
    clear_no(send("POST", f"/intake/{STORE}/nobody", raw, headers), 404)
    assert house.count("orders") == house.count("intake_error") == 0


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
def test_a_signed_body_that_is_no_order_waits_for_a_person_with_its_payload(house: House, platform: str) -> None:
    send = house.send()
    bodies = [body for body in HOSTILE_BODIES if body not in {b"[]", b'{"scan_id": NaN}'}]
    for body in bodies:
        reply = webhook(send, platform, body)
        assert reply.status == 202, (body[:40], reply.raw)
        assert [taken["outcome"] for taken in reply["taken"]] == ["error"], body[:40]
        assert webhook(send, platform, body).status == 202  # sent again, it is the same row
    assert (house.count("intake_error"), house.count("orders")) == (len(bodies), 0)


def test_a_bad_line_keeps_the_whole_order_out_and_its_row_says_where(house: House) -> None:
    send = house.send()
    for n, quantity in enumerate(QUANTITIES[:-1]):
        if quantity == "1":
            continue  # shops may write a number as text
        order = shopify_order(f"#{n}", {"MUG": 1, "CUP": 1})
        order["line_items"][1]["quantity"] = quantity
        taken = webhook(send, "shopify", order)["taken"]
        assert [(one["ref"], one["outcome"]) for one in taken] == [(f"#{n}", "error")], quantity
        assert "quantity" in taken[0]["say"]
    woo = woo_order("77", {"MUG": 1}, line_items=[])
    assert webhook(send, "woocommerce", woo)["taken"][0]["outcome"] == "error"
    assert (house.count("orders"), house.count("order_line"), house.count("product")) == (0, 0, 0)


def test_an_order_sent_in_again_is_known_and_one_with_control_characters_is_kept_out(house: House) -> None:
    send = house.send()
    order = shopify_order("#1", {"MUG": 1})
    assert [webhook(send, "shopify", order)["taken"][0]["outcome"] for _ in range(3)] == ["new", "known", "known"]
    order = shopify_order("#2", {"MUG": 1})
    order["shipping_address"]["city"] = "a\x00b"
    assert webhook(send, "shopify", order)["taken"][0]["outcome"] == "error"
    assert house.count("orders") == 1


# ---------------------------------------------------------------- the desk: a row, its payload, a retry that works


def test_the_errors_list_shows_the_payload_and_a_retry_takes_the_order_in(house: House, ruth: Tablet) -> None:
    send = house.send()
    order = shopify_order("#41", {"MUG": 2}, financial_status="brand_new_state")
    assert webhook(send, "shopify", order)["taken"][0]["outcome"] == "error"
    page = ruth.send("GET", "/intake-errors", None, {**ruth.headers, "Accept": "text/html"}).raw.decode()
    assert "#41" in page
    assert "brand_new_state" in page
    assert "/intake-errors/1/retry" in page
    still = ruth.post("/intake-errors/1/retry", b"", FORM_TYPE)
    assert still.status == 422
    assert house.count("orders") == 0
    database = db.Database(house.url)
    with database.transaction() as session:  # what a later version may do: read what this one cannot
        session.connection().exec_driver_sql(
            "UPDATE intake_error SET payload = REPLACE(payload, 'brand_new_state', 'paid')"
        )
    database.close()
    assert ruth.post("/intake-errors/1/retry", b"", FORM_TYPE).status == 303
    assert house.tablet().order("#41")["lines"][0]["quantity"] == 2
    assert house.count("intake_error WHERE solved_at IS NULL") == 0
    assert ruth.post("/intake-errors/1/retry", b"", FORM_TYPE).status == 303
    assert house.count("orders") == 1


def test_a_form_of_another_site_changes_nothing(house: House, ruth: Tablet) -> None:
    house.tablet().add_product("MUG")
    house.tablet().place("1042", {"MUG": 1})
    del ruth.headers["X-CSRF-Token"]
    clear_no(ruth.post("/orders/1042/cancellation", b"reason=x", FORM_TYPE), 403)
    clear_no(ruth.post("/orders/1042/cancellation", b"reason=x&csrf=wrong", FORM_TYPE), 403)
    assert house.tablet().order("1042")["state"] == "backordered"
