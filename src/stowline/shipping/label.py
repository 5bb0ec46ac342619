"""The house carrier's label: 4 x 6 inches, black on white, for a thermal printer.

From top to bottom: who sends and which service; who receives; the routing band that a sorter reads from two metres;
the facts; the parcel's own Code 128; the SSCC as GS1-128 in the size that the GS1 General Specifications (5.4.7) ask
of a logistic label: modules of 0.5 mm, bars of 31.75 mm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stowline.core import fonts, pdf
from stowline.core.barcode import draw_code128

WIDTH, HEIGHT = pdf.LABEL_4X6
EDGE = 14.0
INNER = WIDTH - 2 * EDGE
SSCC_BARS = 31.75 * mm
POSTCODE_AFTER_CITY = frozenset({"AU", "BR", "CA", "GB", "ID", "IE", "IN", "MX", "NZ", "TH", "TW", "US", "VN", "ZA"})


@dataclass(frozen=True, slots=True)
class LabelView:
    """What stands on one label. Texts may be empty, in any script and of any length.

    `country` is the name as printed and `country_code` its ISO 3166 code (two letters). `sscc` has 18 digits, check
    digit included. `weight_g` is in grams, None if nobody knows. `printed` names the print (when, at which station).
    """

    store: str
    sender: tuple[str, ...]
    recipient: str
    address: tuple[str, ...]
    postcode: str
    city: str
    country: str
    country_code: str
    parcel: str
    sscc: str
    order: str
    ship_date: date
    company: str = ""
    state: str = ""
    carrier: str = "House carrier"
    service: str = "Standard"
    tracking: str = ""
    number: int = 1
    count: int = 1
    weight_g: int | None = None
    printed: str = ""

    @property
    def weight(self) -> str:
        """The weight in kilograms and in words."""
        return "weight unknown" if self.weight_g is None else f"{self.weight_g / 1000:,.2f} kg"

    @property
    def city_line(self) -> str:
        """City, state and postcode in the order of the country."""
        place = ", ".join(part for part in (self.city, self.state) if part)
        parts = (place, self.postcode) if self.country_code.upper() in POSTCODE_AFTER_CITY else (self.postcode, place)
        return "  ".join(part for part in parts if part)


def label_page(view: LabelView) -> pdf.Page:
    """The label as a page, to be rendered alone or with a packing slip."""
    return pdf.Page(WIDTH, HEIGHT, lambda canvas: draw(canvas, view))


def label_pdf(views: Iterable[LabelView]) -> bytes:
    """Labels as one PDF, a page of 288 x 432 points each."""
    pages = [label_page(view) for view in views]
    return pdf.render(pages, title="Parcel labels" if len(pages) > 1 else "Parcel label")


def draw(canvas: Canvas, view: LabelView) -> None:
    """Draw one label with the origin of the canvas in its lower left corner. ValueError for an invalid SSCC."""
    _sender(canvas, view)
    _recipient(canvas, view)
    _routing(canvas, view)
    _facts(canvas, view)
    _codes(canvas, view)


def _sender(canvas: Canvas, view: LabelView) -> None:
    """The top 52 points: store and return address on the left, carrier and service on the right."""
    half = INNER * 0.56
    _say(canvas, EDGE, 407, view.store, 11.5, width=half, bold=True)
    for line, words in enumerate(view.sender[:3]):
        _say(canvas, EDGE, 397 - 8 * line, words, 6.5, width=half, region=view.country_code)
    left, width = EDGE + half + 8, INNER - half - 8
    pdf.block(canvas, left, 395, width, 24, pdf.BLACK)
    _say(canvas, left + 5, 402.2, view.service.upper(), 13, width=width - 10, bold=True, align="center", white=True)
    _say(canvas, left, 383.5, view.carrier, 8, width=width, bold=True, align="right")
    pdf.rule(canvas, EDGE, 374.5, INNER, thick=1.6, ink=pdf.BLACK)


def _recipient(canvas: Canvas, view: LabelView) -> None:
    """Between 374 and 263: name, company, address, city, country; as large as the room allows."""
    _say(canvas, EDGE, 364, "SHIP TO", 6, bold=True)
    _say(canvas, EDGE + INNER * 0.2, 364, f"Order {view.order}", 7.5, width=INNER * 0.8, align="right")
    rows = _address_rows(view)
    heights = [size * fonts.leading(words) for words, size, _ in rows]
    scale = min(1.2, 93 / sum(heights))
    y = 361.0
    for (words, size, bold), height in zip(rows, heights, strict=True):
        y -= height * scale
        smallest = pdf.SHRINK / max(scale, 1)
        lift = (fonts.leading(words) - 1.25) / 2 * size * scale
        _say(
            canvas,
            EDGE,
            y + lift,
            words,
            size * scale,
            width=INNER,
            bold=bold,
            region=view.country_code,
            shrink=smallest,
        )


def _address_rows(view: LabelView) -> list[tuple[str, float, bool]]:
    """Words, size, bold. A long name takes two rows."""
    region = view.country_code
    names = pdf.wrap(view.recipient, 14, INNER, bold=True, region=region, most=2)
    rows = [(name, 14.0, True) for name in names]
    rows += [(line, 11.0, False) for line in (view.company, *_lines(view))]
    rows += [(view.city_line, 12.0, True), (view.country.upper(), 11.0, True)]
    return [row for row in rows if row[0].strip()] or [("no address", 14.0, True)]


def _lines(view: LabelView) -> list[str]:
    """The address lines, long ones wrapped; what is over four lines shares the last."""
    wrapped = [
        line
        for words in view.address
        for line in pdf.wrap(words, 11, INNER / pdf.SHRINK, region=view.country_code, most=2)
    ]
    return wrapped if len(wrapped) <= 4 else [*wrapped[:3], " ".join(wrapped[3:])]


def _routing(canvas: Canvas, view: LabelView) -> None:
    """The band from 222 to 261: postcode (else city) as large as fits, the country's letters white on black."""
    pdf.rule(canvas, EDGE, 261, INNER, thick=1.6, ink=pdf.BLACK)
    pdf.rule(canvas, EDGE, 222, INNER, thick=1.6, ink=pdf.BLACK)
    code = view.country_code.upper()[:2]
    room = INNER - (68 if code else 0)
    if view.postcode.strip():
        drawn = _say(canvas, EDGE, 230.5, view.postcode, 32, width=room * 0.74, bold=True, shrink=0.5)
        if room - drawn > 50:
            _say(canvas, EDGE + drawn + 9, 230.5, view.city, 11, width=room - drawn - 9, region=code)
    else:
        _say(canvas, EDGE, 235, view.city, 22, width=room, bold=True, region=code, shrink=0.5)
    if code:
        pdf.block(canvas, WIDTH - EDGE - 60, 222, 60, 39, pdf.BLACK)
        _say(canvas, WIDTH - EDGE - 60, 231, code, 29, width=60, bold=True, align="center", white=True)


def _facts(canvas: Canvas, view: LabelView) -> None:
    """The row from 194 to 222: four cells, a small word over a value each."""
    facts = (
        ("TRACKING", view.tracking or view.parcel, 0.34),
        ("PARCEL", f"{view.number} of {view.count}", 0.14),
        ("WEIGHT", view.weight, 0.285),
        ("SHIP DATE", f"{view.ship_date.day} {view.ship_date:%b %Y}", 0.235),
    )
    pdf.rule(canvas, EDGE, 194.5, INNER, thick=0.6, ink=pdf.BLACK)
    x = EDGE
    for word, value, share in facts:
        if x > EDGE:
            canvas.line(x - 5, 199, x - 5, 217)
        _say(canvas, x, 212, word, 5.5)
        _say(canvas, x, 201, value, 9, width=INNER * share - 11, bold=True, shrink=0.6)
        x += INNER * share


def _codes(canvas: Canvas, view: LabelView) -> None:
    """Parcel and SSCC, each over its text. The parcel code is ours; the SSCC is what other carriers know."""
    draw_code128(canvas, view.parcel, EDGE, 131, INNER, 57, caption_size=9)
    pdf.rule(canvas, EDGE, 126, INNER, thick=0.6, ink=pdf.BLACK)
    draw_code128(canvas, [("00", view.sscc)], EDGE - 2, 17.5, INNER + 4, SSCC_BARS + 9 * 1.35, caption_size=9)
    _say(canvas, EDGE, 8, _lost_note(view), 5.5, width=INNER * 0.6)
    _say(canvas, EDGE + INNER * 0.6, 8, view.printed, 5.5, width=INNER * 0.4, align="right")


def _lost_note(view: LabelView) -> str:
    """Says where to look when a letter of the address is in a script without a font here."""
    words = (view.recipient, view.company, *view.address, view.city)
    lost = any(fonts.loses(part, view.country_code) for part in words)
    return f"Some letters cannot be printed. See order {view.order}." if lost else ""


def _say(
    canvas: Canvas,
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    width: float | None = None,
    bold: bool = False,
    align: pdf.Align = "left",
    region: str = "",
    white: bool = False,
    shrink: float = pdf.SHRINK,
) -> float:
    """Text in pure black or white: a thermal printer has no grey."""
    ink = pdf.WHITE if white else pdf.BLACK
    return pdf.text(
        canvas, x, y, words, size, bold=bold, width=width, align=align, region=region, ink=ink, shrink=shrink
    )
