"""Those who wait, and what they are told, under attack: days, clicks, notices and lists that nobody means well."""

from datetime import timedelta

import sqlalchemy as sa

from stowline.core import clock, db
from stowline.demo import later
from tests.asserts import breaches
from tests.desk.conftest import House


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
