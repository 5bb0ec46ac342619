"""A shopper's product page and account in Chromium: with scripts and without, and nothing is asked of another site."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from stowline.app import create_app
from stowline.core import db
from stowline.stores import service as stores
from tests.desk.conftest import House
from tests.portal.test_my_account import a_shopper, mails
from tests.serving import AXE, serving


@pytest.fixture(scope="module")
def address(one_house: House) -> Iterator[str]:
    """A running server, with a shopper who ordered."""
    a_shopper(one_house.robot(), ref="SEEN-1")
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=True, units_shown="few", notices_per_unit=1)
    with serving(create_app()) as here:
        yield here


@pytest.mark.parametrize("scripts", [True, False])
def test_a_shopper_looks_at_a_product_signs_in_and_writes_an_address(browser: Browser, address: str, one_house: House, *, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/products/demo/CUP")
    expect(page.locator("h1")).to_have_text("Cup, small")
    page.goto(f"{address}/account?store=demo")
    page.get_by_label("Your e-mail address").fill("ines@example.test")
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("status")).to_contain_text("If we know this address")
    one_house.deliver()
    page.goto(f"{address}{mails()[-1]}")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("h1")).to_have_text("Your orders")
    expect(page.get_by_text("Order SEEN-1")).to_be_visible()
    if scripts:
        page.evaluate(AXE)
        assert page.evaluate("axe.run().then(r => r.violations.map(v => v.id))") == []
    page.get_by_role("link", name="Details").click()
    form = page.locator("#address")
    for label, value in (("Street and number", "7 Kiln Road"), ("City", f"Weimar {scripts}")):
        form.get_by_label(label).fill(value)
    form.get_by_label("Country").select_option("DE")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Weimar {scripts}", exact=True)).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    assert [url for url in asked if not url.startswith((address, "data:"))] == []
    context.close()
