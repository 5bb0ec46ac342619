"""Refunds that a shop makes while goods come back, or while a parcel is taken off the van again; and odd ones."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.orders import queries
from stowline.orders import service as orders
from stowline.returns import policies, service
from stowline.returns.policies import Policy
from stowline.returns.rules import Wish
from tests.asserts import accepted, conflict
from tests.makers import Tablet, shopify_order, webhook, woo_order
from tests.stories.conftest import House
from tests.stories.test_refunds import _comes_back, left, refund, said, tell

Json = dict[str, Any]


def ask(units: int, key: str = "web:1") -> str:
    """A return of so many units of the order's only line, approved and settled by itself."""
    db.run(lambda session: policies.set_policy(session, 1, policies.with_changes(Policy(), approve="auto", settle="auto")))
    with db.transaction() as session:
        order = queries.by_ref(session, "#1001")
        line = queries.lines(session, order.id or 0)[0].id
        return service.request(session, order, [Wish(line, units, "disliked", "refund")], key=key).ref


def on_the_van(maja: Tablet) -> str:
    """The order is handed over to a van that still stands there."""
    maja.follow("pick:#1001")
    maja.follow("pack:#1001")
    van = maja.open_manifest()
    maja.follow(van, until="command")
    return van


@pytest.mark.parametrize("how", ["no_restock", "cancel", "return"])
def test_the_refund_that_a_return_had_the_shop_make_takes_nothing_off_that_waits(house: House, how: str) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    order = shopify_order("#1001", {"MUG": 3})
    tell(house, order)
    db.run(lambda session: orders.set_shipping(session, queries.by_ref(session, "#1001").id or 0, parts="parts"))
    maja.ship_all()
    _comes_back(maja, ask(1))
    tell(house, refund(order, {0: 1}, type=how))
    assert left(maja, "#1001") == {"MUG": 3}, "one still waits"
    assert said(maja, "#1001")[0].endswith("1 had left already")
    tell(house, refund(order, {0: 1}, 5002, type="cancel"))
    assert left(maja, "#1001") == {"MUG": 2}, "this one is for what waits"
    house.prove()


def test_what_was_refunded_as_gone_and_is_taken_off_the_van_does_not_leave(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3})
    order = shopify_order("#1001", {"MUG": 3})
    tell(house, order)
    van = on_the_van(maja)
    for number in (5001, 5002):
        tell(house, refund(order, {0: 1}, number))
    accepted(maja.scan(van, "CMD:UNDO"))
    assert left(maja, "#1001") == {"MUG": 1}
    house.prove()
    conflict(maja.scan(van, maja.order("#1001")["parcels"][0]["code"]), "refunded Thing MUG")
    maja.lease("pack:#1001")
    accepted(maja.scan("pack:#1001", "MUG", 2), "Put back: 2")
    maja.follow(van)
    assert maja.order("#1001")["parcels"][0]["lines"][0]["quantity"] == 1
    house.prove()


@pytest.mark.parametrize("came", [False, True])
def test_a_parcel_for_which_a_return_speaks_is_not_taken_off_the_van(house: House, *, came: bool) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3})
    tell(house, shopify_order("#1001", {"MUG": 3}))
    van = on_the_van(maja)
    rma = ask(1)
    if came:
        _comes_back(maja, rma)
    conflict(maja.scan(van, "CMD:UNDO"), "A return speaks for Thing MUG")
    house.prove()
    if not came:
        db.run(lambda session: service.withdraw(session, rma))
        accepted(maja.scan(van, "CMD:UNDO"))
        house.prove()


ODD: dict[str, Callable[[Json], Json]] = {
    "an amount beyond all measure": lambda order: refund(order, {0: 1}) | {"transactions": [{"amount": "1e9999999", "kind": "refund", "currency": "EUR"}]},
    "a currency of no letters": lambda order: refund(order, {0: 1}) | {"transactions": [{"amount": "1", "kind": "refund", "currency": "\ud800\x00"}]},
    "half a letter as the order's id": lambda order: order | {"id": "\ud800", "refunds": [refund(order, {0: 1})]},
    "nothing as the order's id": lambda order: order | {"id": "a\x00b", "refunds": [refund(order, {0: 1})]},
    "half a letter as the order's name": lambda order: order | {"name": "\ud800", "refunds": [refund(order, {0: 1})]},
    "half a letter as the refund's id": lambda order: woo_order("1001", {"MUG": 3}) | {"refunds": [{"id": "\ud800"}]},
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_refund_is_taken_or_kept_and_never_breaks_the_door(house: House, what: str) -> None:
    body = ODD[what](shopify_order("#1001", {"MUG": 3}))
    platform, topic = ("woocommerce", "order.updated") if "status" in body else ("shopify", "refunds/create" if "refund_line_items" in body else "orders/updated")
    reply = webhook(house.send(), platform, json.dumps(body).encode(), topic)
    assert reply.status == 202, reply.raw
    assert reply["taken"][0]["outcome"] in {"waits", "error"}
    house.prove()


def test_an_order_that_is_refunded_in_full_is_not_sent_though_a_part_of_it_was_swapped(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2, "CUP": 1})
    order = woo_order("1001", {"MUG": 3})
    tell(house, order, "woocommerce", "order.created")
    with db.transaction() as session:
        line = queries.lines(session, queries.by_ref(session, "1001").id or 0)[0].id
        orders.swap(session, line, catalog.product_by_sku(session, "CUP").id or 0, 1, why="asked for")
    maja.follow("pick:1001")
    tell(house, {**order, "status": "refunded"}, "woocommerce", "order.updated")
    assert left(maja, "1001") == {}
    house.prove()
