"""What shoppers say is logged by programs and handed on by shops, worked at the desk, and counted against what was shipped."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from stowline.cases import contacts, spikes
from stowline.cases.contacts import Said
from stowline.core import clock, db, signing
from stowline.desk.queries import counts
from stowline.notifications import alarms
from stowline.stores import service as stores
from tests.desk.conftest import House
from tests.desk.effort import watched
from tests.makers import email_of

SECRET = signing.new_secret()


def hand_on(house: House, body: dict[str, Any], store: str = "demo", secret: str = SECRET) -> Any:
    raw = json.dumps(body).encode()
    return house.client.post(f"/replies/{store}", content=raw, headers=signing.headers(secret, "msg_1", int(time.time()), raw))


def test_a_shop_hands_on_what_was_written_to_it(house: House) -> None:
    house.robot().add_product("CUP")
    house.robot().place("1042", {"CUP": 1})
    with db.transaction() as session:
        stores.open_store(session, "kiln")
        for key in ("demo", "kiln"):
            stores.set_webhook_secret(session, key, "replies", SECRET)
    body = {"from": f"Ines <{email_of('1042')}>", "message_id": "<h1@post.example>", "subject": "Order 1042", "text": "Where is my order?", "date": "2026-11-26T08:00:00Z"}
    said = hand_on(house, body)
    assert (said.status_code, said.json()["new"]) == (200, True), said.text
    assert hand_on(house, body).json()["new"] is False
    assert hand_on(house, body, secret=signing.new_secret()).status_code == 401
    assert hand_on(house, body, store="nowhere").status_code == 401
    assert hand_on(house, {**body, "message_id": "<h2@x>", "headers": {"Auto-Submitted": "auto-replied"}}).json()["new"] is False
    assert hand_on(house, {**body, "message_id": ""}).status_code == 422
    assert hand_on(house, {**body, "message_id": "<h3@x>"}, store="kiln").json()["new"] is True
    log = house.robot().get("/api/v1/contacts")
    assert [(one["store"], one["order"], one["kind"]) for one in log["contacts"]] == [("demo", "1042", "where"), ("kiln", None, "where")]


def test_a_call_is_logged_once_and_worked_at_the_desk(any_house: House) -> None:
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.add_product("CUP")
    robot.place("1042", {"CUP": 1})
    call = {"store": "demo", "channel": "phone", "text": "謝謝，很喜歡", "ref": "call-7"}
    first, again = robot.post("/api/v1/contacts", call), robot.post("/api/v1/contacts", call)
    assert (first.status, again.status, first["kind"], again["id"]) == (201, 200, "thanks", first["id"])
    assert robot.post("/api/v1/contacts", call | {"channel": "smoke"}).status == 422
    assert robot.get("/api/v1/contacts?after=99999999999999999999").status == 400
    page = ruth.get("/support/replies")
    assert "謝謝" in page.text
    assert "There is no order 9" in ruth.send(page, "/order", ref="9").text
    assert "stands on the timeline" in ruth.send(page, "/order", ref="1042").text
    assert "謝謝" not in ruth.get("/support/replies").text
    assert "got in touch (telephone): thanks or feedback" in ruth.get("/orders/1042?store=demo").text
    open_ = ruth.get("/support/contacts")
    assert "Say how its author agreed" in ruth.send(open_, "/testimonial", consent=" ").text
    assert "It is a testimonial now" in ruth.send(open_, "/testimonial", consent="=said so on the telephone").text
    file = ruth.file("/support/testimonials.csv").text
    assert "很喜歡" in file
    assert "'=said so" in file
    assert "corrected" in ruth.send(open_, "/about", about="return").text
    assert "Ruth Adeyemi said so." in ruth.get("/support/contacts").text
    assert "Settled" in ruth.send(open_, "/settlement").text
    assert "謝謝" not in ruth.get("/support/contacts").text
    assert "謝謝" in ruth.get("/support?q=1042").text


def asks(session: Session, n: int, hours: float, order_id: int | None = None) -> None:
    for i in range(n):
        contacts.keep(session, Said(f"<{hours}.{i}@x>", "mail", "http", clock.now() - timedelta(hours=hours), store_id=1, order_id=order_id, text="Where is my order?"))


def test_more_than_usual_who_ask_raise_an_alarm_that_names_what_they_wait_for_until_it_is_over(any_house: House) -> None:
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.add_product("CUP", name="Blue cup")
    robot.place("1042", {"CUP": 1})
    with db.transaction() as session:
        asks(session, 4, 2.0, order_id=1)
        alarms.look(session, "")
    assert "asked within a day" not in ruth.get("/today").text, "four are no spike, however quiet it was"
    with db.transaction() as session:
        asks(session, 4, 3.0)
        alarms.look(session, "")
        assert (spikes.days(session)[-1].contacts, spikes.days(session)[-1].rate) == (8, None)
    counts.forget()
    for page in ("/today", "/support", "/support/contacts", "/messages/metrics"):
        assert "/support/contacts?view=where" in ruth.get(page).links
        assert "8 shoppers asked within a day where their order is; 0.0 a day are usual. 1 of 1 wait for Blue cup." in ruth.get(page).text
    with clock.stopped_at(clock.now() + timedelta(days=1)), db.transaction() as session:
        alarms.look(session, "")
    assert "asked within a day" not in ruth.get("/support").text


@pytest.mark.parametrize("shipped", [1, 2])
def test_contacts_are_counted_for_each_hundred_orders_shipped(house: House, shipped: int) -> None:
    robot = house.robot()
    robot.stock_up({"CUP": 5})
    for n in range(shipped):
        robot.place(f"10{n}", {"CUP": 1})
    robot.ship_all()
    with db.transaction() as session:
        asks(session, 1, 0.0)
    with db.reading() as session, watched(db.database()) as effort:
        last = spikes.days(session)[-1]
    walks = {line.partition(" in: ")[0] for line in effort.plans(db.database()) if " parcel " in line.partition(" in: ")[0]}
    assert walks == {"SEARCH parcel USING COVERING INDEX ix_parcel_left (handed_over_at>? AND handed_over_at<?)"}
    assert (last.contacts, last.orders, last.rate) == (1, shipped, 100.0 / shipped)
