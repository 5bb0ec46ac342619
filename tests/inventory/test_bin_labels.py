"""Labels of bins: their size, the code read back by a scanner, and what they say to people."""

import pypdfium2
import pytest
import zxingcpp

from stowline.core import pdf
from stowline.inventory.label import HEIGHT, WIDTH, BinLabel, labels_pdf

SHELF = BinLabel("A-03-2", "up", "Pick hall north, aisle A, bay 3, level 2")


def codes(data: bytes, page: int = 0, dpi: int = 203) -> list[tuple[str, str]]:
    """What a scanner reads from a page as a label printer of this resolution prints it, from the top, left to right."""
    image = pypdfium2.PdfDocument(data)[page].render(scale=dpi / 72).to_pil()
    found = sorted(zxingcpp.read_barcodes(image), key=lambda one: (round(one.position.top_left.y / 50), one.position.top_left.x))
    return [(one.symbology_identifier, one.text) for one in found]


def words(data: bytes) -> str:
    return str(pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range())


def ink(data: bytes, left: float, top: float, right: float, bottom: float) -> float:
    """The share of black in a part of the first page, its edges as shares of the page."""
    image = pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil().convert("1")
    part = image.crop((int(left * image.width), int(top * image.height), int(right * image.width), int(bottom * image.height)))
    return float(part.histogram()[0] / (part.width * part.height))


def test_a_label_is_100_by_50_millimetres_each_on_its_page() -> None:
    sizes = [page.get_size() for page in pypdfium2.PdfDocument(labels_pdf([SHELF, SHELF], "100x50"))]
    assert sizes == [(pytest.approx(WIDTH, abs=0.1), pytest.approx(HEIGHT, abs=0.1))] * 2


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("code", ["A-03-2", "A-01-1", "OVERFLOW", "S-07", "HALL2-AISLE17-BAY042-L5", "a b/c", "7001", "X" * 30])
def test_the_code_is_read_back_as_printed(code: str, dpi: int) -> None:
    assert codes(labels_pdf([BinLabel(code, "down", "Pick hall")], "100x50"), dpi=dpi) == [("]C0", code)]


def test_a_sheet_holds_ten_labels_in_the_order_asked_for() -> None:
    asked = [f"B-{n:02d}-1" for n in range(1, 13)]
    data = labels_pdf([BinLabel(code) for code in asked], "a4")
    document = pypdfium2.PdfDocument(data)
    assert [page.get_size() for page in document] == [(pytest.approx(pdf.A4[0], abs=0.1), pytest.approx(pdf.A4[1], abs=0.1))] * 2
    assert [text for _, text in codes(data)] == asked[:10]
    assert [text for _, text in codes(data, page=1)] == asked[10:]


def test_the_label_says_the_code_part_by_part_and_where_it_hangs() -> None:
    said = words(labels_pdf([SHELF], "100x50")).split()
    assert said == ["A", "03", "2", "Pick", "hall", "north,", "aisle", "A,", "bay", "3,", "level", "2"]


def test_the_arrow_points_to_the_bin() -> None:
    shares = {}
    for arrow in ("up", "down"):
        data = labels_pdf([BinLabel("A-03-2", arrow)], "100x50")
        shares[arrow] = (ink(data, 0.82, 0.24, 0.97, 0.30), ink(data, 0.82, 0.33, 0.97, 0.39))
    (head, shaft), (upper, lower) = shares["up"], shares["down"]
    assert head > shaft > 0
    assert lower > upper > 0
    assert ink(labels_pdf([BinLabel("A-3-2")], "100x50"), 0.9, 0.1, 0.97, 0.55) == 0


@pytest.mark.parametrize("code", ["Ⓐ-01-1", "棚-01", "É-1"])
def test_a_code_that_no_bar_code_carries_says_so_and_still_names_the_bin(code: str) -> None:
    data = labels_pdf([BinLabel(code, "up")], "100x50")
    assert codes(data) == []
    assert "No bar code: code 128 carries ASCII letters" in " ".join(words(data).split())
    assert code.rpartition("-")[2] in words(data)


@pytest.mark.parametrize("code", ["W" * 60, "~" * 60, "-" * 60, "Q-" * 30])
def test_the_longest_codes_stay_on_the_label(code: str) -> None:
    data = labels_pdf([BinLabel(code, "up", "a place " * 50)], "100x50")
    assert len(pypdfium2.PdfDocument(data)) == 1
    assert ink(data, 0, 0, 0.03, 1) == ink(data, 0.97, 0, 1, 1) == 0
