"""The scan field of a tablet, with a scanner that types, a network that fails and a hand that taps."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.look.floor_views import FLOOR
from tests.look.rendering import draw
from tests.look.site import HOME, Site

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
HEARD = """
    window.heard = []; window.shaken = [];
    document.addEventListener("stowline:fate", event => window.heard.push(event.detail.fate));
    navigator.vibrate = pattern => window.shaken.push(pattern);
"""
WEDGE = """code => {
    for (const letter of code) document.execCommand("insertText", false, letter);
}"""


class Tablet:
    """A tablet on a cart, and the server's side of it: what was posted, and what is answered next."""

    def __init__(self, site: Site) -> None:
        self.site, self.page = site, site.page
        self.posts: list[dict[str, str]] = []
        self.says: list[str] = []
        self.lost = self.signed_out = False
        site.answers["/scans"] = self._scan
        site.answers["/floor/task/pick%3ACART-17"] = lambda route: site.sample(route, "pick-first")
        self.page.add_init_script(HEARD)
        site.open("pick-first")

    def _scan(self, route: Route) -> None:
        self.posts.append(dict(parse_qsl(route.request.post_data or "", keep_blank_values=True)))
        if self.lost:
            route.abort("connectionreset")
            return
        if self.signed_out:
            route.fulfill(status=401, body="", headers={"HX-Redirect": "/login"})
            return
        name = self.says.pop(0) if self.says else "pick-right"
        self.site.sample(route, name, {"pick-wrong": 422, "pick-conflict": 409}.get(name, 200))

    def scanner(self, code: str, end: str = "Enter") -> None:
        """A wedge: key upon key, then its suffix."""
        self.page.evaluate(WEDGE, code)  # without a pause: on a busy machine two milliseconds grow to those of a hand
        if end:
            self.page.keyboard.press(end)

    def expect_posts(self, *codes: str) -> None:
        expect(self.page.locator("body")).to_be_attached()
        _until(self.page, lambda: len(self.posts) >= len(codes))
        assert [post["code"] for post in self.posts] == list(codes)

    def expect_fate(self, fate: str) -> None:
        expect(self.page.locator("body")).to_have_attribute("data-fate", fate)

    def expect_focus(self) -> None:
        expect(self.page.locator("#scan")).to_be_focused()

    @property
    def focused(self) -> Any:
        return self.page.evaluate("document.activeElement.id")


def _until(page: Page, true: Callable[[], bool]) -> None:
    for _ in range(100):
        if true():
            return
        page.wait_for_timeout(30)
    raise AssertionError("it did not happen within three seconds")


@pytest.fixture
def tablet(site: Site) -> Tablet:
    return Tablet(site)


def test_a_scan_is_one_request_and_the_screen_turns_green(tablet: Tablet) -> None:
    tablet.scanner("4006381333931")
    tablet.expect_fate("accepted")
    tablet.expect_posts("4006381333931")
    post = tablet.posts[0]
    assert UUID.match(post["scan_id"])
    assert (post["task"], post["quantity"], post["csrf"]) == ("pick:CART-17", "1", "token")
    assert post["scanned_at"].endswith("Z")
    expect(tablet.page.locator(".scan-banner")).to_contain_text("Mug, blue: 2 of 3")
    assert tablet.page.evaluate("window.heard") == ["accepted"]


@pytest.mark.parametrize("end", ["Enter", "Tab", ""])
def test_a_scan_ends_on_enter_tab_or_silence(tablet: Tablet, end: str) -> None:
    tablet.scanner("MUG-BL", end)
    tablet.expect_fate("accepted")
    tablet.expect_posts("MUG-BL")
    tablet.expect_focus()


def test_a_scanner_known_to_end_with_a_key_may_stutter(tablet: Tablet) -> None:
    tablet.page.evaluate("localStorage.setItem('stowline-ends', 'key')")
    tablet.scanner("400638", end="")
    tablet.page.wait_for_timeout(150)
    tablet.scanner("1333931")
    tablet.expect_posts("4006381333931")


def test_a_hand_that_types_slowly_is_not_cut_off(tablet: Tablet) -> None:
    tablet.page.keyboard.type("A-03", delay=120)
    tablet.page.wait_for_timeout(250)
    assert tablet.posts == []
    tablet.page.keyboard.press("Enter")
    tablet.expect_posts("A-03")


def test_text_that_arrives_at_once_is_one_scan(tablet: Tablet) -> None:
    tablet.page.keyboard.insert_text("手绘-茶壶")
    tablet.page.keyboard.press("Enter")
    tablet.expect_posts("手绘-茶壶")
    tablet.page.wait_for_timeout(200)
    assert len(tablet.posts) == 1


def test_two_scans_in_a_row_are_both_sent_in_order(tablet: Tablet) -> None:
    tablet.scanner("FIRST")
    tablet.page.wait_for_timeout(30)
    tablet.scanner("SECOND")
    tablet.expect_posts("FIRST", "SECOND")
    assert tablet.posts[0]["scan_id"] != tablet.posts[1]["scan_id"]


def test_a_refusal_is_red_loud_and_stays_until_got_it(tablet: Tablet) -> None:
    tablet.says = ["pick-wrong"]
    tablet.scanner("MUG-RD")
    tablet.expect_fate("refused")
    expect(tablet.page.locator(".versus")).to_contain_text("Mug, red")
    assert tablet.page.evaluate("window.heard") == ["refused"]
    assert tablet.page.evaluate("window.shaken.length") == 1
    tablet.page.wait_for_timeout(400)
    tablet.expect_fate("refused")
    tablet.page.get_by_role("link", name="Got it").click()
    tablet.expect_fate("")
    tablet.expect_focus()


def test_scans_behind_a_refusal_wait_for_a_person(tablet: Tablet) -> None:
    tablet.lost = True
    tablet.scanner("MUG-RD")
    tablet.scanner("MUG-BL")
    expect(tablet.page.locator(".scan-banner")).to_contain_text("2 scans waiting")
    tablet.lost, tablet.says = False, ["pick-wrong"]
    tablet.expect_fate("refused")
    expect(tablet.page.locator(".scan-banner")).to_contain_text("1 more scan waits behind it")
    assert {post["code"] for post in tablet.posts} == {"MUG-RD"}
    tablet.page.get_by_role("link", name="Got it").click()
    tablet.expect_fate("accepted")
    assert tablet.posts[-1]["code"] == "MUG-BL"


def test_a_lost_answer_is_amber_and_sent_again_as_the_same_scan(tablet: Tablet) -> None:
    tablet.lost = True
    tablet.scanner("MUG-BL")
    tablet.expect_fate("saved")
    expect(tablet.page.locator(".scan-banner")).to_contain_text("1 scan waiting")
    expect(tablet.page.locator(".scan-banner")).to_contain_text("saved, not checked")
    expect(tablet.page.locator("[data-link]")).to_have_text("Offline")
    tablet.lost = False
    tablet.expect_fate("accepted")
    expect(tablet.page.locator("[data-link]")).to_have_text("Online")
    assert len(tablet.posts) > 1
    assert all(post == tablet.posts[0] for post in tablet.posts)
    assert tablet.page.evaluate("window.heard") == ["saved", "accepted"]


def test_an_expired_session_keeps_the_scan(tablet: Tablet) -> None:
    tablet.signed_out = True
    tablet.scanner("MUG-BL")
    tablet.expect_fate("saved")
    expect(tablet.page.locator(".scan-banner")).to_contain_text("Signed out. 1 scan waiting")
    tablet.signed_out = False
    tablet.expect_fate("accepted")


def test_a_picker_scans_one_and_confirms_twelve(tablet: Tablet) -> None:
    tablet.page.locator(".qty > summary").click()
    tablet.page.get_by_text("+10", exact=True).click()
    tablet.page.get_by_label("One more").click()
    tablet.page.get_by_label("One more").click()
    tablet.expect_focus()
    tablet.scanner("MUG-BL")
    tablet.expect_fate("accepted")
    tablet.scanner("MUG-BL")
    tablet.expect_posts("MUG-BL", "MUG-BL")
    assert [post["quantity"] for post in tablet.posts] == ["12", "1"]


def test_a_counter_types_how_many_there_are(tablet: Tablet) -> None:
    pad = tablet.page.locator(".qty-pad")
    tablet.page.locator(".qty > summary").click()
    for key in ("0", "4", "8", "0"):
        pad.get_by_text(key, exact=True).click()
    tablet.expect_focus()
    tablet.scanner("MUG-BL")
    tablet.expect_fate("accepted")
    tablet.page.locator(".qty > summary").click()
    for key in ("7", "7", "Clear", "3", "1"):
        pad.get_by_text(key, exact=True).click()
    tablet.page.locator(".qty > summary").click()
    tablet.page.locator(".qty > summary").click()
    for key in ("2", "5"):  # the panel was opened anew: a new number
        pad.get_by_text(key, exact=True).click()
    tablet.scanner("MUG-BL")
    tablet.expect_posts("MUG-BL", "MUG-BL")
    assert [post["quantity"] for post in tablet.posts] == ["480", "25"]


def test_a_key_sends_its_command_once(tablet: Tablet) -> None:
    tablet.page.get_by_role("button", name="Undo").click()
    tablet.expect_fate("accepted")
    tablet.expect_posts("CMD:UNDO")
    assert tablet.posts[0]["quantity"] == "1"


def test_typing_elsewhere_never_scans(tablet: Tablet) -> None:
    tablet.page.get_by_role("button", name="Short").focus()
    tablet.page.keyboard.type("4006381333931", delay=2)
    tablet.page.wait_for_timeout(200)
    assert tablet.posts == []


def test_the_focus_comes_back_after_any_tap(tablet: Tablet) -> None:
    assert tablet.focused == "scan"
    for place in (".task .panel", ".qty > summary", "[data-manual]", ".stops > summary"):
        tablet.page.locator(place).first.click()
        tablet.expect_focus()


def test_the_field_is_made_for_scanners(tablet: Tablet) -> None:
    field = tablet.page.locator("#scan")
    for name, value in (("type", "text"), ("inputmode", "none"), ("autocomplete", "off")):
        expect(field).to_have_attribute(name, value)
    assert field.get_attribute("readonly") is None


def test_the_empty_field_lets_the_tab_key_pass(tablet: Tablet) -> None:
    tablet.page.keyboard.press("Tab")
    assert tablet.focused != "scan"
    assert tablet.posts == []


def test_a_chosen_meaning_is_sent_with_its_kind(tablet: Tablet) -> None:
    tablet.says = ["pick-choices"]
    tablet.scanner("A-03-2")
    tablet.page.get_by_role("button", name="Bin A-03-2").click()
    tablet.expect_fate("accepted")
    assert (tablet.posts[1]["code"], tablet.posts[1]["kind"]) == ("A-03-2", "bin")
    assert tablet.posts[0]["scan_id"] != tablet.posts[1]["scan_id"]


def test_without_javascript_a_scan_is_a_form_with_the_servers_scan_id(browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    site = Site(page)
    posts: list[list[tuple[str, str]]] = []

    def scan(route: Route) -> None:
        posts.append(parse_qsl(route.request.post_data or ""))
        site.sample(route, "pick-right")

    site.answers["/scans"] = scan
    site.open("pick-first")
    page.locator("#scan").fill("MUG-BL")
    page.locator("#scan").press("Enter")
    expect(page.locator(".scan-banner")).to_contain_text("2 of 3")
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"{HOME}/scans")
    assert [value for key, value in posts[0] if key == "scan_id"] == ["0192f0c4-7a11-7bb2-9c00-000000000001"]
    assert [value for post in posts for key, value in post if key == "code"] == ["MUG-BL", "CMD:UNDO"]
    page.context.close()


def test_the_partial_is_the_page_s_own_screen() -> None:
    page, view = FLOOR["pick-right"]
    assert draw("floor/_screen.html", view).strip() in draw(page, view)
