"""One event, every channel that the store chose: mail, SMS through a gateway, the shop's webhook, the order's own page."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from stowline.notifications import breakers, channel_settings, delivery, in_app, message_hooks, preferences
from stowline.notifications.models import Message
from stowline.notifications.preferences import Reader
from stowline.orders import queries as orders
from tests.makers import Tablet, email_of
from tests.shop_server import ShopServer, shop
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_who_hears_what import NOON, at, fate, messages, say

__all__ = ["shop"]  # a fixture

NUMBER = "+4915112345678"
EVERY = ("email", "sms", "in-app", "webhook")


@pytest.fixture
def maja(house: House, shop: ShopServer) -> Tablet:
    """A store that tells of an order's confirmation on every channel; order 1's shopper wants it by SMS, too."""
    tablet = house.tablet()
    tablet.stock_up({"MUG": 9})
    with db.transaction() as session:
        channel_settings.set_gateway(session, 1, "sms", f"json://127.0.0.1:{shop.port}/sms/{{to}}", who="Ruth")
        message_hooks.set_hook(session, 1, f"http://127.0.0.1:{shop.port}/heard", who="Ruth")
        preferences.set_reader(session, 1, email_of("1"), Reader(phone=NUMBER, own_phone=True))
        preferences.choose(session, 1, email_of("1"), {("order-confirmed", "sms"): True})
    say("order-confirmed", channels=EVERY)
    return tablet


def test_each_channel_carries_it_once_in_its_own_form(maja: Tablet, shop: ShopServer) -> None:
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        work_off()
    assert {channel: fate("1", "order-confirmed", channel) for channel in EVERY} == dict.fromkeys(EVERY, ("sent", ""))
    by_path = {post.path: post.body for post in shop.posts}
    assert len(shop.posts) == 2
    assert "order" in by_path[f"/sms/{NUMBER}"]["message"].lower()
    assert by_path["/heard"]["type"] == "message.order-confirmed"
    with db.reading() as session:
        page = in_app.of_order(session, orders.by_ref(session, "1").id or 0)
    assert [one.kind for one in page] == ["order-confirmed"]
    with clock.stopped_at(NOON + timedelta(minutes=1)):
        delivery.deliver(str(messages("1")["order-confirmed", "webhook"].id))
    assert len(shop.posts) == 2, "once"


def test_who_did_not_ask_for_it_gets_no_sms_and_the_rest_goes_on(maja: Tablet, shop: ShopServer) -> None:
    with clock.stopped_at(NOON):
        maja.place("2", {"MUG": 1})
        work_off()
    assert fate("2", "order-confirmed", "sms") == ("skipped", "no telephone number is known")
    assert {fate("2", "order-confirmed", channel)[0] for channel in ("email", "in-app", "webhook")} == {"sent"}
    assert [post.path for post in shop.posts] == ["/heard"]


def test_a_gateway_that_is_switched_off_is_the_reason(maja: Tablet) -> None:
    db.run(lambda session: channel_settings.switch(session, 1, "sms", active=False, who="Ruth"))
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        work_off()
    assert fate("1", "order-confirmed", "sms") == ("skipped", "this store has no SMS that is switched on")


def test_an_sms_waits_for_the_reader_s_morning_and_the_mail_does_not(maja: Tablet) -> None:
    with db.transaction() as session:
        preferences.set_reader(session, 1, email_of("1"), Reader("", "Asia/Tokyo", 21 * 60, 7 * 60, NUMBER, own_phone=True))
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        work_off()
    assert fate("1", "order-confirmed", "email")[0] == "sent"
    assert fate("1", "order-confirmed", "sms") == ("held", "quiet hours until 07:00, Asia/Tokyo")
    at(NOON + timedelta(hours=10))
    assert fate("1", "order-confirmed", "sms")[0] == "sent"


def test_a_shop_that_is_away_rests_and_hears_it_later_and_mail_does_not_wait(maja: Tablet, shop: ShopServer) -> None:
    for _ in range(breakers.OPENS_AFTER):
        shop.answer(503)
    with clock.stopped_at(NOON):
        for n in range(3, 3 + breakers.OPENS_AFTER):
            maja.place(str(n), {"MUG": 1})
        work_off()
        assert {fate(str(n), "order-confirmed", "email")[0] for n in range(3, 8)} == {"sent"}
        with db.reading() as session:
            [rests] = breakers.standing(session)
    assert (rests.provider, rests.failures) == ("webhook:1", 5)
    for minutes in (1, 2, 3, 5):
        at(NOON + timedelta(minutes=minutes))
    assert {fate(str(n), "order-confirmed", "webhook")[0] for n in range(3, 8)} == {"sent"}
    with db.reading() as session:
        assert breakers.standing(session) == []


def test_a_webhook_that_was_under_way_when_the_program_died_goes_again(maja: Tablet, shop: ShopServer) -> None:
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        work_off()
    with db.transaction() as session:
        session.execute(sa.update(Message).values(state="sending"))
    assert delivery.give_up_lost() == 4
    assert fate("1", "order-confirmed", "email")[0] == "unknown"
    assert fate("1", "order-confirmed", "webhook") == ("held", "the program stopped while it was being sent")
    with clock.stopped_at(NOON + timedelta(minutes=1)):
        delivery.deliver(str(messages("1")["order-confirmed", "webhook"].id))
    first, again = (post for post in shop.posts if post.path == "/heard")
    assert (first.headers["webhook-id"], first.raw) == (again.headers["webhook-id"], again.raw)
