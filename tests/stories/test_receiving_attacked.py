"""Receiving, attacked: a purchase order that is closed or revised while somebody scans."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.core import db
from stowline.core.barcode import sscc
from stowline.receiving import queries, service
from stowline.receiving.hand import Came
from tests.asserts import accepted, refused
from tests.makers import Json, Tablet
from tests.stories.conftest import House


def bought(tablet: Tablet, *units: int) -> None:
    tablet.add_product("MUG")
    lines = [{"sku": "MUG", "quantity": n} for n in units]
    assert tablet.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines}).status == 201


def order(tablet: Tablet) -> list[tuple[int, int, int]]:
    lines: list[Json] = tablet.get("/api/v1/purchase-orders/PO-1")["lines"]
    return [(line["quantity"], line["received"], line["over"]) for line in lines]


def beside(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Work in a thread of its own; begun, and far enough to be done if nothing holds it."""
    said: list[Any] = []
    thread = threading.Thread(target=lambda: said.append(work()), daemon=True)
    thread.start()
    thread.join(0.5)
    return thread, said


def test_what_was_more_than_ordered_is_undone_after_the_order_was_raised(house: House) -> None:
    maja = house.tablet()
    bought(maja, 10)
    accepted(maja.scan("receive:PO-1", "MUG", 9))
    asked = maja.scan("receive:PO-1", "MUG", 3)
    accepted(maja.scan("receive:PO-1", "MUG", 3, kind=asked["choices"][0]["kind"]))
    assert order(maja) == [(10, 10, 2)]
    assert maja.post("/api/v1/purchase-orders/PO-1/revisions", {"why": "they said so", "lines": [{"sku": "MUG", "quantity": 11}]}).status == 201
    assert order(maja) == [(11, 11, 1)]
    house.prove()
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "3 units are not received")
    assert order(maja) == [(11, 9, 0)]
    house.prove()
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "9 units are not received")
    assert (order(maja), maja.stock("MUG")["on_hand"]) == ([(11, 0, 0)], 0)
    house.prove()


@pytest.mark.parametrize("house_url", ["postgres"], indirect=True)  # SQLite has one writer at a time
def test_who_closes_waits_for_who_receives(house: House) -> None:
    maja = house.tablet()
    bought(maja, 10)
    with db.reading() as session:
        po = queries.by_ref(session, "PO-1").id or 0
    with db.transaction() as session:
        line = queries.hold_line(session, po, queries.lines(session, po)[0].product_id)
        assert line is not None
        service.receive(session, product_id=line.product_id, sku="MUG", name="Mug", came=Came(4, "", "", None), line_id=line.id, ref="PO-1")
        closing, _ = beside(lambda: db.run(lambda other: service.close(other, po)))
    closing.join(30)
    with db.reading() as session:
        told = session.execute(sa.text("SELECT body FROM outbox WHERE name = 'PurchaseOrderClosed'")).scalar_one()
    assert json.loads(told)["units_short"] == 6
    house.prove()


@pytest.mark.parametrize("house_url", ["postgres"], indirect=True)  # SQLite has one writer at a time
def test_nobody_receives_on_what_was_closed_a_moment_ago(house: House) -> None:
    maja = house.tablet()
    bought(maja, 10)
    with db.reading() as session:
        po = queries.by_ref(session, "PO-1").id or 0
    with db.transaction() as session:
        service.close(session, po)
        scanning, said = beside(lambda: maja.scan("receive:PO-1", "MUG", 4))
    scanning.join(30)
    assert said[0].status == 409, said[0].raw
    assert "was closed just now" in said[0]["say"]
    assert order(maja) == [(10, 0, 0)]
    house.prove()


def test_a_pallet_is_scanned_once_however_many_are_typed(house: House) -> None:
    maja, code = house.tablet(), sscc("4006381", 9)
    bought(maja, 10)
    units = [{"sscc": code, "contents": [{"sku": "MUG", "quantity": 4}]}]
    assert maja.post("/api/v1/arrivals", {"ref": "N1", "purchase_order": "PO-1", "units": units}).status == 201
    refused(maja.scan("receive:PO-1", code, 2), "is one")
    assert order(maja) == [(10, 0, 0)]
    accepted(maja.scan("receive:PO-1", code))
    assert order(maja) == [(10, 4, 0)]
    house.prove()
