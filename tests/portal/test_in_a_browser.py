"""The shopper's pages in Chromium, with scripts and without: light, sound, from one origin, and every form works."""

import io
from collections.abc import Iterator
from urllib.parse import urlsplit

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, Page, Response, expect

from stowline.app import create_app
from stowline.cases import service as cases
from stowline.core import db
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.packing import photos
from stowline.packing import queries as packing
from tests.desk.conftest import House
from tests.portal.test_the_order_page import INES
from tests.serving import AXE, serving

BUDGET = 60_000
"""Bytes that the first view of an order takes in all, over the wire."""
TEA = {**INES, "locale": "zh-TW", "time_zone": "Asia/Taipei"}


@pytest.fixture(scope="module")
def address(one_house: House) -> Iterator[str]:
    """A running server: an order on its way in one parcel with something to come, one that can be changed, one in Chinese."""
    robot = one_house.robot()
    robot.stock_up({"MUG": 9, "CUP": 9})
    robot.add_product("BOWL")
    robot.place("gone", {"MUG": 1, "CUP": 2}, **INES)
    robot.ship_all()
    with db.transaction() as session:
        box = packing.parcels_of(session, orders.by_ref(session, "gone").id or 0)[0]
        for n in range(photos.MOST):
            photos.keep(session, box.code, photos.draw(a_box(n)))
    robot.place("waits", {"MUG": 1, "BOWL": 2}, **INES)
    robot.place("open", {"MUG": 1, "CUP": 1}, **INES)
    robot.place("tea", {"MUG": 1, "CUP": 1}, **TEA)
    with db.transaction() as session:
        cases.save_snippet(session, key="asked-when", locale="en", title="When does it leave?", text="Order {{ order }} leaves with the next pick-up.", who="Ruth", public=True)
    one_house.catch_up()
    with serving(create_app()) as here:
        yield here


def a_box(n: int) -> bytes:
    """A photograph with as much in it as one of a packed box has: grain, an edge, things inside."""
    grain = Image.effect_noise((1600, 1200), 60 + n).filter(ImageFilter.GaussianBlur(2)).convert("RGB")
    scene = Image.blend(grain, Image.new("RGB", grain.size, "peru"), 0.6)
    pen = ImageDraw.Draw(scene)
    for k in range(40):
        at = (97 * k * (n + 3)) % 1400, (61 * k * (n + 5)) % 1000
        pen.rectangle((*at, at[0] + 160, at[1] + 110), fill=(k * 6, 255 - k * 5, 90), outline="black", width=4)
    made = io.BytesIO()
    scene.save(made, "JPEG", quality=90)
    return made.getvalue()


def link(ref: str) -> str:
    with db.reading() as session:
        return facts.status_path(orders.by_ref(session, ref).id or 0)


def carried(answer: Response) -> int:
    sizes = answer.request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]


@pytest.mark.parametrize("ref", ["gone", "waits", "tea"])
def test_the_first_view_is_light_and_comes_from_one_origin(page: Page, address: str, ref: str) -> None:
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))  # noqa: PLW0108  (a builtin takes no mark)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}{link(ref)}")
    page.wait_for_load_state("networkidle")
    assert {urlsplit(one.url).netloc for one in answers} == {urlsplit(address).netloc}
    photographed = page.locator(".box-photos img").evaluate_all("all => all.map(one => [one.loading, one.getAttribute('width'), one.getAttribute('height')])")
    assert photographed == ([["lazy", "480", "360"]] * photos.MOST if ref == "gone" else [])
    weights = {one.url.removeprefix(address)[-40:]: carried(one) for one in answers}
    assert sum(weights.values()) < BUDGET, weights


def test_every_page_is_sound_by_day_by_night_and_on_a_phone(page: Page, address: str) -> None:
    found = {}
    gone, open_, tea = link("gone"), link("open"), link("tea")
    for path in (gone, link("waits"), tea, "/track", "/parcel", f"{open_}/change/address", f"{open_}/change/cancellation", f"{open_}/change/merge", f"{tea}/change/cancellation"):
        page.goto(f"{address}{path}")
        page.evaluate(AXE)
        for side, width in (("light", 1280), ("dark", 390)):
            page.set_viewport_size({"width": width, "height": 844})
            page.emulate_media(color_scheme=side, reduced_motion="reduce")  # type: ignore[arg-type]
            faults = page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html}`))")
            if faults or page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found[path, side] = faults
    assert found == {}
    assert page.locator("h1").inner_text() == "取消訂單"


@pytest.mark.parametrize("ref", ["gone", "open"])
def test_on_paper_stand_the_goods_and_the_days_and_nothing_to_press(page: Page, address: str, ref: str) -> None:
    page.goto(f"{address}{link(ref)}")
    expect(page.locator(".no-print:visible")).not_to_have_count(0)
    headline = page.locator("h1").inner_text()
    page.emulate_media(media="print")
    expect(page.locator(".no-print:visible")).to_have_count(0)
    expect(page.locator("form:visible")).to_have_count(0)
    expect(page.locator("h1")).to_have_text(headline)
    for stands in ("h1", ".goods li"):
        assert page.locator(stands).evaluate_all("all => all.map(one => one.checkVisibility())").count(True) > 0, stands
    assert page.locator(".goods li:visible").count() == page.locator(".goods li").count()
    document = pypdfium2.PdfDocument(page.pdf())
    paper = " ".join("".join(sheet.get_textpage().get_text_range() for sheet in document).split())
    assert [one for one in (headline, "MUG", "CUP") if one not in paper] == []
    assert "Change something" not in paper


def test_photographs_of_the_box_come_when_they_are_asked_for(page: Page, address: str) -> None:
    page.goto(f"{address}{link('gone')}")
    drawn = "one => one.complete && one.naturalWidth"
    assert page.locator(".box-photos img").first.evaluate(drawn) in (False, 0)
    page.get_by_text("3 photographs of the packed box").click()
    page.wait_for_load_state("networkidle")
    assert page.locator(".box-photos img").evaluate_all("all => all.map(one => one.naturalWidth)") == [480] * photos.MOST
    assert page.locator(".box-photos a").first.get_attribute("href").endswith("/large")  # type: ignore[union-attr]


def test_what_a_chat_shows_of_a_link_and_what_is_asked_often(page: Page, address: str) -> None:
    page.goto(f"{address}{link('open')}")
    shown = page.locator("meta[property='og:title'], meta[property='og:description'], meta[name='description']").evaluate_all("all => all.map(one => one.content)")
    assert shown == ["Demo", "Where an order stands, for whoever ordered it.", "Where an order stands, for whoever ordered it."]
    page.get_by_text("When does it leave?").click()
    expect(page.get_by_text("Order open leaves with the next pick-up.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_order_is_found_and_changed_with_scripts_and_without(browser: Browser, address: str, *, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts, locale="en-GB", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/track")
    page.get_by_label("Order number").fill("open")
    page.get_by_label("E-mail or postcode").fill("nobody@example.test")
    page.get_by_role("button", name="Show my order").click()
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("E-mail or postcode").fill("ines@example.test")
    page.get_by_role("button", name="Show my order").click()
    page.get_by_role("link", name="Send it somewhere else").click()
    street = f"Quai {'A' if scripts else 'B'} 12"
    page.get_by_label("Street and number").fill(street)
    page.get_by_label("Postcode", exact=True).fill("44100" if scripts else "44200")
    page.get_by_label("Your e-mail address").fill("ines@example.test")
    page.get_by_role("button", name="Send it there").click()
    expect(page.get_by_role("heading", name="It goes to the new address")).to_be_visible()
    page.get_by_role("link", name="See your order").click()
    expect(page.get_by_text("44100 Nantes" if scripts else "44200 Nantes")).to_be_visible()
    context.close()
