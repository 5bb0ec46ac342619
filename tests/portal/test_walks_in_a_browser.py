"""A shopper complains, reviews, cancels and sends back in Chromium, with scripts and without: sound pages, one origin, and light for whoever only looks."""

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, Response, expect

from stowline.app import create_app
from stowline.cases import casework
from stowline.cases import reviews as verbs
from stowline.core import clock, db
from stowline.orders import queries as orders
from stowline.returns import policies, service
from stowline.returns.policies import Policy
from stowline.stores import banners
from stowline.stores import queries as store_queries
from stowline.stores import service as stores
from tests.desk.conftest import House
from tests.portal.lived import case_of, got, link, return_of
from tests.portal.test_choices import everything
from tests.portal.test_in_a_browser import BUDGET, carried
from tests.portal.test_the_order_page import INES
from tests.serving import AXE, serving

PART = 3_000
"""Bytes of a part that a shop's page takes in without a frame of its own."""


@pytest.fixture(scope="module")
def address(one_house: House) -> Iterator[str]:
    """A running server: for each mode an order that came, and one that nobody has begun to pick."""
    with db.transaction() as session:
        stores.set_shop_page(session, "demo", public=True, units_shown="few", notices_per_unit=1)
        policies.set_policy(session, 1, policies.with_changes(Policy(), settle="auto"))
    for scripts in (True, False):
        got(one_house, f"came-{scripts}", {f"CUP-{scripts}": 1, f"MUG-{scripts}": 2}, **INES)
    for scripts in (True, False):
        one_house.robot().place(f"open-{scripts}", {f"CUP-{scripts}": 1, f"MUG-{scripts}": 1}, **INES)
    one_house.deliver()
    with serving(create_app()) as here:
        yield here


@pytest.fixture
def walk(browser: Browser, address: str, *, scripts: bool) -> Iterator["Walk"]:
    context = browser.new_context(java_script_enabled=scripts, locale="en-GB", viewport={"width": 390, "height": 844})
    walk = Walk(context, address, scripts=scripts)
    yield walk
    context.close()
    assert walk.faults == {}
    assert {urlsplit(url).netloc for url in walk.asked if not url.startswith("data:")} == {urlsplit(address).netloc}


class Walk:
    """One shopper's browser, at work: what it asked for, and what axe found on each page that it stood on."""

    def __init__(self, context: BrowserContext, address: str, *, scripts: bool) -> None:
        self.page, self.address, self.scripts = context.new_page(), address, scripts
        self.asked: list[str] = []
        self.faults: dict[tuple[str, str], list[str]] = {}
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def look(self, heading: str | re.Pattern[str]) -> Page:
        """The page with this heading is here, and it is sound: by day on a phone, by night at a desk."""
        expect(self.page.locator("h1")).to_have_text(heading)
        if not self.scripts:
            return self.page
        self.page.evaluate(AXE)
        for side, width in (("dark", 1280), ("light", 390)):
            self.page.set_viewport_size({"width": width, "height": 844})
            self.page.emulate_media(color_scheme=side, reduced_motion="reduce")  # type: ignore[arg-type]
            found = self.page.evaluate("axe.run().then(r => r.violations.map(v => `${v.id}: ${v.nodes[0].html}`))")
            if found or self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                self.faults[self.page.url, side] = found
        return self.page


def shot(name: str = "chip.jpg") -> FilePayload:
    made = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(made, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": made.getvalue()}


both_modes = pytest.mark.parametrize("scripts", [True, False])


@both_modes
def test_she_reports_a_problem_with_a_photo_goes_on_and_judges_how_it_was(walk: Walk, one_house: House, *, scripts: bool) -> None:
    ref = f"came-{scripts}"
    page = walk.open(link(ref))
    page.get_by_role("link", name="Report a problem").click()
    walk.look("What is wrong?")
    page.get_by_label("Something is damaged or missing").check()
    page.get_by_label(f"Thing CUP-{scripts}").check()
    page.get_by_label("What happened?").fill("The cup has a chip.")
    page.get_by_label("Photos, if you have some").set_input_files([shot()])
    page.get_by_role("button", name="Send").click()
    talk = page.locator("#talk")
    expect(talk.get_by_text("The cup has a chip.")).to_be_visible()
    expect(talk.get_by_text("1 photo")).to_be_visible()
    page.get_by_text("Write more about this").click()
    page.get_by_label("Your words").fill("And its saucer, too.")
    page.get_by_role("button", name="Send").click()
    expect(talk.get_by_text("And its saucer, too.")).to_be_visible()
    ident = case_of(ref).id or 0
    with db.transaction() as session:
        casework.answer(session, ident, "Dear Ines, a new one leaves today.", f"answer-{ref}")
        casework.solve(session, ident)
    one_house.deliver()
    with clock.stopped_at(clock.now() + timedelta(hours=49)):
        db.run(lambda session: casework.close_solved(session, ""))
    page = walk.open(link(ref))
    expect(talk.get_by_text("Dear Ines, a new one leaves today.")).to_be_visible()
    walk.look(re.compile("^Delivered "))
    before = everything()
    page.get_by_role("link", name="Say how it was").click()
    walk.look("Did we put it right?")
    assert everything() == before, "a look judges nothing"
    page.get_by_label("Good", exact=True).check()
    page.get_by_label("What should we know?").fill("Quick!")
    page.get_by_role("button", name="Send").click()
    walk.look("Thank you")
    assert (case_of(ref).verdict, case_of(ref).verdict_text) == ("good", "Quick!")


@both_modes
def test_she_rates_what_came_and_sends_some_of_it_back(walk: Walk, one_house: House, *, scripts: bool) -> None:
    ref = f"came-{scripts}"
    page = walk.open(link(ref))
    page.get_by_role("link", name="Rate what you got").click()
    walk.look("Rate what you got")
    card = page.locator(".card-flat", has_text=f"Thing CUP-{scripts}")
    card.get_by_text("4 ★").click()
    card.get_by_label("What would you tell a friend?").fill("It holds the warmth.")
    card.get_by_label("Name that is shown").fill("Ines M.")
    card.get_by_role("button", name="Send the rating").click()
    expect(page.get_by_role("status")).to_have_text("Thank you, it is kept.")
    walk.open(f"/products/demo/CUP-{scripts}")
    expect(page.get_by_text("It holds the warmth.")).to_have_count(0)
    with db.transaction() as session:
        verbs.approve(session, 1 if scripts else 2)
    walk.open(f"/products/demo/CUP-{scripts}")
    walk.look(f"Thing CUP-{scripts}")
    expect(page.get_by_text("It holds the warmth.")).to_be_visible()
    expect(page.get_by_text("4.0 of 5 stars, 1 review")).to_be_visible()

    before = everything()
    walk.open(link(ref)).get_by_role("link", name="Send something back").click()
    walk.look("Send something back")
    card = page.locator("section", has_text=f"Thing MUG-{scripts}").first
    card.get_by_label("How many (2 may come back)").select_option("1")
    card.get_by_label("Why").select_option(label="Damaged")
    page.get_by_role("button", name="Next: what you want for it").click()
    walk.look("What would you like for it?")
    page.get_by_label("Refund of €4.50").check()
    page.get_by_role("button", name="Next: look once more").click()
    walk.look("Look once more")
    assert everything() == before, "three looks ask for nothing"
    page.get_by_label("A note for us").fill("It came in two pieces.")
    page.get_by_label("Photographs that show it").set_input_files([shot("two pieces.jpg")])
    page.get_by_role("button", name="Ask for the return").click()
    walk.look("We have your return request")
    expect(page.get_by_text("It came in two pieces.")).to_be_visible()
    expect(page.get_by_role("img", name="Your photograph 1")).to_have_js_property("naturalWidth", 640) if scripts else None
    code = return_of(ref)
    db.run(lambda session: service.approve(session, code))
    page.reload()
    walk.look("Approved: send it to us")
    expect(page.get_by_label("What is expected")).to_contain_text("€4.50")
    label = page.get_by_role("link", name="Print the label (PDF)").get_attribute("href")
    assert page.request.get(f"{walk.address}{label}").body().startswith(b"%PDF")
    robot, goods = one_house.robot(), f"MUG-{scripts}"
    for scan, kind in ((code, ""), (goods, ""), (goods, ""), ("CMD:DONE", "grade damaged"), ("CMD:DONE", "to scrap")):
        assert robot.scan(f"return:{code}", scan, kind=kind).status == 200
    page.reload()
    walk.look("Settled")
    expect(page.get_by_label("What is paid back")).to_contain_text("You get€4.50")
    expect(page.get_by_text("It has not said yet that it is done.")).to_be_visible()


@both_modes
def test_she_cancels_a_line_and_then_all_of_it(walk: Walk, *, scripts: bool) -> None:
    ref = f"open-{scripts}"
    page, before = walk.open(link(ref)), everything()
    page.get_by_role("link", name="Cancel the order").click()
    walk.look("Cancel the order")
    assert everything() == before, "a look cancels nothing"
    page.get_by_label(f"Thing MUG-{scripts}").check()
    page.get_by_label("Your e-mail address").fill("per@example.test")
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_role("alert")).to_contain_text("not the e-mail address of this order")
    page.get_by_label("Your e-mail address").fill("ines@example.test")
    page.get_by_role("button", name="Cancel it").click()
    walk.look("It is off your order")
    expect(page.get_by_text("€4.50")).to_be_visible()
    page.get_by_role("link", name="See your order").click()
    page.get_by_role("link", name="Cancel the order").click()
    page.get_by_label("The whole order").check()
    page.get_by_label("Your e-mail address").fill("ines@example.test")
    page.get_by_role("button", name="Cancel it").click()
    walk.look("Your order is cancelled")
    with db.reading() as session:
        assert orders.by_ref(session, ref).state == "cancelled"


def glazed() -> bytes:
    """A photograph as heavy as one of a cup on a table is: soft light, some grain."""
    made, ground = io.BytesIO(), Image.radial_gradient("L").resize((1200, 900))
    Image.merge("RGB", [Image.blend(ground, Image.effect_noise((1200, 900), 24), 0.3).point(lambda v, n=n: min(255, v + n)) for n in (40, 24, 8)]).save(made, "PNG")
    return made.getvalue()


def test_the_first_view_of_a_product_and_what_a_shop_takes_in_are_light(browser: Browser, address: str, one_house: House) -> None:
    robot = one_house.robot()
    robot.send("POST", "/api/v1/products/CUP-True/photos?alt=A%20cup", glazed(), robot.headers | {"Content-Type": "image/png"})
    words = {"description": "Turned by hand.\n\n" * 20, "guide": "Rinse it first.", "specs": [{"name": "Colour", "value": "ash"}]}
    robot.send("PUT", "/api/v1/products/CUP-True/words/en", json.dumps(words).encode(), robot.headers | {"Content-Type": "application/json"})
    with db.transaction() as session:
        banners.write(session, store_queries.store_by_key(session, "demo"), {"en": "Closed on Friday"}, clock.now() - timedelta(hours=1), None)
    walk = Walk(browser.new_context(locale="en-GB"), address, scripts=True)
    framed = ("/embed/demo/products/CUP-True", "/embed/demo/banner")
    for path in (*framed, "/return-policy/demo"):
        walk.open(path)
        walk.look(re.compile("."))
    walk.page.context.close()
    assert walk.faults == {}
    heavy = {}
    for path, most in (("/products/demo/CUP-True", BUDGET), *((one, BUDGET) for one in framed), *((f"{one}?part=1", PART) for one in framed)):
        weights = weighed(browser, f"{address}{path}")
        if sum(weights.values()) >= most or not any(weights.values()):
            heavy[path] = weights
    assert heavy == {}


def weighed(browser: Browser, url: str) -> dict[str, int]:
    """What a first visit carries over the wire, by the name of each file; all of it from one origin."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page, answers = context.new_page(), list[Response]()
    page.on("response", lambda one: answers.append(one))  # noqa: PLW0108  (a builtin takes no mark)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    assert {urlsplit(one.url).netloc for one in answers} == {urlsplit(url).netloc}
    found = {one.url.rpartition("/")[2][:30]: carried(one) for one in answers}
    context.close()
    return found
