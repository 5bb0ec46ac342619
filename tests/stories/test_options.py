"""A shopper whose goods wait chooses what becomes of them: each option from the click to the warehouse and the shop."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from stowline.backorders import offers
from stowline.backorders.offer_models import Offer, OptionPolicy
from stowline.catalog import substitutes
from stowline.core import clock, db, outbox
from stowline.core.errors import Conflict
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.orders import service as order_verbs
from tests.makers import Tablet, at_once
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    """Order 1042 wants 1 cup, which is there, and 3 mugs, of which there are none."""
    tablet = house.tablet()
    tablet.stock_up({"CUP": 5})
    tablet.add_product("MUG")
    tablet.place("1042", {"CUP": 1, "MUG": 3})
    return tablet


def order_id(ref: str = "1042") -> int:
    with db.reading() as session:
        return orders.by_ref(session, ref).id or 0


def offered(ref: str = "1042", revision: str = "1") -> Offer:
    made = db.run(lambda session: offers.make(session, order_id(ref), "notice", revision))
    assert made is not None
    return made


def choices(offer: Offer) -> list[tuple[str, int]]:
    with db.reading() as session:
        return [(one.name, one.amount_minor) for one in offers.choices(session, now(offer), orders.order(session, offer.order_id))]


def now(offer: Offer) -> Offer:
    with db.reading() as session:
        found: Offer | None = session.get(Offer, offer.id)
        assert found is not None
        return found


def choose(offer: Offer, name: str, **more: Any) -> str:
    return db.run(lambda session: offers.choose(session, offer.id or 0, name, by="the shopper", **more)).fate


def owed(ref: str = "1042") -> list[tuple[str, int, str]]:
    with db.reading() as session:
        found = instruction_queries.of_order(session, order_id(ref))
        return [(one.kind, one.amount_minor, one.state) for one in found]


def policy(**said: Any) -> None:
    with db.transaction() as session:
        session.add(OptionPolicy(store_id=1, **said))


def test_an_offer_holds_what_can_be_done_now_and_is_made_once(maja: Tablet, house: House) -> None:
    first = offered()
    assert offered().id == first.id
    assert [name for name, _ in choices(first)] == ["wait", "ship", "credit", "cancel", "cancel_order"]
    assert dict(choices(first)) == {"wait": 0, "ship": 0, "credit": 1350, "cancel": 1350, "cancel_order": 1800}
    assert first.ends_at - first.made_at == timedelta(days=7)
    second = offered(revision="2")
    assert [now(first).state, now(first).why, now(second).state] == ["ended", "replaced", "open"]
    assert choose(first, "cancel") == "ended"
    assert maja.events("1042")[-3:] == ["OfferMade", "OfferEnded", "OfferMade"]
    house.prove()


def test_who_waits_goes_first_class_and_may_think_again(maja: Tablet, house: House) -> None:
    offer = offered()
    assert choose(offer, "wait") == "chosen"
    assert choose(offer, "wait") == "same"
    with db.reading() as session:
        assert orders.by_ref(session, "1042").expedite
    assert owed() == [("expedite", 0, "owed")]
    assert choose(offer, "cancel", shown_minor=1) == "changed"
    assert choose(offer, "cancel", shown_minor=1350) == "chosen"
    assert owed() == [("refund", 1350, "owed"), ("expedite", 0, "withdrawn")]
    assert choose(offer, "wait") == "used"
    lines = {line["sku"]: line for line in maja.order("1042")["lines"]}
    assert (lines["MUG"]["cancelled"], lines["CUP"]["promised"]) == (3, 1)
    maja.ship_all()
    assert maja.order("1042")["state"] == "handed_over", "what was there goes out"
    house.prove()


def test_store_credit_has_the_store_s_bonus(maja: Tablet, house: House) -> None:
    policy(bonus_percent=10, days=3)
    offer = offered()
    assert choose(offer, "credit", shown_minor=1350) == "changed"
    assert choose(offer, "credit", shown_minor=1485) == "chosen"
    assert owed() == [("store_credit", 1485, "owed")]
    assert maja.order("1042")["state"] == "allocated"
    assert maja.events("1042")[-3:] == ["OptionChosen", "UnitsCancelled", "InstructionOwed"]
    house.prove()


def test_an_order_is_cancelled_whole_and_its_stock_serves_the_next(maja: Tablet, house: House) -> None:
    offer = offered()
    maja.place("1043", {"CUP": 5})
    assert choose(offer, "cancel_order") == "chosen"
    assert (maja.order("1042")["state"], maja.order("1043")["state"]) == ("cancelled", "allocated")
    assert owed() == [("refund", 1800, "owed")]
    assert choose(offer, "cancel_order") == "same"
    house.prove()


def test_what_became_impossible_is_not_done(maja: Tablet, house: House) -> None:
    offer = offered()
    maja.receive({"MUG": 1})
    assert dict(choices(offer))["cancel"] == 900
    assert choose(offer, "cancel", shown_minor=1350) == "changed"
    maja.receive({"MUG": 2})
    assert choices(offer) == []
    assert choose(offer, "cancel") == "gone"
    with db.reading() as session:
        filled = [event for event in _diary(session) if event.name == "BackorderFilled"][-1]
    db.run(lambda session: offers.on_news(session, filled))
    assert (now(offer).state, now(offer).why) == ("ended", "came")
    with db.transaction() as session, pytest.raises(Conflict, match="nothing to choose"):
        offers.make_by_hand(session, order_id(), "Ruth")
    house.prove()


def _diary(session: Any) -> Any:
    return outbox.diary(session, order_id())


def test_an_offer_ends_on_its_day(maja: Tablet, house: House) -> None:
    offer = offered()
    db.run(lambda session: offers.expire(session, offer.id or 0))
    assert now(offer).state == "open", "its day has not come"
    with clock.stopped_at(offer.ends_at):
        assert choose(offer, "cancel") == "ended"
        offers.look("")
        offers.look("")
    assert (now(offer).state, now(offer).why) == ("ended", "expired")
    assert maja.events("1042").count("OfferEnded") == 1
    house.prove()


def test_rivals_of_a_click_leave_one_outcome(maja: Tablet, house: House) -> None:
    """Twice at once; two choices; against a cancellation, the warehouse's release, and the day of its end."""
    offer = offered()
    assert sorted(at_once([lambda: choose(offer, "cancel")] * 4)) == ["chosen", "same", "same", "same"]
    assert len(owed()) == 1
    maja.place("1050", {"CUP": 1, "MUG": 1})
    other = offered("1050")
    fates = at_once([lambda: choose(other, "cancel"), lambda: choose(other, "credit"), lambda: choose(other, "cancel_order")])
    assert sorted(fates) == ["chosen", "used", "used"]
    assert len(owed("1050")) == 1
    maja.place("1051", {"CUP": 1, "MUG": 1})
    against = offered("1051")
    at_once([lambda: choose(against, "cancel_order"), lambda: db.run(lambda s: order_verbs.cancel(s, order_id("1051"), "desk"))])
    assert maja.order("1051")["state"] == "cancelled"
    assert len(owed("1051")) == (1 if now(against).state == "chosen" else 0)
    house.prove()


def test_a_click_against_the_release_and_against_the_end(maja: Tablet, house: House) -> None:
    offer = offered()
    fates = at_once([lambda: choose(offer, "cancel"), lambda: maja.lease("pick:CART-1").status])
    assert fates[0] == "chosen"
    maja.ship_all()
    assert maja.order("1042")["state"] == "handed_over"
    maja.place("1060", {"CUP": 1, "MUG": 1})
    ending = offered("1060")
    with db.transaction() as session:
        row = session.get(Offer, ending.id)
        row.ends_at = clock.now() + timedelta(seconds=0.05)
        session.add(row)
    at_once([lambda: choose(ending, "cancel"), lambda: db.run(lambda s: offers.expire(s, ending.id or 0))])
    assert len(owed("1060")) == (1 if now(ending).state == "chosen" else 0)
    house.prove()


def test_what_is_there_goes_out_and_the_rest_follows(maja: Tablet, house: House) -> None:
    offer = offered()
    assert maja.tasks("pick") == []
    assert choose(offer, "ship") == "chosen"
    maja.ship_all()
    lines = {line["sku"]: line for line in maja.order("1042")["lines"]}
    assert (lines["CUP"]["handed_over"], lines["MUG"]["waiting"]) == (1, 3)
    maja.receive({"MUG": 3})
    maja.follow("putaway:")
    maja.ship_all()
    assert maja.order("1042")["state"] == "handed_over"
    assert len(maja.order("1042")["parcels"]) == 2
    house.prove()


def stand_in(maja: Tablet, units: int) -> None:
    """A beaker may stand in for a mug."""
    maja.stock_up({"BEAKER": units})
    with db.transaction() as session:
        substitutes.add(session, "MUG", "BEAKER")


def test_a_substitute_is_held_swapped_and_picked(maja: Tablet, house: House) -> None:
    stand_in(maja, 4)
    offer = offered()
    swap = next(name for name, _ in choices(offer) if name.startswith("swap"))
    assert maja.stock("BEAKER") == {"on_hand": 4, "promised": 3, "free": 1, "waiting": 0}
    maja.place("1043", {"BEAKER": 2})
    assert maja.order("1043")["lines"][0]["waiting"] == 1, "what is held is nobody else's"
    house.prove()
    assert choose(offer, swap) == "chosen"
    assert choose(offer, swap) == "same"
    lines = {line["sku"]: line for line in maja.order("1042")["lines"]}
    assert (lines["BEAKER"]["promised"], lines["MUG"]["cancelled"], lines["MUG"]["waiting"]) == (3, 3, 0)
    assert owed() == [("swap", 0, "owed")]
    house.prove()
    maja.ship_all()
    assert maja.order("1042")["state"] == "handed_over"
    house.prove()


def test_a_hold_ends_with_its_offer_and_serves_who_waits(maja: Tablet, house: House) -> None:
    stand_in(maja, 3)
    offer = offered()
    maja.place("1043", {"BEAKER": 2})
    again = offered(revision="2")
    assert (now(offer).state, _held(), maja.order("1043")["lines"][0]["promised"]) == ("ended", 3, 0), "the newer offer holds on"
    house.prove()
    with clock.stopped_at(again.ends_at):
        offers.look("")
    assert (maja.order("1043")["lines"][0]["promised"], _held(), now(offer).state) == (2, 0, "ended")
    house.prove()


def _held() -> int:
    with db.reading() as session:
        return int(session.connection().exec_driver_sql("SELECT COALESCE(SUM(units), 0) FROM stock_hold").scalar_one())


def test_units_that_leave_the_house_are_taken_from_a_hold_first(maja: Tablet, house: House) -> None:
    stand_in(maja, 3)
    maja.place("1043", {"BEAKER": 1})
    maja.place("1044", {"MUG": 2})
    with db.transaction() as session:
        assert orders.by_ref(session, "1044").state == "backordered"
    offer = offered("1044")
    assert _held() == 2
    lost = maja.post("/api/v1/adjustments", {"sku": "BEAKER", "bin": _bin("BEAKER"), "reason": "lost", "units": -1})
    assert lost.status == 201, lost.raw
    assert (_held(), maja.order("1043")["lines"][0]["promised"]) == (1, 1)
    assert not any(name.startswith("swap") for name, _ in choices(offer))
    assert choose(offer, "swap-2-3") == "gone"
    house.prove()


def _bin(sku: str) -> str:
    with db.reading() as session:
        query = "SELECT l.code FROM balance b JOIN location l ON l.id = b.location_id JOIN product p ON p.id = b.product_id"
        return str(session.connection().exec_driver_sql(f"{query} WHERE p.sku = '{sku}' AND b.qty > 0").scalar_one())


def test_choices_while_goods_come_units_are_lost_and_others_buy(maja: Tablet, house: House) -> None:
    """Everything that wants the same stock at the same moment; the books hold, and each offer has one outcome."""
    stand_in(maja, 7)
    refs = [f"S-{n}" for n in range(6)]
    for ref in refs:
        maja.place(ref, {"MUG": 1})
    made = [offered(ref) for ref in refs]
    assert _held() == 6
    names = [next(name for name, _ in choices(one) if name.startswith("swap")) for one in made]
    wanted = [*names[:4], "cancel_order", "credit"]
    others = house.tablet("tom", 1)
    jobs: list[Callable[[], Any]] = [
        *(partial(choose, one, name) for one, name in zip(made, wanted, strict=True)),
        lambda: maja.receive({"MUG": 2}),
        lambda: others.place("S-9", {"BEAKER": 2}).status,
        lambda: others.post("/api/v1/adjustments", {"sku": "BEAKER", "bin": _bin("BEAKER"), "reason": "lost", "units": -2}).status,
    ]
    fates = at_once(jobs)[:6]
    assert set(fates) <= {"chosen", "gone", "ended"}
    for offer, fate, ref in zip(made, fates, refs, strict=True):
        assert (fate == "chosen") == (now(offer).state == "chosen")
        assert len(owed(ref)) == (1 if fate == "chosen" else 0)
    house.prove()
    offers.look("")
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        offers.look("")
    assert _held() == 0
    house.prove()
