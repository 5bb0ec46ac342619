"""The demo that `make run` starts: what a newcomer finds on the first morning."""

import http.cookiejar
import re
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stowline.core import clock
from stowline.demo import crowd
from tests.commands import House, Said, house_at, stowline
from tests.makers import Lines, Tablet
from tests.services import FreshProcess, proof_is_full

MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
FACTS = {
    "stores": "SELECT key, name, currency, time_zone FROM store ORDER BY key",
    "goods": "SELECT sku, name, weight_g, length_mm, width_mm, height_mm FROM product ORDER BY sku",
    "barcodes": "SELECT code, quantity FROM barcode ORDER BY code",
    "stock": "SELECT product_id, location_id, qty FROM balance ORDER BY 1, 2",
    "orders": "SELECT ref, placed_at, state, total_minor FROM orders ORDER BY ref",
    "lines": "SELECT order_id, product_id, ordered, unit_price FROM order_line ORDER BY id",
    "scans": "SELECT scan_id, code FROM scan ORDER BY scan_id",
    "messages": "SELECT kind, recipient, state, sent_at, subject FROM message ORDER BY id",
}


@pytest.fixture(scope="module")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Said]]:
    """The demo, made once, on a Monday morning; and what it said."""
    with pytest.MonkeyPatch.context() as patch, house_at(tmp_path_factory.mktemp("demo"), patch) as house:
        with clock.stopped_at(MORNING):
            said = stowline("demo")
        yield house, said


@pytest.fixture
def demo(first_start: tuple[House, Said], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_at(first_start[0].folder, monkeypatch) as house:
        yield house


def facts(house: House) -> dict[str, list[tuple[Any, ...]]]:
    return {name: house.rows(query) for name, query in FACTS.items()}


def one(house: House, query: str) -> Any:
    ((value,),) = house.rows(query)
    return value


# ---------------------------------------------------------------- what there is


def test_it_has_what_the_first_page_of_the_readme_promises(demo: House) -> None:
    assert one(demo, "SELECT count(*) FROM store") == 2
    assert one(demo, "SELECT count(*) FROM product WHERE id NOT IN (SELECT kit_id FROM kit_part)") == 300
    assert demo.rows("SELECT p.sku, sum(k.units) FROM kit_part k JOIN product p ON p.id = k.kit_id GROUP BY p.sku") == [("GIFT-BOX", 4)]
    assert one(demo, "SELECT count(DISTINCT order_id) FROM order_kit") >= 5
    assert one(demo, "SELECT count(*) FROM location WHERE kind IN ('pick', 'storage') AND code <> 'OVERFLOW'") == 400
    assert one(demo, "SELECT count(*) FROM orders WHERE state NOT IN ('handed_over', 'cancelled')") == 120
    late = demo.rows(
        "SELECT ref FROM purchase_order WHERE closed_at IS NULL AND expected_to < ?", MORNING.date().isoformat()
    )
    assert late == [("PO-4101",)]
    assert demo.rows(  # one scan of the pallet that was announced brings all of it: nothing in it has come already
        "SELECT p.sku FROM arrival_unit u JOIN arrival a ON a.id = u.arrival_id JOIN arrival_content c ON c.unit_id = u.id "
        "JOIN product p ON p.id = c.product_id JOIN purchase_order_line l ON l.product_id = c.product_id "
        "AND l.purchase_order_id = a.purchase_order_id WHERE u.received_at IS NULL AND c.units > l.quantity - l.received") == []  # fmt: skip


def test_every_product_can_be_scanned_weighed_and_boxed(demo: House) -> None:
    codes = [code for (code,) in demo.rows("SELECT shown FROM barcode WHERE kind = 'barcode'")]
    assert {len(code) for code in codes} == {13, 14}
    assert [
        code for code in codes if sum(int(digit) * (3, 1)[(len(code) - n) % 2] for n, digit in enumerate(code)) % 10
    ] == []
    assert len(set(codes)) == len(codes)
    assert one(demo, "SELECT count(DISTINCT product_id) FROM barcode WHERE kind = 'barcode' AND quantity = 1") == 301
    measures = "weight_g > 0 AND length_mm > 0 AND width_mm > 0 AND height_mm > 0"
    assert one(demo, f"SELECT count(*) FROM product WHERE {measures}") == 301


def test_every_stage_of_the_work_has_something_to_do(demo: House) -> None:
    states = dict(demo.rows("SELECT state, count(*) FROM orders GROUP BY state"))
    assert states.keys() >= {"allocated", "part_allocated", "picked", "packed", "handed_over", "on_hold", "cancelled"}
    assert one(demo, "SELECT count(*) FROM intake_error WHERE solved_at IS NULL") == 2
    assert one(demo, "SELECT count(*) FROM tracking_post WHERE state = 'held'") == 2
    assert {name for (name,) in demo.rows("SELECT milestone FROM parcel_track")} >= {"in_transit", "out_for_delivery", "delivered"}
    at_dock = (
        "SELECT count(*) FROM balance b JOIN location l ON l.id = b.location_id WHERE l.kind = 'dock' AND b.qty > 0"
    )
    assert one(demo, at_dock) == 4  # two blind, and what no order waited for of the two that came for the shelf
    low = (
        "SELECT count(*) FROM pick_face f JOIN balance b ON b.product_id = f.product_id AND b.location_id = f.location_id"
        " WHERE b.qty - b.bound < f.min_units"
    )
    assert 3 <= one(demo, low) < one(demo, "SELECT count(*) FROM pick_face")


def test_managers_find_counts_and_adjustments_to_decide(demo: House) -> None:
    outcomes = dict(demo.rows("SELECT state, count(*) FROM count_entry GROUP BY state"))
    assert outcomes == {"agreed": 8, "posted": 2, "outvoted": 1, "second": 1}
    asked = dict(demo.rows("SELECT kind, count(*) FROM count_request WHERE done_at IS NULL GROUP BY kind"))
    assert (asked["second"], asked["hand"]) == (1, 1)
    assert 3 <= asked["plan"] <= 40
    assert dict(demo.rows("SELECT state, count(*) FROM adjustment GROUP BY state")) == {"posted": 1, "waiting": 1}


def test_the_shelf_is_in_use_and_promises_have_a_past(demo: House) -> None:
    assert one(demo, "SELECT count(*) FROM shelf_slot WHERE order_id IS NOT NULL") >= 3
    kept = [held for (held,) in demo.rows("SELECT handed_on <= p90 FROM promise_outcome WHERE told")]
    assert len(kept) == 90
    assert set(kept) == {0, 1}  # by the last day told, or later
    past = "SELECT count(*) FROM promise_standing s JOIN order_line l ON l.id = s.order_line_id WHERE s.p90 < ? AND l.allocated < l.ordered"
    assert one(demo, past.replace("?", f"'{MORNING.date()}'")) == 0


def test_what_came_weeks_ago_goes_back_is_asked_about_and_is_rated(demo: House) -> None:
    assert [state for (state,) in demo.rows("SELECT state FROM rma ORDER BY id")] == ["requested", "approved", "in_transit", "received", "inspected", "settled"]
    assert one(demo, "SELECT count(*) FROM orders WHERE state = 'returned'") == 0
    cases = dict(demo.rows("SELECT state, verdict FROM shopper_case ORDER BY id"))
    assert cases == {"open": "", "waiting": "", "closed": "good"}
    assert one(demo, f"SELECT count(*) FROM shopper_case WHERE state = 'open' AND due_at < '{MORNING:%Y-%m-%d %H:%M}'") == 1
    assert dict(demo.rows("SELECT state, count(*) FROM review GROUP BY state")) == {"waiting": 1, "approved": 2}
    assert one(demo, "SELECT count(*) FROM parcel_photo") == 1


def test_every_invariant_holds_and_every_event_has_had_its_consequences(demo: House) -> None:
    assert [one for one in stowline("check", "--json").json["invariants"] if not one["holds"]] == []
    assert one(demo, "SELECT count(*) FROM message WHERE state NOT IN ('sent', 'skipped')") == 0
    assert one(demo, "SELECT count(*) FROM message WHERE state = 'skipped' AND reason = ''") == 0


def test_shoppers_were_told_when_it_happened_and_not_when_the_demo_was_made(demo: House) -> None:
    told = demo.rows("SELECT o.placed_at, m.sent_at FROM message m JOIN orders o ON o.id = m.order_id"
                     " WHERE m.kind = 'order-confirmed' AND m.state = 'sent'")  # fmt: skip
    waited = [(datetime.fromisoformat(sent) - datetime.fromisoformat(placed)).total_seconds() for placed, sent in told]
    assert len(told) > 60
    assert 0 <= min(waited) <= max(waited) < 60
    assert one(demo, "SELECT count(*) FROM message WHERE kind = 'backorder-notice' AND state = 'sent'") > 5
    assert one(demo, "SELECT count(*) FROM message WHERE kind = 'shipped' AND state = 'sent'") > 5


def test_nothing_happened_after_the_moment_it_was_made_at(demo: House) -> None:
    moments = [f"SELECT max({column}) FROM {table}" for table, column in (
        ("orders", "placed_at"), ("outbox", "at"), ("scan", "at"), ("message", "sent_at"), ("ledger", "at"))]  # fmt: skip
    latest = [datetime.fromisoformat(str(one(demo, query))).replace(tzinfo=UTC) for query in moments]
    assert [moment for moment in latest if moment > MORNING] == []


# ---------------------------------------------------------------- the same again


def test_a_second_start_changes_nothing_and_says_the_same(demo: House, first_start: tuple[House, Said]) -> None:
    before = one(demo, "SELECT count(*) FROM audit"), facts(demo)
    again = stowline("demo")
    assert (one(demo, "SELECT count(*) FROM audit"), facts(demo)) == before
    assert first_start[1].out == f"{first_start[1].out.splitlines()[0]}\n{again.out}"


def test_a_demo_is_never_made_over_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_at(tmp_path, monkeypatch) as house:
        stowline("migrate")
        stowline("init", "--store", "mine")
        for words in (["demo"], ["demo", "--fresh"]):
            assert stowline(*words).refusal.startswith(
                "This database has stores of its own; the demo is made in an empty one only."
            )
        assert house.rows("SELECT key FROM store") == [("mine",)]


def test_a_demo_that_was_left_half_made_is_told(demo: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_at(tmp_path, monkeypatch, like=demo.file) as house, clock.stopped_at(MORNING):
        house.rows("DELETE FROM audit WHERE what = 'demo made'")
        assert (
            stowline("demo").refusal == "A demo was begun here and not finished. `stowline demo --fresh` makes it anew."
        )


@pytest.mark.proof
@pytest.mark.skipif(not proof_is_full(), reason="it makes the demo a second time: make proof")
def test_made_anew_the_same_seed_makes_the_same_demo(demo: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_at(tmp_path, monkeypatch, like=demo.file) as house, clock.stopped_at(MORNING):
        house.rows("DELETE FROM audit WHERE what = 'demo made'")
        house.rows("UPDATE orders SET total_minor = 0")
        assert stowline("demo", "--fresh").code == 0
        assert facts(house) == facts(demo)


# ---------------------------------------------------------------- from outside


def sign_in(url: str, **fields: str) -> str:
    """Sign in as a browser does: where it leads to; the sign-in page again where it was refused."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    browser.open(f"{url}/login", timeout=30).close()
    form = urllib.parse.urlencode(fields).encode()
    try:
        with browser.open(
            urllib.request.Request(f"{url}/login", form, {"Origin": url, "Accept": "text/html"}), timeout=30
        ) as answer:
            return str(urllib.parse.urlsplit(answer.url).path)
    except urllib.error.HTTPError as error:
        error.close()
        return f"{error.code}"


def test_everybody_gets_in_and_lands_at_their_work_and_the_robots_token_works(demo: House) -> None:
    with FreshProcess(demo.folder, ("demo", "--serve")) as process, Lines() as lines:
        landed = {
            login.role: sign_in(process.url, email=login.email, password=crowd.PASSWORD) for login in crowd.LOGINS
        }
        assert landed == {"manager": "/today", "admin": "/today"} | dict.fromkeys(
            ("picker", "packer", "receiver"), "/floor"
        )
        assert sign_in(process.url, email=crowd.LOGINS[0].email, password="another one") == "422"
        (token,) = re.findall(r"--token (\S+)", process.log())
        robot = Tablet(lines.to(process.url), token)
        assert {kind: bool(robot.tasks(kind)) for kind in ("receive", "putaway", "pick", "pack")} == dict.fromkeys(
            ("receive", "putaway", "pick", "pack"), True
        )
        assert f"--url {process.url} " in process.log()
        assert process.stop(by=signal.SIGINT) == 0
        assert "Traceback" not in process.log()


def test_where_the_port_is_taken_the_demo_that_runs_is_left_alone(demo: House) -> None:
    before = one(demo, "SELECT count(*) FROM audit"), facts(demo)
    with socket.create_server(("127.0.0.1", 0)) as running:
        assert "is taken" in stowline("demo", "--serve", "--port", str(running.getsockname()[1])).refusal
    assert (one(demo, "SELECT count(*) FROM audit"), facts(demo)) == before
