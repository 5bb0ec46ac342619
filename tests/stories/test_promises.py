"""Promises to those who wait: which delivery serves whom, in which days, and who hears when that changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient

from stowline.backorders import queries
from stowline.core import broker, clock, db, outbox, timers
from stowline.core.barcode import sscc
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.intake import api
from stowline.receiving import outlook
from stowline.stores import queries as stores
from tests.asserts import accepted, breaches
from tests.makers import FORM_TYPE, STORE, Tablet, api_order, in_process
from tests.services import proof_is_full
from tests.stories.conftest import Founded, House, copy_sqlite, fresh, signed_in

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def work_off() -> None:
    """The relay's and the workers' part, until nothing is due."""
    for _ in range(50):
        with db.transaction() as session:
            rings, fires = outbox.claim(session), timers.claim(session)
        for event_id, reaction in rings:
            broker.react(event_id, reaction)
        for timer_id, _ in fires:
            timers.fire(timer_id)
        if not rings and not fires:
            return


@contextmanager
def on(day: int, hour: int = 9) -> Iterator[None]:
    """So many days after the Monday on which these stories begin; what is due by then, and soon after, is done."""
    begins = MONDAY + timedelta(days=day, hours=hour - 9)
    for minutes in (-30, -20, -10):
        with clock.stopped_at(begins + timedelta(minutes=minutes)):
            work_off()
    with clock.stopped_at(begins):
        yield
        work_off()


def buy(desk: Tablet, ref: str, units: int, first: int | None, last: int | None = None, supplier: str = "Potters & Co", sku: str = "MUG") -> None:
    """A purchase order, expected from so many days after that Monday to so many."""
    days = {} if first is None else {"expected_from": day(first), "expected_to": day(last if last is not None else first)}
    body = {"ref": ref, "supplier": supplier, "lines": [{"sku": sku, "quantity": units}]} | days
    assert desk.post("/api/v1/purchase-orders", body).status == 201


def day(n: int) -> str:
    return (MONDAY.date() + timedelta(days=n)).isoformat()


def revise(desk: Tablet, ref: str, last: int, **more: Any) -> None:
    body = {"expected_from": day(last), "expected_to": day(last), "why": "the kiln broke"} | more
    reply = desk.post(f"/api/v1/purchase-orders/{ref}/revisions", body)
    assert reply.status in (200, 201), reply.raw


def promised(ref: str) -> Any:
    """What stands promised to the last line of an order."""
    with db.reading() as session:
        line = orders.lines(session, orders.by_ref(session, ref).id or 0)[-1]
        return queries.standing(session, [line.id]).get(line.id)


def window(ref: str) -> tuple[int, int] | None:
    """Its days, counted from that Monday."""
    found = promised(ref).window
    return None if found.p50 is None else ((found.p50 - MONDAY.date()).days, (found.p90 - MONDAY.date()).days)


def test_place_in_line_decides_which_delivery_serves_whom(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        buy(desk, "PO-2", 10, 21, 25, "Kiln Works")
        for ref in "ABCD":
            assert desk.place(ref, {"MUG": 6}).status == 201
        assert [promised(ref).window.arrivals for ref in "ABCD"] == [
            (("PO-1", 6),), (("PO-1", 4), ("PO-2", 2)), (("PO-2", 6),), (("PO-2", 2),)]  # fmt: skip
        # nothing is known of anybody yet: up to a week late, and a day or two of our own
        assert [window(ref) for ref in "ABCD"] == [(16, 21), (30, 35), (30, 35), None]
        assert promised("A").window.source == "assumed"
    with on(1):
        assert desk.post("/api/v1/orders/A/cancellation", {"reason": "changed mind"}).status == 200
    with on(1, 10):
        assert [promised(ref).window.arrival for ref in "BCD"] == ["PO-1", "PO-2", "PO-2"]
        assert window("D") == (30, 35)
    house.prove()


def messages(kind: str) -> dict[str, list[str]]:
    """Messages of a kind by order: how each ended."""
    with db.reading() as session:
        found: dict[str, list[str]] = {}
        rows = session.execute(sa.text("SELECT order_ref, state, reason FROM message WHERE kind = :k ORDER BY id"), {"k": kind})
        for ref, state, reason in rows:
            found.setdefault(ref, []).append(state if state == "sent" else f"{state}: {reason}")
        return found


def mail(kind: str, ref: str) -> str:
    """The text of the last message of a kind about an order."""
    with db.reading() as session:
        query = sa.text("SELECT text FROM message WHERE kind = :k AND order_ref = :r ORDER BY id DESC LIMIT 1")
        return str(session.execute(query, {"k": kind, "r": ref}).scalar_one())


def events(desk: Tablet, ref: str, name: str) -> int:
    return desk.events(ref).count(name)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages go at once after their grace of two minutes; notices after a quarter of an hour."""
    monkeypatch.setenv("STOWLINE_MESSAGE_GRACE_S", "120")


def test_a_delay_beyond_what_was_told_is_told_once_and_a_shift_within_is_not(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        desk.place("A", {"MUG": 3})
    with on(0, 12):
        assert "expected to leave our warehouse 16 to 21 December" in mail("order-confirmed", "A")
        revise(desk, "PO-1", 10)  # a day earlier: good to know, no news
    with on(1):
        assert (window("A"), promised("A").told_p90.isoformat()) == ((15, 18), day(21))
        revise(desk, "PO-1", 18)
    with on(1, 10):
        assert window("A") == (23, 28)
        assert events(desk, "A", "PromiseChanged") == 1
        told = mail("delay-apology", "A")
        assert "now expected to leave our warehouse 23 to 28 December, we had told you 16 to 21 December" in told
        assert "number 1 in line" in told
        revise(desk, "PO-1", 18, why="said again")
        revise(desk, "PO-1", 17)
    with on(1, 12):
        assert messages("delay-apology") == {"A": ["sent"]}
        desk.post("/api/v1/purchase-orders/PO-1/revisions", {"expected_from": None, "expected_to": None, "why": "no word"})
    with on(1, 14):
        assert window("A") is None
        assert "There is no delivery any more that we can count on" in mail("delay-apology", "A")
        assert messages("delay-apology") == {"A": ["sent", "sent"]}
    house.prove()


def test_better_days_are_told_once_if_they_are_much_better_or_the_first_there_are(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 3, 30)
        desk.place("A", {"MUG": 3})
        desk.place("B", {"MUG": 3})
    with on(0, 12):
        assert (window("A"), window("B")) == ((36, 38), None)
        revise(desk, "PO-1", 25)  # five days sooner: good to know
        buy(desk, "PO-2", 3, 37)
    with on(0, 14):
        assert messages("good-news") == {"B": ["sent"]}
        assert "we had no date for it" in mail("good-news", "B")
        revise(desk, "PO-1", 7)
    with clock.stopped_at(MONDAY + timedelta(hours=5, seconds=10)):
        work_off()
        assert messages("good-news")["A"][0].startswith("held")
        revise(desk, "PO-1", 30)  # a slip of the hand
    with on(1):
        assert messages("good-news")["A"] == ["skipped: it is no news any more"]
        revise(desk, "PO-1", 7)
    with on(1, 12):
        assert "now expected to leave our warehouse 11 to 15 December, we had told you 5 to 7 January" in mail("good-news", "A")
        revise(desk, "PO-1", 6)
        revise(desk, "PO-2", 6)
    with on(2):
        assert messages("good-news") == {"A": ["skipped: it is no news any more", "sent"], "B": ["sent", "sent"]}
        assert messages("delay-apology") == {}
        desk.follow("receive:PO-1")
    with on(2, 12):  # what came early is told as what is here
        assert (messages("stock-arrived"), len(messages("good-news")["A"])) == ({"A": ["sent"]}, 2)
    house.prove()


def test_a_delay_that_is_taken_back_before_it_is_told_is_never_told(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        desk.place("A", {"MUG": 3})
    with on(1):
        revise(desk, "PO-1", 40)
        with clock.stopped_at(MONDAY + timedelta(days=1, seconds=10)):
            work_off()
        assert messages("delay-apology")["A"][0].startswith("held")
        revise(desk, "PO-1", 11)
    with on(2):
        assert messages("delay-apology") == {"A": ["skipped: the shopper was told of no earlier day than stands now"]}
        revise(desk, "PO-1", 40)
    with on(2, 12):
        assert messages("delay-apology")["A"][1:] == ["sent"]


def test_goods_that_do_not_come_age_quietly_and_then_have_no_date(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 2, 4)
        desk.place("A", {"MUG": 3})
    with on(0, 12):
        assert window("A") == (9, 14)
        with db.transaction() as session:
            outlook.nightly(session, "")
    for later, expected in ((4, (9, 14)), (9, (11, 14)), (11, (14, 15)), (12, None)):
        with on(later):
            pass
        assert window("A") == expected, later
    assert messages("delay-apology") == {"A": ["sent"]}
    assert "no date" in mail("delay-apology", "A")


def test_who_got_units_hears_it_once_and_an_undo_withdraws_it(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        for ref in "AB":
            desk.place(ref, {"MUG": 3})
        desk.place("C", {"MUG": 9})
    with on(7):
        assert desk.scan("receive:PO-1", "MUG", 10).status == 200
        assert desk.scan("receive:PO-1", "CMD:UNDO").status == 200
    with on(7, 12):
        assert set(messages("stock-arrived")["A"]) == {"skipped: the stock was taken back"}
        buy(desk, "PO-2", 7, 7)
        desk.follow("receive:PO-2")
        desk.place("D", {"MUG": 1})
    with on(8):
        assert messages("stock-arrived") == {ref: ["skipped: the stock was taken back", "sent"] for ref in "ABC"}
        assert "A part of what you waited for is here" in mail("stock-arrived", "C")
    house.prove()


MANY, PALLET = (1200, 5000) if proof_is_full() else (120, 500)


@pytest.mark.timeout(900)
def test_one_pallet_for_many_orders_is_one_message_for_each(
    founded_sqlite: Founded, app: Litestar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOWLINE_DATABASE_URL", copy_sqlite(founded_sqlite, tmp_path / "stowline.db"))
    fresh()
    with TestClient(app) as client, on(0):
        desk = Tablet(in_process(client), founded_sqlite.token)
        desk.add_product("MUG")
        buy(desk, "PO-1", PALLET, 7, 11)
        code = sscc("4006381", 1)
        pallet = {"sscc": code, "contents": [{"sku": "MUG", "quantity": PALLET}]}
        assert desk.post("/api/v1/arrivals", {"ref": "ASN-1", "purchase_order": "PO-1", "units": [pallet]}).status == 201
        with db.transaction() as session:
            store = stores.store_by_key(session, STORE)
            for n in range(MANY):  # two lines of each order wait for the same pallet
                lines = [{"sku": "MUG", "quantity": units, "unit_price": "4.50"} for units in (1, 3)]
                order = api.read(api_order(f"N-{n}", {}) | {"lines": lines})
                assert not isinstance(order, list)
                order_service.place(session, store, order)
        assert promised("N-1").window.p90.isoformat() == day(21)
        reply = accepted(desk.scan("receive:PO-1", code))
        told = {one["order"]: one["units"] for one in reply["next"]["splits"]}
        assert list(told.items()) == [(f"N-{n}", 4) for n in range(len(told))], "the first in line, whole, in turn"
        got = desk.stock("MUG")
        assert (got["promised"], got["free"], got["waiting"]) == (MANY * 4, PALLET - MANY * 4, 0)
    with on(1), db.reading() as session:
        rows = session.execute(sa.text("SELECT COUNT(*), COUNT(DISTINCT order_id) FROM message WHERE kind = 'stock-arrived'"))
        assert tuple(rows.one()) == (MANY, MANY)
        assert breaches(session) == {}
    fresh()


def test_programs_read_places_and_windows(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        for ref in "AB":
            desk.place(ref, {"MUG": 7})
    with on(0, 12):
        first, second = (desk.order(ref)["lines"][0] for ref in "AB")
        assert (first["place"], first["window"]) == (1, {"from": day(16), "to": day(21)})
        assert (second["place"], second["window"]) == (2, None)
        page = desk.get("/api/v1/waiting?sku=MUG&limit=1").body
        assert [(item["ref"], item["place"], item["arrivals"]) for item in page["items"]] == [("A", 1, [{"ref": "PO-1", "units": 7}])]
        rest = desk.get(f"/api/v1/waiting?sku=MUG&limit=1&after={page['next']}").body
        assert [(item["ref"], item["window"], item["arrivals"]) for item in rest["items"]] == [("B", None, [{"ref": "PO-1", "units": 3}])]
        assert desk.get("/api/v1/waiting?sku=NONE").status == 404
        assert desk.get("/api/v1/waiting?after=x").status == 400


def test_suppliers_and_our_own_work_are_learned_from_what_happened(house: House) -> None:
    """Eight deliveries, each three days late, leave a day after they came: the ninth is promised by that."""
    desk = house.tablet()
    with on(-200):
        for n in range(9):
            desk.add_product(f"CUP-{n}")
            buy(desk, f"OLD-{n}", 1, -190, sku=f"CUP-{n}")
            desk.place(f"O-{n}", {f"CUP-{n}": 1})
    with on(-187):
        for n in range(9):
            desk.follow(f"receive:OLD-{n}")
        desk.follow("putaway:")
    with on(-186):
        desk.ship_all()
    with on(-1), db.transaction() as session:
        outlook.nightly(session, "")
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7)
        desk.place("A", {"MUG": 1})
        found = promised("A").window
        assert (found.source, found.n) == ("own", 9)
        assert window("A") == (11, 11)  # due on a Monday, three days late, and a working day of our own
    house.prove()


def test_a_manager_sees_who_a_late_delivery_hits_and_tells_them_once(house: House, ruth: Tablet) -> None:
    desk = house.tablet()
    page = {"Accept": "text/html"}
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        for ref in "ABC":
            desk.place(ref, {"MUG": 4})
    with on(1):
        before = [promised(ref) for ref in "ABC"]
        shown = ruth.send("GET", "/receiving/PO-1/what-if?days=7&short.MUG=3", None, {**ruth.headers, **page}).raw.decode()
        assert "2 lines would leave later, the first of them promised for" in shown
        assert "2 orders would have to be told" in shown
        assert ("23 to 28 Dec" in shown, "no date" in shown) == (True, True)
        assert [promised(ref) for ref in "ABC"] == before
        assert ruth.send("GET", "/receiving/PO-1/what-if?short.MUG=11", None, {**ruth.headers, **page}).status == 422
        form = {"days": "7", "short.MUG": "3", "revision": "1", "why": "the kiln broke", "say": "The kiln of our potter broke.", "csrf": ruth.headers["X-CSRF-Token"]}
        for _ in range(2):  # a second click moves nothing twice
            done = ruth.send("POST", "/receiving/PO-1/what-if", urlencode(form).encode(), {**ruth.headers, **page, **FORM_TYPE})
            assert (done.status, done.headers["location"]) == (303, "/receiving/PO-1/telling")
    with on(1, 12):
        assert [window(ref) for ref in "ABC"] == [(23, 28), None, None]
        assert messages("delay-apology") == {"A": ["sent"], "B": ["sent"]}
        assert "The kiln of our potter broke." in mail("delay-apology", "A")
        told = ruth.send("GET", "/receiving/PO-1/telling", None, {**ruth.headers, **page}).raw.decode()
        assert "whoever had to be told is told" in told
        assert house.count("purchase_order_revision") == 2
    house.prove()


def test_what_left_is_measured_by_what_was_told(house: House) -> None:
    desk = house.tablet()
    with on(0):
        for n in range(2):
            desk.add_product(f"CUP-{n}")
            buy(desk, f"PO-{n}", 1, 7, 11, sku=f"CUP-{n}", supplier="Potters & Co")
            desk.place(f"O-{n}", {f"CUP-{n}": 1})
    for n, left in enumerate((15, 30)):  # promised from day 16 to 21
        with on(left):
            desk.follow(f"receive:PO-{n}")
            desk.follow("putaway:")
            desk.ship_all()
    with on(31):
        ruth = signed_in(house.sends[0](), house.url)
        shown = ruth.send("GET", "/promises?by=supplier", None, {**ruth.headers, "Accept": "text/html"}).raw.decode()
        assert "Potters &amp; Co" in shown
        assert "2 promises: too few to judge by" in shown
        sheet = ruth.send("GET", "/promises/kept.csv", None, ruth.headers).raw.decode()
        assert "Potters & Co,2026-12,2,2,1,1" in sheet
