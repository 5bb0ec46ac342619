"""The packing slip: what is in this box, what follows later, and a word of thanks, in the store's name.

Its sections flow onto as many pages as they need. The A4 sheet and the 4 x 6 inch slip for a label printer differ only
in a `Sheet` of measures.
"""

from dataclasses import dataclass
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from stowline.core import fonts, pdf
from stowline.core.barcode import draw_code128

Size = Literal["a4", "4x6"]


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Units of one product in this parcel. `bin` is printed when it is given; a `part` belongs to the kit above it."""

    sku: str
    name: str
    quantity: int
    bin: str = ""
    part: bool = False


@dataclass(frozen=True, slots=True)
class LaterLine:
    """Units that are still owed. `when` is a window in words ("3 to 7 December"), empty if nobody knows yet."""

    sku: str
    name: str
    quantity: int
    when: str = ""


@dataclass(frozen=True, slots=True)
class SlipView:
    """What stands on one packing slip. `color` is the store's "#rrggbb"; `country_code` is ISO 3166, two letters. `fast`: it goes out by
    the fast way.
    """

    store: str
    order: str
    parcel: str
    recipient: str
    lines: tuple[SlipLine, ...]
    later: tuple[LaterLine, ...] = ()
    address: tuple[str, ...] = ()
    country_code: str = ""
    color: str = pdf.INK
    number: int = 1
    count: int = 1
    date: str = ""
    thanks: str = ""
    support: str = ""
    fast: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The measures of one paper size, in points. `title`, `text` and `small` are sizes of letters."""

    width: float
    height: float
    edge: float
    title: float
    text: float
    small: float
    code: tuple[float, float, float]
    address: float
    ink: str
    soft: str

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.edge

    @property
    def top(self) -> float:
        """Where the page begins under its upper margin."""
        return self.height - self.edge

    @property
    def names(self) -> float:
        """Where product names begin, right of the quantities."""
        return self.edge + self.text * 3.2


# `code` is the order's bar code: its width, its height, and how far below the top it stands.
SHEETS: dict[Size, Sheet] = {
    "a4": Sheet(*pdf.A4, 48, 22, 10, 7.5, (290, 46, 38), 94, pdf.INK, pdf.SOFT),
    "4x6": Sheet(*pdf.LABEL_4X6, 14, 13, 8, 6, (260, 36, 54), 70, pdf.BLACK, pdf.BLACK),
}
FOOT = 22.0


def slip_pdf(view: SlipView, size: Size = "a4") -> bytes:
    """The slip as a PDF: A4, or 4 x 6 inches for a label printer; as many pages as the lines need."""
    return pdf.render(slip_pages(view, size), title=f"Packing slip {view.order}", author=view.store)


def slip_pages(view: SlipView, size: Size = "a4") -> list[pdf.Page]:
    """The pages of the slip, to be rendered alone or with a label."""
    sheet = SHEETS[size]
    foot = sheet.edge + FOOT
    first, later = _below_first_head(sheet) - foot, _below_next_head(sheet) - foot
    stacks = pdf.flow(_sections(sheet, view), first, later)
    return [_page(sheet, view, stack, number, len(stacks)) for number, stack in enumerate(stacks, 1)]


def _sections(sheet: Sheet, view: SlipView) -> list[pdf.Section]:
    units = sum(line.quantity for line in view.lines if not line.part)
    inside = [(_part if line.part else _row)(sheet, line, line.bin, view.country_code) for line in view.lines]
    inside = inside or [_words(sheet, "Nothing is in this parcel.")]
    sections = [pdf.Section(_head(sheet, "In this box", f"{units:,} item{'' if units == 1 else 's'}"), inside)]
    if view.later:
        later = [_row(sheet, line, line.when or "date not known yet", view.country_code) for line in view.later]
        sections.append(pdf.Section(_head(sheet, "Still to come", "in a later parcel, nothing to do"), later))
    if view.thanks.strip():
        sections.append(pdf.Section(pdf.Block(sheet.text, _nothing), [_words(sheet, view.thanks)]))
    return sections


def _page(sheet: Sheet, view: SlipView, stack: list[pdf.Block], number: int, pages: int) -> pdf.Page:
    def draw(canvas: Canvas) -> None:
        if number == 1:
            _first_head(canvas, sheet, view)
            y = _below_first_head(sheet)
        else:
            _next_head(canvas, sheet, view)
            y = _below_next_head(sheet)
        for block in stack:
            block.draw(canvas, y)
            y -= block.height
        _foot(canvas, sheet, view, f"Page {number} of {pages}")

    return pdf.Page(sheet.width, sheet.height, draw)


def _below_first_head(sheet: Sheet) -> float:
    return sheet.top - sheet.code[2] - sheet.address


def _below_next_head(sheet: Sheet) -> float:
    return sheet.top - sheet.title - sheet.text


def _brand(sheet: Sheet, view: SlipView) -> str:
    """The ink of the store's name: its colour where that is dark enough on white paper (contrast 3:1 and up)."""
    return view.color if sheet.ink != pdf.BLACK and pdf.luminance(view.color) < 0.3 else sheet.ink


def _first_head(canvas: Canvas, sheet: Sheet, view: SlipView) -> None:
    """Store and bar code, then the address on the left and the facts on the right."""
    if sheet.ink != pdf.BLACK:
        pdf.block(canvas, 0, sheet.height - 10, sheet.width, 10, view.color)
    width, height, drop = sheet.code
    wide = sheet.inner - width > 150
    room = sheet.inner - width - 12 if wide else sheet.inner
    y = sheet.top - sheet.title * 0.8
    pdf.text(canvas, sheet.edge, y, view.store, sheet.title, bold=True, width=room, ink=_brand(sheet, view), shrink=0.5)
    if wide:
        pdf.text(canvas, sheet.edge, y - sheet.text * 1.7, "Packing slip", sheet.text + 1, ink=sheet.soft)
    _order_code(canvas, sheet, view, sheet.width - sheet.edge - width, sheet.top - drop, width, height)
    y = sheet.top - drop - sheet.small * 2.6
    _address(canvas, sheet, view, y)
    _facts(canvas, sheet, view, y)


def _order_code(canvas: Canvas, sheet: Sheet, view: SlipView, x: float, y: float, width: float, height: float) -> None:
    """The order as a bar code, or in words where no bar code can carry its reference."""
    align: pdf.Align = "center"
    if width < sheet.inner - 100:
        align, x = "right", x + 10  # the quiet zone may lie in the margin
    try:
        draw_code128(
            canvas, view.order, x, y, width, height, align=align, caption_size=sheet.small + 1, largest_mm=0.375
        )
    except ValueError:
        pdf.text(canvas, x, y + height * 0.4, view.order, sheet.title * 0.8, bold=True, width=width, align=align)


def _address(canvas: Canvas, sheet: Sheet, view: SlipView, y: float) -> None:
    width, region = sheet.inner * 0.56, view.country_code
    pdf.text(canvas, sheet.edge, y, "For", sheet.small, ink=sheet.soft)
    rows = [line for line in (view.recipient, *view.address) if line.strip()]
    shown = rows if len(rows) <= 6 else [*rows[:5], ", ".join(rows[5:])]
    for number, words in enumerate(shown):
        y -= sheet.text * max(1.22, fonts.leading(words) if number else 0)
        pdf.text(canvas, sheet.edge, y, words, sheet.text, bold=number == 0, width=width, region=region, ink=sheet.ink)


def _facts(canvas: Canvas, sheet: Sheet, view: SlipView, y: float) -> None:
    left = sheet.edge + sheet.inner * 0.62
    width = sheet.inner * 0.38
    facts = (
        ("Order", view.order),
        ("Parcel", view.parcel),
        ("Box", f"{view.number} of {view.count}"),
        ("Packed", view.date),
        ("Ships", "the fast way" if view.fast else ""),
    )
    for word, value in facts:
        if value.strip():
            y -= sheet.text * 1.22
            pdf.text(canvas, left, y, word, sheet.small, ink=sheet.soft)
            pdf.text(
                canvas, left + sheet.text * 3.4, y, value, sheet.text,
                width=width - sheet.text * 3.4, ink=sheet.ink, shrink=0.5,
            )  # fmt: skip


def _next_head(canvas: Canvas, sheet: Sheet, view: SlipView) -> None:
    """The short head of a further page: whose slip this is."""
    if sheet.ink != pdf.BLACK:
        pdf.block(canvas, 0, sheet.height - 10, sheet.width, 10, view.color)
    half = sheet.inner / 2
    y = sheet.top - sheet.text
    pdf.text(canvas, sheet.edge, y, view.store, sheet.text + 1, bold=True, width=half - 8, ink=_brand(sheet, view))
    words = f"Order {view.order}, parcel {view.parcel}"
    pdf.text(canvas, sheet.edge + half, y, words, sheet.text, width=half, align="right", ink=sheet.ink, shrink=0.5)


def _foot(canvas: Canvas, sheet: Sheet, view: SlipView, page: str) -> None:
    pdf.rule(canvas, sheet.edge, sheet.edge + 10, sheet.inner, ink=sheet.ink)
    size = sheet.small + 0.5
    pdf.text(canvas, sheet.edge, sheet.edge, view.support, size, width=sheet.inner * 0.76, ink=sheet.ink)
    pdf.text(canvas, sheet.edge, sheet.edge, page, size, width=sheet.inner, align="right", ink=sheet.ink)


def _head(sheet: Sheet, title: str, note: str) -> pdf.Block:
    """A section's title and its note on the right, over a strong line."""
    height = sheet.text * 3.2

    def draw(canvas: Canvas, y: float) -> None:
        line = y - height + sheet.text * 0.1
        base = line + sheet.text * 0.55
        pdf.text(canvas, sheet.edge, base, title, sheet.text + 2, bold=True, ink=sheet.ink)
        pdf.text(canvas, sheet.edge, base, note, sheet.text, width=sheet.inner, align="right", ink=sheet.soft)
        pdf.rule(canvas, sheet.edge, line, sheet.inner, thick=1.2, ink=sheet.ink)

    return pdf.Block(height, draw)


def _row(sheet: Sheet, line: SlipLine | LaterLine, note: str, region: str) -> pdf.Block:
    """A quantity, a name of up to two lines over its SKU, and a note (bin or date) on the right."""
    aside = sheet.inner * 0.25 if note else 0.0
    width = sheet.edge + sheet.inner - sheet.names - aside
    names = pdf.wrap(line.name, sheet.text, width, region=region, most=2)
    step = sheet.text * fonts.leading(line.name)
    height = sheet.text * 1.1 + step * len(names) + sheet.small * 0.9

    def draw(canvas: Canvas, y: float) -> None:
        base = y - sheet.text * 1.2
        room = sheet.text * 2.3
        pdf.text(
            canvas,
            sheet.edge,
            base,
            f"{line.quantity:,}",
            sheet.text + 1.5,
            bold=True,
            width=room,
            align="right",
            ink=sheet.ink,
            shrink=0.4,
        )
        pdf.text(
            canvas, sheet.edge + sheet.inner - aside, base, note, sheet.text, width=aside, align="right", ink=sheet.ink
        )
        for number, name in enumerate(names):
            pdf.text(canvas, sheet.names, base - step * number, name, sheet.text, region=region, ink=sheet.ink)
        pdf.text(canvas, sheet.names, base - step * len(names) + 1, line.sku, sheet.small, width=width, ink=sheet.soft)
        pdf.rule(canvas, sheet.edge, y - height, sheet.inner, thick=0.35, ink=sheet.soft)

    return pdf.Block(height, draw)


def _part(sheet: Sheet, line: SlipLine | LaterLine, note: str, region: str) -> pdf.Block:
    """What is in the kit above: one line, set in, with its bin on the right."""
    aside = sheet.inner * 0.25 if note else 0.0
    left = sheet.names + sheet.text * 1.5
    height = sheet.text * 1.7
    words = f"{line.quantity:,} × {line.name}  ({line.sku})"

    def draw(canvas: Canvas, y: float) -> None:
        base, right = y - sheet.text * 1.2, sheet.edge + sheet.inner
        pdf.text(canvas, left, base, words, sheet.text, width=right - left - aside, region=region, ink=sheet.ink, shrink=0.7)
        pdf.text(canvas, right - aside, base, note, sheet.text, width=aside, align="right", ink=sheet.ink)
        pdf.rule(canvas, left, y - height, right - left, thick=0.35, ink=sheet.soft)

    return pdf.Block(height, draw)


def _words(sheet: Sheet, words: str) -> pdf.Block:
    """A paragraph over the whole width."""
    lines = pdf.wrap(words, sheet.text, sheet.inner, most=8)
    step = sheet.text * 1.4

    def draw(canvas: Canvas, y: float) -> None:
        for number, line in enumerate(lines, 1):
            pdf.text(canvas, sheet.edge, y - step * number, line, sheet.text, ink=sheet.ink)

    return pdf.Block(step * len(lines) + sheet.text, draw)


def _nothing(_canvas: Canvas, _y: float) -> None:
    """Only the room above a section without a title."""
