"""Shops are told of changed stock: signed, in order, once more where it failed, and never into a private network."""

import random
import socket
import ssl
import subprocess
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from stowline.core import callout, clock, db
from stowline.core.errors import Conflict, Refused
from stowline.desk.webhooks import delivery, rules, service
from tests.makers import Lines, Tablet, at_once
from tests.services import StowlineProcess, free_port
from tests.shop_server import HANG, ShopServer, shop
from tests.stories.conftest import House, copy_sqlite

__all__ = ["shop"]  # a fixture


@pytest.fixture
def maja(shop: ShopServer, house: House) -> Tablet:
    """A house with three products that knows of the shop's settings."""
    assert shop.posts == []
    tablet = house.tablet()
    tablet.stock_up({"CUP": 4, "JUG": 3, "MUG": 2})
    return tablet


def subscribe(url: str, **how: Any) -> tuple[int, str]:
    """(the webhook's id, its secret)"""
    with db.transaction() as session:
        made = service.add(session, url, **how)
        return made.id or 0, made.secret


def state(ident: int) -> service.Webhook:
    with db.reading() as session:
        return service.by_id(session, ident)


def last_words(ident: int) -> str:
    with db.reading() as session:
        return service.tries(session, ident)[0].say


def next_try(ident: int) -> None:
    """The moment comes for which the next try is planned."""
    due = state(ident).next_at
    assert due is not None
    with clock.stopped_at(due):
        delivery.deliver(str(ident))


def test_the_shop_hears_all_stock_first_and_then_what_changed(shop: ShopServer, maja: Tablet) -> None:
    ident, secret = subscribe(shop.url, store="demo")
    delivery.deliver(str(ident))
    assert [post.items for post in shop.posts] == [{"CUP": 4, "JUG": 3, "MUG": 2}]
    assert shop.posts[0].is_signed_with(secret)
    assert shop.posts[0].body["type"] == "stock.changed"
    assert shop.posts[0].body["data"]["store"] == "demo"
    maja.place("1001", {"MUG": 2})
    delivery.deliver(str(ident))
    delivery.deliver(str(ident))
    assert [post.items for post in shop.posts[1:]] == [{"MUG": 0}]


def test_only_what_changes_from_now_on_where_that_was_asked(shop: ShopServer, maja: Tablet) -> None:
    maja.get("/api/v1/stock/changes")
    ident, _ = subscribe(shop.url, all_stock=False)
    delivery.deliver(str(ident))
    assert shop.posts == []
    maja.place("1001", {"JUG": 1})
    delivery.deliver(str(ident))
    assert shop.known() == {"JUG": 2}


def test_a_shop_that_fails_gets_the_latest_state_when_it_is_back(shop: ShopServer, maja: Tablet) -> None:
    ident, secret = subscribe(shop.url)
    shop.answer(500)
    shop.answer(302, {"Location": "http://127.0.0.1:9/elsewhere"})
    delivery.deliver(str(ident))
    assert (state(ident).tries, state(ident).cursor, last_words(ident)) == (1, 0, "it answered 500")
    delivery.deliver(str(ident))
    assert len(shop.posts) == 1, "it rests until the next try is due"
    next_try(ident)
    assert "wants another address" in last_words(ident)
    first, second = (post.headers["webhook-id"] for post in shop.posts)
    assert first == second, "the same content is the same message"
    maja.place("1001", {"MUG": 1})
    next_try(ident)
    assert shop.known() == {"CUP": 4, "JUG": 3, "MUG": 1}
    assert shop.posts[2].headers["webhook-id"] != first
    assert all(post.is_signed_with(secret) for post in shop.posts)
    assert (state(ident).tries, state(ident).failing_since) == (0, None)


def test_pauses_grow_and_the_shop_may_ask_for_a_longer_one(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    shop.answer(503, {"Retry-After": "1800"})
    now = clock.now()
    with clock.stopped_at(now):
        delivery.deliver(str(ident))
    assert state(ident).next_at == now + timedelta(seconds=1800)
    shop.answer(429, {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"})
    with clock.stopped_at(now + timedelta(seconds=1800)):
        delivery.deliver(str(ident))
    assert state(ident).next_at == now + timedelta(seconds=1800, days=1), "at most a day"
    pauses = [rules.pause_s(n, random.Random(n)) for n in range(1, 40)]
    assert 8 <= pauses[0] <= 12
    assert all(2880 <= pause <= 4320 for pause in pauses[9:])
    assert maja.get("/healthz").status == 200


def test_a_shop_that_is_gone_is_asked_no_more(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    shop.answer(410)
    delivery.deliver(str(ident))
    delivery.deliver(str(ident))
    assert len(shop.posts) == 1
    assert (state(ident).active, "410" in state(ident).why) == (False, True)
    db.run(lambda session: service.resume(session, ident))
    delivery.deliver(str(ident))
    assert shop.known() == {"CUP": 4, "JUG": 3, "MUG": 2}
    assert maja.stock("MUG")["free"] == 2


def test_a_shop_that_never_answers_is_hung_up_on(shop: ShopServer) -> None:
    shop.answer(HANG)
    with pytest.raises(callout.CalloutFailed, match=r"no answer within 0\.3 s"):
        callout.post(shop.url, b"{}", {}, private=True, patience_s=0.3)


def test_a_shop_that_drips_is_hung_up_on_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
                line.settimeout(0.05)
                while True:
                    try:
                        line.sendall(b"x")
                        if not line.recv(4096):
                            return
                    except TimeoutError:
                        continue
                    except OSError:
                        return

        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        outcomes = at_once([drip, lambda: told(url)])
    assert outcomes[1] == "no answer within 0.5 s"


def told(url: str) -> str:
    with pytest.raises(callout.CalloutFailed) as failed:
        callout.post(url, b"x" * 10, {}, private=True, patience_s=0.5)
    return failed.value.say


def test_two_workers_at_the_same_moment_post_once(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    at_once([lambda: delivery.deliver(str(ident))] * 4)
    assert len(shop.posts) == 1
    assert maja.stock("CUP")["free"] == 4


def test_a_worker_that_died_in_mid_post_is_followed_by_another(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    taken = db.run(lambda session: service.take_turn(session, ident))
    assert taken is not None
    delivery.deliver(str(ident))
    assert shop.posts == [], "its turn is not over"
    with clock.stopped_at(taken.until + timedelta(seconds=1)):
        delivery.deliver(str(ident))
    assert shop.known() == {"CUP": 4, "JUG": 3, "MUG": 2}
    assert maja.stock("CUP")["free"] == 4


def test_pausing_and_removing_in_mid_post_hold(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    turn = db.run(lambda session: service.take_turn(session, ident))
    assert turn is not None
    db.run(lambda session: service.pause(session, ident, "Ruth paused it."))
    tried = service.WebhookTry(webhook_id=ident, at=clock.now(), status=204, say="taken", items=3, took_ms=1)
    assert db.run(lambda session: service.went_well(session, turn, 3, tried)) is None
    assert (state(ident).active, state(ident).cursor) == (False, 3)
    db.run(lambda session: service.remove(session, ident))
    again = service.WebhookTry(webhook_id=ident, at=clock.now(), status=204, say="taken", items=3, took_ms=1)
    assert db.run(lambda session: service.went_well(session, turn, 6, again)) is None
    delivery.deliver(str(ident))
    assert shop.posts == []
    assert maja.stock("CUP")["free"] == 4


def test_all_stock_is_sent_again_when_asked_even_in_mid_post(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    delivery.deliver(str(ident))
    maja.place("1001", {"MUG": 1})
    db.run(lambda session: service.tell_all(session, ident))
    delivery.deliver(str(ident))
    assert shop.posts[1].items == {"CUP": 4, "JUG": 3, "MUG": 1}
    turn = db.run(lambda session: service.take_turn(session, ident))
    assert turn is not None
    db.run(lambda session: service.tell_all(session, ident))
    tried = service.WebhookTry(webhook_id=ident, at=clock.now(), status=204, say="taken", items=1, took_ms=1)
    delivery.deliver(str(ident))
    assert len(shop.posts) == 2, "the post that is under way ends first"
    assert db.run(lambda session: service.went_well(session, turn, turn.cursor + 1, tried)) is None
    assert state(ident).cursor == 0
    with clock.stopped_at(turn.until + timedelta(seconds=1)):
        delivery.deliver(str(ident))
    assert shop.posts[2].items == {"CUP": 4, "JUG": 3, "MUG": 1}
    db.run(lambda session: service.pause(session, ident, "Ruth paused it."))
    db.run(lambda session: service.tell_all(session, ident))
    delivery.deliver(str(ident))
    assert len(shop.posts) == 3, "it is paused"


def test_the_last_fifty_tries_are_kept_and_an_address_is_told_once(shop: ShopServer, maja: Tablet) -> None:
    ident, _ = subscribe(shop.url)
    for _ in range(53):
        delivery.test(ident)
    with db.reading() as session:
        kept = service.tries(session, ident)
    assert len(kept) == 50
    assert {one.say for one in kept} == {"taken (204)"}
    assert shop.posts[0].body["type"] == "stock.test"
    with pytest.raises(Conflict):
        subscribe(shop.url)
    assert maja.stock("CUP")["free"] == 4


@pytest.mark.parametrize(
    "url",
    ["http://shop.example/x", "https://127.0.0.1/x", "https://[::1]/", "https://10.1.2.3/", "https://169.254.169.254/meta",
     "https://user:pw@shop.example/", "https://shop.example/#part", "ftp://shop.example/", "https:///x", "https://[::ffff:10.0.0.1]/",
     "https://shop.example:0/", "https://a b/", "nonsense", "https://" + "a" * 70 + ".example/", "https://shop.example\\@10.0.0.1/"],
)  # fmt: skip
def test_addresses_that_lead_astray_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        callout.refuse_address(url, private=False)


def test_addresses_of_shops_are_taken() -> None:
    for url in ("https://shop.example", "https://shop.example:8443/a/b?c=d", "https://1.1.1.1/x", "https://xn--bcher-kva.example/"):
        callout.refuse_address(url, private=False)
    callout.refuse_address("http://10.0.0.4:8080/x", private=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "10.0.0.1", "100.64.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1",
                                     "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:8.8.8.8",
                                     "64:ff9b::a00:1", "2002:a00:1::", "2001:0:a00:1::"])  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    assert not callout.is_public(ip_address(address))


def test_a_name_is_looked_up_once_and_checked(shop: ShopServer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def counting(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", counting)
    assert callout.post(f"http://localhost:{shop.port}/", b"{}", {}, private=True).status == 204
    assert asked.count("localhost") == 1
    assert shop.posts[0].headers["host"] == f"localhost:{shop.port}"
    with pytest.raises(callout.CalloutFailed, match="private network"):
        callout.post(f"https://localhost:{shop.port}/", b"{}", {}, private=False)
    with pytest.raises(callout.CalloutFailed, match="nobody listens"):
        callout.post(f"http://127.0.0.1:{free_port()}/", b"{}", {}, private=True)
    assert len(shop.posts) == 1


def test_a_certificate_must_be_of_the_name_that_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]  # fmt: skip
    try:
        subprocess.run(made, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl on this machine to make a certificate with")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    callout._tls.cache_clear()
    with ShopServer(tls=context) as shop:
        assert callout.post(f"https://localhost:{shop.port}/", b"{}", {}, private=True).status == 204
        with pytest.raises(callout.CalloutFailed, match="certificate"):
            callout.post(f"https://127.0.0.1:{shop.port}/", b"{}", {}, private=True)
        assert len(shop.posts) == 1
    callout._tls.cache_clear()


def test_a_kill_in_mid_post_loses_nothing(tmp_path: Path, founded_sqlite: Any) -> None:
    """`stowline up` is killed while the shop has not answered; started again, it posts the same once more."""
    url = copy_sqlite(founded_sqlite, tmp_path / "stowline.db")
    private = {"STOWLINE_WEBHOOK_PRIVATE": "true", "STOWLINE_DATABASE_URL": url}
    with ShopServer() as shop, StowlineProcess(tmp_path, ("up",), **private) as stowline:
        shop.answer(HANG)
        house = db.Database(url)
        with house.transaction() as session:
            made = service.Webhook(url=shop.url, secret=rules.new_secret(), made_at=clock.now())
            session.add(made)
            session.flush()
            service.resume(session, made.id or 0)
        with Lines() as lines:
            Tablet(lines.to(stowline.url), founded_sqlite.token).stock_up({"MUG": 6})
        shop.wait_for(1)
        stowline.kill()
        stowline.start()
        shop.wait_for(2)
        assert shop.posts[1].items == {"MUG": 6}
        assert shop.posts[1].is_signed_with(made.secret)
        house.close()
