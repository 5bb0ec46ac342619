"""A serial that left the house, whichever way, comes in again by any door; and nobody's undo brings it in a second time."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from stowline.inventory import which
from stowline.picking import apart
from tests.asserts import accepted, conflict, refused
from tests.commands import stowline
from tests.makers import Tablet, at_once
from tests.stories.conftest import House
from tests.stories.test_lots_and_serials import CAMERA, lies, put, two_bins

Way = Callable[[House, Tablet], None]


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    return tablet


def unit(serial: str) -> str:
    """What a scanner reads off one camera."""
    return f"]C101{CAMERA}21{serial}"


def adjust(tablet: Tablet, bin_: str, units: int, reason: str) -> None:
    asked = {"sku": "CAM", "bin": bin_, "units": units, "reason": reason, "serial": "S-1"}
    reply = tablet.post("/api/v1/adjustments", asked)
    assert (reply.status, reply["state"]) == (201, "posted"), reply.raw


def sell(tablet: Tablet, ref: str) -> str:
    """An order for a camera leaves the house; the task of its manifest, which is still open."""
    tablet.follow("putaway:")
    assert tablet.place(ref, {"CAM": 1})["lines"][0]["promised"] == 1
    tablet.follow("pick:CART-1")
    for item in tablet.tasks("pack"):
        tablet.follow(item["task"])
    manifest = tablet.open_manifest()
    tablet.follow(manifest, until="command")
    return manifest


def where(house: House) -> str:
    """The bin that the only camera lies in."""
    ((bin_, _, _),) = lies(house, "CAM")
    return bin_


# --- ways out ---------------------------------------------------------------------------------------------------------


def shipped(house: House, maja: Tablet) -> None:
    sell(maja, f"order-{house.count('orders')}")


def scrapped(house: House, maja: Tablet) -> None:
    adjust(maja, where(house), -1, "scrap")


def written_off(house: House, maja: Tablet) -> None:
    adjust(maja, where(house), -1, "lost")


def counted_away(house: House, maja: Tablet) -> None:
    bin_ = where(house)
    for code in (bin_, "CMD:DONE", bin_):
        accepted(maja.scan(f"count:{bin_}", code))


def receipt_undone(house: House, maja: Tablet) -> None:
    written_off(house, maja)
    accepted(maja.scan("receive:", unit("S-1")))
    accepted(maja.scan("receive:", "CMD:UNDO"))


WAYS = (shipped, scrapped, written_off, counted_away, receipt_undone)


# --- doors in ---------------------------------------------------------------------------------------------------------


def at_the_dock(house: House, maja: Tablet, folder: Path) -> None:
    del house, folder
    accepted(maja.scan("receive:", unit("S-1")), "serial S-1: 1 received")


def on_a_purchase_order(house: House, maja: Tablet, folder: Path) -> None:
    del house, folder
    body = {"ref": "PO-BACK", "supplier": "Kiln", "lines": [{"sku": "CAM", "quantity": 1}]}
    assert maja.post("/api/v1/purchase-orders", body).status == 201
    accepted(maja.scan("receive:PO-BACK", CAMERA), "serial")
    accepted(maja.scan("receive:PO-BACK", "S-1"), "1 of 1")


def found_at_the_desk(house: House, maja: Tablet, folder: Path) -> None:
    del folder
    adjust(maja, two_bins(house)[1], 1, "found")


def found_by_a_count(house: House, maja: Tablet, folder: Path) -> None:
    del folder
    task = f"count:{two_bins(house)[1]}"
    accepted(maja.scan(task, two_bins(house)[1]))
    accepted(maja.scan(task, unit("S-1")))
    accepted(maja.scan(task, "CMD:DONE"))


def from_a_file(house: House, maja: Tablet, folder: Path) -> None:
    del maja
    file = folder / "stock.csv"
    file.write_text(f"sku,bin,quantity,serial\nCAM,{two_bins(house)[1]},1,S-1\n")
    assert stowline("import", "stock", str(file), "--format", "csv", "--json").json["accepted"] == 1


DOORS = (at_the_dock, on_a_purchase_order, found_at_the_desk, found_by_a_count, from_a_file)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_serial_that_left_comes_in_again_by_any_door(house: House, maja: Tablet, tmp_path: Path, way: Way) -> None:
    put(house, "CAM", two_bins(house)[0], 1, serial="S-1")
    for door in DOORS:
        way(house, maja)
        assert lies(house, "CAM") == {}
        door(house, maja, tmp_path)
        assert [(which, units) for (_, which, _), units in lies(house, "CAM").items()] == [("S-1", 1)]
        house.prove()
    sell(maja, "last")
    assert maja.order("last")["parcels"][0]["lines"][0]["serial"] == "S-1"
    house.prove()


def test_a_serial_that_was_sold_twice_is_not_taken_back_from_its_first_buyer(house: House, maja: Tablet) -> None:
    put(house, "CAM", two_bins(house)[0], 1, serial="S-1")
    first = sell(maja, "1001")
    accepted(maja.scan("receive:", unit("S-1")))
    second = sell(maja, "1002")
    conflict(maja.scan(first, "CMD:UNDO"), "Serial S-1 left again with parcel")
    assert lies(house, "CAM") == {}
    house.prove()
    accepted(maja.scan(second, "CMD:UNDO"))
    house.prove()


def test_scrap_is_not_undone_once_the_serial_is_somewhere_else(house: House, maja: Tablet) -> None:
    near = two_bins(house)[0]
    put(house, "CAM", near, 1, serial="S-1")
    accepted(maja.scan("scrap:", near))
    reply = accepted(maja.scan("scrap:", unit("S-1")))
    accepted(maja.scan("scrap:", "CMD:DONE", kind=reply["next"]["choices"][0]["kind"]))
    accepted(maja.scan("receive:", unit("S-1")))  # it was a mistake: here it is
    sell(maja, "1001")
    conflict(maja.scan("scrap:", "CMD:UNDO"), "Serial S-1")
    assert lies(house, "CAM") == {}
    house.prove()


def test_one_serial_scanned_at_two_docks_at_once_comes_in_once(house: House, maja: Tablet) -> None:
    tablets = [maja, *(house.tablet(f"w{n}") for n in range(3))]
    for n in range(5):
        replies = at_once([partial(tablet.scan, "receive:", unit(f"S-{n}")) for tablet in tablets])
        assert sorted(reply.status for reply in replies) == [200, 409, 409, 409], [reply.raw for reply in replies]
    assert len(lies(house, "CAM")) == 5
    house.prove()


def test_the_serial_on_a_case_is_not_that_of_a_unit_in_it(house: House, maja: Tablet) -> None:
    case = "19506000134366"
    assert maja.send("PATCH", "/api/v1/products/CAM", b'{"barcodes": [{"code": "%s", "quantity": 2}]}' % case.encode(),
                     {**maja.headers, "Content-Type": "application/json"}).status == 200  # fmt: skip
    step = accepted(maja.scan("receive:", f"]C101{case}21CASE-7"))["next"]
    assert (step["want"], step["left"]) == ("serial", 2)
    assert lies(house, "CAM") == {}
    accepted(maja.scan("receive:", "S-1"))
    accepted(maja.scan("receive:", "S-2"))
    assert accepted(maja.scan("receive:", unit("S-3"), 2))["next"]["want"] == "serial"
    assert {which for _, which, _ in lies(house, "CAM")} == {"S-1", "S-2"}
    accepted(maja.scan("receive:", "CMD:SKIP"))
    refused(maja.scan("receive:", "CMD:SKIP"))
    house.prove()


def test_a_bin_of_more_serials_than_one_look_sees_gives_out_every_one(
    house: House, maja: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(which, "MOST", 3)
    monkeypatch.setattr(apart, "MOST", 3)
    near, far = two_bins(house)
    for n in range(6):
        put(house, "CAM", near, 1, serial=f"S-{n}")
    for number in (unit("S-5"), "S-4"):
        accepted(maja.scan("move:", near))
        accepted(maja.scan("move:", number))
        accepted(maja.scan("move:", far))
    accepted(maja.scan("quarantine:", near))
    accepted(maja.scan("quarantine:", "S-3"))
    assert maja.place("1001", {"CAM": 4}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", near))
    accepted(maja.scan("pick:CART-1", unit("S-3")))
    house.prove()
