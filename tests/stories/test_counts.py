"""Counts: a bin is counted while the work goes on, nobody sees what the books expect, and no unit is lost on the way."""

import re
import threading
from functools import partial
from urllib.parse import urlencode

import pytest

from stowline.core import db
from stowline.inventory import count_plan
from tests.asserts import accepted, conflict, refused
from tests.makers import FORM_TYPE, Tablet, at_once
from tests.stories.conftest import House

BIN = "A-01-1"
TASK = f"count:{BIN}"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


@pytest.fixture
def tom(house: House) -> Tablet:
    return house.tablet("tom")


def stocked(tablet: Tablet, units: int = 8, sku: str = "MUG") -> None:
    """Units of a product in one bin."""
    tablet.stock_up({sku: units})
    assert tablet.scan("look:", BIN)["hint"].startswith(f"{units} ")


def counted(tablet: Tablet, *goods: tuple[str, int], task: str = TASK) -> None:
    """A whole count."""
    accepted(tablet.scan(task, BIN))
    for sku, units in goods:
        accepted(tablet.scan(task, sku, units))
    accepted(tablet.scan(task, "CMD:DONE"), "is counted")


def test_a_count_that_agrees_changes_nothing(house: House, maja: Tablet) -> None:
    stocked(maja)
    before = house.books()
    counted(maja, ("MUG", 5), ("MUG", 3))
    assert house.books() == before
    house.prove()


def test_a_difference_is_posted_as_a_move(house: House, maja: Tablet) -> None:
    stocked(maja)
    counted(maja, ("MUG", 7))
    assert maja.stock("MUG") == {"on_hand": 7, "promised": 0, "free": 7, "waiting": 0}
    counted(maja, ("MUG", 8))
    assert maja.stock("MUG")["on_hand"] == 8
    house.prove()


# --- work goes on meanwhile -------------------------------------------------------------------------------------------


def at_the_bin(tablet: Tablet, ref: str, units: int, sku: str = "MUG") -> str:
    """An order is about to be picked out of the bin: the pick task."""
    assert tablet.place(ref, {sku: units})["state"] == "allocated"
    task = f"pick:{ref}"
    assert tablet.lease(task)["next"]["bin"] == BIN
    accepted(tablet.scan(task, BIN))
    return task


def test_a_pick_between_two_scans_makes_the_number_worthless(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja)
    pick = at_the_bin(tom, "R-1", 2)
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "MUG", 4))
    accepted(tom.scan(pick, "MUG", 1))
    conflict(maja.scan(TASK, "MUG", 4), "Stock moved while you counted Thing MUG", "count it again")
    accepted(maja.scan(TASK, "MUG", 7), "7 counted")
    accepted(tom.scan(pick, "MUG", 1))  # after the count of these: the difference is nought all the same
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert maja.stock("MUG")["on_hand"] == 8  # two of them in the order's hands
    assert house.count("ledger WHERE reason = 'count'") == 0
    house.prove()


def test_a_pick_while_the_first_units_are_counted_is_noticed(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja)
    pick = at_the_bin(tom, "R-1", 1)
    accepted(maja.scan(TASK, BIN))
    accepted(tom.scan(pick, "MUG"))
    conflict(maja.scan(TASK, "MUG", 8), "Stock moved")
    counted_now = maja.scan(TASK, "MUG", 7)
    accepted(counted_now, "7 counted")
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert house.count("ledger WHERE reason = 'count'") == 0
    house.prove()


def test_a_difference_is_posted_on_whatever_the_balance_is_by_then(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja)
    pick = at_the_bin(tom, "R-1", 3)
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "MUG", 7))  # one is not there
    accepted(tom.scan(pick, "MUG", 3))
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert maja.stock("MUG")["on_hand"] == 7  # 4 in the bin, 3 picked
    assert "4 Thing MUG" in maja.scan("look:", BIN)["hint"]
    house.prove()


def test_goods_put_into_the_bin_behind_the_counter_are_not_written_off(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja)
    tom.add_product("CUP")
    tom.receive({"CUP": 3})
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "MUG", 8))
    accepted(tom.scan("putaway:", "CUP", 3))
    tom.scan("putaway:", BIN)
    done = maja.scan(TASK, "CMD:DONE")
    accepted(done)
    assert "somebody will count a part of it again" in done["hint"]
    assert maja.stock("CUP")["on_hand"] == 3
    assert [item["task"] for item in maja.tasks("count")] == [TASK]
    house.prove()


def test_a_count_takes_promised_units_back(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 3)
    maja.place("R-1", {"MUG": 2})
    at_the_bin(tom, "R-2", 1)
    counted(maja, ("MUG", 2))
    assert maja.stock("MUG") == {"on_hand": 2, "promised": 2, "free": 0, "waiting": 1}
    house.prove()


def test_found_units_fill_the_orders_that_wait(house: House, maja: Tablet) -> None:
    stocked(maja, 2)
    assert maja.place("R-1", {"MUG": 3})["state"] == "part_allocated"
    counted(maja, ("MUG", 3))
    assert maja.order("R-1")["state"] == "allocated"
    house.prove()


# --- short picks ------------------------------------------------------------------------------------------------------


def ran_short(tablet: Tablet, units: int = 3, found: int = 1) -> None:
    """A picker finds fewer units than the order wants."""
    task = at_the_bin(tablet, "R-1", units)
    if found:
        accepted(tablet.scan(task, "MUG", found))
    accepted(tablet.scan(task, "CMD:SHORT"))


def test_what_a_picker_did_not_find_and_a_counter_finds_is_good_again(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 3)
    ran_short(tom)
    assert maja.stock("MUG") == {"on_hand": 1, "promised": 1, "free": 0, "waiting": 2}
    assert [item["task"] for item in maja.tasks("count")] == [TASK]
    counted(maja, ("MUG", 2))
    assert maja.stock("MUG") == {"on_hand": 3, "promised": 3, "free": 0, "waiting": 0}
    assert maja.tasks("count") == []
    house.prove()


def test_what_nobody_finds_is_written_off(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 5)
    ran_short(tom, units=5, found=3)
    counted(maja, ("MUG", 1))
    assert maja.stock("MUG") == {"on_hand": 4, "promised": 4, "free": 0, "waiting": 1}
    assert house.count("balance WHERE condition = 'hold' AND qty > 0") == 0
    house.prove()


def test_a_short_pick_after_the_count_of_these_units_settles_nothing_twice(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 3)
    pick = at_the_bin(tom, "R-1", 3)
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "MUG", 2))
    accepted(tom.scan(pick, "MUG", 1))
    accepted(tom.scan(pick, "CMD:SHORT"))
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert maja.stock("MUG")["on_hand"] == 2
    assert house.count("balance WHERE condition = 'hold' AND qty > 0") == 0
    house.prove()


# --- somebody else must count -----------------------------------------------------------------------------------------


def test_a_large_difference_waits_for_somebody_else(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 40)
    counted(maja, ("MUG", 20))
    assert maja.stock("MUG")["on_hand"] == 40
    assert maja.tasks("count") == []
    conflict(maja.scan(TASK, BIN), "You counted this bin first. Somebody else must count it again.")
    assert maja.lease(TASK).status == 409
    conflict(maja.scan("count:", BIN), "Somebody else")
    assert [item["task"] for item in tom.tasks("count")] == [TASK]
    pick = at_the_bin(tom, "R-1", 1)
    accepted(tom.scan(pick, "MUG"))
    counted(tom, ("MUG", 19))  # one was picked since: the same difference
    assert maja.stock("MUG")["on_hand"] == 20
    assert house.count("count_entry WHERE state = 'confirmed'") == 1
    assert tom.tasks("count") == []
    house.prove()


def test_a_second_count_that_agrees_with_the_books_posts_nothing(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 40)
    counted(maja, ("MUG", 20))
    counted(tom, ("MUG", 40))
    assert maja.stock("MUG")["on_hand"] == 40
    assert house.count("count_entry WHERE state = 'outvoted'") == 1
    assert house.count("ledger WHERE reason = 'count'") == 0
    house.prove()


def test_a_third_person_ends_what_two_disagree_on(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 40)
    counted(maja, ("MUG", 20))
    counted(tom, ("MUG", 22))
    assert maja.stock("MUG")["on_hand"] == 40
    conflict(tom.scan(TASK, BIN), "You counted this bin first")
    counted(house.tablet("ines"), ("MUG", 22))
    assert maja.stock("MUG")["on_hand"] == 22
    house.prove()


def test_the_picker_who_missed_units_is_no_witness_of_his_own(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 40)
    ran_short(tom, units=40, found=20)
    accepted(tom.scan(TASK, BIN))
    accepted(tom.scan(TASK, "CMD:DONE"), "Nothing lies in")
    accepted(tom.scan(TASK, BIN), "is counted: 0 units")
    assert house.count("count_entry WHERE state = 'second'") == 1
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "CMD:DONE"))
    accepted(maja.scan(TASK, BIN))
    assert house.count("balance WHERE condition = 'hold' AND qty > 0") == 0
    house.prove()


# --- blind ------------------------------------------------------------------------------------------------------------


CHANGING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|name=\"csrf\" value=\"[^\"]*\"|\"scan_id\": ?\"[^\"]*\"")


def all_that_is_said(maja: Tablet) -> list[str]:
    """Every reply and screen of a count, without the marks that are new each time."""
    html = maja.headers | {"Accept": "text/html"}
    said = [maja.get("/api/v1/tasks?kind=count"), maja.scan(TASK, BIN)]
    for code in ("MUG", "nonsense", "CMD:UNDO", "CMD:DONE", "MUG", "CUP"):
        said += [maja.scan(TASK, code, 3), maja.send("GET", f"/floor/task/{TASK}", None, html)]
    said += [maja.scan(TASK, "CMD:SKIP"), maja.send("GET", "/floor/task/count:", None, html)]
    assert {reply.status for reply in said} <= {200, 422}
    return [CHANGING.sub("-", reply.raw.decode()) for reply in said]


def test_replies_and_screens_are_the_same_whatever_the_books_have(house: House, maja: Tablet) -> None:
    stocked(maja, 37)
    maja.add_product("CUP")
    assert maja.post("/api/v1/counts", {"bin": BIN, "why": "looks odd"}).status == 201
    first = all_that_is_said(maja)
    maja.receive({"MUG": 14})
    maja.follow("putaway:")
    assert maja.get("/api/v1/stock/bins?sku=MUG")["items"][0]["on_hand"] == 51
    assert all_that_is_said(maja) == first
    house.prove()


# --- empty bins, wrong scans, undo ------------------------------------------------------------------------------------


def test_an_empty_bin_is_confirmed_by_scanning_it_once_more(house: House, maja: Tablet) -> None:
    stocked(maja, 2)
    accepted(maja.scan(TASK, BIN))
    asks = accepted(maja.scan(TASK, "CMD:DONE"), "Nothing lies in A-01-1?")
    assert asks["next"]["want"] == "bin"
    refused(maja.scan(TASK, "A-01-2"), "You are counting A-01-1")
    accepted(maja.scan(TASK, "MUG"), "1 counted")
    accepted(maja.scan(TASK, "CMD:UNDO"))
    accepted(maja.scan(TASK, "CMD:DONE"), "Nothing lies in")
    accepted(maja.scan(TASK, "CMD:UNDO"), "Taken back")
    refused(maja.scan(TASK, BIN), "Scan what lies in it")
    accepted(maja.scan(TASK, "CMD:DONE"))
    accepted(maja.scan(TASK, BIN), "0 units")
    house.prove()


def test_a_bin_has_one_counter_at_a_time(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 2)
    accepted(maja.scan(TASK, BIN))
    conflict(tom.scan("count:", BIN), "maja is working on this")
    conflict(tom.scan(TASK, BIN), "maja is working on this")
    accepted(maja.scan(TASK, "CMD:SKIP"), "left uncounted")
    accepted(tom.scan("count:", BIN))
    house.prove()


def test_totes_and_unknown_codes_are_not_counted(house: House, maja: Tablet) -> None:
    stocked(maja, 2)
    refused(maja.scan(TASK, "A-01-2"), "Wrong bin", f"Go to {BIN}")
    refused(maja.scan("count:", "nobody"), "Nobody knows the code")
    refused(maja.scan("count:", "PACK-1"), "no bin to count")
    refused(maja.scan(TASK, "CMD:DONE"), "Scan a bin first")
    accepted(maja.scan("count:", BIN))
    refused(maja.scan("count:", "TOTE-01"), f"Scan the goods in {BIN}")
    refused(maja.scan("count:", "CMD:SHORT"), f"That does nothing here. Scan everything in {BIN}")
    assert maja.scan("count:NOWHERE", BIN).status in {404, 422}
    house.prove()


def test_every_step_of_a_count_is_taken_back(house: House, maja: Tablet) -> None:
    stocked(maja, 8)
    maja.place("R-1", {"MUG": 10})
    before = house.books()
    counted(maja, ("MUG", 5), ("MUG", 4))
    assert maja.stock("MUG") == {"on_hand": 9, "promised": 9, "free": 0, "waiting": 1}
    accepted(maja.scan(TASK, "CMD:UNDO"), "is being counted again")
    assert house.books() == before
    house.prove()
    accepted(maja.scan(TASK, "CMD:UNDO"), "Taken back: 4 Thing MUG")
    accepted(maja.scan(TASK, "MUG", 2), "7 counted")
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert maja.stock("MUG")["on_hand"] == 7
    house.prove()


def test_a_finished_count_of_a_short_bin_is_taken_back_whole(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 5)
    ran_short(tom, units=5, found=3)
    before = house.books()
    counted(maja, ("MUG", 1))
    accepted(maja.scan(TASK, "CMD:UNDO"), "is being counted again")
    assert house.books() == before
    assert [item["task"] for item in tom.tasks("count")] == [TASK]
    house.prove()
    for _ in range(2):
        accepted(maja.scan(TASK, "CMD:UNDO"))
    assert house.books() == before
    refused(maja.scan(TASK, "CMD:UNDO"), "nothing to undo")


def test_a_count_is_not_taken_back_once_the_goods_moved_on(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 8)
    counted(maja, ("MUG", 7))
    accepted(tom.scan(at_the_bin(tom, "R-1", 1), "MUG"))
    conflict(maja.scan(TASK, "CMD:UNDO"), "moved since the count")
    house.prove()


def test_a_count_that_somebody_repeats_is_not_taken_back(house: House, maja: Tablet, tom: Tablet) -> None:
    stocked(maja, 40)
    counted(maja, ("MUG", 20))
    accepted(tom.scan(TASK, BIN))
    conflict(maja.scan(TASK, "CMD:UNDO"), "working on this")
    accepted(tom.scan(TASK, "MUG", 20))
    accepted(tom.scan(TASK, "CMD:DONE"))
    conflict(maja.scan(TASK, "CMD:UNDO"), "counts this bin again already")
    assert maja.stock("MUG")["on_hand"] == 20
    accepted(tom.scan(TASK, "CMD:UNDO"))
    assert maja.stock("MUG")["on_hand"] == 40
    assert house.count("count_entry WHERE state = 'second'") == 1
    accepted(tom.scan(TASK, "CMD:DONE"))
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


# --- on both databases, and at the same moment -----------------------------------------------------------------------


def test_every_page_of_counts_is_read_from_either_database(house: House, maja: Tablet, tom: Tablet, ruth: Tablet) -> None:
    stocked(maja, 40)
    assert maja.post("/api/v1/counts", {"bin": "A-02-1", "why": "looks odd"}).status == 201
    counted(maja, ("MUG", 20))
    accepted(tom.scan(TASK, BIN))
    with db.transaction() as session:
        count_plan.every_hour(session, "")
    html = ruth.headers | {"Accept": "text/html"}
    pages = ("", "?view=running", "?view=decide", ".csv", "/history?q=MUG", "/history.csv", "/accuracy", "/accuracy.csv", "/plan")
    for page in pages:
        answer = ruth.send("GET", f"/counts{page}", None, html)
        assert answer.status == 200, (page, answer.raw[:300])
    listed = maja.get("/api/v1/counts?limit=1")
    assert maja.get(f"/api/v1/counts?limit=1&after={listed['next']}")["items"][0]["id"] != listed["items"][0]["id"]
    (asked,) = [item for item in maja.get("/api/v1/counts")["items"] if item["kind"] == "second"]
    form = urlencode({"difference": "-20"}).encode()
    decided = ruth.send("POST", f"/counts/{asked['id']}/decision", form, {**html, **FORM_TYPE})
    assert decided.status == 303, decided.raw
    assert maja.stock("MUG")["on_hand"] == 20
    conflict(tom.scan(TASK, "MUG", 20), "count it again")  # the books changed under the second counter
    accepted(tom.scan(TASK, "MUG", 20))
    accepted(tom.scan(TASK, "CMD:DONE"))
    assert maja.stock("MUG")["on_hand"] == 20
    house.prove()


def test_who_counts_what_is_there_changes_no_book_however_much_is_picked_meanwhile(busy_house: House) -> None:
    maja = busy_house.tablet("maja")
    maja.stock_up({"RACER": 60})
    refs = [f"RACER-{n}" for n in range(6)]
    for ref in refs:
        assert maja.place(ref, {"RACER": 4})["state"] == "allocated"
    bin_ = maja.lease(f"pick:{refs[0]}")["next"]["bin"]
    picked = threading.Event()

    def pick(n: int) -> int:
        tablet, task = busy_house.tablet(f"picker-{n}", door=n), f"pick:{refs[n]}"
        tablet = maja if n == 0 else tablet
        tablet.lease(task)
        accepted(tablet.scan(task, bin_))
        return sum(tablet.scan(task, "RACER").status == 200 for _ in range(4))

    def count() -> tuple[int, int]:
        tablet, done, moved = busy_house.tablet("counter", door=1), 0, 0
        while not (picked.is_set() and done):
            accepted(tablet.scan("count:", bin_))
            there = next(row["on_hand"] for row in tablet.get("/api/v1/stock/bins?sku=RACER")["items"] if row["bin"] == bin_)
            if tablet.scan("count:", "RACER", there).status == 409:
                moved += 1
                accepted(tablet.scan("count:", "CMD:SKIP"))
                continue
            accepted(tablet.scan("count:", "CMD:DONE"))
            done += 1
        return done, moved

    def pickers() -> list[int]:
        try:
            return at_once([partial(pick, n) for n in range(6)])
        finally:
            picked.set()

    taken, (done, _) = at_once([pickers, count])
    assert taken == [4] * 6
    assert done > 0
    assert busy_house.count("ledger WHERE reason = 'count'") == 0
    assert maja.stock("RACER")["on_hand"] == 60
    busy_house.prove()
