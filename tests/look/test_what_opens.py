"""What opens over a page, a panel of a row, a key's form, a phone's menu: it stays on the screen and reads well by day and by night."""

import pytest
from playwright.sync_api import Locator, expect

from tests.look.served import AXE, Gallery
from tests.look.test_every_page_is_drawn import faults

OPENERS = [
    ("counts", "tbody tr:first-child button[popovertarget]", "tbody tr:first-child .over"),
    ("zones", "tbody tr:nth-child(2) button[popovertarget]", "tbody tr:nth-child(2) .over"),
    ("reasons", "tbody tr:first-child button[popovertarget]", "tbody tr:first-child .over"),
    ("counts", ".acts .act > summary", ".acts .act-form"),
    ("adjustment", ".acts .act > summary", ".acts .act-form"),
    ("bins", ".acts .act > summary", ".acts .act-form"),
    ("bin", ".acts .act:last-of-type > summary", ".acts .act:last-of-type .act-form"),
    ("lot", ".acts .act > summary", ".acts .act-form"),
]


def _on_the_screen(opened: Locator, width: int) -> bool:
    box = opened.bounding_box()
    return box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


@pytest.mark.parametrize(("name", "key", "panel"), OPENERS)
def test_what_a_key_opens_stays_on_the_screen(gallery: Gallery, name: str, key: str, panel: str) -> None:
    for width in (1440, 1024, 820, 390, 320):
        gallery.page.set_viewport_size({"width": width, "height": 760})
        gallery.open(name)
        gallery.page.locator(key).first.click()
        opened = gallery.page.locator(panel).first
        expect(opened).to_be_visible()
        assert _on_the_screen(opened, width)
        assert gallery.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("name", "key", "panel"), OPENERS)
def test_what_a_key_opens_reads_well_by_day_and_by_night(gallery: Gallery, name: str, key: str, panel: str) -> None:
    gallery.page.set_viewport_size({"width": 1024, "height": 760})
    gallery.open(name)
    gallery.page.add_script_tag(url=f"{gallery.home}/{AXE}")
    gallery.page.locator(key).first.click()
    expect(gallery.page.locator(panel).first).to_be_visible()
    for side in ("light", "dark"):
        gallery.page.evaluate("side => { document.documentElement.dataset.bsTheme = side; }", side)
        assert faults(gallery.page) == []


def test_a_phone_opens_the_sections_by_a_key_and_a_wide_screen_shows_them(gallery: Gallery) -> None:
    sections, key = gallery.page.get_by_role("navigation", name="Sections"), gallery.page.get_by_role("button", name="Menu")
    gallery.page.set_viewport_size({"width": 1024, "height": 760})
    gallery.open("stock")
    expect(sections).to_be_visible()
    expect(key).to_be_hidden()
    gallery.page.set_viewport_size({"width": 390, "height": 760})
    gallery.page.add_script_tag(url=f"{gallery.home}/{AXE}")
    expect(sections).to_be_hidden()
    key.click()
    expect(sections.get_by_role("link", name="Products")).to_be_visible()
    for side in ("light", "dark"):
        gallery.page.evaluate("side => { document.documentElement.dataset.bsTheme = side; }", side)
        assert faults(gallery.page) == []
    gallery.page.get_by_role("button", name="Close").click()
    expect(sections).to_be_hidden()


def test_a_ready_answer_is_copied_by_a_key(gallery: Gallery) -> None:
    gallery.page.set_viewport_size({"width": 1024, "height": 760})
    gallery.open("support")
    answer = gallery.page.locator("textarea").first
    key = gallery.page.get_by_role("button", name="Copy").first
    key.click()
    expect(gallery.page.get_by_role("button", name="Copied")).to_be_visible()
    gallery.page.evaluate("() => { const field = document.querySelector('input[name=q]'); field.value = ''; field.focus(); }")
    gallery.page.keyboard.press("Control+V")
    pasted = gallery.page.locator("input[name=q]").input_value()
    assert pasted
    assert pasted.split() == answer.input_value().split()
