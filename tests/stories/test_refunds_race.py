"""A shop refunds at the very moment at which somebody in the warehouse works on the order, through real connections."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests.makers import Reply, at_once, shopify_order, webhook
from tests.stories.conftest import House
from tests.stories.test_refunds import refund

TIMES = 6


def shop(house: House, body: Any, topic: str = "refunds/create", door: int = 1) -> Reply:
    return webhook(house.send(door), "shopify", body, topic)


def one(house: House, query: str, **values: Any) -> dict[str, int]:
    with house.writing() as session:
        return dict(session.execute(sa.text(query), values).mappings().one())


def row(house: House, ref: str) -> dict[str, int]:
    """The counters of an order's only line."""
    return one(house, "SELECT k.ordered, k.cancelled, k.take_out, k.allocated, k.picked, k.handed_over, COALESCE(SUM(n.off), 0) AS off,"
                     " COALESCE(SUM(n.gone), 0) AS gone FROM order_line k JOIN orders o ON o.id = k.order_id LEFT JOIN shop_refund_line n"
                     " ON n.order_line_id = k.id WHERE o.ref = :ref GROUP BY k.id", ref=ref)  # fmt: skip


@pytest.mark.parametrize("units", [1, 3])
def test_a_unit_is_picked_or_refunded_never_both(busy_house: House, units: int) -> None:
    maja = busy_house.tablet()
    seen: Counter[str] = Counter()
    for n in range(TIMES):
        ref, sku, number = f"#{units}70{n}", f"RACE-{units}-{n}", units * 1000 + n
        maja.stock_up({sku: 3})
        order = shopify_order(ref, {sku: 3})
        assert shop(busy_house, order, "orders/create").status == 202
        step = maja.lease(f"pick:{ref}")["next"]
        assert maja.scan(f"pick:{ref}", step["code"]).status == 200
        told = partial(shop, busy_house, refund(order, {0: units}, number))
        replies = at_once([partial(maja.scan, f"pick:{ref}", sku, 2), told, told])
        assert replies[0].status in {200, 409, 422}, replies[0].raw
        assert Counter(reply["taken"][0]["outcome"] for reply in replies[1:]) == {"refunded": 1, "known": 1}, [reply.raw for reply in replies[1:]]
        now = row(busy_house, ref)
        assert now["cancelled"] + now["take_out"] == now["off"] == units
        assert now["picked"] == (2 if replies[0].status == 200 else 0)
        assert now["take_out"] == max(0, units + now["picked"] - 3)
        assert now["allocated"] == 3 - now["cancelled"]
        seen[f"picked {now['picked']}"] += 1
        assert maja.events(ref).count("RefundedByShop") == 1
    assert sum(seen.values()) == TIMES
    busy_house.prove()


def test_a_box_leaves_or_is_kept_for_what_was_refunded(busy_house: House) -> None:
    maja = busy_house.tablet()
    for n in range(TIMES):
        ref, sku = f"#80{n}", f"LEAVES-{n}"
        maja.stock_up({sku: 2})
        order = shopify_order(ref, {sku: 2})
        shop(busy_house, order, "orders/create")
        maja.follow(f"pick:{ref}")
        maja.follow(f"pack:{ref}")
        parcel, van = maja.order(ref)["parcels"][0]["code"], maja.open_manifest()
        replies = at_once([partial(maja.scan, van, parcel), partial(shop, busy_house, refund(order, {0: 1}, 8000 + n))])
        assert replies[1].status == 202, replies[1].raw
        now = row(busy_house, ref)
        left = replies[0].status == 200
        assert (now["handed_over"], now["take_out"], now["off"], now["gone"]) == ((2, 0, 0, 1) if left else (0, 1, 1, 0))
    busy_house.prove()


def test_a_refund_and_its_order_at_the_same_moment_meet(busy_house: House) -> None:
    maja = busy_house.tablet()
    for n in range(TIMES):
        ref, sku = f"#90{n}", f"MEETS-{n}"
        maja.stock_up({sku: 2})
        order = shopify_order(ref, {sku: 2})
        told = partial(shop, busy_house, refund(order, {0: 1}, 9000 + n))
        replies = at_once([partial(shop, busy_house, order, "orders/create", 0), told])
        assert {reply.status for reply in replies} == {202}, [reply.raw for reply in replies]
        waits = one(busy_house, "SELECT COUNT(*) AS n FROM shop_refund WHERE shop_id = :id AND order_id IS NULL", id=str(9000 + n))["n"]
        planned = one(busy_house, "SELECT COUNT(*) AS n FROM timer WHERE kind = 'shop-refund'")["n"]
        assert row(busy_house, ref)["cancelled"] == 1 - waits
        assert planned >= waits, "what missed its order looks again in a minute"
    busy_house.prove()
