"""The put-wall on a tablet: the light moves from slot to slot with each scan, and the page is never loaded anew."""

import pytest
from playwright.sync_api import Page, expect

from tests.floor.conftest import House
from tests.floor.test_a_picker_in_a_browser import TABLET, Shift

pytestmark = pytest.mark.timeout(300)


def test_the_light_moves_with_each_scan_without_a_reload(page: Page, house: House) -> None:
    for sku in ("VASE", "LAMP"):
        house.robot.add_product(sku)
    for ref in "AB":
        assert house.robot.place(ref, {"VASE": 1, "LAMP": 1}).status == 201
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    rosa, lit = Shift(page, house), page.locator(".slot-lit")
    page.goto(f"{house.url}/floor")
    rosa.sign_in("Rosa Lind")
    page.goto(f"{house.url}/floor/task/receive:")
    rosa.wants("product")
    page.evaluate("window.sameAsBefore = true")
    rosa.scan("VASE")
    rosa.answer("accepted", "Don't put away: slot S-01, order A")
    expect(lit).to_contain_text("S-01")
    rosa.scan("S-01")
    rosa.wants("product")
    expect(lit).to_have_count(0)
    rosa.scan("VASE")
    rosa.answer("accepted", "slot S-02, order B")
    expect(lit).to_contain_text("S-02")
    rosa.scan("S-01")
    rosa.answer("refused", "Wrong slot")
    expect(lit).to_contain_text("S-02")
    rosa.scan("S-02")
    rosa.wants("product")
    rosa.scan("LAMP")
    rosa.answer("accepted", "slot S-01, order A")
    expect(lit).to_contain_text("S-01")
    assert page.evaluate("window.sameAsBefore") is True
