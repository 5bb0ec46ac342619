"""Messages that are stuck, orders that were not taken: a person looks, decides, and it goes on."""

import json
import re

import pytest

from stowline.core import db
from stowline.orders import intakes
from stowline.stores import queries as stores
from tests.desk.conftest import House
from tests.makers import shopify_order, webhook
from tests.services import SmtpSink


@pytest.fixture
def smtp_house(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    db.forget()
    return house


def test_a_message_is_read_before_it_goes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 2})
    robot.place("1042", {"MUG": 1}, customer={"name": "Ines <b> Moreau", "email": "ines@example.test"})
    house.react()
    list_ = ruth.get("/messages?view=held")
    assert "Order confirmed" in list_.text
    mail = ruth.get(next(href for href in list_.links if re.fullmatch(r"/messages/\d+", href)))
    assert "Not sent yet: this is how it would read if it went now." in mail.text
    assert "Tried not yet" in mail.text
    assert "Order placed, 1 unit" in mail.text
    assert 'sandbox=""' in mail.answer.text
    assert "<b> Moreau" not in mail.answer.text
    assert "style-src 'self' 'unsafe-inline'" in mail.answer.headers["content-security-policy"]
    house.catch_up()
    sent = ruth.get(mail.path)
    assert "Not sent yet" not in sent.text
    assert "Tried once" in sent.text


def test_a_dead_mail_is_sent_again_under_its_message_id(smtp_house: House, smtp_sink: SmtpSink) -> None:
    house = smtp_house
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 2})
    robot.place("1042", {"MUG": 1})
    smtp_sink.answer_next("550 5.1.1 Nobody of that name")
    house.deliver()
    assert smtp_sink.mails == []
    dead = ruth.get("/messages?view=dead")
    assert "Messages1 dead" in dead.text.replace(" ", "").replace("1dead", "1 dead")
    mail = ruth.get(next(href for href in dead.links if re.fullmatch(r"/messages/\d+", href)))
    assert "Nobody of that name" in mail.text
    again = ruth.send(mail, "/again")
    assert "The message goes out again." in again.text
    house.deliver()
    [arrived] = smtp_sink.wait_for(1)
    assert arrived["X-Stowline-Order"] == "1042"
    late = ruth.send(mail, "/again")
    assert (late.status, "This message is sent; only one that is dead or not certain" in late.text) == (409, True)


def test_a_mail_that_may_have_arrived_is_never_repeated_by_itself(smtp_house: House, smtp_sink: SmtpSink) -> None:
    house = smtp_house
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 2})
    robot.place("1042", {"MUG": 1})
    smtp_sink.hang_up_next()
    house.deliver()
    page = ruth.get("/messages?view=unknown")
    mail = ruth.get(next(href for href in page.links if re.fullmatch(r"/messages/\d+", href)))
    assert "not certain" in mail.text
    settled = ruth.send(mail, "/arrival")
    assert "The message counts as sent." in settled.text
    house.deliver()
    assert len(smtp_sink.wait_for(1)) == 1


def test_an_order_that_cannot_be_taken_waits_with_what_was_sent(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    body = shopify_order("#2001", {"GLASS": 1}, note="日本 <script>")
    body["line_items"][0]["quantity"] = body["line_items"][0]["current_quantity"] = 1.5
    assert webhook(robot.send, "shopify", body).status == 202
    page = ruth.get("/intake-errors")
    assert "1 order was not taken." in page.text
    assert "The quantity is 1.5." in page.text
    assert "tried 1 time" in page.text
    assert "日本 &lt;script&gt;" in page.answer.text
    refused = ruth.send(page, "/retry")
    assert (refused.status, "Order #2001 still cannot be taken. The quantity is 1.5." in refused.text) == (422, True)
    assert "tried 2 times" in refused.text
    assert len([form for form in refused.forms if form.action.endswith("/retry")]) == 1


def test_what_an_older_release_could_not_read_is_taken_at_a_retry(house: House) -> None:
    ruth = house.ruth()
    with db.transaction() as session:
        shop = stores.store_by_key(session, "demo")
        raw = json.dumps(shopify_order("#2002", {"GLASS": 1})).encode()
        intakes.keep_error(session, shop, "shopify", "#2002", "The field note_attributes is not known.", "", raw)
    taken = ruth.send(ruth.get("/intake-errors"), "/retry")
    assert "Order #2002 was taken in." in taken.text
    assert "Every order was taken." in taken.text
    settled = ruth.get("/intake-errors?view=solved&q=%232002")
    assert "It is now order #2002" in settled.text
    assert ruth.get(next(href for href, text in settled.links.items() if text == "#2002")).status == 200


def test_a_payload_that_is_no_text_stays_one_error_however_often_it_is_tried(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    webhook(robot.send, "shopify", b'{"name": "\xff\x00"')
    page = ruth.send(ruth.get("/intake-errors"), "/retry")
    assert page.status == 422
    assert "1 order was not taken." in ruth.get("/intake-errors").text


def test_an_error_that_matters_no_more_is_dismissed_and_kept(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    webhook(robot.send, "shopify", b'{"id": 1, "name": "x", \xff')
    gone = ruth.send(ruth.get("/intake-errors"), "/dismissal")
    assert "The error was dismissed. It stays under Settled." in gone.text
    assert "No order" not in gone.text
    assert "dismissed" in ruth.get("/intake-errors?view=solved").text
    assert "Intake errors 0" not in gone.text
