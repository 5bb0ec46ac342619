"""A shopper hears of their return: that it is here, what was found, what is paid back, and that the exchange has left."""

from datetime import timedelta

from stowline.core import clock, db
from stowline.notifications import queries as messages
from stowline.orders import instruction_queries, instructions
from stowline.orders import queries as orders
from stowline.orders.instruction_rules import Heard, Outcome
from stowline.returns import policies, service
from stowline.returns.policies import Policy
from stowline.returns.rules import Wish
from tests.asserts import accepted
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_returns_on_the_floor import looked_at


def told(ref: str) -> dict[str, str]:
    """What the shopper of an order was told, by kind, once all that is owed has gone."""
    work_off()
    with clock.stopped_at(clock.now() + timedelta(minutes=10)):
        work_off()
    with db.reading() as session:
        found = messages.of_order(session, orders.by_ref(session, ref).id or 0)
        return {one.kind: one.text if one.state == "sent" else one.state for one in found}


def asked(maja: Tablet, **wanted: int) -> str:
    """Mugs of order 1042 are to come back, one wish for each outcome; the policy decides and settles."""

    def ask(session: db.Session) -> str:
        policies.set_policy(session, 1, Policy(approve="auto", settle="auto"))
        order = orders.by_ref(session, "1042")
        line = orders.lines(session, order.id or 0)[0].id
        return service.request(session, order, [Wish(line, n, "wrong", outcome) for outcome, n in wanted.items()], key="web:1").ref

    maja.stock_up({"MUG": 3})
    maja.place("1042", {"MUG": 2})
    maja.ship_all()
    return db.run(ask)


def test_a_shopper_hears_of_each_step_of_a_return(house: House) -> None:
    maja = house.tablet()
    ref = asked(maja, refund=1, exchange=1)
    accepted(maja.scan("return:", ref))
    accepted(maja.scan("return:", "MUG", 1))
    accepted(maja.scan("return:", "MUG", 1))
    for _ in range(2):
        looked_at(maja, "return:", "MUG", "as_new", "restock")
    heard = told("1042")
    assert "reached us" in heard["return-received"]
    assert "You are paid back €4.50" in heard["return-inspected"]
    assert "refunded" not in heard, "the shop has not paid yet"
    with db.reading() as session:
        owed = instruction_queries.of_order(session, orders.by_ref(session, "1042").id or 0)[0].id or 0
    db.run(lambda session: instructions.acknowledge(session, owed, Heard(Outcome.ACKNOWLEDGED, "re_1")))
    assert "€4.50" in told("1042")["refunded"]
    maja.ship_all()
    heard = told(f"{ref}-1")
    assert ("shipped" in heard, ref in heard["exchange-shipped"]) == (False, True)
    house.prove()


def test_an_arrival_that_is_taken_back_is_not_told(house: House) -> None:
    maja = house.tablet()
    ref = asked(maja, refund=1)
    accepted(maja.scan("return:", ref))
    work_off()
    accepted(maja.scan("return:", "CMD:UNDO"))
    assert told("1042")["return-received"] == "skipped"
