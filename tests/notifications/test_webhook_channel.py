"""Receivers of messages that mean harm, or are just slow: the message is told apart, nobody is led astray, all is noted."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from stowline.core import callout, signing
from stowline.notifications.channels import DeliveryFailed
from stowline.notifications.channels.webhook import Address, Told, WebhookChannel
from tests.notifications.test_smtp import an_envelope
from tests.shop_server import HANG, ShopServer

SECRET = signing.new_secret()
AT = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


def a_channel(url: str, noted: list[Told], *, private: bool = True) -> WebhookChannel:
    return WebhookChannel(Address(url, SECRET, private=private), AT, {"id": 7, "store": "kiln"}, noted.append)


def failure(channel: WebhookChannel, before: Callable[[], None] | None = None) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        channel.send(channel.prepare(an_envelope(ident=7)), before_data=before)
    return failed.value


@contextmanager
def resetting() -> Iterator[int]:
    """A server that takes a post and resets the connection: its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            line.recv(65536)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            line.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(10)


def test_a_message_is_posted_signed_with_its_words_and_links() -> None:
    noted: list[Told] = []
    with ShopServer() as shop:
        channel = a_channel(shop.url, noted)
        channel.send(channel.prepare(an_envelope(ident=7)))
        [post] = shop.posts
    assert post.is_signed_with(SECRET)
    assert (post.headers["webhook-id"], post.body["timestamp"], post.body["data"]["subject"]) == ("msg_7", "2026-11-26T09:00:00Z", "Your order is confirmed")
    assert [(one.status, one.say) for one in noted] == [(204, "taken (204)")]


def test_a_receiver_that_hangs_or_resets_is_tried_again_and_never_makes_a_message_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[Told] = []
    monkeypatch.setattr("stowline.core.callout.post", partial(callout.post, patience_s=0.3))
    with ShopServer() as slow:
        slow.answer(HANG)
        hung = failure(a_channel(slow.url, noted))
    with resetting() as port:
        reset = failure(a_channel(f"http://127.0.0.1:{port}/", noted))
    assert [(one.permanent, one.unsure) for one in (hung, reset)] == [(False, False)] * 2
    assert [one.status for one in noted] == [None, None]
    assert "no answer within" in noted[0].say
    assert noted[1].say.isprintable()


def test_a_redirect_into_the_own_network_is_not_followed() -> None:
    noted: list[Told] = []
    with ShopServer() as inside, ShopServer() as shop:
        for status in (301, 302, 307, 308):
            shop.answer(status, {"Location": inside.url})
            assert not failure(a_channel(shop.url, noted)).permanent
        assert (len(shop.posts), inside.posts) == (4, [])
    assert all("Nobody is led on" in one.say for one in noted)


@pytest.mark.parametrize(
    "host", ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::1]", "[64:ff9b::7f00:1]", "127.0.0.1", "169.254.169.254", "10.0.0.1", "localhost", "2130706433"]
)
def test_no_way_of_writing_the_own_network_is_posted_to(host: str) -> None:
    noted: list[Told] = []
    with ShopServer() as inside:
        failed = failure(a_channel(f"https://{host}:{inside.port}/", noted, private=False))
        assert (failed.permanent, inside.posts) == (False, [])
    assert "private network" in noted[0].say


def test_a_name_that_turns_to_the_own_network_between_two_looks_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Public when it was typed in and at the first try, this machine at the second: each try looks, checks, goes there."""
    looks: list[str] = []

    def rebinding(_host: Any, port: int, *_: Any, **__: Any) -> Any:
        looks.append("93.184.215.14" if not looks else "::ffff:127.0.0.1" if len(looks) == 1 else "127.0.0.1")
        family = socket.AF_INET6 if ":" in looks[-1] else socket.AF_INET
        return [(family, socket.SOCK_STREAM, 6, "", (looks[-1], port))]

    def refused(address: tuple[str, int], **_: Any) -> Any:
        went.append(address[0])
        raise ConnectionRefusedError

    went: list[str] = []
    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr(socket, "create_connection", refused)
    noted: list[Told] = []
    for _ in range(3):
        failure(a_channel("https://shop.example/", noted, private=False))
    assert went == ["93.184.215.14"]  # the very address that was checked, and none after
    assert ["private network" in one.say for one in noted] == [False, True, True]


def test_a_message_called_off_at_the_last_moment_is_not_posted() -> None:
    def call_off() -> None:
        raise LookupError("cancelled")

    noted: list[Told] = []
    with ShopServer() as shop:
        channel = a_channel(shop.url, noted)
        with pytest.raises(LookupError):
            channel.send(channel.prepare(an_envelope(ident=7)), before_data=call_off)
        assert (shop.posts, noted) == ([], [])
