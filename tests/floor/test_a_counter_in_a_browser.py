"""Counting on real tablets against the real server: two people, one bin, by scans, the pad and the keys that are there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.floor.conftest import House
from tests.floor.test_a_picker_in_a_browser import TABLET, Shift

pytestmark = pytest.mark.timeout(300)
BIN, TASK = "A-01-1", "count:A-01-1"


@pytest.fixture
def maja(page: Page, house: House) -> Iterator[Shift]:
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    shift = Shift(page, house)
    page.goto(f"{house.url}/floor")
    shift.sign_in("Maja Kowalska")
    yield shift
    assert shift.faults == []


def typed(shift: Shift, units: int, code: str) -> None:
    """So many units, by the pad and one scan."""
    shift.page.locator(".qty > summary").click()
    for digit in str(units):
        shift.page.locator(".qty-pad").get_by_text(digit, exact=True).click()
    shift.scan(code)


def counted_out(house: House) -> int:
    [(units,)] = house.rows("SELECT COALESCE(SUM(qty), 0) FROM ledger WHERE reason = 'count'")
    return int(units)


def test_a_bin_is_counted_and_what_is_far_off_is_counted_by_somebody_else(maja: Shift, house: House, browser: Browser) -> None:
    [(sku,)] = house.rows(f"SELECT p.sku FROM balance b JOIN product p ON p.id = b.product_id JOIN location l ON l.id = b.location_id"
                          f" WHERE l.code = '{BIN}' AND b.qty > 0")  # fmt: skip
    assert house.robot.post("/api/v1/counts", {"bin": BIN, "why": "looks odd"}).status == 201
    page = maja.page
    page.goto(f"{house.url}/floor")
    page.get_by_role("link", name="Count").click()
    page.get_by_role("button", name=f"Count {BIN}").click()
    page.wait_for_url(f"**/floor/task/{TASK}")
    maja.answer("", f"Go to {BIN} and scan it")
    maja.scan(BIN)
    maja.answer("accepted", "Scan everything that lies in it, then “All counted”")
    typed(maja, 14, sku)
    maja.answer("accepted", "14 counted")
    page.get_by_role("button", name="Undo").click()
    maja.answer("accepted", "Taken back: 14")
    page.get_by_role("button", name="All counted").click()
    maja.answer("accepted", f"Nothing lies in {BIN}?")
    typed(maja, 4, sku)
    maja.answer("accepted", "4 counted")
    maja.look("count")
    page.get_by_role("button", name="Other work").click()
    page.wait_for_url(f"{house.url}/floor")
    assert house.holder(TASK) is None
    page.goto(f"{house.url}/floor/task/{TASK}")
    expect(page.get_by_label("Counted")).to_contain_text("4")
    page.get_by_role("button", name="All counted").click()
    maja.answer("accepted", f"{BIN} is counted: 4 units.")
    maja.look("counted")
    page.get_by_role("link", name="Get more work").click()
    expect(page.get_by_role("button", name=f"Count {BIN}")).to_have_count(0)
    page.get_by_role("link", name="Count another bin").click()
    maja.answer("", "Scan the bin that you want to count")
    maja.scan(BIN)
    maja.answer("conflict", "You counted this bin first. Somebody else must count it again.")
    assert counted_out(house) == 0

    rosa = Shift(browser.new_context(viewport=TABLET).new_page(), house)  # type: ignore[arg-type]
    rosa.page.goto(f"{house.url}/floor")
    rosa.sign_in("Rosa Lind")
    rosa.page.get_by_role("link", name="Count").click()
    rosa.page.get_by_role("button", name=f"Count {BIN}").click()
    rosa.page.wait_for_url(f"**/floor/task/{TASK}")
    rosa.scan(BIN)
    rosa.answer("accepted", f"Bin {BIN}")
    typed(rosa, 4, sku)
    rosa.answer("accepted", "4 counted")
    rosa.page.get_by_role("button", name="All counted").click()
    rosa.answer("accepted", f"{BIN} is counted: 4 units.")
    rosa.page.context.close()
    assert counted_out(house) == 6
    [(who, device)] = house.rows("SELECT who, device FROM ledger WHERE reason = 'count'")
    assert (who, device.startswith("Chrome on Linux, ")) == ("Rosa Lind", True)


def test_an_empty_bin_is_counted_without_javascript(browser: Browser, house: House) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=TABLET)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{house.url}/floor")
    for field, code, button in (("#badge", "0147", ""), ("#pin", "2580", "Sign in")):
        page.fill(field, code)
        page.get_by_role("button", name=button).click() if button else page.press(field, "Enter")
    page.goto(f"{house.url}/floor/task/count:")

    def scan(code: str, say: str) -> None:
        page.fill("#scan", code)
        page.press("#scan", "Enter")
        expect(page.locator(".scan-banner")).to_contain_text(say)

    scan("A-05-1", "Bin A-05-1")
    page.get_by_role("button", name="All counted").click()
    expect(page.locator(".scan-banner")).to_contain_text("Nothing lies in A-05-1?")
    scan("A-05-2", "You are counting A-05-1.")
    scan("A-05-1", "A-05-1 is counted: 0 units.")
    context.close()
    assert house.rows("SELECT state FROM count_sheet") == [("done",)]
