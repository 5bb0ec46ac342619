"""Those who wait, and what they are told, under attack: days, clicks, notices and lists that nobody means well."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from stowline.backorders import offers, sign_ups
from stowline.core import clock, db
from stowline.demo import later
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.portal import offers as shown
from stowline.portal import rules
from stowline.stores import service as stores
from tests.asserts import breaches
from tests.desk.conftest import House
from tests.makers import FORM_TYPE


def test_a_day_at_the_end_of_the_calendar_stops_nobody(one_house: House) -> None:
    robot, ruth = one_house.robot(), one_house.ruth()
    robot.add_product("MUG")
    buy = {"ref": "PO-E", "supplier": "Potters & Co", "lines": [{"sku": "MUG", "quantity": 5}]}
    for day in ("9999-12-31", "0001-01-01"):
        reply = robot.post("/api/v1/purchase-orders", buy | {"expected_from": day, "expected_to": day})
        assert (reply.status, reply["where"]) == (422, "expected_from"), reply.raw
    assert robot.post("/api/v1/purchase-orders", buy | {"expected_to": "2099-12-31"}).status == 201
    with db.transaction() as session:  # as an earlier version took it in
        session.execute(sa.text("UPDATE purchase_order SET expected_to = '9999-12-31' WHERE ref = 'PO-E'"))
    assert robot.place("E1", {"MUG": 1}).status == 201
    assert robot.get("/api/v1/waiting?sku=MUG")["items"][0]["window"] is None
    assert robot.get("/api/v1/products/MUG/availability")["window"] is None
    assert ruth.get("/receiving/PO-E/what-if?days=30").status == 422
    later.catch_up(clock.now() + timedelta(minutes=2))
    with db.reading() as session:
        assert breaches(session) == {}


def test_a_choice_without_the_amount_that_was_shown_is_shown_again(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("PLATE")
    robot.place("E2", {"PLATE": 2})
    with db.reading() as session:
        order_id = orders.by_ref(session, "E2").id or 0
    offer = db.run(lambda session: offers.make(session, order_id, "notice", "1"))
    assert offer is not None
    for typed in ("cancel_order", "cancel_order:", "cancel_order:-5", "cancel_order:%D9%A1", "wait:0&choice=cancel_order"):
        answer = robot.send("POST", shown.path(offer), f"choice={typed}".encode(), FORM_TYPE)
        assert (answer.status, answer.headers["location"]) == (303, f"{facts.status_path(order_id)}?said=changed#choice"), typed
    assert robot.order("E2")["state"] == "backordered"


def test_nobody_floods_a_mailbox_with_lists(one_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ups, "MOST_AWAITED", 2)
    robot = one_house.robot()
    stores_open()
    for sku in ("ONE", "TWO", "THREE"):
        robot.add_product(sku)

    def wants(sku: str, name: str = "victim") -> int:
        return robot.post("/api/v1/back-in-stock", {"sku": sku, "email": f"{name}@example.test", "store": "demo"}).status

    assert [wants(sku) for sku in ("ONE", "TWO", "THREE", "ONE")] == [201, 201, 409, 200]
    assert wants("THREE", "else") == 201
    page = robot.send("POST", "/notify/demo/THREE", b"email=Victim%40example.test", FORM_TYPE)
    assert (page.status, b"We will tell you" in page.raw) == (200, True), "a stranger learns nothing of an address"
    assert [one["email"] for one in robot.get("/api/v1/back-in-stock?sku=THREE")["items"]] == ["else@example.test"]


def stores_open() -> None:
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=True, units_shown="none", notices_per_unit=1)


def test_a_mark_is_known_weak_or_strong() -> None:
    mark = 'W/"abc"'
    assert all(rules.is_known(mark, sent) for sent in ('W/"abc"', '"abc"', '"x", W/"abc"', "*"))
    assert not any(rules.is_known(mark, sent) for sent in ("", "abc", '"ab', 'W/"abd"'))
