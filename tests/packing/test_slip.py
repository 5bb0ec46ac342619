"""The packing slip: two papers, as many pages as it needs, what follows later, and the order's bar code."""

from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp

from stowline.core import pdf
from stowline.packing.slip import LaterLine, Size, SlipLine, SlipView, slip_pages, slip_pdf

MUG = SlipLine("MUG-BL", "Enamel mug, blue", 3, "A-03-2")
TOWEL = SlipLine("TWL-01", "Linen tea towel", 1)
MAJA = SlipView(
    store="Alder & Finch",
    order="ALD-10042",
    parcel="P-000412-1",
    recipient="Maja Kowalska",
    address=("Torstraße 140", "10119 Berlin", "Germany"),
    country_code="DE",
    lines=(MUG, TOWEL),
    color="#8a3b12",
    number=1,
    count=2,
    date="27 November 2026",
    thanks="Thank you for buying from a small shop.",
    support="Questions: help@alderfinch.example",
)


def document(view: SlipView, size: Size = "a4") -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(slip_pdf(view, size))


def words(page: pypdfium2.PdfPage) -> str:
    return str(page.get_textpage().get_text_range())


def codes(page: pypdfium2.PdfPage, dpi: int = 300) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(page.render(scale=dpi / 72).to_pil())]


def many(count: int) -> SlipView:
    return replace(MAJA, lines=tuple(SlipLine(f"SKU-{n:03}", f"Thing number {n}", 1) for n in range(count)))


@pytest.mark.parametrize(("size", "points"), [("a4", (595.28, 841.89)), ("4x6", (288, 432))])
def test_a_slip_has_the_size_of_its_paper(size: Size, points: tuple[float, float]) -> None:
    assert document(MAJA, size)[0].get_size() == pytest.approx(points, abs=0.01)


@pytest.mark.parametrize("size", ["a4", "4x6"])
def test_it_says_what_is_in_the_box_and_for_whom(size: Size) -> None:
    said = words(document(MAJA, size)[0])
    wanted = ("Alder & Finch", "Maja Kowalska", "Torstraße 140", "ALD-10042", "P-000412-1", "1 of 2", "MUG-BL",
              "Enamel mug, blue", "A-03-2", "Linen tea towel", "4 items", "Thank you", "help@alderfinch.example",
              "Page 1 of 1")  # fmt: skip
    assert [each for each in wanted if each not in said] == []
    assert "Still to come" not in said


@pytest.mark.parametrize("size", ["a4", "4x6"])
def test_what_follows_later_stands_apart_with_its_date_or_without(size: Size) -> None:
    later = (LaterLine("CND-1", "Candle", 2, "3 to 7 December"), LaterLine("OAK-1", "Spoon", 1))
    said = words(document(replace(MAJA, later=later), size)[0])
    assert said.index("Linen tea towel") < said.index("Still to come") < said.index("Candle")
    assert "3 to 7 December" in said
    assert "date not known yet" in said


@pytest.mark.parametrize("size", ["a4", "4x6"])
def test_every_line_of_a_long_order_is_on_some_page(size: Size) -> None:
    pages = list(document(many(60), size))
    said = [words(page) for page in pages]
    assert len(pages) > 1
    assert [f"Page {n} of {len(pages)}" in text for n, text in enumerate(said, 1)] == [True] * len(pages)
    assert [n for n in range(60) if f"SKU-{n:03}" not in "".join(said)] == []
    assert all("ALD-10042" in text and ("SKU-" not in text or "In this box" in text) for text in said)


@pytest.mark.parametrize("size", ["a4", "4x6"])
def test_nothing_is_drawn_over_the_foot_of_a_page(size: Size) -> None:
    """Rows end above the line of the foot: letters and lines keep clear of the strip just over it."""
    for count in range(1, 30, 4):
        for page in document(many(count), size):
            image = page.render(scale=2).to_pil().convert("L")
            edge = 48 if size == "a4" else 14
            strip = image.crop((0, image.height - 2 * (edge + 18), image.width, image.height - 2 * (edge + 12)))
            assert strip.getextrema() == (255, 255)


@pytest.mark.parametrize("size", ["a4", "4x6"])
@pytest.mark.parametrize("order", ["7", "ALD-10042", "902-3159896-1390916", "ORDER-REF-WITH-FORTY-CHARACTERS-00000001"])
def test_the_orders_bar_code_is_read_back(order: str, size: Size) -> None:
    assert codes(document(replace(MAJA, order=order), size)[0]) == [order]


@pytest.mark.parametrize("order", ["订单-1", "X" * 200, "", "#\0001"])
def test_an_order_that_no_bar_code_carries_is_printed_in_words(order: str) -> None:
    page = document(replace(MAJA, order=order))[0]
    assert codes(page) == []
    assert "Maja Kowalska" in words(page)


@pytest.mark.parametrize("size", ["a4", "4x6"])
@pytest.mark.parametrize("bad", ["N" * 500, "\0\x1b\u202e", "🎉" * 50, "王" * 500, "ش" * 500, "", "a b " * 300])
def test_hostile_words_still_give_a_slip(bad: str, size: Size) -> None:
    view = replace(
        MAJA, store=bad, recipient=bad, address=(bad,) * 12, lines=(SlipLine(bad, bad, 10**12, bad),) * 3,
        later=(LaterLine(bad, bad, -1, bad),), color=bad, date=bad, thanks=bad, support=bad, parcel=bad, country_code=bad,
    )  # fmt: skip
    assert codes(document(view, size)[0]) == ["ALD-10042"]


def test_an_empty_box_still_has_a_slip() -> None:
    assert "0 items" in words(document(replace(MAJA, lines=()))[0])


def test_a_pale_brand_colour_does_not_make_the_name_unreadable() -> None:
    """Ink for the store's name unless its colour has contrast; the bar at the top keeps the colour."""
    pale = document(replace(MAJA, color="#ffee00"))[0].render(scale=1).to_pil()
    assert pale.getpixel((10, 2)) == (255, 238, 0)
    name = pale.crop((48, 48, 200, 72)).convert("RGB")
    assert name.convert("L").getextrema()[0] < 60


def test_a_slip_may_share_a_file_with_other_pages() -> None:
    pages = [*slip_pages(MAJA), *slip_pages(MAJA, "4x6")]
    assert [page.get_size()[1] for page in pypdfium2.PdfDocument(pdf.render(pages, title="Box"))] == [
        pytest.approx(841.89, abs=0.01),
        432,
    ]
