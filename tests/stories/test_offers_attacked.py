"""Offers and questions about a delay, attacked: much that happens at once is one offer, and one that is over holds nothing."""

from datetime import timedelta

from stowline.backorders import consents, holds, offers, option_policies
from stowline.backorders.option_policies import Policy
from stowline.catalog import substitutes
from stowline.core import db
from stowline.orders import instruction_queries
from stowline.orders import queries as orders
from stowline.orders import service as order_verbs
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_promises import buy, day, events, messages, on, revise, work_off


def order_id(ref: str) -> int:
    with db.reading() as session:
        return orders.by_ref(session, ref).id or 0


def offered(ref: str, revision: str = "1") -> int:
    made = db.run(lambda session: offers.make(session, order_id(ref), "notice", revision))
    assert made is not None
    return made.id or 0


def choose(offer: int, name: str) -> str:
    return db.run(lambda session: offers.choose(session, offer, name, by="the shopper")).fate


def test_a_delay_of_two_lines_is_one_apology_one_offer_and_one_question(house: House) -> None:
    desk = house.tablet()
    db.run(lambda session: option_policies.set_policy(session, 1, Policy(us_rule=True, lapse_cancels=True)))
    with on(0):
        for sku in ("MUG", "JUG"):
            desk.add_product(sku)
            buy(desk, f"PO-{sku}", 10, 7, 11, sku=sku)
        desk.place("A", {"MUG": 3, "JUG": 2})
    with on(1):
        for sku in ("MUG", "JUG"):
            revise(desk, f"PO-{sku}", 18)
    with on(1, 12):
        work_off()
    assert events(desk, "A", "PromiseChanged") == 2
    assert messages("delay-apology")["A"].count("sent") == 1
    with db.reading() as session:
        asked = consents.of_order(session, order_id("A"))
        made = [one.because for one in offers.of_order(session, order_id("A"))]
    assert made == ["apology", "notice"]
    assert [one.state for one in asked] == ["asked", "replaced"]
    assert (asked[0].due - timedelta(days=1)).date().isoformat() == day(21), "until the day that was told before"
    house.prove()


def waits_with_a_hold(house: House) -> tuple[Tablet, int]:
    """Order A has a cup and waits for two mugs; two pots are held for it meanwhile, which order B would have."""
    maja = house.tablet()
    maja.stock_up({"CUP": 5, "POT": 2})
    maja.add_product("MUG")
    with db.transaction() as session:
        substitutes.add(session, "MUG", "POT")
    maja.place("A", {"CUP": 1, "MUG": 2})
    offer = offered("A")
    with db.reading() as session:
        assert sum(holds.of_offer(session, offer).values()) == 2
    maja.place("B", {"POT": 2})
    assert maja.stock("POT")["waiting"] == 2
    return maja, offer


def test_what_is_cancelled_after_a_part_went_out_holds_nothing(house: House) -> None:
    maja, offer = waits_with_a_hold(house)
    db.run(lambda session: order_verbs.set_shipping(session, order_id("A"), parts="parts"))
    maja.ship_all()
    db.run(lambda session: order_verbs.cancel(session, order_id("A"), "no more"))
    work_off()
    with db.reading() as session:
        assert (offers.by_id(session, offer).state, offers.by_id(session, offer).why) == ("ended", "settled")
    assert maja.stock("POT")["waiting"] == 0
    house.prove()


def test_who_takes_a_substitute_by_phone_needs_no_offer(house: House) -> None:
    maja, offer = waits_with_a_hold(house)
    maja.stock_up({"BEAKER": 2})
    with db.transaction() as session:
        substitutes.add(session, "MUG", "BEAKER")
    with db.reading() as session:
        mugs = orders.lines(session, order_id("A"))[1]
    db.run(lambda session: order_verbs.allow_substitutes(session, mugs.id, allowed=True))
    assert maja.order("A")["state"] == "allocated"
    work_off()
    with db.reading() as session:
        assert (offers.by_id(session, offer).state, offers.by_id(session, offer).why) == ("ended", "settled")
    assert maja.stock("POT")["waiting"] == 0
    house.prove()


def test_who_waits_on_after_a_second_notice_is_sent_fast_once(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("A", {"MUG": 2})
    first = offered("A")
    assert choose(first, "wait") == "chosen"
    second = offered("A", "2")
    assert choose(second, "wait") == "chosen"

    def told() -> list[tuple[str, str]]:
        with db.reading() as session:
            return [(one.kind, one.state) for one in instruction_queries.of_order(session, order_id("A"))]

    assert told() == [("expedite", "owed")]
    assert choose(second, "cancel_order") == "chosen"
    assert told() == [("refund", "owed"), ("expedite", "withdrawn")]
    house.prove()


def test_a_cancelled_order_is_not_to_be_sent_faster(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("A", {"MUG": 2})
    assert choose(offered("A"), "wait") == "chosen"
    assert maja.post("/api/v1/orders/A/cancellation", {"reason": "no more"}).status == 200
    work_off()
    with db.reading() as session:
        assert [(one.kind, one.state) for one in instruction_queries.of_order(session, order_id("A"))] == [("expedite", "withdrawn")]
    house.prove()


def test_every_choice_of_an_order_with_a_kit_can_be_carried_out(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 5})
    maja.add_product("MUG")
    maja.add_product("SET")
    assert maja.post("/api/v1/products/SET/parts", {"parts": [{"sku": "CUP", "quantity": 1}, {"sku": "MUG", "quantity": 1}]}).status == 200
    for n, more in enumerate(({}, {"MUG": 1}, {"CUP": 1})):
        refs = iter(f"K{n}-{i}" for i in range(9))
        maja.place(next(refs), {"SET": 1, **more})
        offer = offered(f"K{n}-0")
        with db.reading() as session:
            names = [one.name for one in offers.choices(session, offers.by_id(session, offer), orders.order(session, order_id(f"K{n}-0")))]
        assert names
        for name, ref in zip(names, refs, strict=False):
            maja.place(ref, {"SET": 1, **more})
            assert choose(offered(ref), name) == "chosen", (name, more)
    house.prove()
