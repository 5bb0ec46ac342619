"""Purchase orders: what was agreed stays known, and what came, when."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from stowline.core import clock, db, hooks
from stowline.receiving import queries as receiving
from stowline.receiving import service
from stowline.receiving.events import SupplyChanged
from tests.asserts import accepted, clear_no
from tests.makers import FORM_TYPE, Reply, Tablet
from tests.stories.conftest import House

pytestmark = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    for sku in ("MUG", "BOWL"):
        tablet.add_product(sku)
    return tablet


@pytest.fixture
def heard() -> Iterator[list[SupplyChanged]]:
    """What is told of supply, and to whom it is told besides."""
    facts: list[SupplyChanged] = []
    before = list(hooks._hooks[SupplyChanged])
    hooks.on(SupplyChanged, *before, lambda _session, fact: facts.append(fact))
    yield facts
    hooks.on(SupplyChanged, *before)


def order(tablet: Tablet, ref: str = "PO-1", **units: int) -> Reply:
    lines = [{"sku": sku, "quantity": n} for sku, n in units.items()]
    body = {"ref": ref, "supplier": "Kiln", "lines": lines, "expected_from": "2027-05-03", "expected_to": "2027-05-05"}
    return tablet.post("/api/v1/purchase-orders", body)


def revise(tablet: Tablet, **body: Any) -> Reply:
    return tablet.post("/api/v1/purchase-orders/PO-1/revisions", {"why": "The kiln broke", **body})


def test_what_was_agreed_stays_known(house: House, maja: Tablet, heard: list[SupplyChanged]) -> None:
    order(maja, MUG=10, BOWL=4)
    moved = revise(maja, expected_from="2027-05-09", expected_to="2027-05-11")
    assert (moved.status, moved["revision"], moved["expected_from"]) == (201, 2, "2027-05-09")
    again = revise(maja, expected_from="2027-05-09", expected_to="2027-05-11")
    assert (again.status, again["revision"]) == (200, 2)
    fewer = revise(maja, lines=[{"sku": "MUG", "quantity": 7}])
    assert (fewer.status, [line["quantity"] for line in fewer["lines"]]) == (201, [7, 4])
    kept = maja.get("/api/v1/purchase-orders/PO-1/revisions")["items"]
    assert [(one["n"], one["expected_from"], one["lines"][0]["quantity"]) for one in kept] == [
        (3, "2027-05-09", 7), (2, "2027-05-09", 10), (1, "2027-05-03", 10)]  # fmt: skip
    assert [fact.cause for fact in heard] == [
        "PO-1 was ordered from Kiln", "PO-1 moved from 3 to 5 May 2027 to 9 to 11 May 2027", "PO-1 brings 3 units fewer"]
    assert maja.get("/api/v1/stock?sku=MUG")[0]["incoming"] == 7
    house.prove()


def test_a_revision_keeps_what_came(house: House, maja: Tablet) -> None:
    order(maja, MUG=10)
    accepted(maja.scan("receive:PO-1", "MUG", 6))
    assert "6 of MUG came in already" in clear_no(revise(maja, lines=[{"sku": "MUG", "quantity": 5}]), 422)
    assert "BOWL is not on PO-1" in clear_no(revise(maja, lines=[{"sku": "BOWL", "quantity": 5}]), 422)
    assert "before they are expected" in clear_no(revise(maja, expected_to="2027-05-01"), 422)
    assert "twice" in clear_no(revise(maja, lines=[{"sku": "MUG", "quantity": 7}] * 2), 400)
    assert revise(maja, lines=[{"sku": "MUG", "quantity": 6}]).status == 201
    assert maja.lease("receive:PO-1")["next"]["want"] == "nothing"
    accepted(maja.scan("receive:PO-1", "CMD:DONE"), "PO-1 is closed.")
    assert "closed" in clear_no(revise(maja, expected_from="2027-06-01", expected_to=None), 409)
    house.prove()


def test_a_line_may_be_dropped_and_twins_share_the_rest(house: House, maja: Tablet) -> None:
    lines = [{"sku": "MUG", "quantity": 4}, {"sku": "BOWL", "quantity": 3}, {"sku": "MUG", "quantity": 6}]
    maja.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines})
    accepted(maja.scan("receive:PO-1", "MUG", 4))
    accepted(maja.scan("receive:PO-1", "MUG", 1))
    told = revise(maja, lines=[{"sku": "BOWL", "quantity": 0}, {"sku": "MUG", "quantity": 7}])
    assert [(line["quantity"], line["received"]) for line in told["lines"]] == [(4, 4), (0, 0), (3, 1)]
    house.prove()


def test_what_came_is_known_by_line_and_day(house: House, maja: Tablet, heard: list[SupplyChanged]) -> None:
    order(maja, MUG=10)
    accepted(maja.scan("receive:PO-1", "MUG", 6))
    accepted(maja.scan("receive:PO-1", "MUG", 3))
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"))
    accepted(maja.scan("receive:", "MUG", 1))
    revise(maja, expected_from="2027-05-09", expected_to="2027-05-11")
    with db.reading() as session:
        (came,) = receiving.arrival_history(session, clock.now() - timedelta(days=1))
        assert receiving.arrival_history(session, clock.now() + timedelta(days=1)) == []
    assert (came.ref, came.units, came.told_from, came.told_to, came.revision) == (
        "PO-1", 6, date(2027, 5, 3), date(2027, 5, 5), 2)  # fmt: skip
    assert came.supplier_id is not None
    assert came.first_at == came.last_at
    accepted(maja.scan("receive:PO-1", "CMD:DONE"), "4 units short")
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"))
    said = {fact.cause for fact in heard}
    assert {"3 units did not come in after all on PO-1", "PO-1 was closed, 4 units short", "PO-1 is open again"} <= said
    house.prove()


def test_the_same_name_is_the_same_supplier(house: House, maja: Tablet) -> None:
    order(maja, "PO-1", MUG=1)
    order(maja, "PO-2", MUG=1)
    with db.transaction() as session:
        other, _ = service.enter(session, ref="PO-3", supplier="", lines=[("MUG", 1)])
        assert other.supplier_id is None
        assert len({receiving.by_ref(session, ref).supplier_id for ref in ("PO-1", "PO-2")}) == 1
    assert house.count("supplier") == 1


def sent(desk: Tablet, form: dict[str, str]) -> Reply:
    return desk.post("/receiving/PO-1/revisions", urlencode(form).encode(), FORM_TYPE)


def test_a_manager_revises_at_the_desk(house: House, maja: Tablet, ruth: Tablet) -> None:
    order(maja, MUG=10)
    form = {"expected_from": "2027-05-09", "expected_to": "2027-05-12", "why": "Mail of Monday", "units.MUG": "8"}
    assert sent(ruth, form).status == 303
    page = ruth.send("GET", "/receiving/PO-1", None, {**ruth.headers, "Accept": "text/html"}).raw.decode()
    assert "Mail of Monday" in page
    assert "Ruth Adeyemi" in page
    assert "+7" in page
    assert maja.get("/api/v1/purchase-orders/PO-1")["lines"][0]["quantity"] == 8
    again = sent(ruth, form)
    assert again.headers["location"].endswith("done=same")
    assert sent(ruth, form | {"units.MUG": "many"}).status == 422
