"""Whoever answers at a webhook's address, or for its name, means harm: nobody is led astray, and nothing gets stuck."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import pytest

from stowline.core import callout, db
from stowline.core.config import settings
from stowline.desk.webhooks import delivery, service
from tests.makers import Tablet
from tests.services import free_port
from tests.shop_server import ShopServer
from tests.stories.conftest import House


@contextmanager
def answering(*said: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that answers each post with the same bytes, whatever they are: (its port, what it was sent)."""
    heard: list[bytes] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def serve() -> None:
            while not over.is_set():
                try:
                    line, _ = server.accept()
                except TimeoutError:
                    continue
                with line:
                    line.settimeout(5)
                    try:
                        heard.append(line.recv(65536))
                        for part in said:
                            line.sendall(part)
                    except OSError:
                        continue  # hung up on

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            over.set()
            thread.join(10)


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> str:
    """The setting that allows shops in one's own network, and its value."""
    monkeypatch.setenv("STOWLINE_WEBHOOK_PRIVATE", "true")
    return "true"


@pytest.fixture
def maja(private: str, house: House) -> Tablet:
    """A house with stock to tell of, on both databases."""
    assert private
    tablet = house.tablet()
    tablet.stock_up({"CUP": 4})
    return tablet


def subscribe(url: str) -> int:
    with db.transaction() as session:
        return service.add(session, url).id or 0


def hook(ident: int) -> service.Webhook:
    with db.reading() as session:
        return service.by_id(session, ident)


def words(ident: int) -> str:
    with db.reading() as session:
        return service.tries(session, ident)[0].say


OK = b"HTTP/1.1 204 No Content\r\n"


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\x00 is not HTTP\r\n\r\n",
        b"HTTP/1.1 \x00\x1b[31m500 \xff\r\n\r\n",
        b"",
        b"HTTP/1.1 204 No Content\r\nX: " + b"x" * 70_000,
        b"HTTP/1.1 204 No Content\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
    ids=["not-http", "control-characters", "silence", "long-header", "many-headers", "only-continue"],
)
def test_an_answer_that_is_none_is_written_down_and_tried_again(maja: Tablet, said: bytes) -> None:
    with answering(said) as (port, heard):
        ident = subscribe(f"http://127.0.0.1:{port}/")
        delivery.deliver(str(ident))
        assert len(heard) == 1
    after = hook(ident)
    assert (after.tries, after.cursor, after.busy_until) == (1, 0, None)
    assert after.next_at is not None
    assert words(ident).isprintable()
    assert maja.stock("CUP")["free"] == 4


@pytest.mark.parametrize(
    "asked",
    [
        "Fri, 01 Jan 2100 00:00:00 +9999999999999999999999",
        "Fri, 01 Jan 99999999999999999999 00:00:00 GMT",
        "9" * 4000,
        "-5",
        "soon",
    ],
)
def test_a_pause_that_no_clock_knows_is_no_pause(maja: Tablet, asked: str) -> None:
    with answering(b"HTTP/1.1 503 Busy\r\nRetry-After: " + asked.encode() + b"\r\nContent-Length: 0\r\n\r\n") as (
        port,
        _,
    ):
        ident = subscribe(f"http://127.0.0.1:{port}/")
        delivery.deliver(str(ident))
    assert (hook(ident).tries, words(ident)) == (1, "it answered 503")
    assert maja.stock("CUP")["free"] == 4


def found(*addresses: str) -> Any:
    """What `getaddrinfo` answers where a name has these addresses."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 0)) for address in addresses]


def test_a_name_that_means_another_address_the_second_time_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the name is looked up once, and the connection goes to what was checked."""
    real, asked = socket.getaddrinfo, []

    def rebinding(host: Any, *rest: Any, **more: Any) -> Any:
        if host != "shop.example":
            return real(host, *rest, **more)
        asked.append(host)
        return found("127.0.0.1") if len(asked) == 1 else found("127.0.0.9")

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with ShopServer() as shop:
        assert callout.post(f"http://shop.example:{shop.port}/", b"{}", {}, private=True).status == 204
        assert shop.posts[0].headers["host"] == f"shop.example:{shop.port}"
    assert asked == ["shop.example"]


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("1.1.1.1", "127.0.0.1"), ("1.1.1.1", "169.254.169.254"), ("1.1.1.1", "fec0::1")]
)
def test_a_name_with_one_private_address_is_not_posted_to(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found(*addresses))
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("somebody was connected to"))
    with pytest.raises(callout.CalloutFailed, match="private network"):
        callout.post("https://shop.example/", b"{}", {}, private=False)


@pytest.mark.parametrize("host", ["127.1", "0x7f.1", "2130706433", "0", "localhost", "LOCALHOST."])
def test_other_ways_to_write_this_machine_lead_nowhere(host: str) -> None:
    with pytest.raises(callout.CalloutFailed):
        callout.post(f"https://{host}:{free_port()}/", b"{}", {}, private=False)


@pytest.mark.parametrize(
    "address",
    [
        "::10.0.0.1",
        "::127.0.0.1",
        "fec0::1",
        "1::1",
        "4000::1",
        "5f00::1",
        "3fff::1",
        "2001:db8::1",
        "192.88.99.1",
        "198.18.0.1",
        "240.0.0.1",
        "192.0.0.170",
    ],
)
def test_more_addresses_that_are_not_public(address: str) -> None:
    assert not callout.is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001::1"])
def test_addresses_that_are_public(address: str) -> None:
    assert callout.is_public(ip_address(address))


def test_what_a_setting_allowed_is_posted_to_no_more_once_it_is_withdrawn(
    maja: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ShopServer() as shop:
        ident = subscribe(shop.url)
        monkeypatch.setenv("STOWLINE_WEBHOOK_PRIVATE", "false")
        settings.cache_clear()
        delivery.deliver(str(ident))
        assert shop.posts == []
    assert (hook(ident).tries, "https" in words(ident)) == (1, True)
    settings.cache_clear()
    assert maja.stock("CUP")["free"] == 4


def test_a_name_that_takes_too_long_to_look_up_is_not_posted_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The turn may be over by then, and a post that comes late would bring an old state after a newer one."""

    def slow(*_: Any, **__: Any) -> Any:
        time.sleep(0.3)
        return found("127.0.0.1")

    with ShopServer() as shop:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        with pytest.raises(callout.CalloutFailed, match=r"no answer within 0\.2 s"):
            callout.post(f"http://shop.example:{shop.port}/", b"{}", {}, private=True, patience_s=0.2)
        time.sleep(0.2)
        assert shop.posts == []


@pytest.mark.parametrize(
    ("tail", "asked"), [("?x=1", "/?x=1"), ("", "/"), ("/", "/"), ("//a//b", "//a//b"), ("/a;b?c=/d?", "/a;b?c=/d?")]
)
def test_the_whole_address_is_asked_for_as_it_was_typed(tail: str, asked: str) -> None:
    with answering(OK + b"\r\n") as (port, heard):
        assert callout.post(f"http://127.0.0.1:{port}{tail}", b"{}", {}, private=True).status == 204
    assert heard[0].split(b"\r\n")[0] == f"POST {asked} HTTP/1.1".encode()
