"""Undo: the last scan of each step is taken back to the last unit, and what cannot be taken back says why."""

from datetime import timedelta

import pytest

from stowline.core import clock
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
from tests.stories.conftest import House

UNDO = "CMD:UNDO"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def taken_back(house: House, tablet: Tablet, task: str, code: str, units: int = 1) -> None:
    """Scan, undo, and find every book as it was; then scan again, to go on."""
    before = house.books()
    accepted(tablet.scan(task, code, units))
    assert house.books() != before or task == "putaway:"
    accepted(tablet.scan(task, UNDO))
    assert house.books() == before
    house.prove()
    accepted(tablet.scan(task, code, units))


def test_every_step_of_an_order_s_way_can_be_taken_back(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    lines = [{"sku": "MUG", "quantity": 4}]
    maja.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Potters", "lines": lines})
    taken_back(house, maja, "receive:PO-1", "MUG", 4)
    maja.place("1042", {"MUG": 3})
    refused(maja.scan("receive:PO-1", "CUP"), "Nobody knows")
    taken_back(house, maja, "putaway:", "MUG", 4)
    taken_back(house, maja, "putaway:", "A-01-1")
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", "A-01-1"))
    taken_back(house, maja, "pick:CART-1", "MUG", 3)
    taken_back(house, maja, "pick:CART-1", "TOTE-01")
    taken_back(house, maja, "pack:TOTE-01", "MUG", 1)
    taken_back(house, maja, "pack:TOTE-01", "MUG", 2)
    taken_back(house, maja, "pack:TOTE-01", "CMD:DONE")
    parcel = maja.lease("pack:TOTE-01")["next"]["parcel"]
    assert maja.post(f"/api/v1/parcels/{parcel}/label").status == 200
    manifest = maja.open_manifest()
    taken_back(house, maja, manifest, parcel)
    assert maja.order("1042")["state"] == "handed_over"
    taken_back(house, maja, manifest, "CMD:DONE")
    house.prove()


def test_a_purchase_order_that_was_closed_too_early_is_opened_again(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    lines = [{"sku": "MUG", "quantity": 4}]
    maja.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Potters", "lines": lines})
    accepted(maja.scan("receive:PO-1", "MUG", 1))
    accepted(maja.scan("receive:PO-1", "CMD:DONE"), "3 units short")
    conflict(maja.scan("receive:PO-1", "MUG"), "is closed")
    accepted(maja.scan("receive:PO-1", UNDO), "open again")
    accepted(maja.scan("receive:PO-1", "MUG", 3))
    assert maja.stock("MUG")["on_hand"] == 4
    house.prove()


def test_undo_walks_back_scan_by_scan_and_ends_where_the_task_began(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    before = house.books()
    for units in (1, 2, 3):
        accepted(maja.scan("receive:", "MUG", units))
    for left in (3, 1, 0):
        accepted(maja.scan("receive:", UNDO), "Taken back")
        assert maja.stock("MUG")["on_hand"] == left
    refused(maja.scan("receive:", UNDO), "nothing to undo")
    assert house.books() == before
    house.prove()


def test_an_undo_sent_twice_undoes_once(maja: Tablet) -> None:
    maja.add_product("MUG")
    accepted(maja.scan("receive:", "MUG", 1))
    accepted(maja.scan("receive:", "MUG", 2))
    accepted(maja.scan("receive:", UNDO, scan_id="u-1"))
    assert accepted(maja.scan("receive:", UNDO, scan_id="u-1"))["duplicate"] is True
    assert maja.stock("MUG")["on_hand"] == 1


def test_a_scan_of_another_worker_is_not_undone(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    accepted(maja.scan("receive:", "MUG"))
    refused(house.tablet("ruth").scan("receive:", UNDO), "nothing to undo")
    assert maja.stock("MUG")["on_hand"] == 1


def test_what_was_received_and_put_away_does_not_vanish_from_its_bin(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 4})
    po = next(iter(maja.get("/api/v1/tasks?kind=receive")["items"]), None)
    assert po is None
    accepted(maja.scan("receive:", "MUG", 2))
    accepted(maja.scan("putaway:", "MUG", 2))
    accepted(maja.scan("putaway:", "A-01-1"))
    conflict(maja.scan("receive:", UNDO), "DOCK-1")
    assert maja.stock("MUG")["on_hand"] == 6
    house.prove()


def test_an_undone_receipt_takes_the_promise_from_who_is_last_in_line(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    maja.place("1", {"MUG": 2})
    maja.place("2", {"MUG": 2})
    accepted(maja.scan("receive:", "MUG", 2))
    accepted(maja.scan("receive:", "MUG", 2))
    assert [maja.order(ref)["state"] for ref in "12"] == ["allocated", "allocated"]
    accepted(maja.scan("receive:", UNDO))
    assert [maja.order(ref)["state"] for ref in "12"] == ["allocated", "backordered"]
    house.prove()


def test_a_pick_is_not_taken_back_once_it_is_in_the_box(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 2})
    maja.place("1042", {"MUG": 2})
    maja.follow("pick:CART-1")
    accepted(maja.scan("pack:TOTE-01", "MUG"))
    before = house.books()
    conflict(maja.scan("pick:CART-1", UNDO), "packed already")
    accepted(maja.scan("pack:TOTE-01", "MUG"))
    accepted(maja.scan("pack:TOTE-01", "CMD:DONE"))
    conflict(maja.scan("pick:CART-1", UNDO), "packed already")
    accepted(maja.scan("pack:TOTE-01", UNDO))
    accepted(maja.scan("pack:TOTE-01", UNDO))
    assert house.books() == before
    house.prove()


def test_a_box_with_its_label_stays_closed(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 1})
    maja.place("1042", {"MUG": 1})
    maja.follow("pick:1042")
    maja.follow("pack:1042")
    before = house.books()
    conflict(maja.scan("pack:1042", UNDO), "has its label already")
    assert house.books() == before


def test_a_parcel_of_a_closed_manifest_is_with_the_carrier(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 1})
    maja.place("1042", {"MUG": 1})
    maja.follow("pick:1042")
    maja.follow("pack:1042")
    manifest = maja.open_manifest()
    accepted(maja.scan(manifest, maja.order("1042")["parcels"][0]["code"]))
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        accepted(house.tablet("ruth").scan(manifest, "CMD:DONE"))
        conflict(maja.scan(manifest, UNDO), "the carrier has its parcels")
    assert maja.order("1042")["state"] == "handed_over"
    house.prove()


def test_units_that_are_not_in_their_tote_yet_are_not_packed(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 1})
    maja.place("1042", {"MUG": 1})
    bin_ = maja.lease("pick:CART-1")["next"]["bin"]
    accepted(maja.scan("pick:CART-1", bin_))
    accepted(maja.scan("pick:CART-1", "MUG"))
    assert maja.tasks("pack") == []
    conflict(maja.scan("pack:TOTE-01", "MUG"), "not picked whole yet")
    accepted(maja.scan("pick:CART-1", "TOTE-01"))
    assert [item["task"] for item in maja.tasks("pack")] == ["pack:TOTE-01"]
    house.prove()


def test_an_order_that_ran_short_on_a_cart_is_completed_by_hand_into_its_tote(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 2})
    maja.place("1042", {"MUG": 2})
    bin_ = maja.lease("pick:CART-1")["next"]["bin"]
    accepted(maja.scan("pick:CART-1", bin_))
    accepted(maja.scan("pick:CART-1", "MUG"))
    accepted(maja.scan("pick:CART-1", "CMD:SHORT"))
    maja.receive({"MUG": 1})
    maja.follow("putaway:")
    maja.follow("pick:1042")
    maja.follow("pack:TOTE-01")
    assert maja.order("1042")["state"] == "packed"
    house.prove()
