"""The shop is told what to do with money: signed, once for each fact, until it says that it is done."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from stowline.core import clock, db
from stowline.core.errors import Conflict
from stowline.orders import instruction_post, instructions, shop_doors
from stowline.orders import queries as orders
from stowline.orders.instructions import Instruction
from tests.asserts import clear_no
from tests.makers import Tablet, at_once
from tests.shop_server import ShopServer, shop
from tests.stories.conftest import House

__all__ = ["shop"]  # a fixture


@pytest.fixture
def maja(shop: ShopServer, house: House) -> Tablet:
    """A house with an order, and a shop in the same network."""
    assert shop.posts == []
    tablet = house.tablet()
    tablet.add_product("MUG")
    tablet.place("1042", {"MUG": 2})
    return tablet


def open_door(shop: ShopServer) -> str:
    secret = db.run(lambda session: shop_doors.set_door(session, "demo", shop.url).secret)
    shop_doors.catch_up("1")
    return secret


def owe(key: str = "by-hand:1", minor: int = 900) -> int:
    def work(session: Any) -> int:
        order = orders.by_ref(session, "1042")
        lines = [{"sku": "MUG", "name": "Thing MUG", "quantity": 2, "amount_minor": minor}]
        return instructions.owe(session, order, "refund", key=key, amount_minor=minor, lines=lines, why="chosen by the shopper").id or 0

    return db.run(work)


def look(ident: int) -> Instruction:
    with db.reading() as session:
        found: Instruction | None = session.get(Instruction, ident)
        assert found is not None
        return found


def later(ident: int) -> None:
    """The next try comes."""
    due = look(ident).next_at
    assert due is not None
    with clock.stopped_at(due + timedelta(hours=2)):
        instruction_post.deliver(str(ident))


def test_the_shop_is_told_signed_and_says_that_it_is_done(shop: ShopServer, maja: Tablet, house: House) -> None:
    secret, ident = open_door(shop), owe()
    assert owe() == ident, "the same fact is the same instruction"
    shop.answer(200, body=b'{"acknowledged": true, "ref": "re_77"}')
    at_once([lambda: instruction_post.deliver(str(ident))] * 3)
    (post,) = shop.posts
    assert post.is_signed_with(secret)
    data = post.body["data"]
    assert (post.body["type"], data["order"], data["amount"], data["currency"]) == ("instruction.refund", "1042", "9.00", "EUR")
    assert data["lines"] == [{"sku": "MUG", "name": "Thing MUG", "quantity": 2, "amount": "9.00"}]
    assert data["acknowledge"].endswith(f"/api/v1/instructions/{ident}/acknowledgement")
    assert (look(ident).state, look(ident).ref) == ("acknowledged", "re_77")
    assert maja.events("1042")[-2:] == ["InstructionOwed", "InstructionAcknowledged"]
    instruction_post.deliver(str(ident))
    assert len(shop.posts) == 1
    house.prove()


def test_a_shop_that_fails_is_asked_again_with_the_same_message(shop: ShopServer, maja: Tablet) -> None:
    secret, ident = open_door(shop), owe()
    shop.answer(503)
    shop.answer(202)
    instruction_post.deliver(str(ident))
    assert (look(ident).state, look(ident).tries, look(ident).say) == ("owed", 1, "the shop answered 503")
    instruction_post.deliver(str(ident))
    assert len(shop.posts) == 1, "it rests"
    later(ident)
    assert look(ident).state == "sent"
    first, second = shop.posts
    assert first.raw == second.raw
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert second.is_signed_with(secret)
    said = maja.post(f"/api/v1/instructions/{ident}/acknowledgement", {"acknowledged": True, "ref": "re_9"})
    assert (said.status, said["state"], said["ref"]) == (200, "acknowledged", "re_9")
    assert maja.post(f"/api/v1/instructions/{ident}/acknowledgement", {"acknowledged": True, "ref": "re_9"}).body == said.body
    clear_no(maja.post(f"/api/v1/instructions/{ident}/acknowledgement", {"acknowledged": False, "reason": "no"}), 409)
    clear_no(maja.post(f"/api/v1/instructions/{ident}/acknowledgement", {"acknowledged": "yes"}), 400, 422)
    clear_no(maja.post("/api/v1/instructions/999/acknowledgement", {"acknowledged": True}), 404)


def test_what_a_shop_refuses_or_never_answers_is_a_persons(shop: ShopServer, maja: Tablet, ruth: Tablet) -> None:
    open_door(shop)
    refused, dead = owe("a"), owe("b", 450)
    shop.answer(200, body=b'{"acknowledged": false, "reason": "the card is closed"}')
    instruction_post.deliver(str(refused))
    assert (look(refused).state, look(refused).say) == ("refused", "the card is closed")
    db.run(lambda session: _worn_out(session, dead))
    shop.answer(500)
    later(dead)
    assert look(dead).state == "dead"
    page = desk(ruth, "/instructions")
    assert "the card is closed" in page.lower()
    assert ".." not in page
    assert "Dead" in page
    assert send(ruth, f"/instructions/{refused}/settlement", reason="") == 422
    assert send(ruth, f"/instructions/{refused}/settlement", reason="Paid by bank, 25 Nov") == 303
    assert send(ruth, f"/instructions/{dead}/again") == 303
    assert send(ruth, f"/instructions/{refused}/again") == 409
    shop.answer(200, body=b'{"acknowledged": true}')
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        instruction_post.deliver(str(dead))
    assert [look(refused).state, look(dead).state] == ["settled", "acknowledged"]
    assert look(refused).settled_by == "Ruth Adeyemi"
    assert [one["state"] for one in maja.get("/api/v1/instructions?limit=5")["items"]] == ["acknowledged", "settled"]
    first = maja.get("/api/v1/instructions?limit=1")
    assert [one["id"] for one in maja.get(f"/api/v1/instructions?limit=1&after={first['next']}")["items"]] == [refused]
    assert maja.get("/api/v1/instructions?state=settled")["items"][0]["key"] == "a"


def _worn_out(session: Any, ident: int) -> None:
    one = instructions.lock(session, ident)
    one.tries = 59
    session.add(one)


def test_without_an_address_it_waits_for_a_person_and_goes_when_there_is_one(shop: ShopServer, maja: Tablet, ruth: Tablet) -> None:
    ident = owe()
    instruction_post.deliver(str(ident))
    assert (shop.posts, look(ident).next_at) == ([], None)
    assert "No address" in desk(ruth, "/instructions")
    assert send(ruth, "/instructions/shops/demo", url="ftp://shop") == 422
    opened = ruth.send("POST", "/instructions/shops/demo", form(ruth, url=shop.url), html(ruth))
    assert (opened.status, b"whsec_" in opened.raw) == (200, True)
    assert b"whsec_" not in ruth.send("GET", "/instructions", None, html(ruth)).raw
    shop_doors.catch_up("1")
    assert look(ident).next_at is not None
    shop.answer(410)
    instruction_post.deliver(str(ident))
    assert "410" in desk(ruth, "/instructions")
    assert send(ruth, "/instructions/shops/demo/opening") == 303
    shop_doors.catch_up("1")
    later(ident)
    assert look(ident).state == "sent"
    assert maja.get("/healthz").status == 200


def test_two_secrets_sign_while_one_is_changed(shop: ShopServer, maja: Tablet) -> None:
    old, ident = open_door(shop), owe()
    new = db.run(lambda session: shop_doors.new_secret(session, 1).secret)
    with db.transaction() as session, pytest.raises(Conflict, match="Two secrets"):
        shop_doors.new_secret(session, 1)
    instruction_post.deliver(str(ident))
    assert shop.posts[0].headers["webhook-signature"].count("v1,") == 2
    assert shop.posts[0].is_signed_with(old)
    assert shop.posts[0].is_signed_with(new)
    assert maja.get("/healthz").status == 200


def html(who: Tablet) -> dict[str, str]:
    return {**who.headers, "Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}


def form(who: Tablet, **fields: str) -> bytes:
    return urlencode({**fields, "csrf": who.headers["X-CSRF-Token"]}).encode()


def send(who: Tablet, path: str, **fields: str) -> int:
    return who.send("POST", path, form(who, **fields), html(who)).status


def desk(who: Tablet, path: str) -> str:
    reply = who.send("GET", path, None, html(who))
    assert reply.status == 200, reply.raw
    return reply.raw.decode()
