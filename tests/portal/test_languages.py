"""A shopper reads the page in the order's language, and in another one as soon as she picks it."""

import re

import pytest
from sqlmodel import select

from stowline.backorders.sign_up_models import SignUp
from stowline.core import db
from stowline.orders import queries as orders
from stowline.portal.screens import notify as screens
from stowline.stores import service as stores
from tests.desk.pages import Page
from tests.portal.conftest import Shopper
from tests.portal.test_choices import click, offered


def speaks(ref: str, locale: str) -> None:
    """The order was placed in this language."""
    with db.transaction() as session:
        orders.by_ref(session, ref).locale = locale


def lang_of(page: Page) -> str:
    found = re.search(r'<html lang="([^"]+)"', page.answer.text)
    assert found
    return found[1]


def test_the_page_is_in_the_language_of_the_order(ines: Shopper) -> None:
    offered(ines)
    speaks("1042", "zh-TW")
    page = ines.sees("1042")
    assert lang_of(page) == "zh-Hant"
    assert re.search(r"下單日期 \d+月\d+日 星期. 總計 €", page.text)
    assert "出貨日期未定 目前還沒有可靠的日期" in page.text
    assert "排在第 1 位，日期未定" in page.text
    assert "取消等候中的商品 €9.00 會退回您原本的付款方式。" in page.text
    speaks("1042", "zh-CN")
    page = ines.sees("1042")
    assert lang_of(page) == "zh-Hans"
    assert "取消等待中的商品 €9.00 会原路退回。" in page.text


def test_another_language_is_a_link_away_and_stays_until_another_is_picked(ines: Shopper) -> None:
    offered(ines)
    link = ines.link("1042")
    page = ines.browser.get(f"{link}?choose=cancel")
    assert (lang_of(page), page.links.get(f"{link}?choose=cancel&lang=en")) == ("en", None)
    picked = ines.browser.get(next(href for href, name in page.links.items() if name == "繁體中文"))
    assert lang_of(picked) == "zh-Hant"
    assert 'value="cancel:900" checked' in picked.answer.text, "what the mail's link marked stays marked"
    assert "您取消了等候中的商品" in click(ines, ines.sees("1042"), "cancel:900").text, "the next page keeps it"
    back = ines.browser.get(next(href for href, name in ines.sees("1042").links.items() if name == "English"))
    assert "You cancelled what waits" in back.text


def test_a_language_that_there_is_not_is_no_pick(ines: Shopper) -> None:
    offered(ines)
    link = ines.link("1042")
    for wrong in ("tlh", "zh", "../en", "%3Cscript%3Ealert(1)", ""):
        answer = ines.browser.ask("GET", f"{link}?lang={wrong}")
        assert '<html lang="en"' in answer.text
        assert "set-cookie" not in answer.headers
        assert "<script>alert" not in answer.text


def test_a_page_of_no_order_is_in_the_language_of_the_browser(ines: Shopper) -> None:
    for accepted, said in (("zh-HK, en;q=0.5", "這個連結打不開任何訂單"), ("zh-SG", "这个链接打不开任何订单"), ("tlh", "This link does not open an order")):
        answer = ines.browser.ask("GET", "/track/1-0", headers={"Accept-Language": accepted})
        assert (answer.status_code, said in answer.text) == (404, True)


def test_who_asks_too_often_is_told_so_in_their_language(ines: Shopper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens.VISITS, "_most", 0)
    slow = ines.browser.ask("GET", "/notify/demo/POT", headers={"Accept-Language": "zh-TW"})
    assert (slow.status_code, int(slow.headers["retry-after"]) > 0) == (429, True)
    assert "請稍候" in slow.text
    program = ines.browser.ask("GET", "/notify/demo/POT", headers={"accept": "application/json"})
    assert (program.status_code, program.json()["error"]) == (429, "too_often")


def test_who_signs_up_in_chinese_is_written_to_in_chinese(ines: Shopper) -> None:
    screens.SIGN_UPS.forget()
    ines.house.robot().add_product("POT")
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=True, units_shown="none", notices_per_unit=2)
    asked = ines.browser.ask("GET", "/notify/demo/POT?lang=zh-Hant")
    assert "到貨時通知我" in asked.text
    done = ines.browser.ask("POST", "/notify/demo/POT", data={"email": "ines@example.test", "website": ""})
    assert "您已登記「Thing POT」的到貨通知。" in done.text
    with db.reading() as session:
        assert session.exec(select(SignUp.locale)).all() == ["zh-Hant"]
