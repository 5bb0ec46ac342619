"""A store's channels: gateways and a webhook are set by a manager, tried, switched off; messages go by them."""

from typing import Any

import pytest

from stowline.core import clock, db
from stowline.notifications import channel_settings, in_app, message_hooks
from stowline.notifications.channels import DeliveryFailed, Envelope
from stowline.notifications.models import Message
from stowline.notifications.rules import State
from tests.desk.conftest import Desk, House
from tests.notifications.test_smtp import an_envelope
from tests.shop_server import ShopServer, shop

__all__ = ["shop"]  # a fixture

PAGE = "/stores/demo/channels"
TAKEN = b'{"result": {"message_id": 1, "status": "ok"}}'


@pytest.fixture
def ruth(shop: ShopServer, house: House) -> Desk:
    assert shop.posts == []
    return house.ruth()


def owed(house: House, channel: str, **changes: Any) -> int:
    """A message of an order that is owed by a channel."""
    robot = house.robot()
    robot.add_product("CUP")
    assert robot.place("2001", {"CUP": 1}).status == 201
    house.deliver()
    with db.transaction() as session:
        message = session.get_one(Message, 1)
        message.channel = channel
        for name, value in changes.items():
            setattr(message, name, value)
        session.add(message)
    return 1


def send(ident: int) -> Envelope:
    """Bring the message as the pipeline does."""
    envelope = an_envelope(ident=ident, to_address="+4915112345678")
    with db.reading() as session:
        channel = channel_settings.for_channel(session, session.get_one(Message, ident))
    channel.send(channel.prepare(envelope))
    return envelope


def secret_on(page: Any) -> str:
    return str(page.answer.text.partition('id="the-secret"')[2].partition('value="')[2].partition('"')[0])


def test_a_gateway_is_set_tried_switched_off_and_removed(shop: ShopServer, house: House, ruth: Desk) -> None:
    url = f"smseagle://very-secret@127.0.0.1:{shop.port}/{{to}}"
    kept = ruth.send(ruth.get(PAGE), "/gateways/sms", url=url)
    assert "Messages go this way from now on." in kept.text
    assert "SMS Eagle (smseagle://…)" in kept.text
    assert "very-secret" not in kept.answer.text
    shop.answer(200, {}, TAKEN)
    assert "The gateway took a text" in ruth.send(kept, "/gateways/sms/test", to="+4915112345678").text
    assert "this is a test" in shop.posts[0].body["params"]["message"]
    assert "is no number" in ruth.send(kept, "/gateways/sms/test", to="nobody").text
    ident = owed(house, "sms")
    shop.answer(200, {}, TAKEN)
    send(ident)
    assert shop.posts[1].body["params"]["message"] == "Hello"
    off = ruth.send(ruth.get(PAGE), "/gateways/sms/closure")
    with pytest.raises(DeliveryFailed, match="no SMS gateway") as failed:
        send(ident)
    assert failed.value.permanent
    with db.reading() as session:
        assert channel_settings.available(session, 1) == {"email", "in-app"}
    assert "Removed" in ruth.send(off, "/gateways/sms/removal").text
    assert "SMS Eagle" not in ruth.get(PAGE).text


def test_a_url_that_cannot_be_used_is_refused_with_its_reason(house: House, ruth: Desk) -> None:
    page = ruth.send(ruth.get(PAGE), "/gateways/whatsapp", url="json://gateway.example/x")
    assert (page.status, "must hold {to}" in page.text) == (422, True)
    assert ruth.ask("POST", f"{PAGE}/gateways/fax", data=ruth.get(PAGE).form("/gateways/sms").fields | {"url": "x"}).status_code == 422
    assert ruth.get("/stores/nobody/channels").status == 404


def test_every_message_of_a_store_is_posted_signed_and_said_once(shop: ShopServer, house: House, ruth: Desk) -> None:
    opened = ruth.send(ruth.get(PAGE), "/webhook", url=shop.url)
    secret = secret_on(opened)
    assert secret.startswith("whsec_")
    assert secret not in ruth.get(PAGE).answer.text
    ident = owed(house, "webhook")
    send(ident)
    send(ident)
    first, second = shop.posts
    assert first.is_signed_with(secret)
    assert (first.headers["webhook-id"], second.headers["webhook-id"], first.raw) == (f"msg_{ident}", f"msg_{ident}", second.raw)
    said = first.body["data"]
    assert (first.body["type"], said["event"], said["order"], said["store"], said["short"]) == (
        "message.order-confirmed", "OrderPlaced", "2001", "demo", "Hello")  # fmt: skip
    assert "taken (204)" in ruth.get(PAGE).text


def test_while_a_secret_is_changed_both_sign_and_then_the_new_one_alone(shop: ShopServer, house: House, ruth: Desk) -> None:
    old = secret_on(ruth.send(ruth.get(PAGE), "/webhook", url=shop.url))
    new = secret_on(ruth.send(ruth.get(PAGE), "/webhook/secret"))
    ruth.send(ruth.get(PAGE), "/webhook/test")
    assert (shop.posts[-1].is_signed_with(old), shop.posts[-1].is_signed_with(new), old != new) == (True, True, True)
    with clock.stopped_at(clock.now() + message_hooks.OVERLAP), db.reading() as session:
        hook = message_hooks.of_store(session, 1)
        assert hook is not None
        assert message_hooks.address_of(hook).old_secret == ""
    assert "Only the new one signs" in ruth.send(ruth.get(PAGE), "/webhook/secret/old").text
    ruth.send(ruth.get(PAGE), "/webhook/test")
    assert (shop.posts[-1].is_signed_with(old), shop.posts[-1].is_signed_with(new)) == (False, True)


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "after"),
    [(429, {"Retry-After": "90"}, False, 90), (503, {}, False, None), (301, {"Location": "http://10.0.0.1/"}, False, None), (404, {}, False, None)],
)
def test_an_address_that_does_not_take_it_is_tried_again_when_it_says(
    shop: ShopServer, house: House, ruth: Desk, status: int, headers: dict[str, str], *, permanent: bool, after: int | None
) -> None:  # fmt: skip
    ruth.send(ruth.get(PAGE), "/webhook", url=shop.url)
    ident = owed(house, "webhook")
    shop.answer(status, headers)
    with pytest.raises(DeliveryFailed, match=f"answered {status}") as failed:
        send(ident)
    assert (failed.value.permanent, failed.value.unsure, failed.value.retry_after) == (permanent, False, after)
    assert len(shop.posts) == 1
    assert f"it answered {status}" in ruth.get(PAGE).text


def test_an_address_that_is_gone_is_switched_off_and_asked_no_more(shop: ShopServer, house: House, ruth: Desk) -> None:
    ruth.send(ruth.get(PAGE), "/webhook", url=shop.url)
    ident = owed(house, "webhook")
    shop.answer(410)
    with pytest.raises(DeliveryFailed) as failed:
        send(ident)
    assert failed.value.permanent
    assert "The address answered that it is gone (410)." in ruth.get(PAGE).text
    with pytest.raises(DeliveryFailed, match="is off"):
        send(ident)
    assert len(shop.posts) == 1
    ruth.send(ruth.get(PAGE), "/webhook/opening")
    send(ident)
    assert len(shop.posts) == 2


def test_a_receiver_that_lost_a_message_gets_it_again_as_it_was(shop: ShopServer, house: House, ruth: Desk) -> None:
    ruth.send(ruth.get(PAGE), "/webhook", url=shop.url)
    ident = owed(house, "webhook", subject="Your order is confirmed", short="Hello", text="Héllo\n.dot\n")
    send(ident)
    again = ruth.send(ruth.get(PAGE), "/webhook/again")
    assert "It was taken (204)" in again.text
    assert (shop.posts[0].raw, shop.posts[0].headers["webhook-id"]) == (shop.posts[1].raw, shop.posts[1].headers["webhook-id"])


def test_messages_in_the_portal_are_there_newest_first_until_they_are_read(house: House, ruth: Desk) -> None:
    ident = owed(house, "in-app", state=State.SENT)
    with db.reading() as session:
        order = session.get_one(Message, ident).order_id or 0
        assert [one.id for one in in_app.of_order(session, order)] == [ident]
        assert in_app.read_of(session, [ident]) == set()
    with db.transaction() as session:
        assert in_app.mark_read(session, order, up_to=ident - 1) == 0  # one that came after the page was drawn stays new
        assert in_app.mark_read(session, order, up_to=ident) == 1
        assert in_app.mark_read(session, order, up_to=ident) == 0
    with db.reading() as session:
        assert in_app.read_of(session, [ident]) == {ident}
