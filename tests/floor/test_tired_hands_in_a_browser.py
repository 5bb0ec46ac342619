"""Moves, scrap and quarantine on a real tablet: wrong codes, leaving in the middle, the key once too often."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.floor.conftest import House
from tests.floor.test_a_picker_in_a_browser import TABLET, Shift

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def maja(page: Page, house: House) -> Iterator[Shift]:
    """Maja, signed in."""
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    shift = Shift(page, house)
    page.goto(f"{house.url}/floor")
    shift.sign_in("Maja Kowalska")
    yield shift
    assert shift.faults == []


def where(house: House, sku: str, condition: str = "good") -> dict[str, int]:
    """Units by bin."""
    rows = house.rows(
        "SELECT l.code, b.qty FROM balance b JOIN location l ON l.id = b.location_id JOIN product p ON p.id = b.product_id"
        f" WHERE p.sku = '{sku}' AND b.condition = '{condition}' AND b.qty > 0"
    )
    return dict(rows)


def key(shift: Shift, name: str) -> None:
    shift.page.get_by_role("button", name=name, exact=True).click()


def test_goods_in_hand_outlive_wrong_codes_and_other_work(maja: Shift, house: House) -> None:
    home = next(iter(where(house, "MUG-BL")))
    page = maja.page
    page.goto(f"{house.url}/floor/other")
    page.get_by_role("link", name=re.compile("^Move")).click()
    maja.scan(home)
    maja.answer("accepted", f"You stand at {home}")
    for n in (1, 2):
        maja.scan("MUG-BL")
        maja.answer("accepted", f"Mug, blue: {n} in hand")
    for code, words in (("TOTE-01", "a tote moves with its cart"), ("nothing-known", "Nobody knows"), (home, "It came from"),
                        ("PACK-1", "between picking and storage bins")):  # fmt: skip
        maja.scan(code)
        maja.answer("refused", words)
    maja.look("move-refused")

    key(maja, "Other work")
    offer = page.locator(".tile-next")
    expect(offer).to_contain_text("Scan the bin that 2 Mug, blue go to")
    maja.look("get-work-full-hand")
    offer.click()
    maja.scan("B-05-1")
    maja.answer("accepted", f"2 Mug, blue: from {home} to B-05-1")
    assert where(house, "MUG-BL") == {home: 8, "B-05-1": 2}
    key(maja, "Undo")
    maja.answer("accepted", "Taken out again: 2 Mug, blue in hand")
    key(maja, "Put back")
    maja.answer("accepted", f"Put 2 units back into {home}")
    assert where(house, "MUG-BL") == {home: 10}


def test_a_reason_is_a_key_and_pressed_twice_it_counts_once(maja: Shift, house: House) -> None:
    home = next(iter(where(house, "MUG-RD")))
    page = maja.page
    page.goto(f"{house.url}/floor/task/scrap:")
    maja.scan(home)
    maja.answer("accepted", f"You stand at {home}")
    maja.scan("MUG-RD")
    maja.answer("accepted", "1 Mug, red in hand")
    maja.scan("CMD:SHORT")
    maja.answer("refused", "That does nothing here.")
    maja.look("scrap-why")
    page.get_by_role("button", name="Broken beyond use").dblclick()
    expect(page.locator(".choices")).to_have_count(0)
    assert where(house, "MUG-RD") == {home: 9}
    page.goto(f"{house.url}/floor/task/quarantine:")
    maja.scan(home)
    maja.answer("accepted", f"You stand at {home}")
    maja.scan("MUG-RD")
    maja.answer("accepted", "1 Mug, red in hand")
    key(maja, "Suspect")
    maja.answer("accepted", "Put 1 Mug, red into QUARANTINE")
    maja.scan("QUARANTINE")
    maja.answer("accepted", "in QUARANTINE, on hold")
    maja.scan("QUARANTINE")  # once more
    maja.answer("refused", "what lies in it is put apart already")
    assert (where(house, "MUG-RD"), where(house, "MUG-RD", "hold")) == ({home: 8}, {"QUARANTINE": 1})
