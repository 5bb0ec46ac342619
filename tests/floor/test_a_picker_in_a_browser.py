"""A shift on real tablets against the real server: sign in, pick, pack, hand over; and the same without JavaScript."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.floor.conftest import BADGES, MUGS, House
from tests.serving import AXE

pytestmark = pytest.mark.timeout(300)
SHOTS = os.environ.get("STOWLINE_TEST_SHOTS", "")  # a folder for pictures of what was seen, if somebody wants them
TABLET = {"width": 1280, "height": 800}
WEDGE = """async code => {
    for (const letter of code) {
        document.execCommand("insertText", false, letter);
        await new Promise(done => setTimeout(done, 2));
    }
}"""


class Shift:
    """Somebody with a tablet and a scanner."""

    def __init__(self, page: Page, house: House) -> None:
        self.page, self.house = page, house
        self.faults: list[str] = []

    def scan(self, code: str) -> None:
        """A wedge: 2 ms a key, then Enter."""
        self.page.evaluate(WEDGE, code)
        self.page.keyboard.press("Enter")

    def sign_in(self, name: str) -> None:
        badge, pin, _ = BADGES[name]
        expect(self.page.locator("#badge")).to_be_focused()
        self.scan(badge)
        self.pin(name, pin)

    def pin(self, name: str, pin: str) -> None:
        expect(self.page.get_by_role("heading", name=name.split(maxsplit=1)[0])).to_be_visible()
        self.look("pin")
        expect(self.page.locator("#pin")).to_be_focused()
        self.scan(pin)
        self.page.wait_for_url(f"{self.house.url}/floor")

    def answer(self, fate: str, say: str | re.Pattern[str]) -> None:
        """What the tablet shows now."""
        expect(self.page.locator("body")).to_have_attribute("data-fate", fate)
        expect(self.page.locator(".scan-banner")).to_contain_text(say)

    def wants(self, want: str) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-want", want)

    @property
    def asked(self) -> str:
        """The code that is wanted now, read from the screen as a person does."""
        want = self.page.locator("body").get_attribute("data-want")
        place = {"bin": ".plate .visually-hidden", "product": ".item .code", "tote": ".tote-name"}[str(want)]
        said = str(self.page.locator(place).first.text_content())
        return f"TOTE-{int(said.split()[1]):02}" if want == "tote" else said.strip()

    def look(self, name: str) -> None:
        """Nothing that axe finds, by day and by night; no sideways scroll, lying or standing."""
        self.page.evaluate(AXE)
        for side in ("light", "dark"):
            self.page.emulate_media(color_scheme=side, reduced_motion="reduce")
            found = self.page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html}`))")
            self.faults += [f"{name}, {side}: {fault}" for fault in found]
            self._picture(f"{name}-{side}")
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": TABLET["height"], "height": TABLET["width"]})
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{name}: sideways scroll")
        self._picture(f"{name}-standing")
        self.page.set_viewport_size(TABLET)  # type: ignore[arg-type]

    def _picture(self, name: str) -> None:
        if SHOTS:
            self.page.screenshot(path=f"{SHOTS}/{name}.png")


@pytest.fixture
def maja(page: Page, house: House) -> Iterator[Shift]:
    """Maja at a tablet that nobody has signed in at."""
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    shift = Shift(page, house)
    yield shift
    assert shift.faults == []


def pick_all(shift: Shift) -> int:
    """Scan what the screen asks for until it asks for nothing: how many scans."""
    scans = 0
    while shift.page.locator("body").get_attribute("data-want") != "nothing":
        units = shift.page.locator("#screen").get_attribute("data-left") or "1"
        want = shift.page.locator("body").get_attribute("data-want")
        for _ in range(int(units) if want == "product" else 1):
            before = shift.page.locator(".scan-banner-say").text_content()
            shift.scan(shift.asked)
            expect(shift.page.locator(".scan-banner-say")).not_to_have_text(str(before))
            expect(shift.page.locator("body")).to_have_attribute("data-fate", "accepted")
            scans += 1
    return scans


def test_a_cart_goes_from_get_work_to_the_van(maja: Shift, house: House) -> None:
    house.robot.place("1042", {"MUG-BL": 3, "CUP-S": 1})
    page = maja.page
    page.goto(f"{house.url}/floor")
    maja.look("sign-in")
    maja.sign_in("Maja Kowalska")
    maja.look("get-work")
    page.goto(f"{house.url}/floor/tasks?kind=pick")
    maja.look("carts")
    page.goto(f"{house.url}/floor")
    page.locator(".tile-next").click()  # one tap from "get work" to the first bin
    page.wait_for_url("**/floor/task/pick:CART-1")
    _picks_with_a_mistake(maja, house)
    pick_all(maja)
    maja.answer("accepted", "for 1042")
    maja.look("picked")
    assert house.robot.order("1042")["state"] == "picked"

    maja.scan(BADGES["Paul Okafor"][0])  # the tablet changes hands
    maja.pin("Paul Okafor", BADGES["Paul Okafor"][1])
    _packs(maja, house)
    _hands_over(maja, house)
    assert house.robot.order("1042")["state"] == "handed_over"
    assert house.rows("SELECT kind FROM message WHERE kind = 'shipped'") == [("shipped",)]


def _picks_with_a_mistake(maja: Shift, house: House) -> None:
    page = maja.page
    maja.wants("bin")
    maja.look("pick-bin")
    maja.scan(maja.asked)
    maja.wants("product")
    maja.answer("accepted", "Bin")
    right = maja.asked
    other = next(sku for sku in ("MUG-RD", "BOWL-3") if sku != right)

    before, picked = house.stock(), page.locator(".count b").text_content()
    maja.scan(other)
    maja.answer("refused", f"Wrong item. You scanned {MUGS[other]}. Scan {MUGS[right]} from")
    maja.look("pick-wrong")
    assert house.stock() == before
    assert page.locator(".count b").text_content() == picked
    expect(page.locator("#scan")).to_be_focused()

    maja.scan(right)
    maja.answer("accepted", f"{MUGS[right]}: 1 of")
    maja.look("pick-right")
    assert house.stock() != before
    page.get_by_role("button", name="Undo").click()
    maja.answer("accepted", "Taken back: 1")
    assert house.stock() == before


def _packs(paul: Shift, house: House) -> None:
    page = paul.page
    paul.look("get-work-packer")
    paul.scan("TOTE-01")  # a scan of the tote opens it
    page.wait_for_url("**/floor/task/pack:TOTE-01")
    paul.look("pack")
    paul.scan("MUG-RD")
    paul.answer("refused", "Wrong item. Mug, red is not on order 1042")
    for sku in ("MUG-BL", "MUG-BL", "MUG-BL", "CUP-S"):
        paul.scan(sku)
        paul.answer("accepted", MUGS[sku])
    paul.wants("command")
    paul.look("pack-all-in")
    page.get_by_role("button", name="Close box").click()
    paul.wants("label")
    paul.look("pack-label")
    slip = page.request.get(f"{house.url}{page.get_by_role('link', name='Packing slip').get_attribute('href')}")
    assert (slip.status, slip.body()[:5]) == (200, b"%PDF-")
    with page.context.expect_event("response", lambda answer: answer.url.endswith("/label")) as label:
        page.get_by_role("button", name="Print the label").click()
    assert (label.value.status, label.value.headers["content-type"]) == (200, "application/pdf")
    paul.wants("nothing")  # the screen goes on by itself
    paul.look("packed")
    assert house.robot.order("1042")["state"] == "packed"


def _hands_over(paul: Shift, house: House) -> None:
    page = paul.page
    page.goto(f"{house.url}/floor/tasks?kind=handover")
    page.get_by_role("button", name="New manifest").click()
    page.wait_for_url("**/floor/task/handover:*")
    paul.look("handover")
    [(parcel,)] = house.rows("SELECT code FROM parcel")
    paul.scan(parcel)
    paul.answer("accepted", parcel)
    paul.look("handed-over")
    page.get_by_role("button", name="All loaded").click()
    paul.wants("nothing")
    paul.look("manifest-closed")


def test_work_is_opened_by_a_scan_and_given_back_by_a_key(maja: Shift, house: House) -> None:
    house.robot.place("1043", {"MUG-BL": 2})
    page = maja.page
    page.goto(f"{house.url}/floor")
    maja.sign_in("Maja Kowalska")
    maja.scan("PO-1")  # not her work: it says what it is
    maja.answer("accepted", "purchase order PO-1")
    maja.scan("CART-2")
    page.wait_for_url("**/floor/task/pick:CART-2")
    assert house.holder("pick:CART-2") == "Maja Kowalska"

    page.get_by_role("button", name="Other work").click()
    page.wait_for_url(f"{house.url}/floor")
    assert house.holder("pick:CART-2") is None
    assert house.robot.lease("pick:CART-2").status == 200
    maja.scan("TOTE-07")  # the tote on that cart
    maja.answer("conflict", "robot is working on this")
    maja.look("taken")


def test_running_short_asks_why_and_ones_own_badge_leads_back(maja: Shift, house: House) -> None:
    house.robot.place("1044", {"CUP-S": 2})
    page = maja.page
    page.goto(f"{house.url}/floor")
    maja.sign_in("Maja Kowalska")
    maja.scan("CART-1")
    page.wait_for_url("**/floor/task/pick:CART-1")
    maja.scan(maja.asked)
    maja.wants("product")
    before = house.stock()
    page.get_by_role("button", name="Short").click()
    maja.answer("", f"Why are 2 {MUGS['CUP-S']} missing in")
    maja.look("short-why")
    assert house.stock() == before

    maja.scan(BADGES["Maja Kowalska"][0])  # the tablet is hers already
    expect(page.get_by_role("heading", name="Maja K.")).to_be_visible()
    maja.scan(BADGES["Maja Kowalska"][1])
    page.wait_for_url("**/floor/task/pick:CART-1")
    page.get_by_role("button", name="Short").click()
    page.get_by_role("button", name="The bin is empty").click()
    maja.answer("accepted", f"Short: 2 {MUGS['CUP-S']} are missing")
    maja.look("short")
    [(body,)] = house.rows("SELECT body FROM outbox WHERE name = 'LineRanShort'")
    assert '"why":"The bin is empty"' in body
    assert house.stock() != before


def test_the_same_pick_without_javascript(browser: Browser, house: House) -> None:
    house.robot.place("1045", {"MUG-BL": 2})
    context: BrowserContext = browser.new_context(java_script_enabled=False, viewport=TABLET)  # type: ignore[arg-type]
    page = context.new_page()

    def scan(code: str, say: str, units: int = 1) -> None:
        if units > 1:
            page.locator("summary.key").click()
            page.fill("#quantity", str(units))
        page.fill("#scan", code)
        page.press("#scan", "Enter")
        expect(page.locator(".scan-banner")).to_contain_text(say)

    page.goto(f"{house.url}/floor")
    page.fill("#badge", "0147")
    page.press("#badge", "Enter")
    page.fill("#pin", "2580")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{house.url}/floor")
    page.fill("#scan", "CART-1")
    page.press("#scan", "Enter")
    page.wait_for_url("**/floor/task/pick:CART-1")
    [(bin_code,)] = house.rows("SELECT l.code FROM pick_line n JOIN location l ON l.id = n.from_id")
    scan(bin_code, f"Bin {bin_code}")
    before = house.stock()
    scan("BOWL-3", "Wrong item. You scanned Soup bowl, 0.6 l. Scan Mug, blue from")
    assert house.stock() == before
    scan("MUG-BL", "Mug, blue: 2 of 2", units=2)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".scan-banner")).to_contain_text("Taken back: 2")
    assert house.stock() == before
    page.get_by_role("button", name="Short").click()
    expect(page.get_by_role("heading", name="What do you see there?")).to_be_visible()
    scan("MUG-BL", "Mug, blue: 2 of 2", units=2)
    scan("TOTE-01", "Tote 1, blue: 2 Mug, blue for 1045")
    expect(page.get_by_role("heading", name="CART-1 is done.")).to_be_visible()
    assert house.robot.order("1045")["state"] == "picked"
    page.fill("#scan", "0148")
    page.press("#scan", "Enter")
    expect(page.get_by_role("heading", name="Paul O.")).to_be_visible()
    context.close()
