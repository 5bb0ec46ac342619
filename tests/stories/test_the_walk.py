"""Pickers go by the place of the bins on the walk, which a manager numbers."""

from stowline.core import db
from stowline.inventory import places
from tests.asserts import accepted
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_replenishment import stored

BINS = {"MUG": "A-02-1", "CUP": "A-04-3", "BOWL": "B-01-2"}


def stocked(house: House) -> Tablet:
    maja = house.tablet("maja")
    for sku, code in BINS.items():
        maja.add_product(sku)
        stored(maja, sku, {code: 20})
    return maja


def stops(tablet: Tablet, task: str) -> list[str]:
    """The bins of a pick list in the order in which they are wanted, while it is picked."""
    step, found = tablet.lease(task)["next"], list[str]()
    while step["want"] != "nothing":
        found += [step["code"]] if step["want"] == "bin" else []
        step = accepted(tablet.scan(task, step["code"], step.get("left", 1) if step["want"] == "product" else 1))["next"]
    return found


def renumber(**sequence: int) -> None:
    with db.transaction() as session:
        for code, place in sequence.items():
            places.change_bin(session, code.replace("_", "-"), {"sequence": place})


def test_bins_are_visited_in_the_order_of_the_walk_whatever_the_order_of_the_lines(house: House) -> None:
    maja = stocked(house)
    assert maja.place("1042", {"BOWL": 1, "CUP": 2, "MUG": 1}).status == 201
    assert stops(maja, "pick:CART-1") == ["A-02-1", "A-04-3", "B-01-2"]
    renumber(B_01_2=1, A_04_3=2, A_02_1=3)
    assert maja.place("1043", {"MUG": 1, "BOWL": 1, "CUP": 1}).status == 201
    assert stops(maja, "pick:CART-2") == ["B-01-2", "A-04-3", "A-02-1"]
    house.prove()


def test_a_list_that_is_open_keeps_its_order(house: House) -> None:
    maja = stocked(house)
    assert maja.place("1042", {"MUG": 1, "BOWL": 1}).status == 201
    maja.lease("pick:CART-1")
    renumber(B_01_2=1, A_02_1=3)
    assert stops(maja, "pick:CART-1") == ["A-02-1", "B-01-2"]
    house.prove()


def test_a_zone_numbered_anew_is_walked_up_one_aisle_and_down_the_next(house: House) -> None:
    maja = house.tablet("maja")
    with db.transaction() as session:
        for code, aisle, bay in (("X-2", "X", 2), ("X-1", "X", 1), ("Y-1", "Y", 1), ("Y-2", "Y", 2)):
            places.put_bin(session, code, {"kind": "pick", "zone": "N", "aisle": aisle, "bay": bay, "level": 1})
    for code in ("Y-1", "X-2", "Y-2", "X-1"):
        maja.add_product(f"SKU-{code}")
        stored(maja, f"SKU-{code}", {code: 5})
    with db.transaction() as session:
        places.number_walk(session, "N")
    assert maja.place("1042", {f"SKU-{code}": 1 for code in ("Y-1", "X-2", "Y-2", "X-1")}).status == 201
    assert stops(maja, "pick:CART-1") == ["X-1", "X-2", "Y-2", "Y-1"]
    house.prove()
