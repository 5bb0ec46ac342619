"""Counts of units that are told apart: the lot and the serial come with the code, as a bare number, or are asked for."""

from collections.abc import Iterator
from datetime import date

import pytest

from stowline.catalog import queries as catalog
from stowline.core import author, db
from stowline.inventory import lots, queries, service
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
from tests.stories.conftest import House

BIN, OTHER = "A-01-1", "A-01-2"
TASK = f"count:{BIN}"
GTIN = "4006381333931"


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def put(sku: str, units: int, bin_: str = BIN, lot: str = "", serial: str = "") -> None:
    """Units come into a bin."""
    with author.acting("Ruth"), db.transaction() as session:
        product = catalog.product_by_sku(session, sku)
        if lot:
            lots.know(session, product.id or 0, lot, date(2031, 5, 4) if product.expires else None)
        service.move(session, product_id=product.id or 0, from_id=queries.SUPPLIER, qty=units, because="import", lot=lot,
                     serial=serial, to_id=queries.location_by_code(session, bin_).id or 0)  # fmt: skip


def inside(bin_: str = BIN) -> dict[tuple[str, str, str, str], int]:
    with db.reading() as session:
        found = queries.in_bin(session, queries.location_by_code(session, bin_).id or 0)
    return {(here.sku, here.lot, here.serial, here.condition): here.qty for here in found}


@pytest.fixture
def jars(house: House, maja: Tablet) -> Iterator[None]:
    """Jars in two lots."""
    maja.add_product("JAR", lots=True, expires=True, barcodes=[{"code": GTIN}])
    put("JAR", 6, lot="L1")
    put("JAR", 4, lot="L2")
    yield
    house.prove()


@pytest.fixture
def phones(house: House, maja: Tablet) -> Iterator[None]:
    """Phones, each with a serial number."""
    maja.add_product("PHONE", serials=True, barcodes=[{"code": GTIN}])
    for serial in ("S1", "S2", "S3"):
        put("PHONE", 1, serial=serial)
    put("PHONE", 1, OTHER, serial="S9")
    yield
    house.prove()


@pytest.mark.usefixtures("jars")
def test_lots_come_with_the_code_as_a_number_or_are_asked_for(maja: Tablet) -> None:
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, f"]C101{GTIN.zfill(14)}17310504" + "10L1", 3), "lot L1: 3 counted")
    accepted(maja.scan(TASK, "L1", 2), "lot L1: 5 counted")
    asks = refused(maja.scan(TASK, "JAR", 4), "Which lot")
    assert [choice["label"] for choice in asks["choices"]] == ["Lot L2, ends 2031-05-04", "Lot L1, ends 2031-05-04", "Another lot"]
    accepted(maja.scan(TASK, "JAR", 4, kind="lot L2"), "lot L2: 4 counted")
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert inside() == {("JAR", "L1", "", "good"): 5, ("JAR", "L2", "", "good"): 4}


@pytest.mark.usefixtures("jars")
def test_a_lot_that_nobody_knows_is_typed_and_needs_its_last_day(maja: Tablet) -> None:
    accepted(maja.scan(TASK, BIN))
    other = maja.scan(TASK, "JAR", 2)["choices"][-1]["kind"]
    step = accepted(maja.scan(TASK, "JAR", 2, kind=other), "which lot?")
    assert step["next"]["want"] == "lot"
    refused(maja.scan(TASK, "CMD:DONE"), "not counted yet")
    refused(maja.scan(TASK, "L7"), "ends on a day")
    accepted(maja.scan(TASK, "CMD:UNDO"), "Taken back")
    accepted(maja.scan(TASK, f"]C101{GTIN.zfill(14)}17310504" + "10L7"), "lot L7: 1 counted")
    accepted(maja.scan(TASK, "L1", 6))
    accepted(maja.scan(TASK, "L2", 3))
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert inside() == {("JAR", "L1", "", "good"): 6, ("JAR", "L2", "", "good"): 3, ("JAR", "L7", "", "good"): 1}


@pytest.mark.usefixtures("phones")
def test_serials_are_counted_one_by_one_and_one_from_another_bin_comes_over(maja: Tablet) -> None:
    accepted(maja.scan(TASK, BIN))
    step = accepted(maja.scan(TASK, "PHONE"), "which serial?")
    assert step["next"]["want"] == "serial"
    accepted(maja.scan(TASK, "S1"), "serial S1: 1 counted")
    conflict(maja.scan(TASK, "S1"), "counted already")
    refused(maja.scan(TASK, "S2", 2), "one after the other")
    accepted(maja.scan(TASK, f"]C101{GTIN.zfill(14)}21S2"), "serial S2")
    accepted(maja.scan(TASK, f"]C101{GTIN.zfill(14)}21S9"), "serial S9")
    accepted(maja.scan(TASK, "PHONE"))
    accepted(maja.scan(TASK, "S10"), "serial S10")
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert sorted(serial for _, _, serial, _ in inside()) == ["S1", "S10", "S2", "S9"]
    assert inside(OTHER) == {}
    assert maja.stock("PHONE")["on_hand"] == 4  # S3 is gone, S10 is new
    accepted(maja.scan(TASK, "CMD:UNDO"), "being counted again")
    assert sorted(serial for _, _, serial, _ in inside()) == ["S1", "S2", "S3"]
    assert sorted(serial for _, _, serial, _ in inside(OTHER)) == ["S9"]


@pytest.mark.usefixtures("phones")
def test_a_serial_that_lies_in_a_tote_by_the_books_is_set_aside(maja: Tablet) -> None:
    assert maja.place("R-1", {"PHONE": 4})["state"] == "allocated"
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", BIN))
    accepted(maja.scan("pick:CART-1", "S1"))
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "PHONE"))
    refused(maja.scan(TASK, "S1"), "Serial S1 is in TOTE-01 by the books")
    accepted(maja.scan(TASK, "CMD:UNDO"))
    for serial in ("S2", "S3"):
        accepted(maja.scan(TASK, serial))
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert maja.stock("PHONE")["on_hand"] == 4


@pytest.mark.usefixtures("phones")
def test_a_serial_that_a_picker_did_not_find_turns_up_in_another_bin(house: House, maja: Tablet) -> None:
    assert maja.place("R-1", {"PHONE": 1})["state"] == "allocated"
    task = "pick:R-1"
    found = maja.lease(task)["next"]
    accepted(maja.scan(task, found["bin"]))
    accepted(maja.scan(task, "CMD:SHORT"))
    lost, where = found["serial"], found["bin"]
    here = OTHER if where == BIN else BIN
    accepted(maja.scan(f"count:{here}", here))
    for serial in [lost, *(serial for _, _, serial, _ in inside(here))]:
        accepted(maja.scan(f"count:{here}", "PHONE"))
        accepted(maja.scan(f"count:{here}", serial))
    accepted(maja.scan(f"count:{here}", "CMD:DONE"))
    assert ("PHONE", "", lost, "good") in inside(here)
    assert maja.stock("PHONE")["on_hand"] == 4
    assert house.count("count_request WHERE done_at IS NULL AND missing > 0") == 0


@pytest.mark.usefixtures("jars")
def test_found_units_of_a_held_lot_stay_on_hold(maja: Tablet) -> None:
    with db.transaction() as session:
        lots.hold(session, lots.by_code(session, catalog.product_by_sku(session, "JAR").id or 0, "L1"), "recall")
    accepted(maja.scan(TASK, BIN))
    accepted(maja.scan(TASK, "L1", 7))
    accepted(maja.scan(TASK, "L2", 4))
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert inside() == {("JAR", "L1", "", "hold"): 7, ("JAR", "L2", "", "good"): 4}


# --- somebody else counts: many that are a little off -----------------------------------------------------------------


def count_serials(tablet: Tablet, *serials: str) -> None:
    """A whole count of the phones."""
    accepted(tablet.scan(TASK, BIN))
    for serial in serials:
        accepted(tablet.scan(TASK, serial))
    if not serials:
        accepted(tablet.scan(TASK, "CMD:DONE"))
    accepted(tablet.scan(TASK, "CMD:DONE" if serials else BIN), "is counted")


@pytest.mark.usefixtures("phones")
def test_several_missing_serials_wait_for_somebody_else_though_each_is_one_unit(house: House, maja: Tablet) -> None:
    count_serials(maja, "S1")
    assert maja.stock("PHONE")["on_hand"] == 4
    assert house.count("count_entry WHERE state = 'second'") == 2
    conflict(maja.scan(TASK, BIN), "You counted this bin first")
    count_serials(house.tablet("tom"), "S1", "S3")
    assert maja.stock("PHONE")["on_hand"] == 3
    assert sorted(serial for _, _, serial, _ in inside()) == ["S1", "S3"]
    assert maja.tasks("count") == []


@pytest.mark.usefixtures("phones")
def test_one_missing_serial_is_written_off_at_once(house: House, maja: Tablet) -> None:
    count_serials(maja, "S1", "S2")
    assert maja.stock("PHONE")["on_hand"] == 3
    assert house.count("count_entry WHERE state = 'second'") == 0


@pytest.mark.usefixtures("jars")
def test_lots_that_are_each_a_little_short_are_much_together(house: House, maja: Tablet) -> None:
    put("JAR", 34, lot="L1")
    put("JAR", 36, lot="L2")
    accepted(maja.scan(TASK, BIN))
    for lot in ("L1", "L2"):
        accepted(maja.scan(TASK, lot, 34))  # six of forty are missing of each
    accepted(maja.scan(TASK, "CMD:DONE"))
    assert maja.stock("JAR")["on_hand"] == 80
    assert house.count("count_request WHERE done_at IS NULL AND round = 2") == 2
