"""Somebody tries to make the books drift: undo after the world changed, products that become something else in between,
recalls in the middle of the work, lots of very many bins.
"""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from stowline.catalog import queries as catalog
from stowline.core import clock
from stowline.inventory import lots, moving
from tests.asserts import accepted, clear_no, conflict, refused
from tests.commands import stowline
from tests.makers import JSON_TYPE, Reply, Tablet, at_once
from tests.stories.conftest import House
from tests.stories.test_lots_and_serials import CAMERA, LATER, SOON, YOGHURT, books_open, lies, put, two_bins, yoghurt


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    tablet.add_product("YOG", name="Yoghurt", barcodes=[{"code": YOGHURT}], lots=True, expires=True, fefo=True)
    tablet.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    tablet.add_product("MUG", name="Mug")
    return tablet


def switch(tablet: Tablet, sku: str, how: str) -> Reply:
    return tablet.send("PATCH", f"/api/v1/products/{sku}", how.encode(), {**tablet.headers, **JSON_TYPE})


def lot_of(house: House, verb: str, code: str, *more: str) -> int:
    """Hold or release a lot of yoghurt: how many units."""
    with books_open(house) as session:
        found = lots.by_code(session, catalog.product_by_sku(session, "YOG").id or 0, code)
        return int(getattr(lots, verb)(session, found, *more))


# --- what a product is changes between two scans ----------------------------------------------------------------------


def test_units_in_a_receivers_hand_are_not_booked_as_what_they_are_no_more(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:", YOGHURT, 4), "lot")
    assert switch(maja, "YOG", '{"serials": true}').status == 200
    accepted(maja.scan("receive:", "L1"))
    conflict(maja.scan("receive:", LATER.isoformat()), "told apart by serials by now")
    assert lies(house, "YOG") == {}
    accepted(maja.scan("receive:", "CMD:SKIP"))
    assert accepted(maja.scan("receive:", yoghurt("L1", LATER)))["next"]["want"] == "serial"
    house.prove()


@pytest.mark.parametrize("becomes", ['{"serials": true}', '{"lots": true}', "kit"])
def test_undo_brings_nothing_back_that_the_product_is_no_more(house: House, maja: Tablet, becomes: str) -> None:
    near, _ = two_bins(house)
    maja.add_product("BOX")
    put(house, "MUG", near, 2)
    assert maja.place("1001", {"MUG": 1}).status == 201
    maja.follow("pick:CART-1")
    maja.follow(maja.tasks("pack")[0]["task"])
    manifest = maja.open_manifest()
    maja.follow(manifest, until="command")
    accepted(maja.scan("scrap:", near))
    reply = accepted(maja.scan("scrap:", "MUG"))
    accepted(maja.scan("scrap:", "CMD:DONE", kind=reply["next"]["choices"][0]["kind"]))
    assert lies(house, "MUG") == {}
    parts = {"parts": [{"sku": "BOX", "units": 1}]}
    made = maja.post("/api/v1/products/MUG/parts", parts) if becomes == "kit" else switch(maja, "MUG", becomes)
    assert made.status == 200, made.raw
    for task in (manifest, "scrap:"):
        assert maja.scan(task, "CMD:UNDO").status in {409, 422}
    assert lies(house, "MUG") == {}
    house.prove()


def test_stock_from_a_file_is_taken_row_by_row_and_no_kit_and_no_second_serial_with_it(
    house: House, maja: Tablet, tmp_path: Path
) -> None:
    maja.add_product("SET", parts=[{"sku": "MUG", "units": 2}])
    near, far = two_bins(house)
    put(house, "CAM", near, 1, serial="S-1")
    file = tmp_path / "stock.csv"
    file.write_text(
        "sku,bin,quantity,lot,serial,expires_on,condition\n"
        f"SET,{near},1,,,,\nCAM,{far},1,,S-1,,\nCAM,{far},2,,S-2,,\nCAM,{far},1,,,,\nYOG,{far},1,L1,,,\n"
        f"MUG,{far},1,L1,,,\nMUG,{far},1,,,,broken\nMUG,{far},0,,,,\nMUG,{far},-1,,,,\nMUG,{far},1000001,,,,\n"
        f"MUG,{far},5,,,,\nMUG,{far},2,,,,damaged\nYOG,{far},3,L1,,{LATER},hold\nCAM,{far},1,,S-3,,\n"
    )
    tally = stowline("import", "stock", str(file), "--format", "csv", "--json").json
    assert (tally["accepted"], tally["refused"]) == (4, 10)
    said = " ".join(reason["say"] for reason in tally["reasons"])
    for why in ("Kit SET has no stock of its own", "Serial S-1 lies in", "Serial S-2 is one unit, not 2", "say which serial",
                "last day of lot L1", "Mug has no lots", "good, damaged, hold"):  # fmt: skip
        assert why in said
    assert lies(house, "MUG") == {(far, "", "good"): 5, (far, "", "damaged"): 2}
    assert maja.stock("MUG")["on_hand"] == 5
    assert maja.stock("SET")["on_hand"] == 2
    house.prove()


@pytest.mark.parametrize("becomes", ['{"serials": true}', "kit"])
@pytest.mark.parametrize("arrives", ["good", "on hold"])
def test_a_product_that_changes_while_it_comes_in_is_one_or_the_other(
    house: House, maja: Tablet, becomes: str, arrives: str
) -> None:
    """Whoever is second is refused, whatever condition the units arrive in."""
    one, other = house.tablet("one"), house.tablet("other")
    ends = LATER if arrives == "good" else clock.now().date() - timedelta(days=3)
    for n in range(4):
        sku = f"NEW-{n}"
        maja.add_product(sku, lots=True, expires=True)
        for code in (sku, "L1"):
            accepted(maja.scan("receive:", code))
        parts = {"parts": [{"sku": "MUG", "units": 1}]}
        change = partial(one.post, f"/api/v1/products/{sku}/parts", parts) if becomes == "kit" else partial(switch, other, sku, becomes)
        made, came = at_once([change, partial(maja.scan, "receive:", ends.isoformat())])
        assert sorted((made.status == 200, came.status == 200)) == [False, True], (made.raw, came.raw)
        if came.status != 200:
            accepted(maja.scan("receive:", "CMD:SKIP"))
    house.prove()


# --- a kit with a part that has serials -------------------------------------------------------------------------------


def test_a_kit_whose_part_has_serials_and_another_lots_is_sold_picked_and_shipped(house: House, maja: Tablet) -> None:
    near, far = two_bins(house)
    for serial in ("S-1", "S-2", "S-3"):
        put(house, "CAM", near, 1, serial=serial)
    put(house, "YOG", far, 2, lot="LATE", ends=LATER)
    put(house, "YOG", far, 2, lot="SOON", ends=SOON)
    maja.add_product("SET", name="Breakfast set", parts=[{"sku": "CAM", "units": 1}, {"sku": "YOG", "units": 2}])
    assert maja.place("1001", {"SET": 2, "CAM": 1}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", near))
    for serial in ("S-3", "S-1", "S-2"):
        accepted(maja.scan("pick:CART-1", f"]C101{CAMERA}21{serial}"))
        accepted(maja.scan("pick:CART-1", "TOTE-01"))
    accepted(maja.scan("pick:CART-1", far))
    refused(maja.scan("pick:CART-1", yoghurt("LATE"), 2), "Take SOON first")
    maja.follow("pick:CART-1")
    bench = maja.tasks("pack")[0]["task"]
    refused(maja.scan(bench, "S-9"), "Nobody knows the code S-9")
    refused(maja.scan(bench, "S-2", 2), "of serial S-2")
    for serial in ("S-2", f"]C101{CAMERA}21S-1", "]C0S-3\r\n"):
        accepted(maja.scan(bench, serial))
    refused(maja.scan(bench, f"]C101{CAMERA}21S-1"), "already 3 of 3")
    refused(maja.scan(bench, "S-1"), "S-1")
    accepted(maja.scan(bench, "LATE"), "1 of 4")
    accepted(maja.scan(bench, YOGHURT, 3), "4 of 4")
    accepted(maja.scan(bench, "CMD:UNDO"), "3 units")
    maja.follow(bench)
    maja.follow(maja.open_manifest())
    lines = maja.order("1001")["parcels"][0]["lines"]
    assert {line["serial"] for line in lines if line["serial"]} == {"S-1", "S-2", "S-3"}
    assert {line["lot"]: line["quantity"] for line in lines if line["lot"]} == {"SOON": 2, "LATE": 2}
    assert [line["handed_over"] for line in maja.order("1001")["lines"]] == [2, 1]
    house.prove()


def test_units_for_two_lines_are_packed_by_one_scan(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    put(house, "MUG", near, 5)
    maja.add_product("PAIR", parts=[{"sku": "MUG", "units": 2}])
    assert maja.place("1001", {"MUG": 3, "PAIR": 1}).status == 201
    maja.follow("pick:CART-1")
    bench = maja.tasks("pack")[0]["task"]
    before = house.books()
    accepted(maja.scan(bench, "MUG", 4), "4 of 5")
    accepted(maja.scan(bench, "CMD:UNDO"), "4 units")
    assert house.books() == before
    refused(maja.scan(bench, "MUG", 6), "0 of 5 are in, 6 more are too many")
    accepted(maja.scan(bench, "MUG", 5), "5 of 5")
    maja.follow(bench)
    house.prove()


# --- recalls ----------------------------------------------------------------------------------------------------------


def test_a_pick_of_a_recalled_lot_is_taken_back_and_its_order_can_be_cancelled(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    put(house, "YOG", near, 3, lot="L1", ends=LATER)
    assert maja.place("1001", {"YOG": 3}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", near))
    accepted(maja.scan("pick:CART-1", YOGHURT, 3))
    assert lot_of(house, "hold", "L1", "glass in it") == 0  # they are in a tote: a person takes them out
    accepted(maja.scan("pick:CART-1", "CMD:UNDO"), "Put them back")
    house.prove()
    assert maja.post("/api/v1/orders/1001/cancellation", {"reason": "recall"}).status == 200
    assert lies(house, "YOG") == {(near, "L1", "hold"): 3}
    assert maja.stock("YOG") == {"on_hand": 0, "promised": 0, "free": 0, "waiting": 0}
    house.prove()


def test_a_pick_of_a_recalled_lot_is_taken_back_and_runs_short(house: House, maja: Tablet) -> None:
    near, far = two_bins(house)
    put(house, "YOG", near, 3, lot="L1", ends=SOON)
    put(house, "YOG", far, 3, lot="L2", ends=LATER)
    assert maja.place("1001", {"YOG": 3}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", near))
    accepted(maja.scan("pick:CART-1", YOGHURT, 3))
    lot_of(house, "hold", "L1", "glass in it")
    accepted(maja.scan("pick:CART-1", "CMD:UNDO"))
    accepted(maja.scan("pick:CART-1", "CMD:SHORT"), "missing")
    assert maja.lease("pick:CART-1")["next"]["bin"] == far
    maja.follow("pick:CART-1")
    house.prove()


def test_a_recalled_lot_in_more_bins_than_one_portion_is_held_and_released_whole(
    house: House, maja: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lots, "MOST", 2)
    for bin_ in ("A-01-1", "A-01-2", "A-02-1", "A-02-2", "A-03-1"):
        put(house, "YOG", bin_, 2, lot="L1", ends=LATER)
    assert lot_of(house, "hold", "L1", "glass in it") == 10
    assert maja.stock("YOG")["on_hand"] == 0
    house.prove()
    assert lot_of(house, "release", "L1") == 10
    assert maja.stock("YOG")["free"] == 10
    house.prove()


def test_a_lot_that_nobody_holds_frees_no_suspect_units(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    put(house, "YOG", near, 3, lot="L1", ends=LATER)
    accepted(maja.scan("quarantine:", near))
    accepted(maja.scan("quarantine:", YOGHURT))
    accepted(maja.scan("quarantine:", "CMD:DONE", kind="why suspect"))
    accepted(maja.scan("quarantine:", "QUARANTINE"), "hold")
    assert lot_of(house, "release", "L1") == 0
    assert lies(house, "YOG") == {(near, "L1", "good"): 2, ("QUARANTINE", "L1", "hold"): 1}
    house.prove()


def test_a_bin_of_more_kinds_than_one_look_sees_says_so(house: House, maja: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moving, "MOST", 2)
    near, far = two_bins(house)
    for n in range(3):
        put(house, "CAM", near, 1, serial=f"S-{n}")
    accepted(maja.scan("move:", near))
    reply = accepted(maja.scan("move:", near), "2 units in hand")
    assert "All that is free" not in reply["say"]
    assert "More may lie there" in reply["hint"]
    accepted(maja.scan("move:", far))
    accepted(maja.scan("move:", near))
    accepted(maja.scan("move:", near), "All that is free", "1 unit")
    accepted(maja.scan("move:", far))
    assert {bin_ for bin_, _, _ in lies(house, "CAM")} == {far}
    house.prove()


@pytest.mark.parametrize("units", [0, -1, 1.5, 10**12])
def test_what_is_no_number_of_units_is_refused_at_the_desk_too(house: House, maja: Tablet, units: float) -> None:
    near, _ = two_bins(house)
    put(house, "MUG", near, 3)
    before = house.books()
    counted = {"sku": "MUG", "bin": near, "counted": units, "reason": "found"}
    if units:
        clear_no(maja.post("/api/v1/adjustments", counted), 400, 422)
    clear_no(maja.post("/api/v1/adjustments", {"sku": "MUG", "bin": near, "units": units, "reason": "found"}), 400, 422)
    clear_no(maja.post("/api/v1/products/MUG/parts", {"parts": [{"sku": "CAM", "units": units}]}), 400, 422)
    assert house.books() == before
