"""What is there, what ends, what is low, what comes and who got it: on pages, for spreadsheets and for programs."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from stowline.catalog import queries as catalog
from stowline.core import clock, db
from stowline.inventory import queries as stock
from stowline.inventory import velocity
from stowline.inventory.models import DailyPick, Velocity
from tests.desk.conftest import Desk, House
from tests.makers import Tablet
from tests.shop_server import ShopServer

YOGHURT, CAMERA = "09506000134352", "09506000134369"


def ends_in(days: int) -> date:
    return clock.now().date() + timedelta(days=days)


def cup(lot: str, days: int) -> str:
    """What a scanner reads off a cup of this lot."""
    return f"]C101{YOGHURT}17{ends_in(days):%y%m%d}10{lot}"


def cells(desk: Desk, path: str) -> list[dict[str, str]]:
    """The rows of a spreadsheet."""
    answer = desk.file(path)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def code_of(step: dict[str, Any]) -> str:
    """What a scanner reads off the unit that is wanted: its lot or serial too, where it has one."""
    gtin = {"YOG/1": YOGHURT, "CAM": CAMERA}.get(step.get("sku", ""))
    if step["want"] != "product" or gtin is None or not (step.get("serial") or step.get("lot")):
        return str(step["code"])
    return f"]C101{gtin}21{step['serial']}" if step.get("serial") else f"]C101{gtin}10{step['lot']}"


def follow(robot: Tablet, task: str) -> None:
    step = robot.lease(task)["next"]
    while step["want"] != "nothing":
        if step["want"] == "label":
            robot.post(f"/api/v1/parcels/{step['parcel']}/label")
            step = robot.lease(task)["next"]
            continue
        reply = robot.scan(task, code_of(step), step.get("left", 1) if step["want"] == "product" else 1)
        assert reply.status == 200, (step, reply.raw)
        step = reply["next"]


def ship_all(robot: Tablet) -> None:
    """Pick, pack, label and hand over what can go."""
    while any(item["task"] == "pick:CART-1" for item in robot.tasks("pick")):
        follow(robot, "pick:CART-1")
        for item in robot.tasks("pack"):
            follow(robot, item["task"])
    follow(robot, robot.open_manifest())


@pytest.fixture
def robot(any_house: House) -> Tablet:
    """Yoghurt in three lots, a camera, and mugs without either; on both databases."""
    return stocked(any_house)


def stocked(house: House) -> Tablet:
    robot = house.robot()
    robot.add_product("YOG/1", name="Yoghurt", barcodes=[{"code": YOGHURT}], lots=True, expires=True, fefo=True, min_days_left=5)
    robot.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    for lot, days in (("L1", 20), ("L2", 60), ("L3", 10)):
        assert robot.scan("receive:", cup(lot, days), 6).status == 200
    assert robot.scan("receive:", f"]C101{CAMERA}21SN7").status == 200
    robot.stock_up({"MUG": 4})
    return robot


@pytest.fixture
def ruth(any_house: House, robot: Tablet) -> Desk:
    assert robot.get("/healthz").status == 200
    return any_house.ruth()


def test_the_list_of_lots_says_what_is_left_of_each(ruth: Desk) -> None:
    page = ruth.get("/lots")
    assert [href for href in page.links if "/lots/L" in href] == [f"/stock/YOG%2F1/lots/L{n}" for n in (1, 2, 3)]
    assert "16 days" in page.text
    assert ruth.get("/lots?q=L2").text.count("Yoghurt") == 1
    assert "No lot fits" in ruth.get("/lots?q=MUG").text
    rows = cells(ruth, "/lots.csv")
    assert [(row["sku"], row["lot"], row["on_hand"], row["days_left"]) for row in rows] == [
        ("YOG/1", "L1", "6", "16"), ("YOG/1", "L2", "6", "56"), ("YOG/1", "L3", "6", "6")]  # fmt: skip


def test_what_ends_soon_counts_the_days_the_shopper_must_have_left(ruth: Desk) -> None:
    assert [row["lot"] for row in cells(ruth, "/expiring.csv?days=7")] == ["L3"]
    page = ruth.get("/expiring?days=30")
    assert [href[-2:] for href in page.links if "/lots/L" in href] == ["L3", "L1"]
    assert ruth.get("/expiring?days=9999").status == 400
    held = ruth.send(page, "/lots/L3/hold")
    assert held.path == "/expiring?days=30"
    assert [href[-2:] for href in held.links if "/lots/L" in href] == ["L1"], "what is on hold is not good any more"
    assert "it ends on" in ruth.get("/stock/YOG%2F1/lots/L3").text


def test_a_lot_is_held_with_a_reason_and_released(house: House) -> None:
    robot, ruth = stocked(house), house.ruth()
    page = ruth.get("/stock/YOG%2F1/lots/L2")
    refused = ruth.send(page, "/hold", reason=" ")
    assert (refused.status, "Say why the lot is held." in refused.text) == (422, True)
    held = ruth.send(page, "/hold", reason="Glass was found")
    assert "Held: Glass was found" in held.text
    assert robot.stock("YOG/1")["on_hand"] == 12
    assert "Held" in ruth.get("/lots?view=held").text
    free = ruth.send(held, "/release")
    assert "The lot may be sold again." in free.text
    assert robot.stock("YOG/1")["on_hand"] == 18
    assert ruth.get("/stock/YOG%2F1/lots/NONE").status == 404


def test_a_recall_finds_every_order_that_got_the_lot_and_whom_to_write_to(ruth: Desk, robot: Tablet) -> None:
    robot.follow("putaway:")
    for ref in ("1001", "=1+1"):
        assert robot.place(ref, {"YOG/1": 3}).status == 201
    ship_all(robot)
    page = ruth.get("/stock/YOG%2F1/lots/L3")
    assert "shopper-1001@example.test" in page.text
    assert "It is not in the house." in page.text
    assert "Handed over" in page.text
    rows = cells(ruth, "/stock/YOG%2F1/lots/L3/orders.csv")
    assert [(row["order"], row["email"], row["units"], row["lot"]) for row in rows] == [
        ("1001", "shopper-1001@example.test", "3", "L3"), ("'=1+1", "shopper-11@example.test", "3", "L3")]  # fmt: skip
    assert cells(ruth, "/stock/YOG%2F1/lots/L2/orders.csv") == []


def test_a_serial_tells_its_life(house: House) -> None:
    robot, ruth = stocked(house), house.ruth()
    robot.follow("putaway:")
    robot.place("1001", {"CAM": 1})
    ship_all(robot)
    page = ruth.get("/stock/CAM/serials/SN7")
    for word in ("Received", "Put away", "Picked", "Handed over", "1001", "Ada Byron"):
        assert word in page.text
    assert ruth.get("/stock/CAM/serials/SN8").status == 404


def test_what_is_on_its_way_stands_by_its_day(ruth: Desk, robot: Tablet) -> None:
    for ref, first, last in (("PO-late", -9, -2), ("PO-soon", 3, 5), ("PO-ever", None, None)):
        days = {"expected_from": str(ends_in(first)), "expected_to": str(ends_in(last))} if first and last else {}
        lines = [{"sku": "MUG", "quantity": 5}]
        assert robot.post("/api/v1/purchase-orders", {"ref": ref, "supplier": "Kiln", "lines": lines, **days}).status == 201
    page = ruth.get("/arrivals")
    assert [said for href, said in page.links.items() if href.startswith("/receiving/")] == ["PO-late", "PO-soon", "PO-ever"]
    assert [row["ref"] for row in cells(ruth, "/arrivals.csv?view=late")] == ["PO-late"]
    assert [row["ref"] for row in cells(ruth, "/arrivals.csv?view=undated")] == ["PO-ever"]
    told = robot.get("/api/v1/stock?sku=MUG")[0]
    assert told["incoming"] == 15
    assert [(one["ref"], one["units"], one["late"]) for one in told["arrivals"]] == [
        ("PO-late", 5, True), ("PO-soon", 5, False), ("PO-ever", 5, False)]  # fmt: skip
    assert told["arrivals"][1]["expected_from"] == str(ends_in(3))


def test_low_is_what_is_at_its_limit_and_what_runs_out(ruth: Desk, robot: Tablet) -> None:
    assert "No product is low" in ruth.get("/low-stock").text
    robot.send("PATCH", "/api/v1/products/MUG", b'{"low_at": 3}', robot.headers | {"Content-Type": "application/json"})
    assert cells(ruth, "/low-stock.csv") == []
    robot.place("1001", {"MUG": 1})
    assert [(row["sku"], row["free"], row["low_at"]) for row in cells(ruth, "/low-stock.csv")] == [("MUG", "3", "3")]
    with db.transaction() as session:  # as the timers count it: 1 picked today
        mug = catalog.product_by_sku(session, "MUG").id or 0
        session.add(Velocity(product_id=mug, picks=1, units=1, grade="A"))
        session.add(DailyPick(day=velocity.today(), product_id=mug, location_id=stock.first_of_kind(session, "dock").id or 0, picks=1, units=1))
    page = ruth.get("/low-stock?view=cover&days=3")
    assert "at the pace of the last 1 day" in page.text
    assert [(row["sku"], row["cover_days"]) for row in cells(ruth, "/low-stock.csv?view=cover&days=3")] == [("MUG", "3")]


def test_stock_by_bin_and_by_lot_is_told_to_programs_in_pages(robot: Tablet) -> None:
    def every(path: str) -> Iterator[dict[str, Any]]:
        after = ""
        while True:
            page = robot.get(f"{path}limit=2{after}")
            yield from page["items"]
            if page["next"] is None:
                return
            after = f"&after={page['next']}"

    bins = list(every("/api/v1/stock/bins?"))
    assert sum(item["on_hand"] for item in bins) == 23
    assert {item["lot"] for item in bins if item["sku"] == "YOG/1"} == {"L1", "L2", "L3"}
    assert [item["serial"] for item in bins if item["sku"] == "CAM"] == ["SN7"]
    whole = [(item["sku"], item["lot"]) for item in every("/api/v1/stock/lots?")]
    assert whole == [("YOG/1", "L1"), ("YOG/1", "L2"), ("YOG/1", "L3"), ("CAM", None), ("MUG", None)]
    lots = list(every("/api/v1/stock/lots?sku=YOG%2F1&"))
    assert [(item["lot"], item["on_hand"], item["bins"]) for item in lots] == [("L1", 6, 1), ("L2", 6, 1), ("L3", 6, 1)]
    assert lots[0]["expires_on"] == str(ends_in(20))
    assert robot.get("/api/v1/stock/lots?sku=NONE").status == 404


def test_webhooks_are_added_tested_paused_and_removed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ruth = house.ruth()
    page = ruth.get("/webhooks")
    refused = ruth.send(page, "/webhooks", url="http://127.0.0.1/x")
    assert (refused.status, "Give an https:// address" in refused.text) == (422, True)
    monkeypatch.setenv("STOWLINE_WEBHOOK_PRIVATE", "true")
    from stowline.core.config import settings  # noqa: PLC0415  (read anew, as a restart would)

    settings.cache_clear()
    with ShopServer() as shop:
        made = ruth.send(page, "/webhooks", url=shop.url, store="demo")
        assert "whsec_" in made.answer.text
        assert made.answer.headers["cache-control"] == "no-store"
        listed = ruth.get("/webhooks")
        assert shop.url in listed.text
        one = ruth.get(next(href for href in listed.links if href.startswith("/webhooks/")))
        assert "whsec_" not in one.answer.text
        shop.answer(500)
        assert "The test was not taken: it answered 500." in ruth.send(one, "/test").text
        assert "The test was taken (204)" in ruth.send(one, "/test").text
        paused = ruth.send(one, "/pause")
        assert "Paused by Ruth Adeyemi." in paused.text
        assert "It is told again" in ruth.send(paused, "/resumption").text
        assert "It is told all stock once more" in ruth.send(one, "/all").text
        assert "The webhook was removed." in ruth.send(one, "/removal").text
    settings.cache_clear()


def test_only_who_may_see_stock_sees_it(house: House) -> None:
    robot = stocked(house)
    maja = house.somebody().sign_in("maja@example.test")
    for path in ("/lots", "/expiring", "/arrivals", "/low-stock", "/webhooks", "/stock/YOG%2F1/lots/L1"):
        assert maja.get(path).status == 403
    assert robot.post("/webhooks", {}).status in (400, 403, 422)
