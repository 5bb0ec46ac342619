"""Labels and pallets from a real tablet at the dock: what is typed there is never a scan."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, Response

from stowline.core.barcode import sscc
from tests.floor.conftest import House
from tests.floor.test_a_picker_in_a_browser import TABLET, Shift

PREFIX = "4006381"


@pytest.fixture
def settings() -> dict[str, str]:
    return {"STOWLINE_GS1_PREFIX": PREFIX}


@pytest.fixture
def rosa(page: Page, house: House) -> Iterator[Shift]:
    """Rosa, signed in, at twelve red mugs of a purchase order."""
    lines = [{"sku": "MUG-RD", "quantity": 12}]
    assert house.robot.post("/api/v1/purchase-orders", {"ref": "PO-2", "supplier": "Kiln", "lines": lines}).status == 201
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    shift = Shift(page, house)
    page.goto(f"{house.url}/floor")
    shift.sign_in("Rosa Lind")
    page.goto(f"{house.url}/floor/task/receive:PO-2")
    yield shift
    assert shift.faults == []


def test_labels_and_a_pallet_between_two_scans(rosa: Shift, house: House) -> None:
    page = rosa.page
    rosa.scan("MUG-RD")
    rosa.answer("accepted", "Mug, red: 1 of 12")
    rosa.look("receive-labels")
    for field, typed, key, path in (("Labels of Mug, red", "3", "Print", "/products/MUG-RD/labels?copies=3"),
                                    ("Units on a pallet", "1", "Pallet", f"/pallets/{sscc(PREFIX, 0)}/label")):  # fmt: skip
        page.get_by_label(field).fill("")
        page.get_by_label(field).press_sequentially(typed)
        with page.context.expect_event("response", partial(_is, house.url + path)):
            page.get_by_role("button", name=key, exact=True).click()
        for paper in page.context.pages[1:]:
            paper.close()
    rosa.answer("accepted", "Mug, red: 1 of 12")
    rosa.scan("MUG-RD")
    rosa.answer("accepted", "Mug, red: 2 of 12")
    assert house.rows("SELECT COUNT(*) FROM scan WHERE task = 'receive:PO-2'") == [(2,)]


def _is(url: str, response: Response) -> bool:
    """Whether this is the paper that was asked for."""
    return response.url == url and response.headers["content-type"] == "application/pdf"
