"""Counting at a tablet: what its keys do to a count, and what a tired hand may try."""

import re
from urllib.parse import quote

import pytest

from stowline.core import db
from stowline.inventory import settling
from tests.asserts import accepted, refused
from tests.makers import Tablet
from tests.stories.conftest import House

BIN = "A-01-1"


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.stock_up({"MUG": 8})
    return tablet


def other_work(tablet: Tablet, task: str) -> None:
    """The tablet's key."""
    assert tablet.post(f"/floor/task/{quote(task)}/release").status == 303


def test_other_work_puts_a_count_aside_and_it_goes_on_where_it_was(house: House, maja: Tablet) -> None:
    tom = house.tablet("tom")
    accepted(maja.scan("count:", BIN))
    accepted(maja.scan("count:", "MUG", 3))
    refused(maja.scan("count:", "A-01-2"), f"You are counting {BIN}", "leave it with “Other work”")
    other_work(maja, "count:")
    accepted(maja.scan("count:", "A-01-2"), "Bin A-01-2")
    accepted(maja.scan("count:", "CMD:DONE"), "Nothing lies in A-01-2?")
    accepted(maja.scan("count:", "A-01-2"), "0 units")
    accepted(maja.scan("count:", BIN))
    accepted(maja.scan("count:", "MUG", 5), "8 counted")
    other_work(maja, "count:")
    accepted(tom.scan("count:", BIN))
    accepted(tom.scan("count:", "MUG", 8), "8 counted")
    accepted(tom.scan("count:", "CMD:DONE"))
    refused(maja.scan("count:", "MUG"), "Scan the bin that you count")
    house.prove()


def test_a_bin_that_is_left_uncounted_is_not_asked_for_again_at_once(house: House, maja: Tablet) -> None:
    accepted(maja.scan(f"count:{BIN}", BIN))
    left = accepted(maja.scan(f"count:{BIN}", "CMD:SKIP"), "left uncounted")
    assert (left["next"]["want"], left["task"]["finished"]) == ("nothing", True)
    accepted(maja.scan(f"count:{BIN}", BIN))
    house.prove()


def page(tablet: Tablet, task: str) -> str:
    """The screen of a task, its words only."""
    answer = tablet.send("GET", f"/floor/task/{quote(task)}", None, {**tablet.headers, "Accept": "text/html"})
    assert answer.status == 200, answer.raw
    return re.sub(r"<[^>]*>|\s+", " ", answer.raw.decode())


def test_a_counter_sees_the_own_numbers_and_nobody_elses(house: House, maja: Tablet) -> None:
    tom = house.tablet("tom")
    accepted(maja.scan("count:", BIN))
    accepted(maja.scan("count:", "MUG", 571))
    assert " 571 " in page(maja, "count:")
    assert " 571 " in page(maja, f"count:{BIN}")
    assert " 571 " not in page(tom, f"count:{BIN}")
    assert " 571 " not in page(tom, "count:")


def test_where_no_bin_waits_any_bin_may_be_counted(house: House, maja: Tablet) -> None:
    drawn = page(maja, "count:")
    assert "No bin waits. Scan the bin that you want to count" in drawn
    assert "is done" not in drawn
    accepted(maja.scan("count:", BIN))


def test_at_a_bin_that_looks_empty_another_bin_is_refused_with_what_to_do(house: House, maja: Tablet) -> None:
    accepted(maja.scan("count:", BIN))
    accepted(maja.scan("count:", "CMD:DONE"))
    refused(maja.scan("count:", "A-01-2"), f"You are counting {BIN}. Scan it once more if it is empty")
    accepted(maja.scan("count:", BIN), "0 units")


def test_a_bin_that_is_to_be_counted_is_not_looked_up(house: House, maja: Tablet) -> None:
    assert "8 Thing MUG" in accepted(maja.scan("look:", BIN))["hint"]
    assert maja.post("/api/v1/counts", {"bin": BIN, "why": "looks odd"}).status == 201
    tom = house.tablet("tom")

    def is_blind() -> None:
        for code in (BIN, "MUG"):
            told = accepted(tom.scan("look:", code))
            assert "8" not in f"{told['say']} {told['hint']}", told.raw

    is_blind()
    accepted(maja.scan(f"count:{BIN}", BIN))
    (asked,) = maja.get("/api/v1/counts")["items"]
    with db.transaction() as session:
        settling.cancel(session, asked["id"], "Ruth")
    is_blind()  # somebody is at it
    for code, units in (("MUG", 8), ("CMD:DONE", 1)):
        accepted(maja.scan(f"count:{BIN}", code, units))
    assert "8 on hand" in accepted(tom.scan("look:", "MUG"))["say"]
