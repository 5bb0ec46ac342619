"""The house carrier's label: its size, both codes read back, what it says, and addresses from everywhere."""

import gc
import tracemalloc
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest
import zxingcpp

from stowline.core import pdf
from stowline.core.barcode import sscc
from stowline.shipping.label import LabelView, label_page, label_pdf

MAJA = LabelView(
    store="Alder & Finch",
    sender=("Hafenstraße 12", "20457 Hamburg, Germany"),
    recipient="Maja Kowalska",
    address=("Torstraße 140", "2. Hinterhof"),
    postcode="10119",
    city="Berlin",
    country="Germany",
    country_code="DE",
    parcel="P-000412-1",
    sscc=sscc("4012345", 412, extension=3),
    order="ALD-10042",
    ship_date=date(2026, 11, 27),
    number=1,
    count=2,
    weight_g=1240,
    printed="station 2",
)


def codes(data: bytes, dpi: int = 203) -> set[tuple[str, str]]:
    """What a scanner reads from the first page as a label printer of this resolution prints it."""
    image = pypdfium2.PdfDocument(data)[0].render(scale=dpi / 72).to_pil()
    return {(found.symbology_identifier, found.text) for found in zxingcpp.read_barcodes(image)}


def words(data: bytes) -> str:
    return str(pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range())


def test_a_label_is_4_by_6_inches() -> None:
    document = pypdfium2.PdfDocument(label_pdf([MAJA, MAJA]))
    assert [page.get_size() for page in document] == [(288, 432), (288, 432)]


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("parcel", ["P-1", "P-000412-1", "P-20261127-000412-12", "3401234500000001"])
def test_both_codes_are_read_back_as_printed(parcel: str, dpi: int) -> None:
    found = codes(label_pdf([replace(MAJA, parcel=parcel)]), dpi)
    assert found == {("]C0", parcel), ("]C1", f"(00){MAJA.sscc}")}


def test_the_label_says_what_a_driver_needs() -> None:
    said = words(label_pdf([MAJA]))
    wanted = ("Maja Kowalska", "Torstraße 140", "10119", "Berlin", "GERMANY", "DE", "ALD-10042", "1 of 2", "1.24 kg",
              "27 Nov 2026", "House carrier", "STANDARD", "P-000412-1", f"(00) {MAJA.sscc}", "station 2")  # fmt: skip
    assert [each for each in wanted if each not in said] == []


def test_a_parcel_nobody_weighed_says_so() -> None:
    assert "weight unknown" in words(label_pdf([replace(MAJA, weight_g=None)]))


def test_the_postcode_stands_where_the_country_puts_it() -> None:
    assert MAJA.city_line == "10119  Berlin"
    american = replace(MAJA, city="Portland", state="OR", postcode="97201", country_code="US")
    assert american.city_line == "Portland, OR  97201"


@pytest.mark.parametrize(
    ("recipient", "country_code"),
    [
        ("王小明", "TW"),
        ("张伟", "CN"),
        ("髙橋さくら", "JP"),
        ("김철수", "KR"),
        ("محمد الفارسي", "AE"),
        ("יוסף כהן", "IL"),
    ],
)
def test_names_of_other_scripts_are_drawn_with_embedded_fonts(recipient: str, country_code: str) -> None:
    data = label_pdf([replace(MAJA, recipient=recipient, country_code=country_code)])
    texts = pypdfium2.PdfDocument(data)[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    faces = {text.get_font().get_base_name() for text in texts if text.get_font().is_embedded}
    assert any("NotoSans-" not in face for face in faces)
    assert "cannot be printed" not in words(data)


def test_a_script_without_a_font_is_confessed_on_the_label() -> None:
    assert "cannot be printed. See order ALD-10042" in words(label_pdf([replace(MAJA, recipient="ნინო")]))


@pytest.mark.parametrize(
    "bad", ["N" * 500, "\0\x1b\u202e", "🎉" * 50, "王" * 500, "ش" * 500, "", "-" * 500, "a b " * 200]
)
def test_a_hostile_address_still_gives_a_label_that_scans(bad: str) -> None:
    view = replace(
        MAJA, store=bad, sender=(bad,) * 9, recipient=bad, company=bad, address=(bad,) * 9, postcode=bad, city=bad,
        state=bad, country=bad, country_code=bad, order=bad, service=bad, carrier=bad, tracking=bad, printed=bad,
    )  # fmt: skip
    data = label_pdf([view])
    assert codes(data) == {("]C0", MAJA.parcel), ("]C1", f"(00){MAJA.sscc}")}
    assert len(pypdfium2.PdfDocument(data)) == 1


def test_a_wrong_sscc_never_reaches_paper() -> None:
    with pytest.raises(ValueError, match="check digit"):
        label_pdf([replace(MAJA, sscc="3" * 18)])
    with pytest.raises(ValueError, match="18 digits"):
        label_pdf([replace(MAJA, sscc="")])


def test_a_reprint_is_the_same_file() -> None:
    assert label_pdf([MAJA]) == label_pdf([MAJA])


def test_memory_stays_flat_over_many_labels() -> None:
    """One document that stayed behind would be 100 KiB; the bounded caches of texts and bars are a few KiB a label."""

    def print_labels(first: int, last: int) -> int:
        for number in range(first, last):
            label_pdf([replace(MAJA, recipient=f"Maja {number}", order=f"ALD-{number}", parcel=f"P-{number:06}-1")])
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = print_labels(0, 50)
        grown = print_labels(50, 200) - before
    finally:
        tracemalloc.stop()
    assert grown / 150 < 20 * 1024


def test_a_label_may_share_a_file_with_other_pages() -> None:
    data = pdf.render([label_page(MAJA), pdf.Page(*pdf.A4, lambda _canvas: None)], title="Box")
    assert len(pypdfium2.PdfDocument(data)) == 2
    assert ("]C0", MAJA.parcel) in codes(data)
