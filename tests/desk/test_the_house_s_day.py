"""What is late and what ends soon is told by the warehouse's own day, wherever it lies; UTC may be a day behind or ahead."""

from datetime import UTC, datetime, timedelta

import pytest

from stowline.core import clock, db
from stowline.core.config import settings
from stowline.inventory import lots
from tests.desk.conftest import House
from tests.desk.test_stock_answers import YOGHURT, cells

# At both moments it is 26 November here, and UTC has another day.
AHEAD = ("Pacific/Auckland", datetime(2026, 11, 25, 12, 30, tzinfo=UTC))
BEHIND = ("America/Los_Angeles", datetime(2026, 11, 27, 5, 0, tzinfo=UTC))


@pytest.fixture(params=[AHEAD, BEHIND], ids=["ahead", "behind"])
def day(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[datetime, datetime]:
    """(the moment at which to look, a moment some days before)"""
    zone, moment = request.param
    monkeypatch.setenv("STOWLINE_TIME_ZONE", zone)
    return moment, moment - timedelta(days=3)


def test_a_delivery_is_late_when_its_last_day_is_over_here(day: tuple[datetime, datetime], any_house: House) -> None:
    settings.cache_clear()
    moment, before = day
    with clock.stopped_at(before):
        robot = any_house.robot()
        robot.stock_up({"MUG": 1})
        for ref, last in (("PO-over", "2026-11-25"), ("PO-today", "2026-11-26")):
            lines = [{"sku": "MUG", "quantity": 5}]
            days = {"expected_from": "2026-11-20", "expected_to": last}
            assert (
                robot.post("/api/v1/purchase-orders", {"ref": ref, "supplier": "Kiln", "lines": lines, **days}).status
                == 201
            )
    with clock.stopped_at(moment):
        ruth = any_house.ruth()
        assert [row["ref"] for row in cells(ruth, "/arrivals.csv?view=late")] == ["PO-over"]
        late = {row["ref"]: row["late"] for row in cells(ruth, "/arrivals.csv")}
        assert late == {"PO-over": "True", "PO-today": "False"}
        told = robot.get("/api/v1/stock?sku=MUG")[0]["arrivals"]
        assert [(one["ref"], one["late"]) for one in told] == [("PO-over", True), ("PO-today", False)]
        listed = ruth.get("/receiving?view=late")
        assert [said for href, said in listed.links.items() if href.startswith("/receiving/")] == ["PO-over"]
        assert "2 expected, 1 late." in listed.text


def test_a_lot_ends_when_its_last_day_is_over_here(day: tuple[datetime, datetime], any_house: House) -> None:
    settings.cache_clear()
    moment, before = day
    with clock.stopped_at(before):
        robot = any_house.robot()
        robot.add_product("YOG", barcodes=[{"code": YOGHURT}], lots=True, expires=True, fefo=True)
        for lot, last in (("OVER", "261125"), ("TODAY", "261126"), ("WEEK", "261202"), ("LATER", "261203")):
            assert robot.scan("receive:", f"]C101{YOGHURT}17{last}10{lot}", 2).status == 200
    with clock.stopped_at(moment):
        ruth = any_house.ruth()
        listed = [(row["lot"], row["days_left"]) for row in cells(ruth, "/expiring.csv?days=7")]
        assert listed == [("OVER", "0"), ("TODAY", "1"), ("WEEK", "7")]
        assert db.run(lots.hold_what_is_over) == 1
        assert [row["lot"] for row in cells(ruth, "/expiring.csv?days=7")] == ["TODAY", "WEEK"], "what is over is held"
        assert robot.stock("YOG")["on_hand"] == 6
