"""What stands at the dock finds its bin: with a reason, in parts, another bin if somebody knows better."""

import pytest
import sqlalchemy as sa

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.inventory import lots, places
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_moves import home_of, lies
from tests.stories.test_replenishment import face, shelf

TASK = "putaway:"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def test_the_reason_goes_with_the_suggestion(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    maja.receive({"MUG": 10})
    reply = accepted(maja.scan(TASK, "MUG", 4))
    assert reply["hint"] == "Into A-01-1: empty picking bin."
    accepted(maja.scan(TASK, "A-01-1"), "4 in A-01-1")
    assert accepted(maja.scan(TASK, "MUG", 6))["hint"] == "Into A-01-1: it lies there already."
    house.prove()


def test_another_bin_is_taken_and_remembered_with_the_reason_of_the_suggestion(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    maja.receive({"MUG": 10})
    accepted(maja.scan(TASK, "MUG", 10))
    assert accepted(maja.scan(TASK, "B-02-3"))["hint"] == "A-01-1 was suggested: empty picking bin."
    assert house.count("put_away_override") == 1
    accepted(maja.scan(TASK, "CMD:UNDO"), "Taken out again")
    assert house.count("put_away_override") == 0
    accepted(maja.scan(TASK, "A-01-1"))
    assert house.count("put_away_override") == 0
    house.prove()


def test_a_bin_that_does_not_take_it_says_why(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    maja.receive({"MUG": 10})
    with db.transaction() as session:
        places.put_bin(session, "B-02-3", {"max_units": 9})
    accepted(maja.scan(TASK, "MUG", 10))
    refused(maja.scan(TASK, "B-02-3"), "room for 9 more", "Put it in A-01-1")
    refused(maja.scan(TASK, "PACK-1"), "no bin to store in")
    refused(maja.scan(TASK, "QUARANTINE"), "no bin to store in")
    accepted(maja.scan(TASK, "A-01-1"))
    house.prove()


def test_a_hungry_pick_face_gets_its_part_and_the_rest_goes_to_storage(house: House, maja: Tablet) -> None:
    shelf({"R-01": "storage"})
    maja.add_product("MUG")
    face("MUG", "A-03-2", 5, 20)
    maja.receive({"MUG": 100})
    reply = accepted(maja.scan(TASK, "MUG", 100))
    assert reply["next"]["say"] == "Put 20 of 100 Thing MUG into A-03-2: its pick face, it is empty"
    reply = accepted(maja.scan(TASK, "A-03-2"), "20 in A-03-2")
    assert reply["next"]["say"].startswith("Put 80 Thing MUG into OVERFLOW: its pick face has enough; empty storage")
    accepted(maja.scan(TASK, "CMD:UNDO"), "100 Thing MUG in hand")
    assert lies(house) == {("MUG", "DOCK-1"): 100}
    accepted(maja.scan(TASK, "A-03-2"))
    accepted(maja.scan(TASK, "R-01"))
    assert lies(house) == {("MUG", "A-03-2"): 20, ("MUG", "R-01"): 80}
    house.prove()


def test_lots_stay_apart_from_the_dock_to_the_bin(house: House, maja: Tablet) -> None:
    maja.add_product("JAM", lots=True)
    for lot in ("L1", "L2"):
        accepted(maja.scan("receive:", "JAM", 4))
        accepted(maja.scan("receive:", lot))
    asked = refused(maja.scan(TASK, "JAM", 2), "Which Thing JAM")
    assert [choice["kind"] for choice in asked["choices"]] == ["lot L1", "lot L2"]
    reply = accepted(maja.scan(TASK, "JAM", 4, kind="lot L1"), "lot L1: 4 in hand")
    refused(maja.scan(TASK, "L2", 1), "You hold 4 Thing JAM, lot L1")
    accepted(maja.scan(TASK, reply["next"]["bin"]))
    reply = accepted(maja.scan(TASK, "L2", 4))
    assert reply["next"]["bin"] != home_of(house, "JAM")
    accepted(maja.scan(TASK, reply["next"]["bin"]))
    assert maja.lease(TASK)["next"]["want"] == "nothing"
    house.prove()


def test_serials_are_carried_together_and_each_once(house: House, maja: Tablet) -> None:
    maja.add_product("CAM", serials=True)
    accepted(maja.scan("receive:", "CAM", 3))
    for serial in ("S1", "S2", "S3"):
        accepted(maja.scan("receive:", serial))
    accepted(maja.scan(TASK, "S1"), "1 in hand")
    refused(maja.scan(TASK, "S1"), "in your hand already")
    accepted(maja.scan(TASK, "S2"), "2 in hand")
    refused(house.tablet("ruth").scan(TASK, "S2"), "No Thing CAM stands at the dock")
    accepted(maja.scan(TASK, "A-01-1"), "2 in A-01-1")
    accepted(maja.scan(TASK, "CMD:UNDO"))
    accepted(maja.scan(TASK, "S3"))
    accepted(maja.scan(TASK, "A-01-1"), "3 in A-01-1")
    assert lies(house) == {("CAM", "A-01-1"): 3}
    house.prove()


def test_a_held_lot_goes_to_quarantine_and_nowhere_else(house: House, maja: Tablet) -> None:
    maja.add_product("JAM", lots=True)
    accepted(maja.scan("receive:", "JAM", 4))
    accepted(maja.scan("receive:", "L1"))
    with db.transaction() as session:
        product = catalog.product_by_sku(session, "JAM").id or 0
        lots.hold(session, lots.by_code(session, product, "L1"), "glass found")
    reply = accepted(maja.scan(TASK, "L1", 4))
    assert reply["hint"] == "Into QUARANTINE: it may not be sold."
    refused(maja.scan(TASK, "A-01-1"), "no place for goods that may not be sold")
    accepted(maja.scan(TASK, "QUARANTINE"))
    assert lies(house) == {("JAM", "QUARANTINE"): 4}
    assert maja.lease(TASK)["next"]["want"] == "nothing"
    house.prove()


def only(code: str, most: int) -> None:
    """One bin is open, for so many units."""
    with db.transaction() as session:
        session.execute(sa.text("UPDATE location SET active = FALSE WHERE kind IN ('pick', 'storage')"))
        places.put_bin(session, code, {"max_units": most})
        places.open_bin(session, code)


def test_what_no_bin_has_room_for_stays_at_the_dock_and_the_rest_is_put_away(house: House, maja: Tablet) -> None:
    only("A-01-1", 20)
    maja.add_product("MUG")
    maja.receive({"MUG": 100})
    assert accepted(maja.scan(TASK, "MUG", 100))["hint"] == "20 of them into A-01-1: empty picking bin."
    reply = accepted(maja.scan(TASK, "A-01-1"), "20 in A-01-1")
    assert reply["hint"] == "No bin has room for the other 80: they stay at the dock."
    assert reply["next"]["want"] == "product"
    assert lies(house) == {("MUG", "A-01-1"): 20, ("MUG", "DOCK-1"): 80}
    assert maja.scan(TASK, "MUG", 80)["say"] == "No picking or storage bin has room for it. Make room, or open another bin."
    accepted(maja.scan(TASK, "CMD:UNDO"), "100 Thing MUG in hand")
    assert lies(house) == {("MUG", "DOCK-1"): 100}
    house.prove()


def test_no_more_serials_are_taken_than_a_bin_has_room_for(house: House, maja: Tablet) -> None:
    only("A-01-1", 3)
    maja.add_product("CAM", serials=True)
    accepted(maja.scan("receive:", "CAM", 4))
    for serial in ("S1", "S2", "S3", "S4"):
        accepted(maja.scan("receive:", serial))
    for serial in ("S1", "S2", "S3"):
        accepted(maja.scan(TASK, serial))
    refused(maja.scan(TASK, "S4"), "A-01-1 has no room for one more Thing CAM. Put the 3 in your hand there first.")
    accepted(maja.scan(TASK, "A-01-1"), "3 in A-01-1")
    assert lies(house) == {("CAM", "A-01-1"): 3, ("CAM", "DOCK-1"): 1}
    house.prove()


def test_units_that_somebody_needs_by_now_are_not_taken_out_again(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    maja.receive({"MUG": 10})
    accepted(maja.scan(TASK, "MUG", 10))
    accepted(maja.scan(TASK, "A-01-1"))
    assert maja.place("1042", {"MUG": 8}).status == 201
    maja.lease("pick:CART-1")
    conflict(maja.scan(TASK, "CMD:UNDO"),
             "It cannot be taken back any more. A-01-1 has 2 free units of this, 10 are needed.")  # fmt: skip
    assert lies(house) == {("MUG", "A-01-1"): 10}
    house.prove()


def test_another_products_pick_face_is_never_suggested(house: House, maja: Tablet) -> None:
    """Not even where the product lies in it already, and every other bin is in use."""
    maja.stock_up({"CUP": 3})
    face("CUP", "A-01-1", 1, 50)
    maja.add_product("MUG")
    maja.receive({"MUG": 9})
    accepted(maja.scan(TASK, "MUG", 2))
    accepted(maja.scan(TASK, "A-01-1"))
    assert accepted(maja.scan(TASK, "MUG", 7))["hint"] == "Into A-01-2: empty picking bin."
    accepted(maja.scan(TASK, "CMD:UNDO"))
    with db.transaction() as session:
        session.execute(sa.text("UPDATE location SET active = FALSE WHERE kind IN ('pick', 'storage') AND code <> 'A-01-1'"))
    refused(maja.scan(TASK, "MUG", 7), "No picking or storage bin has room for it")
    house.prove()


def test_a_pick_face_of_two_products_is_one_of_each(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 4})
    maja.add_product("CUP")
    for sku in ("MUG", "CUP"):
        face(sku, "A-01-1", 5, 20)
    maja.receive({"MUG": 30})
    assert accepted(maja.scan(TASK, "MUG", 30))["hint"] == "16 of them into A-01-1: its pick face, 4 lie there."
    house.prove()


def test_closed_bins_are_never_suggested(house: House, maja: Tablet) -> None:
    with db.transaction() as session:
        places.close_bin(session, "A-01-1")
    maja.add_product("MUG")
    maja.receive({"MUG": 1})
    assert accepted(maja.scan(TASK, "MUG"))["next"]["bin"] == "A-01-2"
