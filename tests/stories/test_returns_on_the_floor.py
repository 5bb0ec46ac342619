"""What came back is scanned in, counted, looked at, and put where it belongs; the shop is told what to pay."""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.core import db
from stowline.core.errors import Conflict
from stowline.inventory import queries as stock
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.packing import queries as packing
from stowline.returns import arriving, inspecting, locks, policies, queries, rules, service, settling
from stowline.returns.policies import Policy
from stowline.returns.rules import Wish
from tests.asserts import accepted, refused
from tests.makers import Reply, Tablet, at_once
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    """Order 1042 went out with 3 mugs at 4.50; none is left, and order 1043 waits for one."""
    tablet = house.tablet()
    tablet.stock_up({"MUG": 3, "CUP": 1})
    tablet.place("1042", {"MUG": 3})
    tablet.ship_all()
    tablet.place("1043", {"MUG": 1})
    return tablet


def approved(units: int = 2, outcome: str = "refund", **changes: object) -> str:
    """A return of mugs that the policy approves at once."""

    def ask(session: db.Session) -> str:
        policies.set_policy(session, 1, policies.with_changes(Policy(approve="auto"), **changes))
        order = orders.by_ref(session, "1042")
        line = orders.lines(session, order.id or 0)[0]
        return service.request(session, order, [Wish(line.id, units, "disliked", outcome)], key=f"web:{units}:{outcome}").ref

    return db.run(ask)


def looked_at(tablet: Tablet, task: str, code: str, grade: str, to: str, bin_: str = "") -> Reply:
    """One unit is looked at and put away."""
    accepted(tablet.scan(task, code))
    accepted(tablet.scan(task, "CMD:DONE", kind=f"grade {grade}"))
    reply = accepted(tablet.scan(task, "CMD:DONE", kind=f"to {to}"))
    return accepted(tablet.scan(task, bin_ or reply["next"]["bin"])) if reply["next"]["want"] == "bin" else reply


def state(ref: str) -> str:
    with db.reading() as session:
        return queries.by_ref(session, ref).state


def owed() -> list[tuple[str, int]]:
    with db.reading() as session:
        return [(one.kind, one.amount_minor) for one in instruction_queries.of_order(session, orders.by_ref(session, "1042").id or 0)]


def test_a_return_is_scanned_in_looked_at_and_paid_back_and_its_good_unit_goes_to_whoever_waits(maja: Tablet, house: House) -> None:
    ref = approved(units=2, restocking_percent=10)
    assert accepted(maja.scan("return:", ref), "is here")["next"]["left"] == 2
    refused(maja.scan("return:", "A-01-1"), "Scan what is in the box")
    assert accepted(maja.scan("return:", "MUG", 2), "counted")["next"]["say"].startswith("Look at each unit")
    assert (maja.stock("MUG")["on_hand"], maja.order("1042")["lines"][0]["returned"]) == (0, 2)
    reply = looked_at(maja, "return:", "MUG", "as_new", "restock")
    assert "for order 1043" in reply["hint"]
    assert (maja.order("1043")["state"], maja.stock("MUG")["on_hand"]) == ("allocated", 1)
    looked_at(maja, "return:", "MUG", "damaged", "scrap")
    assert (state(ref), owed(), maja.stock("MUG")["on_hand"]) == ("inspected", [], 1)
    before = house.books()
    db.run(lambda session: settling.settle(session, ref))
    db.run(lambda session: settling.settle(session, ref))
    assert (state(ref), owed()) == ("settled", [("refund", 810)])
    assert house.books() == before, "a refund moves no stock"
    assert accepted(maja.scan("return:", "CMD:DONE"))["next"]["want"] == "return"
    assert [one for one in maja.events("1042") if one.startswith(("Return", "UnitsI", "LineS"))][2:] == ["ReturnArrived", "ReturnCounted", "UnitsInspected", "UnitsInspected", "ReturnInspected", "LineSettled", "ReturnSettled"]
    house.prove()


def test_every_step_can_be_taken_back(maja: Tablet, house: House) -> None:
    ref = approved(units=1)
    task, before = f"return:{ref}", maja.stock("MUG")
    accepted(maja.scan(task, ref))
    accepted(maja.scan(task, "MUG"))
    looked_at(maja, task, "MUG", "as_new", "restock")
    assert (state(ref), maja.order("1043")["state"]) == ("inspected", "allocated")
    for _ in range(6):
        accepted(maja.scan(task, "CMD:UNDO"))
    refused(maja.scan(task, "CMD:UNDO"), "nothing to undo")
    assert (state(ref), maja.order("1043")["state"], maja.order("1042")["lines"][0]["returned"]) == ("approved", "backordered", 0)
    assert maja.stock("MUG") == before
    house.prove()


def test_an_unapproved_return_an_unknown_box_and_foreign_goods_need_a_word(maja: Tablet, house: House) -> None:
    ref = approved(units=1, approve="person")
    refused(maja.scan("return:", ref), "not approved yet")
    refused(maja.scan("return:", "XYZ-1"), "Nobody knows the code")
    assert accepted(maja.scan("return:", "XYZ-1", kind="units aside"))["next"]["case"].startswith("CASE-")
    accepted(maja.scan("return:", ref, kind="units approve"))
    refused(maja.scan("return:", "CUP"), "did not leave with order 1042")
    accepted(maja.scan("return:", "CUP", kind="units strange"))
    accepted(maja.scan("return:", "MUG"))
    refused_ = [maja.scan("return:", "CUP"), maja.scan("return:", "CMD:DONE", kind="grade as_new"), maja.scan("return:", "CMD:DONE", kind="to restock")]
    assert [reply.status for reply in refused_] == [200, 200, 200]
    refused(maja.scan("return:", "A-05-1"), "not sold again")
    accepted(maja.scan("return:", "CMD:UNDO"))
    accepted(maja.scan("return:", "CMD:DONE", kind="to quarantine"))
    accepted(maja.scan("return:", "QUARANTINE"))
    looked_at(maja, "return:", "MUG", "worn", "back_to_supplier")
    db.run(lambda session: settling.settle(session, ref))
    assert owed() == [("refund", 450)]
    house.prove()


def test_a_parcel_that_its_carrier_brings_back_opens_its_return(maja: Tablet, house: House) -> None:
    with db.reading() as session:
        parcel = packing.parcels_of(session, orders.by_ref(session, "1042").id or 0)[0].code
    reply = accepted(maja.scan("return:", parcel), "is here")
    ref = reply["next"]["rma"]
    accepted(maja.scan("return:", "MUG", 3))
    for _ in range(3):
        looked_at(maja, "return:", "MUG", "as_new", "restock")
    assert (maja.order("1042")["state"], state(ref)) == ("returned", "inspected")
    house.prove()


def test_an_exchange_leaves_on_receipt_and_is_a_real_order(maja: Tablet, house: House) -> None:
    ref = approved(units=1, outcome="exchange")
    accepted(maja.scan(f"return:{ref}", "MUG"))
    assert maja.order(f"{ref}-1")["total_minor"] == 0
    looked_at(maja, f"return:{ref}", "MUG", "as_new", "restock")
    assert (state(ref), owed()) == ("settled", [])
    house.prove()


def test_two_clerks_return_one_unit_once(maja: Tablet, house: House) -> None:
    ref = approved(units=1)
    accepted(maja.scan(f"return:{ref}", ref))

    def count(_: int) -> str:
        def once(session: db.Session) -> str:
            rma = queries.lock(session, ref)
            line = arriving.line_for(session, rma, queries.lines(session, rma.id or 0)[0].product_id, 3)
            if line is None:
                raise Conflict("no more")
            arriving.count(session, rma, line, 3)
            return "counted"

        try:
            return db.run(once)
        except Conflict:
            return "no"

    answers: Sequence[str] = sorted(at_once([partial(count, n) for n in range(4)]))
    assert answers == ["counted", "no", "no", "no"]
    house.prove()


WAYS = st.lists(st.tuples(st.sampled_from(sorted(rules.GRADES)), st.sampled_from(sorted(rules.DISPOSITIONS))), min_size=1, max_size=3)


def test_whatever_comes_back_adds_up(maja: Tablet, house: House) -> None:
    """Thirty mugs went out; returns of a few come back in any condition, and go any way."""
    maja.stock_up({"JUG": 30})
    maja.place("2000", {"JUG": 30})
    maja.ship_all()

    @settings(max_examples=8, deadline=None, derandomize=True, database=None)
    @given(WAYS, st.integers(0, 30))
    def come_back(ways: list[tuple[str, str]], percent: int) -> None:
        before = maja.stock("JUG")["on_hand"]
        ref = db.run(partial(_asked_and_counted, units=len(ways), percent=percent))
        assert maja.stock("JUG")["on_hand"] == before, "what is only counted is not sold"
        for grade, disposition in ways:
            db.run(partial(_looked_at, ref=ref, grade=grade, disposition=disposition))
        assert maja.stock("JUG")["on_hand"] == before + sum(to == "restock" for _, to in ways)
        books = house.books()
        db.run(lambda session: settling.settle(session, ref))
        assert house.books() == books, "a refund moves no stock"
        house.prove()

    come_back()


def _asked_and_counted(session: db.Session, *, units: int, percent: int) -> str:
    policies.set_policy(session, 1, Policy(approve="auto", restocking_percent=percent))
    order = orders.by_ref(session, "2000")
    line = orders.lines(session, order.id or 0)[0]
    ref = service.request(session, order, [Wish(line.id, units, "disliked", "refund")], key=f"walk:{line.returned}").ref
    arriving.arrive(session, ref)
    order, rma = locks.take(session, ref)
    for _ in range(units):
        mine = arriving.line_for(session, rma, line.product_id, 1)
        assert mine is not None
        arriving.count(session, rma, mine, 1)
    arriving.all_counted(session, order, rma)
    return ref


def _looked_at(session: db.Session, *, ref: str, grade: str, disposition: str) -> None:
    order, rma = locks.take(session, ref)
    what = queries.to_inspect(session, rma.id or 0)[0]
    code = inspecting.suggested(session, what.product_id, 1, "", disposition)
    inspecting.inspect(session, rma, what, 1, grade=grade, disposition=disposition, to_id=stock.location_by_code(session, code).id if code else None)
    arriving.look_if_inspected(session, order, rma)
