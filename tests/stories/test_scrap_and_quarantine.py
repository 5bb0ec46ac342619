"""Scrap, quarantine and release by scan: nothing is booked before the last scan, and each step can be taken back."""

import pytest

from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
from tests.stories.conftest import House

UNDO, DONE = "CMD:UNDO", "CMD:DONE"


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.stock_up({"MUG": 20})
    return tablet


def take(tablet: Tablet, task: str, code: str = "MUG", units: int = 1, bin_: str = "A-01-1") -> None:
    accepted(tablet.scan(task, bin_))
    accepted(tablet.scan(task, code, units))


def test_broken_mugs_are_scrapped_and_their_orders_wait_again(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 18})
    take(maja, "scrap:", units=3)
    assert {choice["kind"] for choice in maja.lease("scrap:")["next"]["choices"]} == {"why scrap", "why expired"}
    refused(maja.scan("scrap:", DONE), "Choose a reason")
    accepted(maja.scan("scrap:", DONE, kind="why scrap"), "Scrapped: 3 Thing MUG")
    assert maja.stock("MUG") == {"on_hand": 17, "promised": 17, "free": 0, "waiting": 1}
    assert "PromiseTakenBack" in maja.events("1042")
    assert maja.get("/api/v1/adjustments")["items"][0]["who"] == "maja"
    house.prove()


def test_a_heap_of_scrap_waits_for_a_second_person(house: House, maja: Tablet) -> None:
    before = house.books()
    take(maja, "scrap:", units=12)
    accepted(maja.scan("scrap:", DONE, kind="why scrap"), "ADJ-1 waits for approval")
    assert house.books() == before
    accepted(maja.scan("scrap:", UNDO), "ADJ-1 is taken back")
    assert maja.get("/api/v1/adjustments/ADJ-1")["state"] == "withdrawn"
    assert maja.lease("scrap:")["next"]["left"] == 12
    house.prove()


@pytest.mark.parametrize("task", ["scrap:", "quarantine:"])
def test_every_step_can_be_taken_back(house: House, maja: Tablet, task: str) -> None:
    accepted(maja.scan(task, "A-01-1"))
    accepted(maja.scan(task, UNDO))
    take(maja, task, units=2)
    accepted(maja.scan(task, "MUG"), "3 Thing MUG in hand")
    accepted(maja.scan(task, UNDO))
    before = house.books()
    accepted(maja.scan(task, DONE, kind="why scrap" if task == "scrap:" else "why damaged"))
    if task == "quarantine:":
        accepted(maja.scan(task, "QUARANTINE"), "damaged")
    assert house.books() != before
    accepted(maja.scan(task, UNDO))
    assert house.books() == before
    house.prove()


def test_the_books_lack_units_that_somebody_holds_so_the_bin_is_counted(house: House, maja: Tablet) -> None:
    accepted(maja.scan("scrap:", "A-01-1"))
    refused(maja.scan("scrap:", "MUG", 25), "A-01-1 has 20 Thing MUG", "counted")
    refused(maja.scan("scrap:", "MUG", 26), "counted")
    assert house.count("count_request") == 1
    house.prove()


def test_units_in_a_tote_belong_to_an_order(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 20})
    maja.follow("pick:CART-1", until="tote")
    refused(maja.scan("scrap:", "TOTE-01"))
    maja.follow("pick:CART-1")
    refused(maja.scan("scrap:", "PACK-1"), "pack bin")
    accepted(maja.scan("scrap:", "A-01-1"))
    refused(maja.scan("scrap:", "MUG"), "No Thing MUG lies in A-01-1")
    house.prove()


def test_suspect_units_are_put_apart_and_come_back_to_the_orders_that_wait(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 18})
    take(maja, "quarantine:", units=5)
    accepted(maja.scan("quarantine:", DONE, kind="why suspect"))
    refused(maja.scan("quarantine:", "A-01-2"), "no quarantine bin")
    accepted(maja.scan("quarantine:", "QUARANTINE"), "in QUARANTINE, on hold")
    assert maja.stock("MUG") == {"on_hand": 15, "promised": 15, "free": 0, "waiting": 3}
    assert maja.tasks("release")[0]["say"] == "5 units in quarantine"
    take(maja, "release:", units=5, bin_="QUARANTINE")
    refused(maja.scan("release:", "DOCK-1"), "no bin to sell from")
    accepted(maja.scan("release:", "A-01-1"), "good")
    assert maja.stock("MUG") == {"on_hand": 20, "promised": 18, "free": 2, "waiting": 0}
    accepted(maja.scan("release:", UNDO))
    assert maja.stock("MUG")["on_hand"] == 15
    house.prove()


def test_damaged_units_are_good_again_only_for_a_reason(house: House, maja: Tablet) -> None:
    take(maja, "quarantine:", units=2)
    accepted(maja.scan("quarantine:", DONE, kind="why damaged"))
    accepted(maja.scan("quarantine:", "QUARANTINE"), "damaged")
    take(maja, "release:", units=2, bin_="QUARANTINE")
    refused(maja.scan("release:", "A-01-1"), "You hold 2 Thing MUG")
    accepted(maja.scan("release:", DONE, kind="why repaired"))
    accepted(maja.scan("release:", "A-01-1"), "good")
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


def test_picks_that_were_to_take_the_units_run_short(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 20})
    maja.lease("pick:CART-1")
    take(maja, "quarantine:", units=4)
    accepted(maja.scan("quarantine:", DONE, kind="why recall"))
    accepted(maja.scan("quarantine:", "QUARANTINE"), "hold")
    assert maja.lease("pick:CART-1")["next"]["of"] == 16
    assert "LineRanShort" in maja.events("1042")
    house.prove()


def test_one_lot_of_two_is_asked_for_and_a_held_lot_is_not_released(house: House, maja: Tablet) -> None:
    maja.add_product("TEA", lots=True)
    for lot in ("L1", "L2"):
        adjust(maja, "TEA", 5, "found", lot=lot, bin="A-02-1")
    accepted(maja.scan("quarantine:", "A-02-1"))
    question = refused(maja.scan("quarantine:", "TEA", 2), "Which")
    assert [choice["kind"] for choice in question["choices"]] == ["lot L1", "lot L2"]
    accepted(maja.scan("quarantine:", "TEA", 2, kind="lot L2"), "2 Thing TEA, lot L2 in hand")
    accepted(maja.scan("quarantine:", "TEA"), "3 Thing TEA, lot L2 in hand")
    refused(maja.scan("quarantine:", "L1"), "You hold 3 Thing TEA, lot L2")
    accepted(maja.scan("quarantine:", DONE, kind="why recall"))
    accepted(maja.scan("quarantine:", "QUARANTINE"))
    assert maja.stock("TEA")["on_hand"] == 7
    house.prove()


def test_a_serial_is_scrapped_by_its_bare_number(house: House, maja: Tablet) -> None:
    maja.add_product("CAM", serials=True)
    for serial in ("SN1", "SN2"):
        adjust(maja, "CAM", 1, "found", serial=serial, bin="A-03-1")
    accepted(maja.scan("scrap:", "A-03-1"))
    refused(maja.scan("scrap:", "CAM"), "Scan the serial number")
    accepted(maja.scan("scrap:", "SN2"), "serial SN2 in hand")
    accepted(maja.scan("scrap:", DONE, kind="why scrap"))
    conflict_or_gone = maja.scan("scrap:", "SN2")
    refused(conflict_or_gone, "Nobody knows the code SN2")
    house.prove()


def test_an_approved_scrap_is_not_undone_by_a_scan(house: House, maja: Tablet, ruth: Tablet) -> None:
    take(maja, "scrap:", units=12)
    accepted(maja.scan("scrap:", DONE, kind="why scrap"), "ADJ-1")
    assert ruth.post("/api/v1/adjustments/ADJ-1/approval").status == 200
    conflict(maja.scan("scrap:", UNDO), "ADJ-1 was posted already, approved by Ruth Adeyemi")
    assert maja.stock("MUG")["on_hand"] == 8
    house.prove()


def adjust(tablet: Tablet, sku: str, units: int, reason: str, **more: object) -> None:
    body = {"sku": sku, "bin": "A-01-1", "units": units, "reason": reason} | more
    answer = tablet.post("/api/v1/adjustments", body)
    assert answer.status == 201, answer.raw
