"""What a buyer reads: when the next delivery comes, and what is low, kits too, which are as many as their parts make up."""

from datetime import date, timedelta

import pytest

from stowline.core import clock
from tests.desk.conftest import House
from tests.desk.test_stock_answers import cells
from tests.makers import Tablet


def day(n: int) -> str:
    return str(clock.now().date() + timedelta(days=n))


def buy(robot: Tablet, ref: str, sku: str, units: int, first: int | None = None, last: int | None = None) -> None:
    days = {} if first is None or last is None else {"expected_from": day(first), "expected_to": day(last)}
    order = {"ref": ref, "supplier": "Kiln", "lines": [{"sku": sku, "quantity": units}], **days}
    assert robot.post("/api/v1/purchase-orders", order).status == 201


def low_at(robot: Tablet, sku: str, units: int) -> None:
    body = b'{"low_at": %d}' % units
    assert (
        robot.send(
            "PATCH", f"/api/v1/products/{sku}", body, robot.headers | {"Content-Type": "application/json"}
        ).status
        == 200
    )


@pytest.fixture
def robot(any_house: House) -> Tablet:
    """Eight mugs and three cups; a box is two mugs and a cup."""
    robot = any_house.robot()
    robot.stock_up({"MUG": 8, "CUP": 3})
    robot.add_product("BOX", parts=[{"sku": "MUG", "units": 2}, {"sku": "CUP", "units": 1}])
    return robot


def test_the_spreadsheet_of_stock_says_when_the_next_delivery_comes(any_house: House, robot: Tablet) -> None:
    for ref, first, last in (("PO-ever", None, None), ("PO-later", 9, 12), ("PO-soon", -4, -1)):
        buy(robot, ref, "MUG", 5, first, last)
    rows = {row["sku"]: row for row in cells(any_house.ruth(), "/stock.csv")}
    assert rows["MUG"]["incoming"] == "15"
    next_of = [rows["MUG"][f"next_{name}"] for name in ("ref", "units", "from", "to", "late")]
    assert next_of == ["PO-soon", "5", day(-4), day(-1), "True"]
    assert [rows["CUP"][f"next_{name}"] for name in ("ref", "units", "from", "to", "late")] == [""] * 5
    assert (rows["BOX"]["on_hand"], rows["BOX"]["next_ref"]) == ("3", "")


def test_a_kit_is_low_by_what_its_parts_make_up(any_house: House, robot: Tablet) -> None:
    ruth = any_house.ruth()
    low_at(robot, "BOX", 2)
    assert cells(ruth, "/low-stock.csv") == []
    assert "No product is low" in ruth.get("/low-stock").text
    robot.place("1001", {"CUP": 1})
    assert [(row["sku"], row["free"], row["low_at"]) for row in cells(ruth, "/low-stock.csv")] == [("BOX", "2", "2")]
    robot.place("1002", {"MUG": 7})
    buy(robot, "PO-1", "MUG", 6, 3, 5)
    [row] = cells(ruth, "/low-stock.csv")
    assert (row["free"], row["waiting"], row["incoming"]) == ("0", "0", "0"), "the cups decide what could come"
    buy(robot, "PO-2", "CUP", 6, 3, 5)
    [row] = cells(ruth, "/low-stock.csv")
    assert row["incoming"] == "4", "14 mugs and 9 cups make 7 boxes, 8 mugs and 3 cups make 3"


def test_low_stock_says_when_more_comes_as_days(any_house: House, robot: Tablet) -> None:
    ruth = any_house.ruth()
    low_at(robot, "MUG", 9)
    buy(robot, "PO-1", "MUG", 6, 3, 5)
    [row] = cells(ruth, "/low-stock.csv")
    assert (row["next_from"], row["next_to"], row["next_late"]) == (day(3), day(5), "False")
    assert date.fromisoformat(row["next_from"]) < date.fromisoformat(row["next_to"])


def test_a_program_gets_the_spreadsheets_too(any_house: House, robot: Tablet) -> None:
    assert any_house.client is not None
    for path in ("/stock.csv", "/lots.csv", "/stock-by-bin.csv", "/low-stock.csv", "/expiring.csv", "/arrivals.csv"):
        answer = robot.send("GET", path, None, robot.headers)
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/csv")
