"""What a shop's page may say of a product: true, in few statements, kept by caches, and to nobody who may not ask."""

from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import quote

import pytest

from stowline.allocation import reserves
from stowline.core import db
from stowline.inventory import queries as inventory
from stowline.portal import api, rules
from stowline.portal.rules import Window
from stowline.stores import service as stores
from stowline.stores.queries import store_by_key as stores_by_key
from tests.desk.conftest import House
from tests.desk.effort import watched
from tests.makers import JSON_TYPE, Reply, Tablet

FIRST, LAST = date.today() + timedelta(days=5), date.today() + timedelta(days=7)  # noqa: DTZ011  (a window of days)


@pytest.fixture(scope="module")
def robot(one_house: House) -> Tablet:
    """A shop with mugs in stock, cups on their way, plates that nobody ordered, and vases that may not wait."""
    robot = one_house.robot()
    robot.stock_up({"MUG": 9, "A cup/2": 1})
    for sku in ("PLATE", "VASE"):
        robot.add_product(sku)
    robot.add_product("SET", parts=[{"sku": "MUG", "units": 2}, {"sku": "PLATE", "units": 1}])
    robot.send("PATCH", "/api/v1/products/VASE", b'{"backorderable": false}', robot.headers | JSON_TYPE)
    buy(robot, "PO-7", {"A cup/2": 20, "VASE": 5})
    robot.place("1", {"A cup/2": 3})
    with db.transaction() as session:
        stores.open_store(session, "kiln", url="https://kiln.example/shop", locale="en")
    open_to_all("kiln")
    return robot


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    api.ANYBODY.forget()
    yield
    api.ANYBODY.forget()


def buy(robot: Tablet, ref: str, goods: dict[str, int]) -> None:
    lines = [{"sku": sku, "quantity": units} for sku, units in goods.items()]
    sent = {"ref": ref, "supplier": "Potters & Co", "expected_from": f"{FIRST}", "expected_to": f"{LAST}", "lines": lines}
    assert robot.post("/api/v1/purchase-orders", sent).status == 201


def open_to_all(key: str, *, public: bool = True, shown: str = "none") -> None:
    with db.transaction() as session:
        stores.set_shop_page(session, key, public=public, units_shown=shown, notices_per_unit=2)


def asked(robot: Tablet, sku: str, more: str = "", **headers: str) -> Reply:
    return robot.send("GET", f"/api/v1/products/{quote(sku, safe='')}/availability?store=kiln{more}", None, headers)


def test_in_stock_backorder_with_its_days_and_out_of_stock(robot: Tablet) -> None:
    mug = asked(robot, "MUG").body
    assert (mug["state"], mug["units"], mug["window"]) == ("in_stock", None, None)
    assert mug["wording"] == {"short": "In stock", "long": "In stock. Ready to be packed."}
    cup = asked(robot, "A cup/2").body
    assert (cup["sku"], cup["state"]) == ("A cup/2", "backorder")
    assert f"{LAST}" <= cup["window"]["from"] <= cup["window"]["to"]
    assert cup["wording"]["short"].startswith("Ships ")
    plate = asked(robot, "PLATE").body
    assert (plate["state"], plate["window"], plate["wording"]["short"]) == ("backorder", None, "No date yet")
    assert asked(robot, "VASE").body["state"] == "out_of_stock"


def test_a_new_order_comes_after_those_who_wait(robot: Tablet) -> None:
    robot.add_product("JUG")
    buy(robot, "PO-8", {"JUG": 4})
    robot.place("2", {"JUG": 3})
    assert asked(robot, "JUG").body["window"] is not None
    robot.place("3", {"JUG": 1})
    assert asked(robot, "JUG").body["window"] is None, "all four are spoken for"


def test_a_kit_waits_for_the_part_that_lacks(robot: Tablet) -> None:
    assert asked(robot, "SET").body["wording"]["short"] == "No date yet"
    buy(robot, "PO-9", {"PLATE": 1})
    told = asked(robot, "SET").body
    assert told["state"] == "backorder"
    assert told["window"]["from"] >= f"{LAST}"


def test_units_are_told_as_the_store_shows_them(robot: Tablet) -> None:
    robot.stock_up({"RARE": 2, "MANY": 30})
    open_to_all("kiln", shown="few")
    assert (asked(robot, "RARE")["units"], asked(robot, "MANY")["units"]) == (2, None)
    assert asked(robot, "RARE")["wording"]["short"] == "2 left"
    open_to_all("kiln", shown="exact")
    assert (asked(robot, "MANY")["units"], asked(robot, "VASE")["units"]) == (30, 0)
    open_to_all("kiln")


def test_a_cache_keeps_it_and_asks_whether_it_changed(robot: Tablet) -> None:
    robot.stock_up({"LAST-ONE": 1})
    first = asked(robot, "LAST-ONE")
    assert first.headers["cache-control"] == "public, max-age=60"
    assert {"etag", "last-modified", "vary"} <= first.headers.keys()
    mark = first.headers["etag"]
    again = asked(robot, "LAST-ONE", **{"If-None-Match": f'"other", {mark}'})
    assert (again.status, again.raw, again.headers["etag"]) == (304, b"", mark)
    robot.place("4", {"LAST-ONE": 1})
    changed = asked(robot, "LAST-ONE", **{"If-None-Match": mark})
    assert (changed.status, changed["state"]) == (200, "backorder")


def test_a_hundred_at_once_cost_as_few_statements_as_one(robot: Tablet, one_house: House) -> None:
    skus = ["MUG", "A cup/2", "nobody knows", "SET", "VASE"]
    query = "&".join(f"sku={quote(sku)}" for sku in skus)
    with watched(db.database()) as effort:
        told = robot.send("GET", f"/api/v1/availability?store=kiln&{query}", None, {})
    assert [item["sku"] for item in told["items"]] == ["MUG", "A cup/2", "SET", "VASE"]
    assert told["unknown"] == ["nobody knows"]
    asked_of = [sql for sql, _ in effort.asked if sql.lstrip().upper().startswith("SELECT")]
    assert len(asked_of) <= 9, asked_of
    with watched(db.database()) as effort:
        asked(robot, "MUG")
    assert len([sql for sql, _ in effort.asked if sql.lstrip().upper().startswith("SELECT")]) <= 4
    for bad in ("", "&".join(f"sku={n}" for n in range(101))):
        assert robot.send("GET", f"/api/v1/availability?store=kiln&{bad}", None, {}).status == 400


def test_only_who_may_ask_is_told(robot: Tablet) -> None:
    path = "/api/v1/products/MUG/availability"
    stranger = {"Accept": "application/json"}
    for store in ("?store=demo", "?store=none", ""):
        assert robot.send("GET", path + store, None, stranger).status == 401
    assert robot.get(f"{path}?store=demo")["state"] == "in_stock"
    assert robot.get(f"{path}?store=demo").headers["cache-control"] == "private, max-age=60"
    assert robot.get(path).status == 409
    assert robot.get(f"{path}?store=none").status == 404
    assert asked(robot, "nobody knows", Accept="application/json").status == 404


def test_a_shop_s_own_page_may_read_it_in_a_browser(robot: Tablet) -> None:
    ours = asked(robot, "MUG", Origin="https://kiln.example")
    assert ours.headers["access-control-allow-origin"] == "https://kiln.example"
    for other in ("https://evil.example", "http://kiln.example", "null", "https://kiln.example.evil.example", "http://["):
        assert "access-control-allow-origin" not in asked(robot, "MUG", Origin=other).headers


def test_the_language_asked_for_that_we_have(robot: Tablet) -> None:
    assert rules.accepted("de-AT;q=0.4, fr, *;q=0.1, en;q=0.9, x;q=0, y;q=z") == ["fr", "en", "de-AT"]
    for wanted in ("&locale=en-GB", "&locale=tlh", ""):
        assert asked(robot, "MUG", wanted, **{"Accept-Language": "tlh, en;q=0.5"})["wording"]["short"] == "In stock"


def test_who_asks_too_often_waits(robot: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.ANYBODY, "_most", 2)
    for _ in range(2):
        assert asked(robot, "MUG").status == 200
    slow = asked(robot, "MUG", Accept="application/json")
    assert (slow.status, slow["error"]) == (429, "too_often")
    assert 1 <= int(slow.headers["retry-after"]) <= 60
    assert robot.get("/api/v1/products/MUG/availability?store=demo").status == 200, "a program with a token is not a stranger"


def test_a_kit_has_no_date_as_soon_as_one_part_has_none() -> None:
    early, late = Window("2026-12-01", "2026-12-05"), Window("2026-12-03", "2026-12-04")
    assert rules.latest([early, late]) == Window("2026-12-03", "2026-12-05")
    assert rules.latest([early, None]) is None
    assert rules.latest([]) is None


def test_units_that_are_kept_for_another_store_are_not_for_sale(robot: Tablet) -> None:
    robot.stock_up({"KEPT": 3})
    with db.transaction() as session:
        level, demo = inventory.level(session, "KEPT"), stores_by_key(session, "demo")
        reserves.keep(session, level.product_id, demo.id or 0, 3, None, "Ruth")
    assert asked(robot, "KEPT")["state"] == "backorder"
    assert robot.get("/api/v1/products/KEPT/availability?store=demo")["state"] == "in_stock"
