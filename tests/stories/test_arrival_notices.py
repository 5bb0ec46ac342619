"""Arrival notices: a pallet is received by one scan, and what it lacks is said."""

from datetime import timedelta
from typing import Any

import pytest

from stowline.core import clock, db
from stowline.core.barcode import sscc
from stowline.inventory import velocity
from stowline.receiving import queries as receiving
from tests.asserts import accepted, clear_no, conflict, refused
from tests.makers import Json, Reply, Tablet, at_once
from tests.stories.conftest import House

on_sqlite = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
PALLET, FIRST, SECOND, LOOSE = (sscc("4006381", n) for n in range(1, 5))


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    for sku in ("MUG", "BOWL"):
        tablet.add_product(sku)
    return tablet


def order(tablet: Tablet, ref: str = "PO-1", **units: int) -> None:
    lines = [{"sku": sku, "quantity": n} for sku, n in units.items()]
    assert tablet.post("/api/v1/purchase-orders", {"ref": ref, "supplier": "Kiln", "lines": lines}).status == 201


def goods(**units: int) -> list[Json]:
    return [{"sku": sku, "quantity": n} for sku, n in units.items()]


def a_pallet(first: list[Json], second: list[Json], own: list[Json] | None = None) -> list[Json]:
    """A pallet with two cartons, and what stands on it loose."""
    return [{"sscc": PALLET, "contents": own or [], "cartons": [{"sscc": FIRST, "contents": first}, {"sscc": SECOND, "contents": second}]}]


def announce(tablet: Tablet, units: list[Json], **more: Any) -> Reply:
    return tablet.post("/api/v1/arrivals", {"ref": "ASN-7", "purchase_order": "PO-1", "units": units, **more})


@on_sqlite
def test_one_scan_receives_a_pallet_with_all_its_cartons(house: House, maja: Tablet) -> None:
    order(maja, MUG=30, BOWL=10)
    maja.place("1042", {"MUG": 2})
    assert announce(maja, a_pallet(goods(MUG=12), goods(MUG=8, BOWL=4), goods(BOWL=1))).status == 201
    assert maja.lease("receive:PO-1")["next"]["say"].startswith("Scan a pallet or carton, or ")
    reply = accepted(maja.scan("receive:PO-1", f"]C100{PALLET}"), "Don't put away: pack bench, order 1042")
    assert f"Pallet {PALLET[-6:]}: 25 units of 2 products received." in reply["hint"]
    assert "Bring 2 Thing MUG to the pack bench" in reply["hint"]  # not "it": that would be the pallet
    assert "23 more wait to be put away." in reply["hint"]
    assert [line["received"] for line in maja.get("/api/v1/purchase-orders/PO-1")["lines"]] == [20, 5]
    assert maja.get("/api/v1/arrivals/ASN-7")["state"] == "received"
    refused(maja.scan("receive:PO-1", PALLET), "already received")
    refused(maja.scan("receive:PO-1", FIRST), "already received")
    house.prove()
    before = maja.stock("MUG")
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "Taken back: 25 units are not received.")
    assert (before["on_hand"], maja.stock("MUG")["on_hand"], maja.stock("BOWL")["on_hand"]) == (20, 0, 0)
    assert maja.get("/api/v1/arrivals/ASN-7")["state"] == "announced"
    with db.reading() as session:
        assert receiving.arrival_history(session, clock.now() - timedelta(days=1)) == []
    accepted(maja.scan("receive:PO-1", f"(00){PALLET}"), "pack bench, order 1042")
    house.prove()


@on_sqlite
def test_a_carton_alone_counts_once_and_its_pallet_brings_the_rest(house: House, maja: Tablet) -> None:
    order(maja, MUG=30, BOWL=10)
    announce(maja, a_pallet(goods(MUG=12), goods(BOWL=4)))
    accepted(maja.scan("receive:PO-1", FIRST), "12 units of 1 product received")
    assert maja.get("/api/v1/arrivals/ASN-7")["state"] == "arriving"
    refused(maja.scan("receive:PO-1", FIRST), "already received")
    accepted(maja.scan("receive:", PALLET), "4 units of 1 product received")
    assert [line["received"] for line in maja.get("/api/v1/purchase-orders/PO-1")["lines"]] == [12, 4]
    house.prove()


@on_sqlite
def test_lots_and_days_are_taken_from_the_notice_serials_are_scanned(house: House, maja: Tablet) -> None:
    maja.add_product("JAM", lots=True, expires=True)
    maja.add_product("CAM", serials=True)
    order(maja, JAM=20, CAM=2, MUG=5)
    ends = (velocity.today() + timedelta(days=90)).isoformat()
    jam = {"sku": "JAM", "quantity": 12, "lot": "L7", "expires_on": ends}
    announce(maja, [*a_pallet([jam], goods(CAM=2)), {"sscc": LOOSE, "kind": "carton", "contents": goods(JAM=3)}])
    refused(maja.scan("receive:PO-1", PALLET), "Thing CAM in this pallet has serial numbers: scan each of them.", "other cartons")
    accepted(maja.scan("receive:PO-1", FIRST), "12 units")
    refused(maja.scan("receive:PO-1", SECOND), "has serial numbers")
    refused(maja.scan("receive:PO-1", LOOSE), "has lots, and the notice does not say which")
    assert [(row["lot"], row["expires_on"]) for row in maja.get("/api/v1/stock/lots?sku=JAM")["items"]] == [("L7", ends)]
    house.prove()


@on_sqlite
def test_more_than_was_ordered_is_asked_about(house: House, maja: Tablet) -> None:
    order(maja, MUG=10)
    announce(maja, [{"sscc": PALLET, "contents": goods(MUG=12)}])
    reply = refused(maja.scan("receive:PO-1", PALLET), "12 are more than the 10 still expected")
    (choice,) = reply["choices"]
    assert choice["label"] == "Take all 12: 2 more than ordered"
    accepted(maja.scan("receive:PO-1", "MUG", 10))
    refused(maja.scan("receive:PO-1", PALLET), "12 are in it, and none is still expected. Scan its")
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"))
    accepted(maja.scan("receive:PO-1", PALLET, kind=choice["kind"]), "12 units")
    line = maja.get("/api/v1/purchase-orders/PO-1")["lines"][0]
    assert (line["received"], line["over"]) == (10, 2)
    house.prove()
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"))
    line = maja.get("/api/v1/purchase-orders/PO-1")["lines"][0]
    assert (line["received"], line["over"]) == (0, 0)
    house.prove()


@on_sqlite
def test_a_notice_that_cannot_be_is_refused_with_the_place(house: House, maja: Tablet) -> None:
    order(maja, MUG=10)
    pallet = [{"sscc": PALLET, "contents": goods(MUG=5)}]
    wrong = PALLET[:-1] + str((int(PALLET[-1]) + 1) % 10)
    for units, where in (
        ([{"sscc": wrong, "contents": goods(MUG=5)}], "units[0].sscc"), ([{"sscc": "123", "contents": []}], "units[0].sscc"),
        ([{"sscc": PALLET, "contents": goods(BOWL=5)}], "units[0].contents[0].sku"), (pallet * 2, "units[1].sscc"),
        ([{"sscc": PALLET, "contents": goods(NONE=5)}], "units[0].contents[0].sku"), ([{"sscc": PALLET}], "units"),
        ([{"sscc": PALLET, "kind": "carton", "cartons": [{"sscc": FIRST, "contents": goods(MUG=1)}]}], "units[0].cartons"),
        ([{"sscc": PALLET, "contents": [{"sku": "MUG", "quantity": 0}]}], "units[0].contents[0].quantity"),
    ):  # fmt: skip
        reply = announce(maja, units)
        clear_no(reply, 400, 422)
        assert reply["where"] == where, reply.raw
    assert house.count("arrival") == 0
    assert [announce(maja, pallet).status for _ in range(2)] == [201, 200]
    assert "in notice ASN-7 already" in clear_no(announce(maja, pallet, ref="ASN-8"), 409)
    order(maja, "PO-2", MUG=1)
    refused(maja.scan("receive:PO-2", PALLET), "belongs to PO-1")
    accepted(maja.scan("receive:PO-1", "CMD:DONE"), "10 units short")
    conflict(maja.scan("receive:", PALLET), "PO-1 is closed")
    house.prove()


@on_sqlite
def test_a_manager_sees_a_notice_and_closes_it(house: House, maja: Tablet, ruth: Tablet) -> None:
    order(maja, MUG=10)
    announce(maja, a_pallet(goods(MUG=5), goods(MUG=2)), expected_on="2026-01-05", carrier="Northway")
    seen = {path: ruth.send("GET", path, None, {**ruth.headers, "Accept": "text/html"}).raw.decode() for path in ("/notices", "/notices/ASN-7")}
    assert "Northway" in seen["/notices"]
    assert PALLET in seen["/notices/ASN-7"]
    assert "late" in seen["/notices"]
    for verb, state in (("close", "closed"), ("close", "closed"), ("reopen", "announced")):
        assert ruth.post(f"/notices/ASN-7/{verb}", b"", {"Content-Type": "application/x-www-form-urlencoded"}).status == 303
        assert maja.get("/api/v1/arrivals/ASN-7")["state"] == state


def test_two_people_receive_one_order_side_by_side(house: House, maja: Tablet) -> None:
    """The last units, one carton and the pallet it stands on: each is received once, whoever is quicker."""
    paul = house.tablet("paul")
    order(maja, MUG=21, BOWL=5)
    announce(maja, a_pallet(goods(MUG=12), goods(BOWL=5)))
    maja.lease("receive:PO-1")
    accepted(paul.scan("receive:PO-1", "MUG", 5))
    accepted(paul.scan("receive:PO-1", "CMD:UNDO"))
    accepted(paul.scan("receive:PO-1", "MUG", 5))
    replies = at_once([lambda: maja.scan("receive:PO-1", PALLET), lambda: paul.scan("receive:PO-1", FIRST),
                       lambda: paul.scan("receive:PO-1", SECOND)])  # fmt: skip
    assert sorted({reply["fate"] for reply in replies}) != ["accepted"]
    at_once([lambda: maja.scan("receive:PO-1", PALLET)])
    assert [line["received"] for line in maja.get("/api/v1/purchase-orders/PO-1")["lines"]] == [17, 5]
    last = at_once([lambda: maja.scan("receive:PO-1", "MUG", 4), lambda: paul.scan("receive:PO-1", "MUG", 4)])
    assert sorted(reply["fate"] for reply in last) in (["accepted", "conflict"], ["accepted", "refused"])
    assert maja.stock("MUG")["on_hand"] == 21
    house.prove()
