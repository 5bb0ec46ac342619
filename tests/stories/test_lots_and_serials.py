"""Units that are not all alike: from the dock to the van the books say which lot and which serial is where."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import clock, db
from stowline.core.errors import Refused
from stowline.inventory import lots
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import ADJUSTMENT
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
from tests.stories.conftest import House

YOGHURT, CAMERA = "09506000134352", "09506000134369"
SOON, LATER = clock.now().date() + timedelta(days=10), clock.now().date() + timedelta(days=90)


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.add_product("YOG", name="Yoghurt", barcodes=[{"code": YOGHURT}], lots=True, expires=True, fefo=True)
    tablet.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    return tablet


@contextmanager
def books_open(house: House) -> Iterator[Session]:
    """A transaction of somebody who is not at a tablet."""
    _ = house
    with db.transaction() as session:
        yield session


def yoghurt(lot: str = "", ends: date | None = None, count: int = 0) -> str:
    """What a scanner reads off a cup, or off a case of so many cups."""
    said = f"]C1{'02' if count else '01'}{YOGHURT}"
    said += f"17{ends:%y%m%d}" if ends else ""
    said += f"37{count}\x1d" if count else ""
    return said + (f"10{lot}" if lot else "")


def put(house: House, sku: str, bin_: str, units: int, *, lot: str = "", serial: str = "", ends: date | None = None) -> None:
    with books_open(house) as session:
        product = catalog.product_by_sku(session, sku).id or 0
        lots.named(session, product, units, lot=lot, serial=serial, expires_on=ends)
        place = stock.location_by_code(session, bin_).id or 0
        inventory.move(session, product_id=product, from_id=ADJUSTMENT, to_id=place, qty=units, because="import",
                       lot=lot, serial=serial)  # fmt: skip


def lies(house: House, sku: str) -> dict[tuple[str, str, str], int]:
    """Units of a product by (bin, lot or serial, condition)."""
    with books_open(house) as session:
        product = catalog.product_by_sku(session, sku).id or 0
        return {(at.bin, at.lot or at.serial, at.condition): at.qty for at in stock.in_bins(session, product)}


def two_bins(house: House) -> tuple[str, str]:
    with books_open(house) as session:
        query = "SELECT code FROM location WHERE kind = 'pick' ORDER BY sequence LIMIT 2"
        first, second = session.execute(sa.text(query)).scalars()
        return first, second


def test_the_dock_takes_lot_and_last_day_from_the_code(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:", yoghurt("L1", LATER), 6), "lot L1", "6 received")
    accepted(maja.scan("receive:", yoghurt("L1", LATER, count=12)), "12 received")
    assert lies(house, "YOG") == {("DOCK-1", "L1", "good"): 18}
    refused(maja.scan("receive:", yoghurt("L1", SOON)), "by our books", str(SOON))
    house.prove()


def test_the_dock_asks_for_what_the_code_does_not_say(house: House, maja: Tablet) -> None:
    assert accepted(maja.scan("receive:", YOGHURT, 4), "Scan or type the lot of 4 Yoghurt")["next"]["want"] == "lot"
    assert lies(house, "YOG") == {}
    refused(maja.scan("receive:", CAMERA), "You hold 4 Yoghurt")
    assert accepted(maja.scan("receive:", "L7"))["next"]["want"] == "expiry"
    refused(maja.scan("receive:", "tomorrow"), "is no day")
    accepted(maja.scan("receive:", LATER.isoformat()), "lot L7: 4 received")
    assert lies(house, "YOG") == {("DOCK-1", "L7", "good"): 4}
    accepted(maja.scan("receive:", "CMD:UNDO"), "4 units are not received")
    assert lies(house, "YOG") == {}
    assert accepted(maja.scan("receive:", "CMD:UNDO"))["next"]["want"] == "lot"
    accepted(maja.scan("receive:", "CMD:SKIP"), "put aside")
    house.prove()


def test_each_serial_comes_in_once_and_a_returned_one_is_welcome_again(house: House, maja: Tablet) -> None:
    assert accepted(maja.scan("receive:", CAMERA, 2))["next"]["want"] == "serial"
    assert accepted(maja.scan("receive:", "S-1"), "serial S-1: 1 received")["next"]["want"] == "serial"
    conflict(maja.scan("receive:", "S-1"), "Serial S-1 lies in DOCK-1 already")
    accepted(maja.scan("receive:", "S-2"))
    accepted(maja.scan("receive:", f"]C101{CAMERA}21S-3"), "serial S-3")
    assert lies(house, "CAM") == {("DOCK-1", f"S-{n}", "good"): 1 for n in (1, 2, 3)}
    house.prove()


def test_a_lot_that_is_over_comes_in_on_hold_and_serves_nobody(house: House, maja: Tablet) -> None:
    assert maja.place("1001", {"YOG": 2}).status == 201
    gone = clock.now().date() - timedelta(days=1)
    hint = accepted(maja.scan("receive:", yoghurt("OLD", gone), 5))["hint"]
    assert "on hold" in hint
    assert lies(house, "YOG") == {("DOCK-1", "OLD", "hold"): 5}
    assert maja.stock("YOG") == {"on_hand": 0, "promised": 0, "free": 0, "waiting": 2}
    accepted(maja.scan("receive:", "CMD:UNDO"))
    assert lies(house, "YOG") == {}
    house.prove()


def test_what_ends_first_is_picked_first_and_nothing_later_passes(house: House, maja: Tablet) -> None:
    near, far = two_bins(house)
    put(house, "YOG", near, 5, lot="LATE", ends=LATER)
    put(house, "YOG", far, 5, lot="SOON", ends=SOON)
    put(house, "YOG", far, 5, lot="LATE", ends=LATER)
    assert maja.place("1001", {"YOG": 3}).status == 201
    step = maja.lease("pick:CART-1")["next"]
    assert (step["bin"], step["lot"]) == (far, "SOON")
    accepted(maja.scan("pick:CART-1", far))
    refused(maja.scan("pick:CART-1", yoghurt("LATE", LATER)), "Take SOON first")
    refused(maja.scan("pick:CART-1", yoghurt("NEVER-SEEN")), "is not in", "by the books")
    question = refused(maja.scan("pick:CART-1", YOGHURT, 2), "Which lot")
    assert [one["kind"] for one in question["choices"]] == ["lot LATE", "lot SOON"]
    accepted(maja.scan("pick:CART-1", YOGHURT, 2, kind="lot SOON"), "2 of 3")
    accepted(maja.scan("pick:CART-1", yoghurt("SOON", SOON)), "3 of 3")
    assert lies(house, "YOG")[(far, "SOON", "good")] == 2
    house.prove()


def test_another_lot_out_of_the_same_bin_is_as_good_where_nothing_ends_first(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    maja.add_product("INK", name="Ink", lots=True)
    put(house, "INK", near, 4, lot="A")
    put(house, "INK", near, 4, lot="B")
    assert maja.place("1001", {"INK": 3}).status == 201
    assert maja.lease("pick:CART-1")["next"]["lot"] == "A"
    accepted(maja.scan("pick:CART-1", near))
    accepted(maja.scan("pick:CART-1", "INK", kind="lot A"), "1 of 3")
    accepted(maja.scan("pick:CART-1", "B"), "1 of 1")
    accepted(maja.scan("pick:CART-1", "INK", kind="lot A"), "2 of 2")
    maja.follow("pick:CART-1")
    tote = next(item["task"] for item in maja.tasks("pack"))
    accepted(maja.scan(tote, "INK", 3), "3 of 3")
    accepted(maja.scan(tote, "CMD:UNDO"), "3 units")
    maja.follow(tote)
    maja.follow(maja.open_manifest())
    parcel = maja.order("1001")["parcels"][0]
    assert {line["lot"]: line["quantity"] for line in parcel["lines"]} == {"A": 2, "B": 1}
    assert lies(house, "INK") == {(near, "A", "good"): 2, (near, "B", "good"): 3}
    house.prove()


def test_a_serial_is_taken_for_another_and_leaves_under_its_own_number(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    for n in (1, 2, 3, 4):
        put(house, "CAM", near, 1, serial=f"S-{n}")
    assert maja.place("1001", {"CAM": 2}).status == 201
    assert maja.lease("pick:CART-1")["next"]["serial"] == "S-1"
    accepted(maja.scan("pick:CART-1", near))
    refused(maja.scan("pick:CART-1", CAMERA), "Scan the serial number")
    refused(maja.scan("pick:CART-1", f"]C101{CAMERA}21S-9"), "Serial S-9 is not in")
    accepted(maja.scan("pick:CART-1", "S-2"))  # the second line's: the two change
    accepted(maja.scan("pick:CART-1", maja.lease("pick:CART-1")["next"]["code"]))
    accepted(maja.scan("pick:CART-1", f"]C101{CAMERA}21S-4"))  # nobody's yet
    maja.follow("pick:CART-1")
    for item in maja.tasks("pack"):
        maja.follow(item["task"])
    manifest = maja.open_manifest()
    maja.follow(manifest, until="command")
    assert lies(house, "CAM") == {(near, "S-1", "good"): 1, (near, "S-3", "good"): 1}
    parcel = maja.order("1001")["parcels"][0]
    assert sorted(line["serial"] for line in parcel["lines"]) == ["S-2", "S-4"]
    house.prove()
    accepted(maja.scan("receive:", f"]C101{CAMERA}21S-2"), "serial S-2: 1 received")  # it came back
    conflict(maja.scan(manifest, "CMD:UNDO"), "Serial S-2 lies in DOCK-1 already")
    house.prove()


def test_a_held_lot_leaves_its_orders_waiting_and_comes_back_to_them(house: House, maja: Tablet) -> None:
    near, far = two_bins(house)
    put(house, "YOG", near, 4, lot="L1", ends=SOON)
    put(house, "YOG", far, 2, lot="L2", ends=LATER)
    assert maja.place("1001", {"YOG": 3}).status == 201
    maja.lease("pick:CART-1")
    assert maja.place("1002", {"YOG": 3}).status == 201
    with books_open(house) as session:
        lot = lots.by_code(session, catalog.product_by_sku(session, "YOG").id or 0, "L1")
        assert lots.hold(session, lot, "glass in it") == 4
    assert lies(house, "YOG") == {(near, "L1", "hold"): 4, (far, "L2", "good"): 2}
    assert maja.stock("YOG") == {"on_hand": 2, "promised": 2, "free": 0, "waiting": 4}
    house.prove()
    with books_open(house) as session:
        lot = lots.by_code(session, catalog.product_by_sku(session, "YOG").id or 0, "L1")
        with pytest.raises(Refused, match="why"):
            lots.hold(session, lot, " ")
        assert lots.release(session, lot) == 4
    assert maja.stock("YOG") == {"on_hand": 6, "promised": 6, "free": 0, "waiting": 0}
    house.prove()


def test_every_night_what_is_over_goes_on_hold(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    assert maja.send("PATCH", "/api/v1/products/YOG", b'{"min_days_left": 20}',
                     {**maja.headers, "Content-Type": "application/json"}).status == 200  # fmt: skip
    put(house, "YOG", near, 4, lot="L2", ends=LATER)
    with books_open(house) as session:
        session.execute(sa.text("UPDATE lot SET expires_on = :d"), {"d": SOON.isoformat() if "sqlite" in house.url else SOON})
    with books_open(house) as session:
        lots.every_night(session, "")
    assert lies(house, "YOG") == {(near, "L2", "hold"): 4}
    with books_open(house) as session, pytest.raises(Refused, match="fewer than 20 days left"):
        lots.release(session, lots.by_code(session, catalog.product_by_sku(session, "YOG").id or 0, "L2"))
    house.prove()


def test_every_move_names_who_made_it_and_with_what(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:", yoghurt("L1", LATER), 6, device="tablet-4"))
    with books_open(house) as session:
        rows = session.execute(sa.text("SELECT who, device, scan_id IS NOT NULL, lot FROM ledger")).all()
    assert [tuple(row) for row in rows] == [("maja", "tablet-4", True, "L1")]
