"""The shopper's language comes in with the order, is frozen on it, and is what they are written to in."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from stowline.core import db
from stowline.notifications.models import Message
from stowline.orders import queries as orders
from stowline.orders.intake import lines_csv, shopify, woocommerce
from stowline.orders.intake.shape import IncomingOrder
from stowline.stores import brand
from tests.desk.conftest import House
from tests.makers import shopify_order, webhook, woo_order


def subjects() -> dict[str, str]:
    with db.reading() as session:
        query = select(Message.order_ref, Message.subject).where(Message.kind == "order-confirmed", col(Message.subject) != "")
        return dict(session.exec(query).all())


def test_each_door_says_the_language_and_the_store_where_it_does_not(one_house: House) -> None:
    robot = one_house.robot()
    robot.stock_up({"MUG": 20})
    with db.transaction() as session:
        brand.set_brand(session, "demo", {"locale": "zh-CN", "time_zone": "Asia/Shanghai"})
    assert robot.place("api", {"MUG": 1}, locale="zh_TW", time_zone="Asia/Taipei").status == 201
    assert robot.place("silent", {"MUG": 1}).status == 201
    assert webhook(robot.send, "shopify", shopify_order("#1", {"MUG": 1}, customer_locale="en-GB")).status == 202
    assert webhook(robot.send, "shopify", shopify_order("#2", {"MUG": 1}, customer_locale=None)).status == 202
    told = [{"id": 1, "key": "wpml_language", "value": "zh-hant"}]
    assert webhook(robot.send, "woocommerce", woo_order("3", {"MUG": 1}, meta_data=told)).status == 202
    one_house.deliver()
    assert subjects() == {"api": "您的訂單 api 已成立", "silent": "您的订单 silent 已确认", "#1": "Your order #1 is confirmed",
                          "#2": "您的订单 #2 已确认", "3": "您的訂單 3 已成立"}  # fmt: skip
    with db.reading() as session:
        frozen = orders.by_ref(session, "api")
        assert (frozen.locale, frozen.time_zone, orders.by_ref(session, "silent").time_zone) == ("zh-TW", "Asia/Taipei", "Asia/Shanghai")


def test_what_the_store_changes_later_changes_no_order(one_house: House) -> None:
    robot = one_house.robot()
    robot.stock_up({"CUP": 20})
    late = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)  # the 21st in Taipei
    robot.place("late", {"CUP": 1}, locale="zh-TW", time_zone="Asia/Taipei", placed_at=late.isoformat())
    with db.transaction() as session:
        brand.set_brand(session, "demo", {"locale": "en", "time_zone": "UTC"})
    one_house.deliver()
    with db.reading() as session:
        (text,) = session.exec(select(Message.text).where(Message.kind == "order-confirmed", Message.order_ref == "late"))
    assert "我們已收到您 11月21日 星期六的訂單" in text.replace("2026年", "")


def test_a_language_that_is_none_is_refused_by_the_api_and_no_reason_to_lose_a_shop_s_order(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("POT")
    for wrong in ("English", "zh TW", "x" * 13, 7, "<b>"):
        answer = robot.place("1", {"POT": 1}, locale=wrong)
        assert (answer.status, answer["where"]) == (400, "locale"), wrong
    answer = robot.place("1", {"POT": 1}, time_zone="Taipei")
    assert (answer.status, answer["where"]) == (400, "time_zone")
    oddities: tuple[Any, ...] = ("English please", 7, {}, [], ["zh-TW"])
    for odd in oddities:
        (taken,) = shopify.read(shopify_order("#1", {"MUG": 1}, customer_locale=odd))
        assert isinstance(taken, IncomingOrder)
        assert taken.locale == ""
    for meta in ([{"key": ["wpml_language"], "value": "de"}], [{"key": "trp_language", "value": "German"}, {"key": "trp_language", "value": "de_AT"}], ["de"], None):
        (taken,) = woocommerce.read(woo_order("3", {"MUG": 1}, meta_data=meta))
        assert isinstance(taken, IncomingOrder)
        assert taken.locale == ("de-AT" if "de_AT" in str(meta) else "")


def test_a_file_says_the_language_in_a_column() -> None:
    batch = lines_csv.read(b"order,sku,quantity,locale\n1,A,1,\n1,B,1,zh-HK\n2,A,1,\n3,A,1,Cantonese spoken\n")
    assert [(one.ref, one.locale) for one in batch.things] == [("1", "zh-HK"), ("2", "")]
    assert [refusal.number for refusal in batch.refusals] == [5]
