"""Counting at a tablet: what its keys do to a count, and what a tired hand may try."""

from urllib.parse import quote

import pytest

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
