"""Badge and PIN by wedge and by thumb, and no accessibility fault on any page of this room."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from stowline.core import db
from tests.people.conftest import make_app
from tests.serving import AXE, serving


@pytest.fixture
def address(database: db.Database) -> Iterator[str]:
    """A running server."""
    with serving(make_app()) as here:
        yield here


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page can be pushed sideways; by day and by night."""
    found: list[str] = []
    for side in ("light", "dark"):
        page.emulate_media(color_scheme=side, reduced_motion="reduce")
        page.evaluate(AXE)
        seen = page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html}`))")
        found += [f"{side} {fault}" for fault in seen]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("sideways scroll")
    return found


@pytest.mark.parametrize("width", [320, 1280])
def test_a_picker_signs_in_by_wedge_and_keypad(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/floor")
    assert faults(page) == []
    expect(page.locator("#badge")).to_be_focused()
    page.keyboard.type("0147\n")  # a scanner types and ends with Enter
    expect(page.get_by_role("heading", name="Maja K.")).to_be_visible()
    assert faults(page) == []
    for key in ("2", "5", "9", "back", "8"):
        page.click(f"button[value='{key}']")
    expect(page.locator("#pin")).to_be_focused()
    page.keyboard.type("1\n")
    expect(page.get_by_role("alert")).to_contain_text("Wrong PIN")
    assert faults(page) == []
    page.keyboard.type("2580\n")
    page.wait_for_url(f"{address}/floor")


@pytest.mark.parametrize("width", [320, 1280])
def test_an_admin_ends_the_very_session_they_sit_in(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}/login?next=/staff")
    page.fill("#email", "ada@example.test")
    page.fill("#password", "correct horse battery")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/staff")
    page.locator("summary").first.click()
    assert faults(page) == []
    page.get_by_role("button", name="End (this one)").click()
    page.wait_for_url(f"{address}/login?next=/staff*")


def test_the_keypad_works_without_javascript(browser: object, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page: Page = context.new_page()
    page.goto(f"{address}/login/pin?badge=0147")
    for key in "2580":
        page.click(f"button[value='{key}']")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/floor")
    context.close()
