"""Goods that come back, from the shopper's wish to the shop's money: asked for, decided, and never twice."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from stowline.core import clock, db
from stowline.core.errors import Conflict, Refused
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.returns import policies, queries, service, settling
from stowline.returns.policies import Policy
from stowline.returns.rules import Wish
from tests.makers import Tablet, at_once
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    """Order 1042 went out with 3 mugs at 4.50 and 1 cup; 2 more cups are in the house."""
    tablet = house.tablet()
    tablet.stock_up({"MUG": 3, "CUP": 3})
    tablet.place("1042", {"MUG": 3, "CUP": 1})
    tablet.ship_all()
    return tablet


def rules(**changes: object) -> None:
    db.run(lambda session: policies.set_policy(session, 1, policies.with_changes(Policy(), **changes)))


def line(sku: str, ref: str = "1042") -> int:
    with db.reading() as session:
        order = orders.by_ref(session, ref)
        return next(one.id for one in orders.lines(session, order.id or 0) if one.sku == sku)


def ask(*wishes: Wish, key: str = "web:1", **more: Any) -> queries.Rma:
    return db.run(lambda session: service.request(session, orders.by_ref(session, "1042"), wishes, key=key, **more))


def lines(ref: str) -> list[queries.LineView]:
    with db.reading() as session:
        return queries.lines(session, queries.by_ref(session, ref).id or 0)


def state(ref: str) -> str:
    with db.reading() as session:
        return queries.by_ref(session, ref).state


def owed(ref: str = "1042") -> list[tuple[str, int]]:
    with db.reading() as session:
        return [(one.kind, one.amount_minor) for one in instruction_queries.of_order(session, orders.by_ref(session, ref).id or 0)]


def test_what_left_may_come_back_as_the_policy_says_and_is_asked_for_once(maja: Tablet) -> None:
    rules(outcomes=("refund", "exchange"), approve="auto")
    with db.reading() as session:
        can = service.eligible(session, orders.by_ref(session, "1042"))
    mugs = next(one for one in can.lines if one.sku == "MUG")
    assert (mugs.units, mugs.paid_minor, [one.reason for one in mugs.reasons]) == (3, 1350, ["wrong", "damaged", "disliked", "other"])
    assert mugs.not_now["not_received"].key == "return-too-early"
    with pytest.raises(Refused, match="refund, exchange"):
        ask(Wish(line("MUG"), 1, "disliked", "store_credit"))
    rma = ask(Wish(line("MUG"), 2, "disliked", "refund"))
    assert (ask(Wish(line("MUG"), 2, "disliked", "refund")).ref, state(rma.ref)) == (rma.ref, "approved")
    with pytest.raises(Conflict, match="1 of 3 may still come back"):
        ask(Wish(line("MUG"), 2, "damaged", "refund"), key="web:2")
    db.run(lambda session: service.withdraw(session, rma.ref))
    assert ask(Wish(line("MUG"), 3, "damaged", "refund"), key="web:3").state == "approved"
    assert [one for one in maja.events("1042") if "Return" in one] == ["ReturnRequested", "ReturnApproved", "ReturnWithdrawn", "ReturnRequested", "ReturnApproved"]


def test_after_the_days_of_the_policy_only_staff_may_ask(maja: Tablet) -> None:
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        with pytest.raises(Refused, match="ended on"):
            ask(Wish(line("MUG"), 1, "disliked", "refund"))
        assert ask(Wish(line("MUG"), 1, "disliked", "refund"), staff=True, by="Ruth").state == "requested"


def test_a_refusal_says_why_and_ends_it(maja: Tablet) -> None:
    rma = ask(Wish(line("MUG"), 1, "other", "refund"))
    with pytest.raises(Refused, match="Say why"):
        db.run(lambda session: service.refuse(session, rma.ref, " "))
    db.run(lambda session: service.refuse(session, rma.ref, "The mug was used"))
    with pytest.raises(Conflict, match="nothing changes it any more"):
        db.run(lambda session: service.approve(session, rma.ref))


def test_two_browsers_at_once_get_the_last_unit_once(maja: Tablet, house: House) -> None:
    def go(n: int) -> str:
        try:
            return ask(Wish(line("CUP"), 1, "disliked", "refund"), key=f"browser:{n}").state
        except Conflict:
            return "no"

    assert sorted(at_once([partial(go, n) for n in range(4)])) == ["no", "no", "no", "requested"]
    house.prove()


def test_a_lost_parcel_needs_a_person_and_is_replaced_without_anything_coming_back(maja: Tablet, house: House) -> None:
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        rma = ask(Wish(line("CUP"), 1, "not_received", "replacement"), Wish(line("MUG"), 3, "not_received", "refund"))
        assert (rma.kind, rma.state) == ("claim", "requested")
        db.run(lambda session: service.note_claim(session, rma.ref, "HC-4711"))
        db.run(lambda session: service.approve(session, rma.ref))
        assert (maja.order(f"{rma.ref}-1")["state"], state(rma.ref), owed()) == ("allocated", "approved", [])
        db.run(lambda session: settling.settle(session, rma.ref))
        assert (state(rma.ref), owed()) == ("settled", [("refund", 1350)])
        with pytest.raises(Conflict, match="already"):
            ask(Wish(line("MUG"), 1, "not_received", "refund"), key="again")
    assert maja.order("1042")["lines"][0]["returned"] == 0
    house.prove()


def test_damaged_goods_are_replaced_at_once_and_fast_and_cheap_ones_are_kept(maja: Tablet) -> None:
    rules(approve="auto", keep_below_minor=500)
    rma = ask(Wish(line("CUP"), 1, "damaged", "replacement"))
    assert (state(rma.ref), lines(rma.ref)[0].spared) == ("settled", 1)
    with db.reading() as session:
        new = orders.by_ref(session, f"{rma.ref}-1")
        assert (new.expedite, new.total_minor, new.email, new.state) == (True, 0, orders.by_ref(session, "1042").email, "allocated")
