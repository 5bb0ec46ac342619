"""Goods that come back are known by their serial, lot, number and weight; two clerks do each thing once; the oldest order
that waits gets what is good again; and the shopper gets what was chosen: another product, the same one at once, or credit.
"""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

import pytest

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.inventory import queries as stock
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.returns import inspecting, locks, policies, queries, service, settling
from stowline.returns.policies import Policy
from stowline.returns.rules import Wish
from tests.asserts import accepted, conflict, refused
from tests.makers import FORM_TYPE, Reply, Tablet, at_once
from tests.stories.conftest import House
from tests.stories.test_returns_on_the_floor import looked_at, owed, state

CAMERA, YOGHURT = "09506000134369", "09506000134352"


def serial(number: str) -> str:
    """What the scanner reads from a camera."""
    return f"]C101{CAMERA}21{number}"


def lot(number: str) -> str:
    """What the scanner reads from a yoghurt."""
    return f"]C101{YOGHURT}10{number}"


def asked(units: int = 1, outcome: str = "refund", *, ref: str = "1042", swap: str = "", **changes: object) -> str:
    """A return that the policy approves at once."""

    def ask(session: db.Session) -> str:
        policies.set_policy(session, 1, policies.with_changes(Policy(approve="auto"), **changes))
        order = orders.by_ref(session, ref)
        line = orders.lines(session, order.id or 0)[0]
        wish = Wish(line.id, units, "disliked", outcome, exchange_sku=swap)
        return service.request(session, order, [wish], key=f"web:{ref}").ref

    return db.run(ask)


def lies(sku: str, number: str = "") -> list[tuple[str, str, str, int]]:
    """Where a product lies: (kind of bin, lot or serial, condition, units), of this lot or serial only."""
    with db.reading() as session:
        found = stock.in_bins(session, catalog.ids_of(session, [sku])[sku])
        return [(one.kind, one.lot or one.serial, one.condition, one.qty) for one in found if number in {"", one.lot, one.serial}]


def hints(ref: str) -> list[str]:
    """What a person is to look into."""
    with db.reading() as session:
        return [one.hint for one in queries.arrivals(session, queries.by_ref(session, ref).id or 0) if one.hint]


def pressed(ruth: Tablet, path: str, **fields: str) -> Reply:
    """A form of the desk is sent."""
    return ruth.post(path, urlencode({**fields, "csrf": ruth.headers["X-CSRF-Token"]}).encode(), FORM_TYPE)


def to_quarantine(tablet: Tablet, task: str, code: str) -> None:
    """One strange unit is looked at: no bin for sale takes it."""
    accepted(tablet.scan(task, code))
    accepted(tablet.scan(task, "CMD:DONE", kind="grade as_new"))
    accepted(tablet.scan(task, "CMD:DONE", kind="to restock"))
    refused(tablet.scan(task, "A-05-1"), "not sold again")
    accepted(tablet.scan(task, "CMD:UNDO"))
    accepted(tablet.scan(task, "CMD:DONE", kind="to quarantine"))
    accepted(tablet.scan(task, "QUARANTINE"))


# --- which one came back --------------------------------------------------------------------------------------------------


def test_the_serial_that_left_is_sold_again_and_another_one_is_set_apart_and_said(house: House) -> None:
    maja = house.tablet()
    maja.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    for number in ("A1", "A2"):
        accepted(maja.scan("receive:", serial(number)))
    maja.follow("putaway:")
    maja.place("1042", {"CAM": 1})
    maja.ship_all()
    gone = maja.order("1042")["parcels"][0]["lines"][0]["serial"]
    here = {"A1": "A2", "A2": "A1"}[gone]
    ref = asked(settle="auto")
    task = f"return:{ref}"
    accepted(maja.scan(task, ref))
    refused(maja.scan(task, serial("ZZ9")), "Serial ZZ9 of Camera did not leave with order 1042", "another one's")
    conflict(maja.scan(task, serial(here), kind="units strange"), f"Serial {here} lies in A-", "already")
    assert "did not leave with order 1042" in accepted(maja.scan(task, serial("ZZ9"), kind="units strange"), "serial ZZ9: counted")["hint"]
    assert maja.order("1042")["lines"][0]["returned"] == 0, "a strange one counts for nobody"
    assert accepted(maja.scan(task, CAMERA), "Scan or type the serial")["next"]["want"] == "serial"
    accepted(maja.scan(task, gone), f"serial {gone}: counted")
    refused(maja.scan(task, CAMERA), "2 serial numbers of Camera wait to be looked at", "Scan the serial number")
    looked_at(maja, task, gone, "as_new", "restock")
    to_quarantine(maja, task, "ZZ9")
    assert (lies("CAM", gone), lies("CAM", "ZZ9")) == ([("pick", gone, "good", 1)], [("quarantine", "ZZ9", "hold", 1)])
    assert maja.stock("CAM")["free"] == 2
    assert hints(ref) == ["Serial ZZ9 of Camera did not leave with order 1042: it may be another one's."]
    assert (state(ref), owed()) == ("inspected", []), "a person looks before anything is paid"
    db.run(lambda session: settling.settle(session, ref))
    assert owed() == [("refund", 450)], "for the one that left"
    house.prove()


def test_the_lot_that_left_is_sold_again_and_another_one_is_set_apart_and_said(house: House) -> None:
    maja = house.tablet()
    maja.add_product("YOG", name="Yoghurt", barcodes=[{"code": YOGHURT}], lots=True)
    accepted(maja.scan("receive:", lot("L7"), 3))
    maja.follow("putaway:")
    maja.place("1042", {"YOG": 3})
    maja.ship_all()
    ref = asked(2)
    task = f"return:{ref}"
    accepted(maja.scan(task, ref))
    refused(maja.scan(task, lot("L9")), "Lot L9 of Yoghurt did not leave with order 1042")
    accepted(maja.scan(task, lot("L9"), kind="units strange"))
    assert accepted(maja.scan(task, YOGHURT, 2))["next"]["want"] == "lot"
    accepted(maja.scan(task, "L7"), "2 Yoghurt, lot L7: counted")
    refused(maja.scan(task, YOGHURT), "2 lots of Yoghurt wait to be looked at")
    for _ in range(2):
        looked_at(maja, task, lot("L7"), "as_new", "restock")
    to_quarantine(maja, task, lot("L9"))
    assert (lies("YOG", "L7"), lies("YOG", "L9")) == ([("pick", "L7", "good", 2)], [("quarantine", "L9", "hold", 1)])
    assert hints(ref) == ["Lot L9 of Yoghurt did not leave with order 1042."]
    assert maja.stock("YOG")["free"] == 2
    house.prove()


@pytest.fixture
def maja(house: House) -> Tablet:
    """Order 1042 went out with 2 mugs of half a kilogram; 2 mugs and 2 cups are left."""
    tablet = house.tablet()
    tablet.stock_up({"MUG": 4, "CUP": 2})
    assert tablet.send("PATCH", "/api/v1/products/MUG", b'{"weight_g": 500}', {**tablet.headers, "Content-Type": "application/json"}).status == 200
    tablet.place("1042", {"MUG": 2})
    tablet.ship_all()
    return tablet


def test_a_parcel_that_is_too_light_says_so_as_it_is_scanned_in(maja: Tablet, ruth: Tablet, house: House) -> None:
    ref = asked(2)
    assert pressed(ruth, f"/returns/{ref}/weight", grams="300").status in {200, 303}
    said = accepted(maja.scan("return:", ref), "is here")
    assert said["hint"] == "The parcel weighs 300 g; the goods alone weigh 1,000 g. Something may be missing."
    assert pressed(ruth, f"/returns/{ref}/weight", grams="1040").status in {200, 303}
    assert accepted(maja.scan("return:", ref))["hint"] is None
    house.prove()


def test_a_return_is_found_by_its_own_number_the_carrier_s_and_that_of_the_parcel_as_it_left(maja: Tablet, ruth: Tablet) -> None:
    for ref in ("1050", "1060"):
        maja.place(ref, {"MUG": 1})
    maja.ship_all()
    label, way = asked(2), asked(ref="1050")
    with db.reading() as session:
        number = queries.by_ref(session, label).tracking
    assert number.startswith("HC")
    accepted(maja.scan("return:", number), f"{label} of order 1042 is here")
    assert pressed(ruth, f"/returns/{way}/way", number="1Z999", carrier="UPS").status in {200, 303}
    accepted(maja.scan("return:", "1Z999"), f"{way} of order 1050 is here")
    brought = accepted(maja.scan("return:", maja.order("1060")["parcels"][0]["tracking"]), "of order 1060 is here")["next"]["rma"]
    with db.reading() as session:
        assert (queries.by_ref(session, brought).kind, state(label), state(way), state(brought)) == ("brought_back", *["received"] * 3)
    conflict(maja.scan("return:", maja.order("1042")["parcels"][0]["tracking"]), "in another return")


# --- two clerks -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def awaited(house: House) -> str:
    """One of the mugs of order 1042 comes back, the house has no other, and order 1043 waits for it."""
    tablet = house.tablet()
    tablet.stock_up({"MUG": 1})
    tablet.place("1042", {"MUG": 1})
    tablet.ship_all()
    tablet.place("1043", {"MUG": 1})
    ref = asked()
    accepted(tablet.scan(f"return:{ref}", ref))
    return ref


def clerks(house: House) -> list[Tablet]:
    return [house.tablet(name) for name in ("maja", "tom")]


def test_two_clerks_scan_one_unit_and_it_is_counted_once(awaited: str, house: House) -> None:
    both = clerks(house)
    replies: Sequence[Reply] = at_once([partial(one.scan, f"return:{awaited}", "MUG") for one in both])
    assert sorted(accepted(one)["say"] for one in replies) == ["1 Thing MUG in hand", "1 Thing MUG: counted"]
    assert (both[0].order("1042")["lines"][0]["returned"], lies("MUG")) == (1, [("returns", "", "hold", 1)])
    house.prove()


def test_two_clerks_put_away_one_unit_and_one_of_them_is_told(awaited: str, house: House) -> None:
    both, task = clerks(house), f"return:{awaited}"
    accepted(both[0].scan(task, "MUG"))
    for one in both:
        for code, kind in (("MUG", ""), ("CMD:DONE", "grade as_new"), ("CMD:DONE", "to restock")):
            reply = accepted(one.scan(task, code, kind=kind))
    replies: Sequence[Reply] = at_once([partial(one.scan, task, reply["next"]["bin"]) for one in both])
    assert sorted(one.status for one in replies) == [200, 409]
    assert [one["hint"] for one in replies if one.status == 200] == ["Waited for: 1 for order 1043."]
    assert (lies("MUG"), both[0].order("1043")["state"], state(awaited)) == ([("pick", "", "good", 1)], "allocated", "inspected")
    assert both[0].events("1042").count("UnitsInspected") == 1
    house.prove()


def test_two_windows_settle_one_return_and_the_shop_is_told_once(awaited: str, ruth: Tablet, house: House) -> None:
    tablet = house.tablet()
    accepted(tablet.scan(f"return:{awaited}", "MUG"))
    looked_at(tablet, f"return:{awaited}", "MUG", "as_new", "restock")
    replies: Sequence[Reply] = at_once([partial(pressed, ruth, f"/returns/{awaited}/settlement")] * 4)
    assert {one.status for one in replies} == {303}
    assert (state(awaited), owed()) == ("settled", [("refund", 450)])
    assert tablet.events("1042").count("ReturnSettled") == 1
    house.prove()


# --- who gets it ----------------------------------------------------------------------------------------------------------


class PowerCutError(Exception):
    """The transaction does not end."""


def test_what_is_good_again_goes_to_the_oldest_order_that_waits_with_the_same_commit(awaited: str, house: House) -> None:
    maja, task = house.tablet(), f"return:{awaited}"
    maja.place("1044", {"MUG": 1})
    accepted(maja.scan(task, "MUG"))

    def waiting(session: db.Session) -> list[str]:
        return [orders.by_ref(session, ref).state for ref in ("1043", "1044")]

    def cut_off() -> None:
        with db.transaction() as session:
            _, rma = locks.take(session, awaited)
            what = queries.to_inspect(session, rma.id or 0)[0]
            code = inspecting.suggested(session, what.product_id, 1, "", "restock") or ""
            inspecting.inspect(session, rma, what, 1, grade="as_new", disposition="restock", to_id=stock.location_by_code(session, code).id)
            assert waiting(session) == ["allocated", "backordered"]
            raise PowerCutError

    before = house.books()
    with pytest.raises(PowerCutError):
        cut_off()
    with db.reading() as session:
        assert waiting(session) == ["backordered", "backordered"]
    assert house.books() == before, "all of it, or nothing"
    assert looked_at(maja, task, "MUG", "as_new", "restock")["hint"] == "Waited for: 1 for order 1043."
    with db.reading() as session:
        assert waiting(session) == ["allocated", "backordered"]
    house.prove()


def test_an_exchange_goes_out_at_once_where_the_policy_says_so(maja: Tablet, house: House) -> None:
    ref = asked(1, "exchange", exchange="at_once")
    new = maja.order(f"{ref}-1")
    assert (state(ref), new["state"], new["total_minor"]) == ("approved", "allocated", 0)
    accepted(maja.scan(f"return:{ref}", "MUG"))
    looked_at(maja, f"return:{ref}", "MUG", "as_new", "restock")
    assert maja.get(f"/api/v1/orders/{ref}-2").status == 404, "what went at once does not go again on receipt"
    assert (state(ref), owed()) == ("settled", [])
    house.prove()


def test_an_exchange_may_be_for_another_product(maja: Tablet, house: House) -> None:
    ref = asked(1, "exchange", swap="CUP")
    assert maja.get(f"/api/v1/orders/{ref}-1").status == 404, "on receipt"
    accepted(maja.scan(f"return:{ref}", "MUG"))
    new = maja.order(f"{ref}-1")
    assert ([(one["sku"], one["quantity"]) for one in new["lines"]], new["state"], new["total_minor"]) == ([("CUP", 1)], "allocated", 0)
    assert maja.stock("CUP")["promised"] == 1
    looked_at(maja, f"return:{ref}", "MUG", "as_new", "restock")
    assert (state(ref), owed()) == ("settled", [])
    house.prove()


def test_store_credit_is_an_instruction_of_its_own_kind(maja: Tablet, house: House) -> None:
    ref = asked(1, "store_credit")
    accepted(maja.scan(f"return:{ref}", "MUG"))
    looked_at(maja, f"return:{ref}", "MUG", "as_new", "restock")
    db.run(lambda session: settling.settle(session, ref))
    with db.reading() as session:
        told = instruction_queries.of_order(session, orders.by_ref(session, "1042").id or 0)
        assert [(one.kind, one.amount_minor, one.why) for one in told] == [("store_credit", 450, f"Return {ref}")]
    assert state(ref) == "settled"
    house.prove()
