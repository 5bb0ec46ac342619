"""Every page is drawn from its view, keeps to the content policy, reads well to a machine, and fits a phone."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.look.desk_views import HOSTILE
from tests.look.rendering import ROOT, draw
from tests.look.served import AXE, Gallery
from tests.look.site import PAGES

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_COLOUR_AND_SIZE = ["color-contrast", "link-in-text-block", "target-size"]  # what night and a wide screen may change
WIDTHS = (1440, 1024, 390, 320)
ELSEWHERE = ("_macros", "mail", "people")


def whole_pages() -> set[str]:
    """Templates that stand for themselves: no frame, no part, nothing of another room's tests."""
    found = (path.relative_to(ROOT / "templates") for path in Path(ROOT / "templates").rglob("*.html"))
    return {
        str(path)
        for path in found
        if path.parts[0] not in ELSEWHERE and path.name != "base.html" and path.name[0] != "_"
    }


def test_every_page_has_a_sample() -> None:
    assert whole_pages() == {template for template, _ in PAGES.values()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_inline_style_or_script(name: str) -> None:
    template, view = PAGES[name]
    page = re.sub(r'srcdoc="[^"]*"', "", draw(template, view))
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script>|javascript:", page)
    assert not re.search(r'(src|action)="(https?:)?//', page)


def test_what_a_shop_wrote_is_never_markup() -> None:
    assert HOSTILE not in draw(*PAGES["orders"])
    assert "&lt;script&gt;alert(1)" in draw(*PAGES["orders"])


def test_the_same_product_looks_the_same_everywhere() -> None:
    tiles = [re.findall(r'<span class="pic">.*?</span>', draw(*PAGES[name]))[:1] for name in ("pick-right", "order")]
    assert tiles[0] == tiles[1] != []


def faults(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe finds wrong with the page as it is drawn now."""
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations'], preload: false})", rules
    )
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found["violations"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_by_day_and_by_night_at_every_width(gallery: Gallery, name: str) -> None:
    gallery.open(name)
    gallery.page.add_script_tag(url=f"{gallery.home}/{AXE}")
    for side, width in zip(("light", "dark", "dark", "light"), WIDTHS, strict=True):
        gallery.page.set_viewport_size({"width": width, "height": 760})
        gallery.page.evaluate("side => { document.documentElement.dataset.bsTheme = side; }", side)
        assert gallery.page.evaluate("document.documentElement.scrollWidth") <= width
        if width in (1024, 320):
            assert faults(gallery.page, RULES if side == "light" else OF_COLOUR_AND_SIZE) == []


@pytest.mark.parametrize("name", ["pick-right", "pick-wrong", "floor-home", "pack-label", "pick-choices", "floor-list"])
def test_what_is_pressed_on_the_floor_is_64_pixels_high(gallery: Gallery, name: str) -> None:
    for width in (1024, 320):
        gallery.page.set_viewport_size({"width": width, "height": 760})
        gallery.open(name)
        sizes = gallery.page.locator(".key:visible, a.tile:visible, button.tile:visible").evaluate_all(
            "all => all.map(one => [one.textContent.trim(), one.getBoundingClientRect().height, one.getBoundingClientRect().width])"
        )
        assert sizes
        assert [one for one in sizes if one[1] < 64 or one[2] < 64] == []


@pytest.mark.parametrize("place", [".qty", ".stops"])
def test_what_opens_over_the_screen_stays_on_it(gallery: Gallery, place: str) -> None:
    for width in (1024, 320):
        gallery.page.set_viewport_size({"width": width, "height": 760})
        gallery.open("pick-right")
        gallery.page.locator(f"{place} > summary").click()
        box = gallery.page.locator(f"{place} .panel").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
