"""The real desk and the shopper's page in Chromium: with scripts, without them, by day and by night, on a phone."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from stowline.app import create_app
from tests.desk.conftest import PASSWORD, House
from tests.makers import webhook
from tests.serving import AXE, serving

SIDES: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1440), ("dark", 390))
ODD = "50%25/日本 #7"


@pytest.fixture(scope="module")
def address(one_house: House) -> Iterator[str]:
    """A running server, with an order in most states, one under a ref that tries the address bar."""
    robot = one_house.robot()
    robot.stock_up({"MUG": 9, "CUP": 1})
    for ref in ("gone", "R2", "R3", ODD):
        robot.place(ref, {"MUG": 1})
    robot.ship_all()
    robot.place("R5", {"MUG": 1, "CUP": 3})
    robot.place("R6", {"MUG": 1})
    robot.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Potters", "expected_from": "2026-01-05",
               "expected_to": "2026-01-09", "lines": [{"sku": "CUP", "quantity": 50}]})  # fmt: skip
    webhook(robot.send, "shopify", b"this is no order")
    one_house.catch_up()
    with serving(create_app()) as here:
        yield here


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#email", "ruth@example.test")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()
    page.wait_for_url(f"{address}/today")


def faults(page: Page) -> list[str]:
    found: list[str] = []
    for side, width in SIDES:
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=side, reduced_motion="reduce")
        seen = page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html}`))")
        found += [f"{side} {fault}" for fault in seen]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"sideways scroll at {width}")
    return found


def test_no_page_has_a_fault_that_axe_finds_or_asks_another_origin(page: Page, address: str) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith((address, "data:", "about:")) else None)
    sign_in(page, address)
    paths = ["/today", "/orders", "/orders/gone", "/waiting", "/receiving/PO-1", "/stock/CUP", "/products", "/products/CUP", "/bins/A-01-1", "/intake-errors",
             "/orders/NOPE", "/track/1-" + "0" * 32]  # fmt: skip
    page.goto(f"{address}/messages")
    paths.append(str(page.locator("th a[href^='/messages/']").first.get_attribute("href")))
    for ref in ("gone", "R5"):
        page.goto(f"{address}/orders/{ref}")
        paths.append("/track/" + str(page.get_by_text("See what the shopper sees").get_attribute("href")).rpartition("/track/")[2])
    found = {}
    for path in paths:
        page.goto(f"{address}{path}")
        page.evaluate(AXE)
        found[path] = faults(page)
    assert {path: said for path, said in found.items() if said} == {}
    assert elsewhere == []


def test_the_list_follows_while_one_types_and_the_spreadsheet_with_it(page: Page, address: str) -> None:
    sign_in(page, address)
    page.goto(f"{address}/orders?view=all")
    rows = page.locator("#sheet tbody tr")
    expect(rows).to_have_count(6)
    page.locator("#q").press_sequentially("r5")
    expect(rows).to_have_count(1)
    expect(page.locator("#q")).to_be_focused()
    expect(page.get_by_role("link", name="Spreadsheet")).to_have_attribute("href", "/orders.csv?view=all&q=r5")
    expect(page.locator("#page-head")).to_contain_text("What fits “r5”")
    page.wait_for_url("**/orders?view=all&q=r5*")
    page.locator("#q").fill("")
    page.locator("#f-state").select_option("handed_over")
    expect(rows).to_have_count(4)
    page.reload()
    expect(rows).to_have_count(4)
    page.go_back()
    expect(page.locator("h1")).to_have_text("Orders")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_order_under_a_strange_ref_is_held_and_released(browser: Browser, address: str, *, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    sign_in(page, address)
    page.goto(f"{address}/orders")
    page.locator("#q").fill("R6" if scripts else "R5")
    page.get_by_role("button", name="Filter").click()
    page.locator("#sheet").get_by_role("link", name="R6" if scripts else "R5").click()
    page.locator("summary", has_text="Hold").click()
    page.get_by_label("Why is it held?").fill("The address is asked for")
    page.get_by_role("button", name="Hold the order").click()
    expect(page.get_by_role("status")).to_have_text("The order is on hold. Its stock went to the orders that wait.")
    page.get_by_role("button", name="Release hold").click()
    expect(page.get_by_role("status")).to_contain_text("Work on the order goes on.")
    page.goto(f"{address}/orders?view=done")
    page.get_by_role("link", name=ODD).click()
    expect(page.locator("h1")).to_have_text(f"Order {ODD}")
    page.get_by_role("button", name="Night").click()
    expect(page.locator("h1")).to_have_text(f"Order {ODD}")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    context.close()


def test_a_name_in_a_script_that_this_device_lacks_brings_its_letters_along(page: Page, address: str, one_house: House) -> None:
    one_house.robot().place("names", {"MUG": 1}, customer={"name": "山田 太郎", "email": "taro@example.test"})
    sign_in(page, address)
    page.goto(f"{address}/orders?q=names")
    expect(page.locator("#sheet tbody td").first).to_contain_text("山田 太郎")
    lacked = "[...document.fonts].filter(font => font.unicodeRange.includes('U+4E00') || font.unicodeRange.includes('U+3400'))"
    if not page.evaluate(f"{lacked}.some(font => font.status !== 'unloaded')"):
        pytest.skip("this machine has a font for it")
    page.wait_for_function(f"{lacked}.some(font => font.status === 'loaded')")


def test_a_manager_sets_up_a_stores_messages_and_finds_all_of_it_again_after_a_reload(page: Page, address: str) -> None:
    sign_in(page, address)
    page.get_by_role("link", name="Set up its messages").click()
    onward = page.get_by_role("button", name="Keep and go on")
    page.get_by_label("Nine milestones").check()
    onward.click()
    expect(page.get_by_role("navigation", name="Steps").get_by_role("link", name="Channels")).to_have_attribute("aria-current", "step")
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_label("Nine milestones")).to_be_checked()
    onward.click()
    onward.click()
    page.get_by_label("Mails come from").fill("shop@kiln.example")
    page.get_by_label("Greeting, in place of Hello").fill("Servus")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Who may tell us")).to_be_visible()
    page.reload()
    onward.click()
    page.get_by_label("As of order").select_option("R5")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row", name="Order confirmed")).to_contain_text("Your order R5 is confirmed")
    expect(page.frame_locator("iframe").get_by_text("Servus")).to_be_visible()
    onward.click()
    page.get_by_role("button", name="Go live").click()
    expect(page.get_by_role("status")).to_have_text("Live. What was chosen counts from the next event on.")
    expect(page.get_by_text("live", exact=True)).to_be_visible()
