"""The back-in-stock list: who signs up hears once, in turn, only when units are left for them, and can leave."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from stowline.backorders import sign_ups
from stowline.backorders.sign_up_models import Restock, SignUp
from stowline.backorders.sign_up_rules import AFTER, State, Step, before, whose_turn
from stowline.core import clock, db
from stowline.demo import later
from stowline.inventory import queries as inventory
from stowline.notifications import policies
from stowline.notifications.models import Message
from stowline.portal.screens import notify as screens
from stowline.stores import service as stores
from stowline.stores.queries import store_by_key
from tests.asserts import breaches
from tests.desk.conftest import House
from tests.makers import FORM_TYPE, Reply, Tablet
from tests.services import proof_is_full

LIST = "/api/v1/back-in-stock"


@pytest.fixture(autouse=True)
def rested() -> Iterator[None]:
    screens.SIGN_UPS.forget()
    yield
    screens.SIGN_UPS.forget()


def wants(robot: Tablet, sku: str, *names: str) -> list[Reply]:
    return [robot.post(LIST, {"sku": sku, "email": f"{name}@example.test", "store": "demo"}) for name in names]


def told(sku: str) -> list[str]:
    """Who was told of a product (or will be), in order."""
    with db.reading() as session:
        query = select(Message.recipient, Message.state).where(Message.kind == "back-in-stock").order_by(col(Message.id))
        ids = select(SignUp.id).where(SignUp.product_id == inventory.level(session, sku).product_id)
        rows = session.exec(query.where(col(Message.sign_up_id).in_(ids), col(Message.state) != "skipped")).all()
    return [recipient.partition("@")[0] for recipient, _ in rows]


def standing(robot: Tablet, sku: str) -> dict[str, str]:
    return {item["email"].partition("@")[0]: item["state"] for item in robot.get(f"{LIST}?sku={sku}")["items"]}


def set_factor(n: int, *, public: bool = True) -> None:
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=public, units_shown="none", notices_per_unit=n)


def pass_on() -> None:
    """The timer looks, the event is reacted to, the mail goes."""
    for _ in range(2):
        later.catch_up(clock.now() + timedelta(seconds=10))


def test_who_ordered_is_served_before_anybody_is_told_and_then_in_order(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("POT")
    robot.place("P1", {"POT": 2})
    set_factor(2)
    ana, ben, cy = wants(robot, "POT", "ana", "ben", "cy")
    assert [reply.status for reply in (ana, ben, cy)] == [201] * 3
    assert [reply["ahead"] for reply in (ana, ben, cy)] == [0, 1, 2]
    again = wants(robot, "POT", "ANA")[0]
    assert (again.status, again["ahead"]) == (200, 0)
    robot.receive({"POT": 2})
    pass_on()
    assert told("POT") == [], "both units went to the order"
    robot.receive({"POT": 1})
    pass_on()
    assert told("POT") == ["ana", "ben"], "one unit, two notices"
    assert standing(robot, "POT") == {"ana": "told", "ben": "told", "cy": "waiting"}
    assert wants(robot, "POT", "dan")[0].status == 409
    robot.place("P2", {"POT": 1})
    robot.receive({"POT": 1})
    pass_on()
    assert told("POT") == ["ana", "ben", "cy"]
    with db.reading() as session:
        assert breaches(session) == {}


def test_sold_out_again_before_the_mail_goes_it_does_not_go_and_the_place_is_kept(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("JAR")
    wants(robot, "JAR", "eva", "fay")
    robot.receive({"JAR": 1})
    with db.reading() as session:
        ident = inventory.level(session, "JAR").product_id
    sign_ups.look(str(ident))
    with db.transaction() as session:
        while later._next(session, clock.now() + timedelta(seconds=10)):
            pass
    robot.place("J1", {"JAR": 1})
    pass_on()
    assert told("JAR") == []
    assert standing(robot, "JAR") == {"eva": "waiting", "fay": "waiting"}
    with db.reading() as session:
        assert {row.told for row in session.exec(select(Restock).where(Restock.product_id == ident))} == {0}
    robot.receive({"JAR": 1})
    pass_on()
    assert told("JAR") == ["eva", "fay"]


def test_the_mail_has_the_way_out_and_opening_it_changes_nothing(one_house: House) -> None:
    robot, shopper = one_house.robot(), one_house.somebody()
    robot.add_product("BOWL", name="Bowl, ash")
    wants(robot, "BOWL", "gil")
    robot.receive({"BOWL": 1})
    pass_on()
    with db.reading() as session:
        mail = session.exec(select(Message).where(Message.recipient == "gil@example.test")).one()
    assert (mail.state, mail.subject) == ("sent", "Back in stock: Bowl, ash")
    found = re.search(r"http\S+/notify-off/\S+", mail.text)
    assert found
    path = urlsplit(found[0]).path
    page = one_house.ruth().get(f"/messages/{mail.id}")
    assert "Bowl, ash is here again" in page.text
    assert one_house.ruth().get("/messages").status == 200
    for _ in range(2):  # link scanners open every link
        assert "Hear no more about it?" in shopper.get(path).text
    assert standing(robot, "BOWL") == {"gil": "told"}
    one_click = shopper.ask("POST", path, data={"List-Unsubscribe": "One-Click"})
    assert (one_click.status_code, standing(robot, "BOWL")) == (200, {"gil": "left"})
    assert "You are off the list" in shopper.get(path).text
    assert shopper.get(path[:-1] + ("0" if path[-1] != "0" else "1")).status == 404
    assert shopper.get("/notify-off/99999999999999999999-" + "0" * 32).status == 404


def test_a_store_that_does_not_send_it_says_so(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("VASE")
    db.run(lambda session: policies.set_policy(session, 1, "back-in-stock", replace(policies.policy(session, 1, "back-in-stock"), on=False)))
    wants(robot, "VASE", "hal")
    robot.receive({"VASE": 1})
    pass_on()
    db.run(lambda session: policies.forget(session, 1, "back-in-stock"))
    with db.reading() as session:
        mail = session.exec(select(Message).where(Message.recipient == "hal@example.test")).one()
    assert (mail.state, mail.reason) == ("skipped", "this store does not send it")


def test_a_shopper_signs_up_on_a_page_of_the_store(one_house: House) -> None:
    robot, shopper = one_house.robot(), one_house.somebody()
    robot.add_product("A cup/3", name="Cup, small")
    path = "/notify/demo/A%20cup%2F3"
    set_factor(2, public=False)
    assert shopper.get(path).status == 404
    set_factor(2)
    page = shopper.get(path)
    assert "Cup, small" in page.text
    wrong = shopper.send(page, path, email="nobody")
    assert (wrong.status, standing(robot, "A%20cup%2F3")) == (422, {})
    assert "This is not an e-mail address" in wrong.text
    for _ in range(2):
        done = shopper.send(page, path, email="Hal@example.test")
        assert "We will tell you" in done.text
    trapped = shopper.send(page, path, email="bot@example.test", website="http://spam.example")
    assert "We will tell you" in trapped.text
    assert standing(robot, "A%20cup%2F3") == {"hal": "waiting"}
    robot.receive({"A cup/3": 1})
    assert "In stock" in shopper.send(page, path, email="ida@example.test").text
    assert shopper.get("/notify/demo/NOBODY-KNOWS").status == 404


def test_who_signs_up_too_often_waits(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("FAN")
    set_factor(2)
    body = b"email=x%40example.test"
    answers = [robot.send("POST", "/notify/demo/FAN", body, FORM_TYPE).status for _ in range(12)]
    assert answers == [200] * 10 + [429] * 2


def test_a_kit_is_back_when_all_its_parts_are(one_house: House) -> None:
    robot = one_house.robot()
    for sku in ("LID", "PAN"):
        robot.add_product(sku)
    robot.add_product("PAN-SET", parts=[{"sku": "LID", "units": 1}, {"sku": "PAN", "units": 2}])
    set_factor(1)
    wants(robot, "PAN-SET", "jo", "kim")
    robot.receive({"LID": 5})
    pass_on()
    assert told("PAN-SET") == []
    robot.receive({"PAN": 3})
    pass_on()
    assert told("PAN-SET") == ["jo"]
    robot.place("K1", {"PAN": 2})
    robot.receive({"PAN": 1})
    pass_on()
    assert told("PAN-SET") == ["jo", "kim"]


def test_managers_see_the_list_take_people_off_and_say_what_shop_pages_show(one_house: House) -> None:
    robot, ruth = one_house.robot(), one_house.ruth()
    robot.add_product("URN/1", name="Urn")
    wants(robot, "URN/1", "mia", "noa")
    assert "Urn" in ruth.get("/back-in-stock").text
    assert "Urn" in ruth.get("/back-in-stock?view=all&q=URN").text
    page = ruth.get("/back-in-stock/URN%2F1")
    assert "mia @example.test" in page.text
    assert "They hear no more" in ruth.send(page, "/removal").text
    assert standing(robot, "URN%2F1") == {"mia": "left", "noa": "waiting"}
    shops = ruth.get("/shop-pages")
    assert "from 1 to 20" in ruth.send(shops, "/shop-pages/demo", notices="21").text
    assert "follow this from now on" in ruth.send(shops, "/shop-pages/demo", notices="3", units_shown="exact").text
    with db.reading() as session:
        shop = store_by_key(session, "demo")
    assert (shop.units_shown, shop.notices_per_unit) == ("exact", 3)


def test_what_cannot_be_taken(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("VAT")
    good = {"sku": "VAT", "email": "leo@example.test", "store": "demo"}
    for wrong, status in (({"email": ""}, 422), ({"email": "leo"}, 422), ({"sku": "?"}, 404), ({"store": "?"}, 404), ({"locale": "x" * 13}, 422)):
        assert robot.post(LIST, good | wrong).status == status
    assert robot.get(f"{LIST}?sku=VAT&after=WzEsMl0").status == 400
    assert robot.get(f"{LIST}?sku=VAT&after=WyIyMDI2LTExLTI1VDAwOjAwOjAwIiwxXQ").status == 400, "a moment without a zone"


def test_every_step_leads_to_a_state() -> None:
    assert {step for _, step in AFTER} == set(Step)
    assert before(Step.TELL) == (State.WAITING,)
    assert set(before(Step.ASK)) == {State.TOLD, State.LEFT}


@given(st.lists(st.sampled_from([1, 2]), max_size=12), st.integers(0, 5), st.integers(0, 12), st.integers(1, 3), st.integers(1, 3))
def test_never_more_than_units_times_what_stores_allow(line: list[int], free: int, told_of: int, one: int, two: int) -> None:
    chosen = whose_turn(list(enumerate(line)), {1: free, 2: free}, told_of, {1: one, 2: two})
    assert chosen == sorted(chosen)
    assert not chosen or told_of + len(chosen) <= free * max(one, two)


STEPS = st.lists(
    st.one_of(st.tuples(st.just("receive"), st.integers(1, 3)), st.tuples(st.just("order"), st.integers(1, 3)),
              st.tuples(st.just("sign up"), st.integers(1, 4)), st.tuples(st.just("cancel"), st.just(0)),
              st.tuples(st.just("look"), st.just(0)), st.tuples(st.just("mail"), st.just(0))),
    max_size=12,
)  # fmt: skip
_run = iter(range(10**6))


@settings(max_examples=300 if proof_is_full() else 15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.integers(1, 2))
def test_any_sequence_of_receipts_orders_and_sign_ups(one_house: House, steps: list[tuple[str, int]], factor: int) -> None:
    """Never more messages than units that came free times the factor; nobody is told while orders wait; in order."""
    run, robot = next(_run), one_house.robot()
    sku, freed, names, placed = f"H{run}", 0, 0, list[str]()
    robot.add_product(sku)
    set_factor(factor)
    for what, n in [*steps, ("look", 0), ("mail", 0)]:
        before_it, gone = robot.stock(sku)["free"], len(told(sku))
        if what == "receive":
            robot.receive({sku: n})
        elif what == "order":
            placed.append(f"H{run}-{len(placed)}")
            robot.place(placed[-1], {sku: n})
        elif what == "cancel" and placed:
            robot.post(f"/api/v1/orders/{placed.pop()}/cancellation", {"reason": "mind changed"})
        elif what == "sign up":
            taken = [reply.status for reply in wants(robot, sku, *(f"h{run}-{names + i}" for i in range(n)))]
            names += n if taken[0] == 201 else 0
        elif what == "look":
            with db.reading() as session:
                ident = inventory.level(session, sku).product_id
            sign_ups.look(str(ident))
        elif what == "mail":
            pass_on()
        now = robot.stock(sku)
        freed += max(0, now["free"] - before_it)
        assert not (len(told(sku)) > gone and now["waiting"] > 0)
    heard = told(sku)
    assert len(heard) <= freed * factor
    assert heard == [f"h{run}-{i}" for i in range(len(heard))], "in the order of sign-up"
    left = robot.stock(sku)["free"]
    assert left == 0 or len(heard) >= min(names, factor), "and somebody is told where units are left"
