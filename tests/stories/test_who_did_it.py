"""Every change of stock names who, on which device, by which scan: at every door, for people and for programs."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest

from stowline.core import db
from tests.asserts import accepted
from tests.makers import FORM_TYPE, Json, Tablet
from tests.stories.conftest import House

BIN = "A-01-1"


@pytest.fixture
def maja(house: House) -> Tablet:
    """A program's worker."""
    tablet = house.tablet("maja")
    tablet.stock_up({"MUG": 40})
    return tablet


def read(sql: str) -> tuple[Any, ...]:
    with db.reading() as session:
        return tuple(session.connection().exec_driver_sql(sql).one())


def newest() -> tuple[Any, ...]:
    """(who, device, scan) of the ledger's last line."""
    return read("SELECT who, device, scan_id FROM ledger ORDER BY id DESC LIMIT 1")


@pytest.fixture
def desk(ruth: Tablet) -> str:
    """The device that Ruth signed in on, as records name it."""
    (device,) = read("SELECT device FROM staff_session ORDER BY id DESC LIMIT 1")
    assert re.fullmatch(r"testclient, [A-Z2-9]{6}", device)
    return str(device)


def pressed(tablet: Tablet, code: str, quantity: int = 1, **more: str) -> Json:
    """A scan as a tablet's form sends it: the scan."""
    scan = {"scan_id": f"scan-{code}-{quantity}", "task": f"count:{BIN}", "code": code, "quantity": str(quantity), **more}
    answer = tablet.send("POST", "/scans", urlencode(scan).encode(), {**tablet.headers, **FORM_TYPE})
    assert answer.status == 200, answer.raw
    return scan


def test_a_persons_scan_names_the_device_they_signed_in_on_whatever_the_form_says(house: House, maja: Tablet, ruth: Tablet, desk: str) -> None:
    pressed(ruth, BIN)
    pressed(ruth, "MUG", 39)
    done = pressed(ruth, "CMD:DONE", device="somebody else's tablet")
    who, device, scan = newest()
    assert (who, scan) == ("Ruth Adeyemi", done["scan_id"])
    assert device == desk


def test_an_adjustment_at_the_desk_names_the_persons_device(house: House, maja: Tablet, ruth: Tablet, desk: str) -> None:
    answer = ruth.post("/api/v1/adjustments", {"sku": "MUG", "bin": BIN, "units": -1, "reason": "lost"})
    assert (answer.status, answer["who"], answer["device"]) == (201, "Ruth Adeyemi", desk)
    assert newest() == ("Ruth Adeyemi", desk, None)


def test_who_approves_is_named_in_the_ledger_and_who_asked_with_the_scan(house: House, maja: Tablet, ruth: Tablet, desk: str) -> None:
    accepted(maja.scan("scrap:", BIN, device="scanner-7"))
    accepted(maja.scan("scrap:", "MUG", 30, device="scanner-7"))
    waits = accepted(maja.scan("scrap:", "CMD:DONE", kind="why scrap", device="scanner-7", scan_id="the-scrap"), "waits for approval")
    ref = waits["say"].partition(" ")[0]
    told = ruth.post(f"/api/v1/adjustments/{ref}/approval")
    assert (told["who"], told["device"], told["scan_id"], told["decided_by"]) == ("maja", "scanner-7", "the-scrap", "Ruth Adeyemi")
    assert newest() == ("Ruth Adeyemi", desk, None)


def test_a_program_that_names_no_device_is_named_itself(house: House, maja: Tablet) -> None:
    accepted(maja.scan(f"count:{BIN}", BIN))
    accepted(maja.scan(f"count:{BIN}", "MUG", 39))
    accepted(maja.scan(f"count:{BIN}", "CMD:DONE", scan_id="the-count"))
    assert newest() == ("maja", "stories", "the-count")
    assert maja.post("/api/v1/adjustments", {"sku": "MUG", "bin": BIN, "units": -1, "reason": "lost"}).status == 201
    assert newest() == ("maja", "stories", None)


def test_a_managers_decision_names_the_manager(house: House, maja: Tablet, ruth: Tablet, desk: str) -> None:
    for code, units in ((BIN, 1), ("MUG", 20), ("CMD:DONE", 1)):
        accepted(maja.scan(f"count:{BIN}", code, units))
    (asked,) = maja.get("/api/v1/counts")["items"]
    form = urlencode({"difference": "-20"}).encode()
    assert ruth.send("POST", f"/counts/{asked['id']}/decision", form, {**ruth.headers, **FORM_TYPE}).status == 303
    assert newest() == ("Ruth Adeyemi", desk, None)


def test_no_line_of_the_ledger_is_without_its_author_and_what_they_used(house: House, maja: Tablet, ruth: Tablet, desk: str) -> None:
    for code, units in ((BIN, 1), ("MUG", 39), ("CMD:DONE", 1), ("CMD:UNDO", 1)):
        accepted(maja.scan(f"count:{BIN}", code, units))
    ruth.post("/api/v1/adjustments", {"sku": "MUG", "bin": BIN, "units": 3, "reason": "found"})
    maja.place("R-1", {"MUG": 2})
    maja.ship_all()
    assert house.count("ledger") > 8
    assert house.count("ledger WHERE who = '' OR device = ''") == 0
