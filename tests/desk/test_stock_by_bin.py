"""Stock by bin: on pages, for spreadsheets and for programs, with lots, serials and last days."""

from typing import Any

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from tests.desk.conftest import Desk, House
from tests.desk.test_stock_answers import CAMERA, YOGHURT, cells, stocked
from tests.makers import Tablet


def put(sku: str, units: int, bin_: str) -> None:
    """Units that were always there."""
    with db.transaction() as session:
        inventory.move(session, product_id=catalog.product_by_sku(session, sku).id or 0, from_id=stock.ADJUSTMENT,
                       to_id=stock.location_by_code(session, bin_).id or 0, qty=units, because="import")  # fmt: skip


def test_units_of_lots_and_serials_are_told_by_bin(any_house: House) -> None:
    robot, ruth = stocked(any_house), any_house.ruth()
    robot.follow("putaway:")
    put("MUG", 5, "B-01-1")
    for n in range(8, 12):
        assert robot.scan("receive:", f"]C101{CAMERA}21SN{n}").status == 200
    rows = cells(ruth, "/stock-by-bin.csv")
    assert sum(int(row["on_hand"]) for row in rows) == 32
    assert {(row["sku"], row["lot"], row["serial"]) for row in rows if row["bin"] == "DOCK-1"} == {
        ("CAM", "", f"SN{n}") for n in range(8, 12)}  # fmt: skip
    assert [row["expires_on"] != "" for row in rows] == [row["sku"] == "YOG/1" for row in rows]
    assert [row["bin"] for row in rows] == sorted(row["bin"] for row in rows)
    assert {row["bin"] for row in cells(ruth, "/stock-by-bin.csv?sku=MUG")} >= {"B-01-1"}
    listed = ruth.get("/bins?q=DOCK-1")
    assert "4 serials" in listed.text
    assert "4 bins" not in ruth.get("/stock/CAM").text
    lot = ruth.get(f"/bins?q={next(row['bin'] for row in rows if row['lot'] == 'L1')}")
    assert "lot L1" in lot.text or "lots" in lot.text


def every(robot: Tablet, path: str) -> list[dict[str, Any]]:
    """All items of a list that comes in pages of one."""
    found, after = [], ""
    while True:
        page = robot.get(f"{path}&limit=1{after}")
        found += page["items"]
        if page["next"] is None:
            return found
        after = f"&after={page['next']}"


def test_programs_ask_for_one_bin_and_for_one_lot(any_house: House) -> None:
    robot = stocked(any_house)
    robot.follow("putaway:")
    put("MUG", 5, "B-01-1")
    assert [(row["sku"], row["on_hand"]) for row in every(robot, "/api/v1/stock/bins?bin=B-01-1")] == [("MUG", 5)]
    assert [row["lot"] for row in every(robot, "/api/v1/stock/lots?lot=L2")] == ["L2"]
    assert sum(row["on_hand"] for row in every(robot, "/api/v1/stock/bins?lot=L2")) == 6
    assert every(robot, "/api/v1/stock/bins?sku=MUG&bin=B-01-2") == []
    assert every(robot, "/api/v1/stock/lots?sku=MUG&lot=L2") == []
    assert robot.get("/api/v1/stock/bins?bin=NONE").status == 404


def test_the_product_says_in_how_many_bins_it_lies(any_house: House) -> None:
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.add_product("YOG/1", name="Yoghurt", barcodes=[{"code": YOGHURT}], lots=True)
    for lot in ("L1", "L2", "L3"):
        assert robot.scan("receive:", f"]C101{YOGHURT}10{lot}", 2).status == 200
    assert [(row["bin"], row["lot"]) for row in cells(ruth, "/stock-by-bin.csv?sku=YOG%2F1")] == [
        ("DOCK-1", "L1"), ("DOCK-1", "L2"), ("DOCK-1", "L3")]  # fmt: skip
    assert "1 bin" in ruth.get("/stock/YOG%2F1").text
    assert "3 bins" not in ruth.get("/stock/YOG%2F1").text


def test_a_product_of_many_serials_says_what_its_page_leaves_out(any_house: House) -> None:
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.add_product("CAM", name="Camera", serials=True)
    with db.transaction(bulk=True) as session:
        camera, place = (
            catalog.product_by_sku(session, "CAM").id or 0,
            stock.location_by_code(session, "A-01-2").id or 0,
        )
        for n in range(205):
            inventory.move(
                session,
                product_id=camera,
                from_id=stock.ADJUSTMENT,
                to_id=place,
                qty=1,
                because="import",
                serial=f"S{n}",
            )
    page = ruth.get("/stock/CAM")
    assert "1 bin" in page.text
    assert "The first 200 of 205 rows." in page.text
    assert page.links["/stock-by-bin.csv?sku=CAM"] == "All of them as a spreadsheet"
    assert len(cells(ruth, "/stock-by-bin.csv?sku=CAM")) == 205


def test_only_who_may_see_stock_gets_the_spreadsheet(house: House) -> None:
    maja: Desk = house.somebody().sign_in("maja@example.test")
    assert maja.get("/stock-by-bin.csv").status == 403
