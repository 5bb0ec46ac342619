"""SMS through a gateway: a real HTTP server on this machine that speaks SMSEagle's JSON-RPC, and one for Apprise's own JSON."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from stowline.core.errors import Refused
from stowline.notifications.channels import DeliveryFailed
from stowline.notifications.channels.gateway import GatewayChannel, refuse_url, shown
from tests.notifications.test_smtp import an_envelope
from tests.services import free_port
from tests.shop_server import ShopServer

NUMBER = "+4915112345678"
TAKEN = b'{"result": {"message_id": 4753, "status": "ok"}}'


@pytest.fixture
def eagle() -> Iterator[ShopServer]:
    with ShopServer() as server:
        yield server


def a_gateway(port: int, scheme: str = "smseagle", *, private: bool = True) -> GatewayChannel:
    template = {"smseagle": f"smseagle://the-token@127.0.0.1:{port}/{{to}}", "json": f"json://127.0.0.1:{port}/sms/{{to}}"}[scheme]
    return GatewayChannel("sms", template, private=private)


def failure(channel: GatewayChannel, to: str = NUMBER) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        channel.send(channel.prepare(an_envelope(to_address=to)))
    return failed.value


def test_a_short_text_reaches_the_number_through_the_gateway(eagle: ShopServer) -> None:
    eagle.answer(200, {"Content-Type": "application/json"}, TAKEN)
    asked: list[int] = []
    channel = a_gateway(eagle.port)
    channel.send(channel.prepare(an_envelope(to_address=NUMBER)), before_data=lambda: asked.append(len(eagle.posts)))
    [post] = eagle.posts
    said = post.body["params"]
    assert (post.body["method"], said["access_token"], said["to"], said["message"]) == ("sms.send_sms", "the-token", NUMBER, "Hello")
    assert asked == [0]  # asked at the last moment at which nothing had left


def test_a_text_in_any_script_arrives_as_it_was(eagle: ShopServer) -> None:
    eagle.answer(200)
    channel = a_gateway(eagle.port, "json")
    words = replace(an_envelope().rendered, short="您的訂單已寄出 🎁 <b>#1042</b> & so on")
    channel.send(channel.prepare(an_envelope(to_address=NUMBER, rendered=words)))
    assert eagle.posts[0].body["message"] == "您的訂單已寄出 🎁 <b>#1042</b> & so on"


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (400, b'{"result": "Invalid number"}', True),
        (422, b"{}", True),
        (401, b"{}", False),  # a token to mend
        (429, b"{}", False),
        (500, b"", False),
        (503, b"{}", False),
        (301, b"", False),
        (200, b'{"result": {"status": "queue full"}}', False),
    ],
)
def test_what_the_gateway_answers_says_whether_to_try_again(eagle: ShopServer, status: int, body: bytes, *, permanent: bool) -> None:
    eagle.answer(status, {"Location": "http://127.0.0.1:1/"} if status == 301 else {}, body)
    failed = failure(a_gateway(eagle.port))
    assert (failed.permanent, failed.unsure) == (permanent, False)
    assert "the-token" not in failed.say
    assert len(eagle.posts) == 1


def test_no_gateway_means_later() -> None:
    failed = failure(a_gateway(free_port()))
    assert (failed.permanent, failed.unsure) == (False, False)


def test_a_gateway_that_takes_the_text_and_hangs_up_may_have_sent_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        heard: list[bytes] = []

        def serve() -> None:
            line, _ = server.accept()
            with line:
                heard.append(line.recv(65536))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        failed = failure(a_gateway(server.getsockname()[1]))
        thread.join(10)
    assert heard
    assert failed.unsure
    assert "may have arrived" in failed.say


@pytest.mark.parametrize("to", ["", "nobody", "015112345678", "+49 151 1", "+0123456789", "+491511234567890123", "+49151<script>"])
def test_a_number_that_is_none_fails_for_good_before_any_gateway_is_asked(eagle: ShopServer, to: str) -> None:
    assert failure(a_gateway(eagle.port), to).permanent
    assert eagle.posts == []


def test_a_message_called_off_at_the_last_moment_is_not_sent(eagle: ShopServer) -> None:
    def call_off() -> None:
        raise LookupError("cancelled")

    channel = a_gateway(eagle.port)
    with pytest.raises(LookupError):
        channel.send(channel.prepare(an_envelope(to_address=NUMBER)), before_data=call_off)
    assert eagle.posts == []


def test_a_gateway_in_ones_own_network_is_called_only_where_that_is_allowed(eagle: ShopServer) -> None:
    failed = failure(a_gateway(eagle.port, private=False))
    assert "STOWLINE_WEBHOOK_PRIVATE" in failed.say
    assert eagle.posts == []


def test_each_thread_hears_its_own_gateway_only(eagle: ShopServer) -> None:
    said: dict[str, str] = {}
    ready = threading.Barrier(4)

    def send(status: int, port: int) -> None:
        ready.wait(10)
        said[str(status)] = failure(a_gateway(port)).say

    with ShopServer() as two, ShopServer() as three, ShopServer() as four:
        doors = {503: eagle, 429: two, 400: three, 502: four}
        for status, door in doors.items():
            door.answer(status, {}, b"{}")
        threads = [threading.Thread(target=send, args=(status, door.port)) for status, door in doors.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert {status: f"error={status}" in say for status, say in said.items()} == dict.fromkeys(map(str, doors), True)


@pytest.mark.parametrize(
    ("url", "say"),
    [
        ("json://gateway.example/sms", "must hold {to}"),
        ("nonsense {to}", "Apprise URL"),
        ("nosuchgateway://x/{to}", "cannot read"),
        ("dbus://{to}", "reaches no gateway"),
        ("json://127.0.0.1/{to}", "private network"),
        ("json://[::ffff:127.0.0.1]/{to}", "cannot"),
        ("x" * 1001 + "://{to}", "Apprise URL"),
    ],
)
def test_a_url_that_is_no_gateways_is_refused_when_it_is_typed_in(url: str, say: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_url(url, "sms", private=False)
    assert say in refused.value.say


def test_a_password_is_not_shown_again() -> None:
    template = "twilio://AC1234567890123456789012345678901a:abcdefghijklmnopqrstuvwx12345678@+15550100123/{to}"
    refuse_url(template, "sms", private=False)
    assert shown(template, "sms") == "Twilio (twilio://…)"
    assert json.dumps(shown("nonsense", "sms"))
