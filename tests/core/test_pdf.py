"""Text on paper: a font for each script, no empty box, nothing wider than its place, whatever was typed."""

import time
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from stowline.core import fonts, pdf

NAMES = {
    "Latin": ("Łukasz Ştefănescu-Þórðarson", "", "NotoSans"),
    "Vietnamese": ("Nguyễn Thị Hồng Phượng", "VN", "NotoSans"),
    "Greek": ("Γιώργος Παπαδόπουλος", "GR", "NotoSans"),
    "Cyrillic": ("Олексій Щербаченко", "UA", "NotoSans"),
    "simplified Chinese": ("张伟 北京市朝阳区建国路", "CN", "NotoSansSC"),
    "traditional Chinese": ("陳淑華 臺北市信義區", "TW", "NotoSansTC"),
    "Hong Kong, a rare letter": ("梁詠琪 邨口道", "HK", "NotoSansTC"),
    "a Chinese given name that GB 2312 lacks": ("陶喆 张玥堃", "CN", "NotoSansSC"),
    "Japanese": ("髙橋 山﨑 さくら ｻｸﾗ 東京都渋谷区", "JP", "NotoSansJP"),
    "Korean": ("김철수 서울특별시 강남구", "KR", "NotoSansKR"),
    "Arabic": ("محمد بن عبد الله، شقة ٤٥", "AE", "NotoSansArabic"),
    "Persian": ("پگاه گلچین می‌خواهم", "IR", "NotoSansArabic"),
    "Hebrew": ("יוסף כהן", "IL", "Heebo"),
    "Thai": ("สมชาย ใจดี", "TH", "NotoSansThai"),
}
HOSTILE = [
    "NUL\0inside\x07and\x1bescapes",
    "\u202eturned round\u202c",
    "N" * 500,
    "王" * 500,
    "🎉👍🏽👩‍👩‍👧 party",
    "Z\u0335\u0321\u0327a\u0335\u0322l\u0334g\u0317o\u0334" * 30,
    "(unbalanced \\) Tj ET %PDF",
    "\ud800 lone surrogate",
    "\ue000 private \U0010ffff",
    "\u200b\u200d\ufeff",
    " \t\r\n\u2028 ",
    "",
    "𝓜𝔞𝔱𝕙 Ａｎｎａ ① ﬁ",
    "שלום (abc) 12-34 عالم",
]


def page(*lines: str, size: float = 14.0, width: float | None = None, region: str = "", bold: bool = False) -> bytes:
    """One page with a line of text for each of `lines`."""

    def draw(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            y = 20 + 30 * (len(lines) - 1 - number)
            pdf.text(canvas, 10, y, line, size, width=width, region=region, bold=bold)

    return pdf.render([pdf.Page(420, 30 * len(lines) + 20, draw)], title="text")


def picture(data: bytes) -> Image.Image:
    drawn: Image.Image = pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil().convert("L")
    return drawn


def glyph(font: str, letter: str) -> Image.Image:
    """One letter as this font draws it, without our choice of fonts."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, 40)
        canvas.drawString(20, 30, letter)

    return picture(pdf.render([pdf.Page(100, 100, draw)], title="glyph"))


def is_blank(image: Image.Image) -> bool:
    return image.point(lambda level: 255 if level > 200 else 0).getcolors() == [(image.width * image.height, 255)]


def has_glyph(run: fonts.Run, letter: str) -> bool:
    return ord(letter) in pdfmetrics.getFont(run.font).face.charToGlyph


@pytest.mark.parametrize(("name", "region", "stem"), NAMES.values(), ids=NAMES)
def test_every_letter_of_a_name_has_a_glyph_in_the_font_of_its_script(name: str, region: str, stem: str) -> None:
    for bold in (False, True):
        line = fonts.runs(name, region=region, bold=bold)
        assert [letter for run in line for letter in run.text if not has_glyph(run, letter)] == []
        assert f"{stem}-" in "".join(run.font for run in line)
    assert not fonts.loses(name, region)


@pytest.mark.parametrize(
    ("name", "region"),
    [("张伟", "CN"), ("陳淑華", "TW"), ("髙橋さ", "JP"), ("김철", "KR"), ("محمد", "AE"), ("כהן", "IL")],
)
def test_what_is_drawn_is_a_letter_and_not_the_empty_box(name: str, region: str) -> None:
    for run in fonts.runs(name, region=region):
        box = glyph(run.font, "\ue0ff")
        assert not is_blank(box)
        for letter in run.text:
            drawn = glyph(run.font, letter)
            assert not is_blank(drawn)
            assert ImageChops.difference(drawn, box).getbbox() is not None


def test_all_fonts_of_a_page_are_embedded() -> None:
    data = page(*(name for name, _, _ in NAMES.values()))
    document = pypdfium2.PdfDocument(data)
    drawn = [item.get_font() for item in document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])]
    assert len({font.get_base_name() for font in drawn}) >= 8
    assert all(font.is_embedded for font in drawn)
    assert b"/Helvetica" not in data


def test_the_country_settles_whose_form_of_a_han_letter_is_drawn() -> None:
    assert [fonts.runs("直", region=country)[0].font for country in ("CN", "TW", "JP")] == [
        "NotoSansSC-Regular",
        "NotoSansTC-Regular",
        "NotoSansJP-Regular",
    ]


def test_without_a_country_the_letters_themselves_tell() -> None:
    assert fonts.runs("張偉豐")[0].font == "NotoSansTC-Regular"
    assert fonts.runs("张伟丰")[0].font == "NotoSansSC-Regular"
    assert fonts.runs("東京タワー")[0].font == "NotoSansJP-Regular"


def test_arabic_is_joined_and_runs_from_the_right_with_its_numbers_the_right_way_round() -> None:
    drawn = "".join(run.text for run in fonts.runs("شارع 125"))
    assert drawn.startswith("125 ")
    assert drawn.endswith("\N{ARABIC LETTER SHEEN INITIAL FORM}")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("شقة (B-12) شارع", "(B-12)"),
        ("שלום (abc) 12", "(abc)"),
        ("Ahmed (أحمد) St", "("),
        ("كوب [أزرق] (٣)", "(٣)"),
        ("قال «نعم (لا)» هنا", "«("),
    ],
)
def test_brackets_in_right_to_left_text_open_before_they_close(words: str, part: str) -> None:
    drawn = "".join(run.text for run in fonts.runs(words))
    assert part in drawn
    for opening, closing in ("()", "[]", "«»"):
        assert drawn.find(opening) <= drawn.find(closing)


@pytest.mark.parametrize("override", ["\u202e", "\u202b", "\u2067", "\u200f"])
def test_a_direction_override_does_not_turn_the_text_round(override: str) -> None:
    assert fonts.clean(f"12{override}Main St") == "12Main St"
    assert "".join(run.text for run in fonts.runs(f"{override}Main St 7")) == "Main St 7"


def test_a_letter_without_a_font_shows_as_lost_once_and_is_reported() -> None:
    assert "".join(run.text for run in fonts.runs("Nino 🎉🎉 ნინო")) == f"Nino {fonts.LOST} {fonts.LOST}"
    assert fonts.loses("ნინო")
    assert not fonts.loses("Nino")


def test_fancy_letters_become_plain_ones() -> None:
    assert "".join(run.text for run in fonts.runs("𝓐𝓷𝓷𝓪")) == "Anna"


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_text_yields_a_page(words: str) -> None:
    data = page(words, words, width=200, bold=True)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 1
    assert "\0" not in document[0].get_textpage().get_text_range()
    assert len(pdf.wrap(words, 10, 80, most=3)) <= 3


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120), st.floats(20, 300), st.booleans())
def test_nothing_is_ever_wider_than_its_place(words: str, width: float, bold: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
    fitted, size = pdf.fit(words, 12, width, bold=bold)
    assert fonts.measure(fitted, size, bold=bold) <= width + 0.01
    for line in pdf.wrap(words, 12, width, bold=bold, most=3):
        assert fonts.measure(line, 12, bold=bold) <= width + 0.01


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_text_is_ever_drawn_with_a_glyph_its_font_lacks(words: str) -> None:
    assert all(has_glyph(run, letter) for run in fonts.runs(words) for letter in run.text)


def test_a_long_line_shrinks_first_and_is_cut_then() -> None:
    words = "A name of middling length"
    natural = fonts.measure(words, 12)
    whole, smaller = pdf.fit(words, 12, natural * 0.9)
    assert (whole, round(smaller, 6)) == (words, 10.8)
    cut, size = pdf.fit(words, 12, natural * 0.4)
    assert cut.endswith(pdf.ELLIPSIS)
    assert size == pytest.approx(12 * pdf.SHRINK)


def test_lines_break_between_words_and_between_han_letters() -> None:
    assert pdf.wrap("one two three", 10, fonts.measure("one two", 10) + 1) == ["one two", "three"]
    assert pdf.wrap("信義路五段", 10, 31) == ["信義路", "五段"]
    assert pdf.wrap("one two three four", 10, fonts.measure("one two", 10) + 1)[-1].endswith(pdf.ELLIPSIS)


def test_aligned_text_keeps_to_its_box() -> None:
    def draw(canvas: Canvas) -> None:
        pdf.text(canvas, 50, 20, "right", 12, width=100, align="right")

    image = picture(pdf.render([pdf.Page(200, 50, draw)], title="right"))
    box = ImageChops.invert(image).getbbox()
    assert box is not None
    left, _, right, _ = box
    assert right / 2 == pytest.approx(150, abs=1.5)
    assert left / 2 > 100


def test_pages_have_their_own_sizes_in_points_and_one_set_of_fonts() -> None:
    def draw(canvas: Canvas) -> None:
        pdf.text(canvas, 10, 10, "Both pages", 12)

    data = pdf.render([pdf.Page(*pdf.LABEL_4X6, draw), pdf.Page(*pdf.A4, draw)], title="Two")
    sizes = [page.get_size() for page in pypdfium2.PdfDocument(data)]
    assert sizes == [pytest.approx((288, 432)), pytest.approx((595.28, 841.89), abs=0.01)]
    assert data.count(b"/FontFile2") == 1


def test_the_same_pages_are_the_same_bytes() -> None:
    assert page("Maja", "王小明") == page("Maja", "王小明")


def test_a_mistyped_colour_is_ink() -> None:
    assert pdf.color("javascript:") == pdf.color(pdf.INK)
    assert pdf.luminance("#ffffff") == pytest.approx(1)
    assert pdf.luminance("#000000") == 0


def test_threads_may_print_at_once() -> None:
    words = [f"{name} {number}" for number in range(4) for name, _, _ in NAMES.values()]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(page, words)) == [page(each) for each in words]


def test_a_very_long_text_takes_no_time() -> None:
    started = time.perf_counter()
    pdf.wrap("王小明 and " * 200_000, 10, 200, most=3)
    pdf.fit("x" * 5_000_000, 10, 200)
    assert time.perf_counter() - started < 2


def test_a_head_stands_again_on_each_page_and_never_alone() -> None:
    head, row = pdf.Block(20, lambda _canvas, _y: None), pdf.Block(30, lambda _canvas, _y: None)
    other = pdf.Block(25, lambda _canvas, _y: None)
    pages = pdf.flow([pdf.Section(head, [row] * 3), pdf.Section(other, [row])], 85, 100)
    assert pages == [[head, row, row], [head, row], [other, row]]
    assert pdf.flow([pdf.Section(head, [pdf.Block(999, row.draw)])], 50, 50)[0][0] == head
    assert pdf.flow([], 50, 50) == [[]]
