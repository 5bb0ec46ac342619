"""The scan protocol, as tablets and machines use it: `docs` and OpenAPI say the same in words."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from stowline.core import clock
from tests.asserts import accepted, clear_no, conflict, refused
from tests.makers import Json, Tablet, api_order
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


@pytest.fixture
def ruth(house: House) -> Tablet:
    return house.tablet("ruth")


def at_the_bin(tablet: Tablet, task: str, units: int = 3) -> str:
    """An order for MUG, released to this tablet, who stands at its bin: the bin's code."""
    tablet.stock_up({"MUG": units + 2, "CUP": 5})
    assert tablet.place("1042", {"MUG": units}).status == 201
    bin_ = str(tablet.lease(task)["next"]["bin"])
    accepted(tablet.scan(task, bin_))
    return bin_


# ---------------------------------------------------------------- one scan, one effect


def test_a_scan_sent_twice_has_one_effect_and_the_same_answer(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    first = accepted(maja.scan("receive:", "MUG", 4, scan_id="s-1"))
    again = accepted(maja.scan("receive:", "MUG", 4, scan_id="s-1"))
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert again.body | {"duplicate": False} == first.body
    assert maja.stock("MUG")["on_hand"] == 4
    house.prove()


def test_a_refusal_stays_a_refusal_however_often_it_is_sent(maja: Tablet) -> None:
    first = refused(maja.scan("receive:", "MUG", scan_id="s-1"), "Nobody knows the code MUG")
    maja.add_product("MUG")
    again = refused(maja.scan("receive:", "MUG", scan_id="s-1"))
    assert again.body == first.body | {"duplicate": True}
    assert maja.stock("MUG")["on_hand"] == 0


def test_a_scan_id_belongs_to_one_scan(maja: Tablet) -> None:
    maja.add_product("MUG")
    maja.add_product("CUP")
    accepted(maja.scan("receive:", "MUG", scan_id="s-1"))
    conflict(maja.scan("receive:", "CUP", scan_id="s-1"), "belongs to another scan")
    conflict(maja.scan("putaway:", "MUG", scan_id="s-1"), "belongs to another scan")
    assert (maja.stock("MUG")["on_hand"], maja.stock("CUP")["on_hand"]) == (1, 0)


def test_another_device_that_sends_the_same_scan_hears_the_same(maja: Tablet, ruth: Tablet) -> None:
    maja.add_product("MUG")
    accepted(maja.scan("receive:", "MUG", scan_id="s-1"))
    assert accepted(ruth.scan("receive:", "MUG", scan_id="s-1"))["duplicate"] is True
    assert maja.stock("MUG")["on_hand"] == 1


def test_a_batch_goes_in_order_and_stops_at_the_first_no(maja: Tablet) -> None:
    maja.add_product("MUG")
    scans: list[Json] = [
        {"scan_id": f"s-{n}", "task": "receive:", "code": code} for n, code in enumerate(["MUG", "MUG", "??", "MUG"])
    ]
    reply = maja.post("/scans/batch", {"scans": scans}).body
    assert [one["fate"] for one in reply["replies"]] == ["accepted", "accepted", "refused"]
    assert reply["stopped_at"] == 2
    assert maja.stock("MUG")["on_hand"] == 2
    scans[2]["code"], scans[2]["scan_id"] = "MUG", "s-2b"
    again = maja.post("/scans/batch", {"scans": scans}).body
    assert [one["duplicate"] for one in again["replies"]] == [True, True, False, False]
    assert (again["stopped_at"], maja.stock("MUG")["on_hand"]) == (None, 4)


def test_a_batch_that_is_none_does_nothing(house: House, maja: Tablet) -> None:
    bad: list[Any] = [None, 5, "x", [5], [{"scan_id": "a"}], [{}] * 501]
    for scans in bad:
        clear_no(maja.post("/scans/batch", {"scans": scans}), 400)
    assert house.count("scan") == 0


# ---------------------------------------------------------------- the wrong thing


WRONG_CODES = {
    "CUP": ["Wrong item", "CUP", "MUG", "from"],
    "A-99-9": ["Nobody knows"],
    "TOTE-05": ["TOTE-05", "MUG"],
    "": ["empty"],
    "\x00" * 20: ["characters"],
    "9" * 500: ["longer"],
    "]C10109506000134353": ["check digit"],
    "]C101095060001343": ["GS1"],
    "\ufeff\u202eGUM": ["Nobody knows"],
    "mug": ["Nobody knows"],
    "杯 红": ["Nobody knows"],
}


def test_the_wrong_code_is_refused_and_the_stock_stays(house: House, maja: Tablet) -> None:
    at_the_bin(maja, "pick:CART-1")
    before = house.books()
    for code, words in WRONG_CODES.items():
        assert refused(maja.scan("pick:CART-1", code), *words)["next"]["want"] == "product"
    assert house.books() == before


def test_the_wrong_bin_and_the_wrong_tote_change_nothing(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 2, "CUP": 2})
    maja.place("1", {"MUG": 1})
    maja.place("2", {"CUP": 1})
    step = maja.lease("pick:CART-1")["next"]
    before = house.books()
    refused(maja.scan("pick:CART-1", "A-05-4"), "Wrong bin", step["bin"])
    assert house.books() == before
    accepted(maja.scan("pick:CART-1", step["bin"]))
    accepted(maja.scan("pick:CART-1", step["sku"]))
    before = house.books()
    refused(maja.scan("pick:CART-1", "TOTE-02"), "Wrong tote", "TOTE-01")
    refused(maja.scan("pick:CART-1", step["sku"]), "already 1 of 1")
    assert house.books() == before
    accepted(maja.scan("pick:CART-1", "TOTE-01"))


def test_more_units_than_wanted_are_refused(house: House, maja: Tablet) -> None:
    at_the_bin(maja, "pick:CART-1", units=3)
    accepted(maja.scan("pick:CART-1", "MUG", 2), "2 of 3")
    before = house.books()
    refused(maja.scan("pick:CART-1", "MUG", 2), "too many")
    assert house.books() == before


def test_a_case_of_twelve_counts_as_twelve(maja: Tablet) -> None:
    maja.add_product("MUG", barcodes=[{"code": "9506000134352"}, {"code": "19506000134359", "quantity": 12}])
    accepted(maja.scan("receive:", "]C10119506000134359"), "12")
    accepted(maja.scan("receive:", "9506000134352", 3))
    accepted(maja.scan("receive:", "https://id.gs1.org/01/09506000134352"))
    assert maja.stock("MUG")["on_hand"] == 16


def test_a_code_with_two_meanings_asks_and_never_guesses(house: House, maja: Tablet) -> None:
    maja.add_product("9506000134352")
    maja.add_product("MUG", barcodes=[{"code": "9506000134352"}])
    reply = refused(maja.scan("receive:", "9506000134352"), "could mean 2 things")
    assert {choice["kind"] for choice in reply["choices"]} == {"sku", "barcode"}
    assert house.count("ledger") == 0
    accepted(maja.scan("receive:", "9506000134352", kind="barcode"))
    assert (maja.stock("MUG")["on_hand"], maja.stock("9506000134352")["on_hand"]) == (1, 0)


def test_a_task_that_is_none_is_refused_and_written_down(house: House, maja: Tablet) -> None:
    tasks = ["dance:CART-1", "pick:CART-99", "pack:NOBODY", "handover:MF-9", "receive:PO-9", "pick:", "::", "handover:"]
    for task in tasks:
        reply = maja.scan(task, "MUG")
        assert reply.status in {409, 422}
        assert reply["say"].endswith(".")
    assert house.count("scan") == len(tasks)


# ---------------------------------------------------------------- who holds a task


def test_a_task_of_somebody_else_is_a_conflict_until_the_claim_ends(house: House, maja: Tablet, ruth: Tablet) -> None:
    at_the_bin(maja, "pick:CART-1", units=3)
    accepted(maja.scan("pick:CART-1", "MUG"))
    assert "maja" in clear_no(ruth.lease("pick:CART-1"), 409)
    before = house.books()
    conflict(ruth.scan("pick:CART-1", "MUG"), "maja is working on this")
    conflict(ruth.scan("pick:CART-1", "CMD:UNDO"), "maja is working on this")
    assert house.books() == before
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        step = ruth.lease("pick:CART-1")["next"]
        assert (step["want"], step["done"], step["left"]) == ("product", 1, 2)
        conflict(maja.scan("pick:CART-1", "MUG"), "ruth is working on this")
        conflict(maja.scan("pick:CART-1", "CMD:UNDO"), "ruth is working on this")
        ruth.follow("pick:CART-1")
    assert maja.order("1042")["state"] == "picked"
    house.prove()


def test_every_scan_prolongs_the_claim(maja: Tablet, ruth: Tablet) -> None:
    at_the_bin(maja, "pick:CART-1", units=3)
    start = clock.now()
    for minutes in (10, 20, 30):
        with clock.stopped_at(start + timedelta(minutes=minutes)):
            accepted(maja.scan("pick:CART-1", "MUG"))
            assert ruth.lease("pick:CART-1").status == 409


def test_two_at_the_dock_do_not_carry_the_same_goods(maja: Tablet, ruth: Tablet) -> None:
    for sku in ("MUG", "CUP"):
        maja.add_product(sku)
        accepted(maja.scan("receive:", sku, 3))
    first = maja.lease("putaway:")["next"]
    accepted(maja.scan("putaway:", first["sku"], 3))
    second = ruth.lease("putaway:")["next"]
    assert {first["sku"], second["sku"]} == {"MUG", "CUP"}
    accepted(maja.scan("putaway:", "A-01-1"))
    refused(maja.scan("putaway:", first["sku"]), f"No Thing {first['sku']} stands at the dock")


# ---------------------------------------------------------------- running short, being cancelled


def test_a_short_pick_takes_the_rest_from_another_bin_and_asks_for_a_count(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 2})
    accepted(maja.scan("receive:", "MUG", 5))
    accepted(maja.scan("putaway:", "MUG", 5))
    accepted(maja.scan("putaway:", "B-01-1"))
    maja.place("1042", {"MUG": 2})
    bin_ = maja.lease("pick:CART-1")["next"]["bin"]
    accepted(maja.scan("pick:CART-1", bin_))
    accepted(maja.scan("pick:CART-1", "MUG"))
    reply = accepted(maja.scan("pick:CART-1", "CMD:SHORT"), "1 Thing MUG are missing", "counted")
    assert (reply["next"]["bin"], reply["next"]["left"]) == ("B-01-1", 1)
    maja.follow("pick:CART-1")
    assert maja.order("1042")["state"] == "picked"
    assert maja.stock("MUG") == {"on_hand": 6, "promised": 2, "free": 4, "waiting": 0}
    assert house.count("count_request") == 1
    house.prove()


def test_a_short_pick_is_never_sent_back_to_the_bin_that_ran_short(house: House, maja: Tablet) -> None:
    """By the books the bin still has plenty; the picker just saw that it has not."""
    maja.stock_up({"MUG": 9})
    accepted(maja.scan("receive:", "MUG", 5))
    accepted(maja.scan("putaway:", "MUG", 5))
    accepted(maja.scan("putaway:", "B-01-1"))
    maja.place("1042", {"MUG": 2})
    bin_ = maja.lease("pick:CART-1")["next"]["bin"]
    assert bin_ != "B-01-1"
    accepted(maja.scan("pick:CART-1", bin_))
    reply = accepted(maja.scan("pick:CART-1", "CMD:SHORT"), "2 Thing MUG are missing")
    assert (reply["next"]["bin"], reply["next"]["left"]) == ("B-01-1", 2)
    house.prove()


def test_a_short_pick_without_other_stock_waits_for_the_next_receipt(house: House, maja: Tablet) -> None:
    at_the_bin(maja, "pick:CART-1", units=3)
    maja.place("1043", {"MUG": 2})
    accepted(maja.scan("pick:CART-1", "MUG", 1))
    accepted(maja.scan("pick:CART-1", "CMD:SHORT"), "2 Thing MUG are missing")
    conflict(maja.scan("pick:CART-1", "CMD:UNDO"), "counting the bin")
    first, second = maja.order("1042"), maja.order("1043")
    assert (first["state"], first["lines"][0]["waiting"]) == ("part_allocated", 2)
    assert (second["state"], second["lines"][0]["waiting"]) == ("allocated", 0)  # what was promised stays promised
    house.prove()
    maja.receive({"MUG": 2})
    assert maja.order("1042")["state"] == "allocated"
    maja.follow("putaway:")
    maja.ship_all()
    assert [maja.order(ref)["state"] for ref in ("1042", "1043")] == ["handed_over", "handed_over"]
    house.prove()


def test_a_cancelled_order_leaves_the_cart_and_its_goods_go_to_who_waits(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 2, "CUP": 1})
    maja.place("1", {"MUG": 2})
    maja.place("2", {"CUP": 1})
    maja.place("3", {"MUG": 1})
    maja.lease("pick:CART-1")
    assert maja.post("/api/v1/orders/1/cancellation", {"reason": "changed my mind"}).status == 200
    assert maja.order("3")["state"] == "allocated"
    maja.follow("pick:CART-1")
    assert [maja.order(ref)["state"] for ref in "123"] == ["cancelled", "picked", "allocated"]
    assert "picked or packed" in clear_no(maja.post("/api/v1/orders/2/cancellation", {"reason": "late"}), 409)
    house.prove()


def test_an_order_that_is_placed_again_is_the_same_order(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    assert maja.place("1042", {"MUG": 1}).status == 201
    again = maja.post("/api/v1/orders", api_order("1042", {"MUG": 9}))
    assert (again.status, again["lines"][0]["quantity"], house.count("orders")) == (200, 1, 1)


def test_a_key_sent_again_gets_the_first_answer(house: House, maja: Tablet) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex, "Content-Type": "application/json"}
    refs = {maja.post("/api/v1/manifests", {"carrier": "house"}, key)["ref"] for _ in range(3)}
    assert (len(refs), house.count("manifest")) == (1, 1)
    clear_no(maja.post("/api/v1/manifests", {"carrier": "other"}, key), 409)
