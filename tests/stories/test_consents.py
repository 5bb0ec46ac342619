"""Consent to a delay: when silence is enough, when it is not, and what happens when nobody answers."""

from datetime import date, timedelta
from typing import Any

import pytest

from stowline.backorders import consents, lapses, offers, option_policies
from stowline.backorders.consent_rules import terms
from stowline.backorders.consents import Consent
from stowline.backorders.offers import Offer
from stowline.backorders.option_policies import Policy
from stowline.core import clock, db
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.receiving import outlook
from tests.makers import Tablet, at_once
from tests.stories.conftest import House

MAY = date(2026, 5, 1)


def test_when_silence_is_consent() -> None:
    def asked(told: date | None, **more: Any) -> tuple[str, bool, date]:
        found = terms(**{"ship_by": MAY, "told": told, "told_before": None, "further": False, "ends": date(2026, 5, 8), "today": MAY} | more)
        return found.kind, found.silence, found.due

    assert asked(date(2026, 5, 31)) == ("first", True, date(2026, 5, 8)), "30 days are not too long"
    assert asked(date(2026, 6, 1)) == ("first", False, date(2026, 5, 31)), "31 are"
    assert asked(None) == ("undated", False, date(2026, 5, 31))
    assert asked(date(2026, 5, 20), further=True, told_before=date(2026, 5, 10)) == ("further", False, date(2026, 5, 10))
    assert asked(None, further=True) == ("undated", False, date(2026, 5, 31))
    assert asked(None, today=date(2026, 7, 1))[2] == date(2026, 7, 2), "there is a day to answer, however late it is"


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet()
    tablet.stock_up({"CUP": 5})
    tablet.add_product("MUG")
    tablet.place("1042", {"CUP": 1, "MUG": 3})
    return tablet


def policy(**said: Any) -> None:
    db.run(lambda session: option_policies.set_policy(session, 1, Policy(us_rule=True, **said)))


def notice(revision: str = "1", because: str = "notice") -> Offer:
    made = db.run(lambda session: offers.make(session, orders.by_ref(session, "1042").id or 0, because, revision))
    assert made is not None
    return made


def asked() -> list[Consent]:
    with db.reading() as session:
        return consents.of_order(session, orders.by_ref(session, "1042").id or 0)


def states() -> list[str]:
    return [one.state for one in asked()]


def choose(offer: Offer, name: str) -> str:
    return db.run(lambda session: offers.choose(session, offer.id or 0, name, by="the shopper")).fate


def test_a_choice_is_an_answer(maja: Tablet, house: House) -> None:
    policy()
    first = notice()
    assert [(one.kind, one.silence, one.told) for one in asked()] == [("undated", False, None)]
    assert choose(first, "wait") == "chosen"
    assert (states(), asked()[0].source, asked()[0].text) == (["consented"], "the shopper", "chose: wait")
    second = notice("2", "apology")
    assert states() == ["asked", "consented"]
    notice("3", "apology")
    assert states() == ["asked", "replaced", "consented"]
    assert choose(second, "cancel") == "ended"
    assert maja.events("1042").count("ConsentAsked") == 3
    maja.receive({"MUG": 3})
    with clock.stopped_at(clock.now() + timedelta(days=90)):
        lapses.look("")
    assert states()[0] == "met"
    house.prove()


def test_nobody_answers_and_a_person_must(maja: Tablet, house: House) -> None:
    policy()
    notice()
    lapses.look("")
    assert states() == ["asked"]
    with clock.stopped_at(asked()[0].due):
        at_once([lambda: lapses.look("")] * 3)
    assert states() == ["lapsed"]
    assert maja.order("1042")["lines"][1]["waiting"] == 3, "nothing was cancelled"
    with db.reading() as session:
        assert consents.lapsed_count(session) == 1
    by_hand = db.run(lambda session: offers.make_by_hand(session, orders.by_ref(session, "1042").id or 0, "Ruth"))
    assert choose(by_hand, "wait") == "chosen"
    assert states() == ["consented"], "they answered late"
    house.prove()


def test_nobody_answers_and_it_is_cancelled_and_paid_back(maja: Tablet, house: House) -> None:
    policy(lapse_cancels=True)
    notice()
    with clock.stopped_at(asked()[0].due):
        lapses.look("")
        lapses.look("")
    with db.reading() as session:
        order = orders.by_ref(session, "1042")
        owed = instruction_queries.of_order(session, order.id or 0)
        assert [(one.kind, one.amount_minor) for one in owed] == [("refund", 1350)]
    assert (states(), order.cancelled, order.allocated) == (["refused"], 3, 1)
    house.prove()


def test_silence_is_enough_for_a_short_first_delay(maja: Tablet, house: House) -> None:
    policy()
    day = clock.now().date() + timedelta(days=10)
    ordered = {"ref": "PO-9", "supplier": "Potters & Co", "expected_from": f"{day}", "expected_to": f"{day}", "lines": [{"sku": "MUG", "quantity": 9}]}
    assert maja.post("/api/v1/purchase-orders", ordered).status == 201
    outlook.catch_up("")
    notice()
    first = asked()[0]
    if first.told is None:
        pytest.fail("the purchase order gave no day")
    assert (first.kind, first.silence) == ("first", True)
    with clock.stopped_at(first.due):
        lapses.look("")
    assert states() == ["silent_consent"]
    house.prove()
