"""Counts: a bin is counted while the work goes on, nobody sees what the books expect, and no unit is lost on the way."""

import pytest

from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
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
