"""Every page is drawn from its view, keeps to the content policy, reads well to a machine, and fits a phone."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.look.desk_views import HOSTILE
from tests.look.rendering import ROOT, draw
from tests.look.site import PAGES, Site

AXE = (ROOT / "tests/vendor/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
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


def _faults(site: Site) -> list[str]:
    found: dict[str, Any] = site.page.evaluate("rules => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES)
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found["violations"]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_by_day_and_by_night_at_every_width(site: Site, name: str) -> None:
    site.page.emulate_media(reduced_motion="reduce")  # no colour is on its way while it is measured
    site.open(name)
    site.page.evaluate(AXE)
    for side, width in zip(("light", "dark", "dark", "light"), WIDTHS, strict=True):
        site.page.set_viewport_size({"width": width, "height": 760})
        site.page.evaluate("side => { document.documentElement.dataset.bsTheme = side; }", side)
        assert site.page.evaluate("document.documentElement.scrollWidth") <= width
        if width in (1024, 320):
            assert _faults(site) == []


@pytest.mark.parametrize("name", ["pick-right", "pick-wrong", "floor-home", "pack-label", "pick-choices", "floor-list"])
def test_what_is_pressed_on_the_floor_is_64_pixels_high(site: Site, name: str) -> None:
    for width in (1024, 320):
        site.page.set_viewport_size({"width": width, "height": 760})
        site.open(name)
        sizes = site.page.locator(".key:visible, a.tile:visible, button.tile:visible").evaluate_all(
            "all => all.map(one => [one.textContent.trim(), one.getBoundingClientRect().height, one.getBoundingClientRect().width])"
        )
        assert sizes
        assert [one for one in sizes if one[1] < 64 or one[2] < 64] == []


@pytest.mark.parametrize("place", [".qty", ".stops"])
def test_what_opens_over_the_screen_stays_on_it(site: Site, place: str) -> None:
    for width in (1024, 320):
        site.page.set_viewport_size({"width": width, "height": 760})
        site.open("pick-right")
        site.page.locator(f"{place} > summary").click()
        box = site.page.locator(f"{place} .panel").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
