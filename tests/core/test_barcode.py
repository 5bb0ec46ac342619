"""Bars that a scanner reads back: every test of a symbol renders it and asks zxing-cpp."""

import re
import xml.etree.ElementTree as ET

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from stowline.core import barcode, pdf

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40)


def sheet(what: str | barcode.Elements, *, width: float = 560.0) -> bytes:
    """A page of A4's breadth with one symbol."""

    def draw(canvas: Canvas) -> None:
        barcode.draw_code128(canvas, what, 10, 10, width, 50)

    return pdf.render([pdf.Page(width + 20, 70, draw)], title="code")


def read(data: bytes) -> list[zxingcpp.Barcode]:
    """What a 300 dpi scanner sees on the first page."""
    return zxingcpp.read_barcodes(pypdfium2.PdfDocument(data)[0].render(scale=300 / 72).to_pil())


@pytest.mark.parametrize(
    "text",
    ["A", "42", "P-000412-1", "CMD:DONE", "ALD-10042", "1234567", "a1b22c333d4444e", "0" * 39, "~!{|}", "X" * 40],
)
def test_a_code_is_read_back_from_the_page(text: str) -> None:
    (found,) = read(sheet(text))
    assert (found.format.name, found.text) == ("Code128", text)


@settings(max_examples=40, deadline=None)
@given(PRINTABLE)
def test_any_printable_text_is_read_back(text: str) -> None:
    (found,) = read(sheet(text))
    assert found.text == text


def test_an_sscc_is_read_back_as_gs1() -> None:
    code = barcode.sscc("4012345", 17, extension=3)
    (found,) = read(sheet([("00", code)]))
    assert found.text == f"(00){code}"
    assert found.symbology_identifier == "]C1"


def test_fnc1_stands_after_open_values_and_not_after_fixed_ones() -> None:
    elements = [("01", "09506000134352"), ("10", "LOT-7"), ("21", "S9"), ("17", "271231")]
    assert barcode.element_string(elements) == "010950600013435210LOT-7\x1d21S9\x1d17271231"
    (found,) = read(sheet(elements))
    assert found.text == "(01)09506000134352(10)LOT-7(21)S9(17)271231"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "nothing to encode"),
        ("Größe", r"U\+00F6"),
        ("TAB\there", r"U\+0009"),
        ("NUL\0", r"U\+0000"),
        ("٣", r"U\+0663"),
        ("\xf1", r"U\+00F1"),
        ("X" * 81, "too long"),
    ],
)
def test_what_code_128_cannot_carry_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        barcode.encode_code128(text)


@pytest.mark.parametrize(
    ("elements", "says"),
    [
        ([], "at least one"),
        ([("00", "34012345")], "18 digits"),
        ([("00", "340123450000000171")], "check digit of .* is 8"),
        ([("0", "1")], "no GS1 application identifier"),
        ([("10", "")], "no such value"),
        ([("10", "A\x1dB")], "no such value"),
        ([("10", "Ä")], "no such value"),
        ([("10", "X" * 30), ("21", "Y" * 30)], "48 characters"),
    ],
)
def test_element_strings_that_gs1_does_not_allow_are_refused(elements: barcode.Elements, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        barcode.gs1_128(elements)


@pytest.mark.parametrize("code", ["9506000134352", "4006381333931", "036000291452", "96385074", "340123450000000178"])
def test_the_check_digit_of_known_codes(code: str) -> None:
    assert barcode.check_digit(code[:-1]) == int(code[-1])


@pytest.mark.parametrize(("prefix", "serial", "extension"), [("123", 1, 0), ("4012345", 10**9, 0), ("4012345", -1, 0),
                                                             ("4012345", 1, 10), ("40123x5", 1, 0)])  # fmt: skip
def test_an_sscc_that_cannot_be_is_refused(prefix: str, serial: int, extension: int) -> None:
    with pytest.raises(ValueError, match=r"digit|serial|Serial"):
        barcode.sscc(prefix, serial, extension)


def test_an_sscc_has_18_digits_whatever_the_prefix() -> None:
    assert {len(barcode.sscc("4" * size, 7)) for size in range(4, 13)} == {18}


def test_modules_are_whole_printer_dots_and_thin_only_where_the_paper_is_narrow() -> None:
    bars = barcode.encode_code128("P-000412-1")
    wide, narrow = barcode.module_mm(bars, 260), barcode.module_mm(bars, 100)
    assert wide in {0.25, 0.375, 0.5}
    assert 0.17 <= narrow < 0.25
    with pytest.raises(ValueError, match="too long for the width"):
        barcode.module_mm(bars, 60)


def test_the_quiet_zone_is_ten_modules_of_white_on_each_side() -> None:
    drawn = []
    page = pdf.Page(300, 60, lambda canvas: drawn.append(barcode.draw_code128(canvas, "P-1", 20, 5, 260, 50)))
    image = pypdfium2.PdfDocument(pdf.render([page], title="code"))[0].render(scale=8).to_pil().convert("L")
    row = [image.getpixel((x, image.height // 2)) for x in range(image.width)]
    dark = [x / 8 for x, level in enumerate(row) if level < 128]
    quiet = 10 * drawn[0].module_mm * 72 / 25.4
    assert min(dark) - drawn[0].x == pytest.approx(quiet, abs=0.2)
    assert drawn[0].x + drawn[0].width - max(dark) == pytest.approx(quiet, abs=0.3)


def test_the_svg_is_one_named_picture_with_the_same_bars() -> None:
    svg = ET.fromstring(barcode.code128_svg("A<b>&\"'", height=40))
    assert svg.get("aria-label") == "A<b>&\"'"
    path = svg.find("{http://www.w3.org/2000/svg}path")
    assert path is not None
    bars = [(int(x), int(wide)) for x, wide in re.findall(r"M(\d+) 0h(\d+)", path.get("d", ""))]
    image = Image.new("L", ((bars[-1][0] + 20) * 3, 90), 255)
    for x, wide in bars:
        image.paste(0, (x * 3, 0, (x + wide) * 3, 90))
    assert [found.text for found in zxingcpp.read_barcodes(image)] == ["A<b>&\"'"]
