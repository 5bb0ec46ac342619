"""Products from a CSV file, one a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stowline.catalog import page_rules
from stowline.catalog.gtin import gtin_problem
from stowline.catalog.page_rules import NO_WORDS, Words
from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import Bad, prose, shown, text, whole

FIELDS = ("sku", "barcode", "name", "weight_g", "length_mm", "width_mm", "height_mm", "description", "sold_as", "guide", "specs", "locale", "price")
NEEDED = ("sku",)
_HEAVIEST_G = 10_000_000
_LONGEST_MM = 100_000


@dataclass(frozen=True, slots=True)
class Good:
    """A product as a row of the file states it. Weight in g, dimensions in mm; None is not known."""

    row: int
    sku: str
    name: str
    barcode: str | None = None
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    words: Words = NO_WORDS
    locale: str = "en"
    price: str = ""


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[Good]:
    """The products of a file, and the refused rows.

    `mapping` is field -> column; a field not mapped is read from the column of its own name, if there is one. A product
    without a name is called by its SKU, and characters of a name that cannot be printed are left out (a code with one is
    refused); a weight or a length that is empty or 0 is not known. The same SKU in two rows is read twice. Raises `Refused` if the file as a whole cannot be read: see `core.csvfile.read`.
    """
    optional = [one for one in FIELDS if one not in NEEDED and one not in (mapping or {})]
    return csvfile.collect(
        csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse, optional=optional), _good
    )


def _good(row: Row) -> Good:
    said = row.values
    sku = text(said.get("sku"), what="The SKU", longest=100, needed=True)
    return Good(
        row=row.number,
        sku=sku,
        name=text(prose(said.get("name")), what="The name", longest=300, fold=True) or sku,
        barcode=_barcode(said.get("barcode")),
        weight_g=_measure(said.get("weight_g"), "The weight in g", _HEAVIEST_G),
        length_mm=_measure(said.get("length_mm"), "The length in mm", _LONGEST_MM),
        width_mm=_measure(said.get("width_mm"), "The width in mm", _LONGEST_MM),
        height_mm=_measure(said.get("height_mm"), "The height in mm", _LONGEST_MM),
        words=_words(said),
        locale=text(said.get("locale"), what="The language", longest=12) or "en",
        price=text(said.get("price"), what="The price", longest=20),
    )


def _words(said: Mapping[str, str]) -> Words:
    """What the product's page says. Raises Bad."""
    try:
        rows = page_rules.specs(said.get("specs") or "")
    except ValueError as why:
        raise Bad(str(why)) from None
    sold = text(said.get("sold_as"), what="How it is sold", longest=page_rules.LONGEST_SOLD_AS)
    say, guide = (prose(said.get(name), longest=most) for name, most in (("description", page_rules.LONGEST_SAY), ("guide", page_rules.LONGEST_GUIDE)))
    return Words(say, sold, guide, rows) if say or sold or guide or rows else NO_WORDS


def _measure(said: str | None, what: str, most: int) -> int | None:
    return (whole(said, what=what, most=most) or None) if said else None


def _barcode(said: str | None) -> str | None:
    """The barcode as written, if it can be one.

    Digits alone claim to be a GTIN, so they need its length and its check digit: a file that lost a digit, or a zero at
    the front, would bring a code that no scanner ever reads, and nobody would notice. Letters and signs (Code 39, Code
    128) claim nothing and are taken as they are. A number of one's own, printed without a check digit, is a SKU: that
    scans too; or it is added by hand or through the API. Spreadsheets turn long ones into "5.01E+12", which has lost
    digits. Raises Bad.
    """
    code = text(said, what="The barcode", longest=100)
    mantissa, is_shortened, exponent = code.upper().partition("E+")
    if is_shortened and exponent.isdigit() and mantissa.replace(".", "", 1).replace(",", "", 1).isdigit():
        raise Bad(f"The barcode {shown(code)} was shortened by a spreadsheet. Save that column as text.")
    if problem := gtin_problem(code):
        raise Bad(problem)
    return code or None
