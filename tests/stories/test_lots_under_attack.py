"""Somebody is careless, or tries: lots of other products, codes that say too much, days that cannot be, midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from stowline.catalog import queries as catalog
from stowline.catalog.gtin import make_gtin13
from stowline.core import clock
from stowline.core.config import settings
from stowline.core.timers import Timer
from stowline.inventory import lots
from tests.asserts import accepted, clear_no, refused
from tests.makers import FORM_TYPE, JSON_TYPE, Tablet
from tests.stories.conftest import House
from tests.stories.test_lots_and_serials import CAMERA, LATER, SOON, YOGHURT, books_open, lies, put, two_bins, yoghurt

ZONES = ("Pacific/Auckland", "America/Los_Angeles", "UTC")
CASE, MUG = "19506000134359", "09506000134376"


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    codes = [{"code": YOGHURT}, {"code": CASE, "quantity": 12}]
    tablet.add_product("YOG", name="Yoghurt", barcodes=codes, lots=True, expires=True, fefo=True)
    tablet.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    tablet.add_product("MUG", name="Mug", barcodes=[{"code": MUG}])
    return tablet


def patch(tablet: Tablet, sku: str, body: str) -> None:
    reply = tablet.send("PATCH", f"/api/v1/products/{sku}", body.encode(), {**tablet.headers, **JSON_TYPE})
    assert reply.status == 200, reply.raw


# --- at the dock ------------------------------------------------------------------------------------------------------


def test_the_lot_of_another_product_is_not_taken_for_this_ones(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:", YOGHURT, 4))
    for other in (f"]C101{MUG}10LX", f"]C1010{make_gtin13('950600013438')}10LX", f"]C101{MUG}21S-1"):
        assert refused(maja.scan("receive:", other), "You hold 4 Yoghurt")["next"]["want"] == "lot"
    accepted(maja.scan("receive:", f"]C101{YOGHURT}10L1"), "last day")
    refused(maja.scan("receive:", yoghurt("L2", LATER)), "lot L2", "lot L1")
    accepted(maja.scan("receive:", yoghurt("L1", LATER)), "lot L1: 4 received")
    assert lies(house, "YOG") == {("DOCK-1", "L1", "good"): 4}
    house.prove()


def test_a_scanner_that_names_its_symbology_does_not_rename_the_lot(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:", f"]E0{YOGHURT[1:]}", 4))
    accepted(maja.scan("receive:", "]C0L7\r\n"))
    accepted(maja.scan("receive:", f"]C117{LATER:%y%m%d}"))
    accepted(maja.scan("receive:", f"]C101{CAMERA}21S-1"))
    assert lies(house, "YOG") == {("DOCK-1", "L7", "good"): 4}
    near, far = two_bins(house)
    accepted(maja.scan("putaway:", "]C0L7\t", 4))
    accepted(maja.scan("putaway:", near))
    accepted(maja.scan("putaway:", "]C0S-1\r"))
    accepted(maja.scan("putaway:", far))
    for goods, here in (("]C0L7\r\n", near), ("]A0S-1", far)):
        accepted(maja.scan("quarantine:", here))
        accepted(maja.scan("quarantine:", goods))
        accepted(maja.scan("quarantine:", "CMD:UNDO"))
        accepted(maja.scan("quarantine:", "CMD:UNDO"))
        accepted(maja.scan(f"count:{here}", here))
        accepted(maja.scan(f"count:{here}", goods, 4 if here == near else 1))
        accepted(maja.scan(f"count:{here}", "CMD:DONE"))
    assert lies(house, "YOG") | lies(house, "CAM") == {(near, "L7", "good"): 4, (far, "S-1", "good"): 1}
    assert maja.place("1001", {"YOG": 1, "CAM": 1}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", near))
    accepted(maja.scan("pick:CART-1", "]C0L7\r\n"), "1 of 1")
    accepted(maja.scan("pick:CART-1", "TOTE-01"))
    accepted(maja.scan("pick:CART-1", far))
    accepted(maja.scan("pick:CART-1", "]C0S-1\r\n"), "1 of 1")
    house.prove()


def test_a_lot_may_bear_the_number_of_an_order(house: House, maja: Tablet) -> None:
    near, far = two_bins(house)
    put(house, "YOG", near, 4, lot="1001", ends=LATER)
    assert maja.place("1001", {"YOG": 2}).status == 201
    accepted(maja.scan("move:", near))
    accepted(maja.scan("move:", "1001"), "1 in hand")
    accepted(maja.scan("move:", far))
    maja.follow("pick:CART-1")
    house.prove()


@pytest.mark.parametrize("typed", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31", "270230", "00000000"])
def test_a_day_that_no_pack_bears_is_refused(house: House, maja: Tablet, typed: str) -> None:
    patch(maja, "YOG", '{"min_days_left": 20}')
    accepted(maja.scan("receive:", f"]C101{YOGHURT}10L1", 4))
    refused(maja.scan("receive:", typed), "is no day")
    assert lies(house, "YOG") == {}
    asked = {"sku": "YOG", "bin": two_bins(house)[0], "units": 4, "reason": "found", "lot": "L1", "expires_on": typed}
    assert clear_no(maja.post("/api/v1/adjustments", asked))


def test_day_00_on_a_pack_is_the_last_of_its_month(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:", f"]C101{YOGHURT}10L1", 4))
    accepted(maja.scan("receive:", f"{LATER.year % 100:02}0200"))
    with books_open(house) as session:
        ends = lots.by_code(session, catalog.product_by_sku(session, "YOG").id or 0, "L1").expires_on
    assert ends is not None
    assert ((ends + timedelta(days=1)).month, ends.month, ends.year) == (3, 2, LATER.year)


def test_a_lot_from_before_last_days_were_asked_needs_one_now(house: House, maja: Tablet) -> None:
    patch(maja, "MUG", '{"lots": true}')
    near, _ = two_bins(house)
    put(house, "MUG", near, 1, lot="OLD")
    asked = {"sku": "MUG", "bin": near, "units": -1, "reason": "lost", "lot": "OLD"}
    assert maja.post("/api/v1/adjustments", asked).status == 201
    patch(maja, "MUG", '{"expires": true}')
    found = asked | {"units": 1, "reason": "found"}
    assert "last day of lot OLD" in clear_no(maja.post("/api/v1/adjustments", found), 422)
    assert maja.post("/api/v1/adjustments", found | {"expires_on": LATER.isoformat()}).status == 201
    house.prove()


# --- codes that say more than the product asks ------------------------------------------------------------------------


def test_a_code_may_name_a_lot_that_nobody_asks_for(house: House, maja: Tablet) -> None:
    """Most makers print a lot; the product need not be told apart by it."""
    code = f"]C101{MUG}10L-55\x1d21X9"
    near, far = two_bins(house)
    accepted(maja.scan("receive:", code, 5))
    accepted(maja.scan("putaway:", code, 5))
    accepted(maja.scan("putaway:", near))
    accepted(maja.scan("move:", near))
    accepted(maja.scan("move:", code, 5))
    accepted(maja.scan("move:", far))
    accepted(maja.scan(f"count:{far}", far))
    accepted(maja.scan(f"count:{far}", code, 5))
    accepted(maja.scan(f"count:{far}", "CMD:DONE"))
    accepted(maja.scan("quarantine:", far))
    accepted(maja.scan("quarantine:", code))
    assert maja.place("1001", {"MUG": 2}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", far))
    accepted(maja.scan("pick:CART-1", code, 2))
    accepted(maja.scan("pick:CART-1", "TOTE-01"))
    bench = maja.tasks("pack")[0]["task"]
    accepted(maja.scan(bench, code, 2), "2 of 2")
    assert lies(house, "MUG") == {(far, "", "good"): 3, ("PACK-1", "", "good"): 2}
    house.prove()


def test_the_bench_takes_a_cup_whose_code_names_a_serial_too(house: House, maja: Tablet) -> None:
    near, far = two_bins(house)
    put(house, "YOG", near, 2, lot="L1", ends=LATER)
    put(house, "CAM", far, 1, serial="S-1")
    assert maja.place("1001", {"YOG": 2, "CAM": 1}).status == 201
    maja.follow("pick:CART-1")
    bench = maja.tasks("pack")[0]["task"]
    accepted(maja.scan(bench, f"]C101{YOGHURT}10L1\x1d21X9", 2), "2 of 2")
    accepted(maja.scan(bench, f"]C101{CAMERA}10BATCH\x1d21S-1"), "1 of 1")
    house.prove()


def test_the_bench_finds_the_line_that_a_lot_was_picked_for(house: House, maja: Tablet) -> None:
    """Two lines of one product on an order, each with a lot of its own: the cups come out of the tote in any order."""
    near, far = two_bins(house)
    put(house, "YOG", near, 2, lot="L1", ends=SOON)
    put(house, "YOG", far, 2, lot="L2", ends=LATER)
    maja.add_product("PAIR", name="Pair", parts=[{"sku": "YOG", "units": 2}])
    assert maja.place("1001", {"YOG": 2, "PAIR": 1}).status == 201
    maja.follow("pick:CART-1")
    bench = maja.tasks("pack")[0]["task"]
    accepted(maja.scan(bench, yoghurt("L2")))
    accepted(maja.scan(bench, yoghurt("L1")))
    accepted(maja.scan(bench, yoghurt("L1")))
    refused(maja.scan(bench, yoghurt("L1")), "L1")
    accepted(maja.scan(bench, yoghurt("L2")))
    maja.follow(bench)
    maja.follow(maja.open_manifest())
    assert maja.order("1001")["state"] == "handed_over"
    house.prove()


def test_a_case_of_twelve_with_its_lot_goes_all_the_way_as_twelve(house: House, maja: Tablet) -> None:
    near, _ = two_bins(house)
    case = f"]C101{CASE}17{LATER:%y%m%d}10L1"
    accepted(maja.scan("receive:", case, 2), "lot L1: 24 received")
    accepted(maja.scan("receive:", f"]C102{CASE}3702\x1d10L1"), "24 received")
    assert lies(house, "YOG") == {("DOCK-1", "L1", "good"): 48}
    accepted(maja.scan("putaway:", case, 4), "48 in hand")
    accepted(maja.scan("putaway:", near))
    assert maja.place("1001", {"YOG": 14}).status == 201
    maja.lease("pick:CART-1")
    accepted(maja.scan("pick:CART-1", near))
    refused(maja.scan("pick:CART-1", case, 2), "24 more are too many")
    accepted(maja.scan("pick:CART-1", case), "12 of 14")
    refused(maja.scan("pick:CART-1", case), "12 of 14 are picked")
    accepted(maja.scan("pick:CART-1", "CMD:UNDO"), "Taken back: 12")
    accepted(maja.scan("pick:CART-1", case), "12 of 14")
    accepted(maja.scan("pick:CART-1", yoghurt("L1"), 2), "14 of 14")
    maja.follow("pick:CART-1")
    bench = maja.tasks("pack")[0]["task"]
    accepted(maja.scan(bench, case), "12 of 14")
    maja.follow(bench)
    assert lies(house, "YOG") == {(near, "L1", "good"): 34, ("SHIP-1", "L1", "good"): 14}
    house.prove()


@pytest.mark.parametrize("task", ["receive:", "putaway:", "move:", "scrap:", "quarantine:", "count:A-01-1", "pick:CART-1", "pack:TOTE-01"])
def test_more_units_than_there_are_anywhere_change_nothing(house: House, maja: Tablet, task: str) -> None:
    near, _ = two_bins(house)
    put(house, "YOG", near, 3, lot="L1", ends=LATER)
    accepted(maja.scan("receive:", yoghurt("L1")))
    assert maja.place("1001", {"YOG": 1}).status == 201
    maja.follow("pick:CART-1", until="product" if task == "pick:CART-1" else "nothing")
    if task[:-1] in ("move", "scrap", "quarantine") or task.startswith("count"):
        accepted(maja.scan(task, near))
    before = house.books()
    for code in (f"]C102{CASE}3799999999\x1d10L1", f"]C101{CASE}3099999999\x1d10L1", f"]C101{CASE}10L1"):
        refused(maja.scan(task, code, 1_000_000))
    assert house.books() == before
    for quantity in (0, -1, 1_000_001, 10**30):
        clear_no(maja.scan(task, yoghurt("L1"), quantity), 400)
    assert house.books() == before
    house.prove()


# --- holding, midnight ------------------------------------------------------------------------------------------------


def test_a_lot_ends_at_the_warehouses_midnight(house: House, maja: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    near, _ = two_bins(house)
    noon = datetime.combine(LATER, datetime.min.time(), UTC) + timedelta(hours=12)
    with clock.stopped_at(noon - timedelta(days=3)):
        put(house, "YOG", near, 4, lot="L1", ends=LATER)
    offsets = {name: (noon.astimezone(ZoneInfo(name)).utcoffset() or timedelta(0)) for name in ZONES}
    for zone, offset in offsets.items():
        midnight = 12 - int(offset.total_seconds() // 3600)  # hours after noon of the last day, by UTC
        last, gone = midnight - 1, midnight + 1
        monkeypatch.setattr(settings(), "time_zone", zone)
        with clock.stopped_at(noon + timedelta(hours=last)), books_open(house) as session:
            lots.every_night(session, "")
            due = session.exec(select(Timer.due).where(Timer.kind == lots.TIMER)).one()
            assert due == noon + timedelta(hours=midnight)
            assert lots.hold_what_is_over(session) == 0
            session.rollback()
        assert lies(house, "YOG") == {(near, "L1", "good"): 4}
        with clock.stopped_at(noon + timedelta(hours=gone)), books_open(house) as session:
            assert lots.hold_what_is_over(session) == 1
            session.rollback()


@pytest.mark.parametrize("door", ["receive", "import", "found"])
def test_more_of_a_lot_that_may_be_sold_no_more_holds_what_lies_there_too(house: House, maja: Tablet, door: str) -> None:
    """Before the night's timer saw it: whoever brings more of it in finds out."""
    near, far = two_bins(house)
    put(house, "YOG", near, 4, lot="L1", ends=SOON)
    assert maja.place("1001", {"YOG": 3}).status == 201
    maja.lease("pick:CART-1")
    patch(maja, "YOG", '{"min_days_left": 30}')
    if door == "receive":
        accepted(maja.scan("receive:", yoghurt("L1")))
    elif door == "import":
        put(house, "YOG", far, 1, lot="L1")
    else:
        asked = {"sku": "YOG", "bin": far, "units": 1, "reason": "found", "lot": "L1"}
        assert maja.post("/api/v1/adjustments", asked).status == 201
    assert {condition for _, _, condition in lies(house, "YOG")} == {"hold"}
    assert maja.stock("YOG") == {"on_hand": 0, "promised": 0, "free": 0, "waiting": 3}
    house.prove()


def test_a_last_day_that_was_read_wrongly_is_corrected_at_the_desk(house: House, maja: Tablet, ruth: Tablet) -> None:
    accepted(maja.scan("receive:", yoghurt("L1", LATER), 4))
    assert maja.place("1001", {"YOG": 2}).status == 201
    refused(maja.scan("receive:", yoghurt("L1", SOON)), "A manager corrects it on the lot's page")
    page = "/stock/YOG/lots/L1"

    def correct(said: str, status: int = 303) -> str:
        form = f"expires_on={said}".encode()
        answer = ruth.post(f"{page}/last-day", form, {**FORM_TYPE, "Accept": "text/html"})
        assert answer.status == status, answer.raw[:500]
        return answer.raw.decode()

    correct(SOON.isoformat())
    correct(SOON.isoformat())
    accepted(maja.scan("receive:", yoghurt("L1", SOON), 2), "2 received")
    assert maja.stock("YOG") == {"on_hand": 6, "promised": 2, "free": 4, "waiting": 0}
    for wrong in ("", "tomorrow", "0001-01-01", "2026-02-30"):
        correct(wrong, 422)
    correct((clock.now().date() - timedelta(days=2)).isoformat())
    assert lies(house, "YOG") == {("DOCK-1", "L1", "hold"): 6}
    assert maja.stock("YOG") == {"on_hand": 0, "promised": 0, "free": 0, "waiting": 2}
    house.prove()
    correct(LATER.isoformat())
    assert lies(house, "YOG") == {("DOCK-1", "L1", "hold"): 6}  # a person says that they are good
    assert ruth.post(f"{page}/release", b"", FORM_TYPE).status == 303
    assert maja.stock("YOG") == {"on_hand": 6, "promised": 2, "free": 4, "waiting": 0}
    with house._reading() as session:
        noted = session.connection().exec_driver_sql("SELECT who FROM audit WHERE what = 'Last day of a lot'").all()
    assert [who for (who,) in noted] == ["Ruth Adeyemi"] * 3
    assert 'name="expires_on"' in ruth.send("GET", page, None, {**ruth.headers, "Accept": "text/html"}).raw.decode()
    house.prove()
