"""A product whose SKU is the code of a bin: where both make sense it is asked which is meant, and nothing is guessed."""

import pytest

from tests.asserts import accepted, refused
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_moves import lies
from tests.stories.test_replenishment import face, shelf, stored

BOTH = "A-03-2"


@pytest.fixture
def maja(house: House) -> Tablet:
    """Some of it lies in A-01-1, some in the bin of its own name."""
    tablet = house.tablet("maja")
    tablet.add_product(BOTH)
    tablet.receive({BOTH: 12})
    for bin_, units in (("A-01-1", 4), (BOTH, 8)):
        accepted(tablet.scan("putaway:", BOTH, units))
        accepted(tablet.scan("putaway:", bin_, kind="bin"))
    return tablet


def asked(tablet: Tablet, task: str) -> None:
    reply = refused(tablet.scan(task, BOTH), "could mean 2 things")
    assert {choice["kind"] for choice in reply["choices"]} == {"sku", "bin"}


@pytest.mark.parametrize("task", ["move:", "scrap:", "quarantine:"])
def test_at_a_bin_it_may_be_either(house: House, maja: Tablet, task: str) -> None:
    accepted(maja.scan(task, BOTH), f"You stand at {BOTH}")  # only a bin is wanted here
    asked(maja, task)
    assert "1" in accepted(maja.scan(task, BOTH, kind="sku"))["say"].split("in hand")[0]
    asked(maja, task)
    assert lies(house) == {(BOTH, "A-01-1"): 4, (BOTH, BOTH): 8}
    house.prove()


def test_with_goods_from_the_dock_in_hand_it_may_be_either(house: House, maja: Tablet) -> None:
    maja.receive({BOTH: 3})
    accepted(maja.scan("putaway:", BOTH), "1 in hand")
    asked(maja, "putaway:")
    accepted(maja.scan("putaway:", BOTH, kind="sku"), "2 in hand")
    accepted(maja.scan("putaway:", BOTH, kind="bin"), f"2 in {BOTH}")
    assert lies(house)[BOTH, BOTH] == 10
    house.prove()


def test_on_the_way_to_its_face_it_may_be_either(house: House, maja: Tablet) -> None:
    shelf({"R-01": "storage"})
    stored(maja, BOTH, {"R-01": 20})
    face(BOTH, BOTH, 9, 20)
    task = f"replenish:{BOTH}"
    accepted(maja.scan(task, "R-01"))
    asked(maja, task)
    accepted(maja.scan(task, BOTH, 5, kind="sku"), "5 of 12 in hand")
    accepted(maja.scan(task, BOTH, kind="bin"), f"from R-01 to {BOTH}")
    assert lies(house)[BOTH, BOTH] == 13
    house.prove()


def test_which_lot_is_asked_after_what_was_meant(house: House, maja: Tablet) -> None:
    maja.add_product("A-04-1", lots=True)
    for lot in ("L1", "L2"):
        accepted(maja.scan("receive:", "A-04-1", 4))
        accepted(maja.scan("receive:", lot))
        accepted(maja.scan("putaway:", lot, 4))
        accepted(maja.scan("putaway:", "OVERFLOW"))
    accepted(maja.scan("move:", "OVERFLOW"))
    refused(maja.scan("move:", "A-04-1"), "could mean 2 things")
    refused(maja.scan("move:", "A-04-1", kind="sku"), "Which Thing A-04-1")
    accepted(maja.scan("move:", "A-04-1", kind="lot L2"), "lot L2: 1 in hand")
    house.prove()
