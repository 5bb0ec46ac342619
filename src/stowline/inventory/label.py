"""Labels for bins: 100 x 50 mm, black on white, one to a page for a label printer or ten to a sheet of A4.

The code stands on plates as on the tablet, large enough to be read from the truck; an arrow says whether the bin is
above or below the beam that carries the label; under them its Code 128.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stowline.core import fonts, pdf
from stowline.core.barcode import draw_code128

WIDTH, HEIGHT = 100 * mm, 50 * mm
COLUMNS, ROWS = 2, 5
EDGE = 4 * mm
PLATES_FOOT, PLATES_HEIGHT = 23 * mm, 22 * mm
BARS_FOOT, BARS_HEIGHT = 7 * mm, 14 * mm
ARROW_WIDTH = 15 * mm
LARGEST, SMALLEST = 56.0, 9.0  # points of the code on its plates
_PARTS = re.compile(r"[^\-]{1,5}(?:-[^\-]{1,5}){1,3}")

Size = Literal["100x50", "a4"]


@dataclass(frozen=True, slots=True)
class BinLabel:
    """What stands on one label. `arrow` is "up", "down" or "" for none; `place` a line for people (zone, aisle, …)."""

    code: str
    arrow: str = ""
    place: str = ""


def labels_pdf(labels: Sequence[BinLabel], size: Size) -> bytes:
    """The labels as one PDF, in their order."""
    pages = _sheets(labels) if size == "a4" else (_single(label) for label in labels)
    return pdf.render(pages, title="Bin labels" if len(labels) > 1 else f"Bin label {labels[0].code}" if labels else "Bin labels")


def _single(label: BinLabel) -> pdf.Page:
    return pdf.Page(WIDTH, HEIGHT, lambda canvas: draw(canvas, label))


def _sheets(labels: Sequence[BinLabel]) -> Iterable[pdf.Page]:
    many = COLUMNS * ROWS
    for start in range(0, len(labels), many):
        yield _sheet(labels[start : start + many])


def _sheet(labels: Sequence[BinLabel]) -> pdf.Page:
    width, height = pdf.A4
    left, top = (width - COLUMNS * WIDTH) / 2, height - (height - ROWS * HEIGHT) / 2

    def draw_all(canvas: Canvas) -> None:
        for n, label in enumerate(labels):
            canvas.saveState()
            canvas.translate(left + n % COLUMNS * WIDTH, top - (n // COLUMNS + 1) * HEIGHT)
            _cut_line(canvas)
            draw(canvas, label)
            canvas.restoreState()

    return pdf.Page(width, height, draw_all)


def _cut_line(canvas: Canvas) -> None:
    canvas.setStrokeColor(pdf.color("#9aa5a0"))
    canvas.setLineWidth(0.3)
    canvas.rect(0, 0, WIDTH, HEIGHT, stroke=1, fill=0)


def draw(canvas: Canvas, label: BinLabel) -> None:
    """Draw one label with the origin of the canvas in its lower left corner."""
    room = WIDTH - 2 * EDGE - (ARROW_WIDTH + 2 * mm if label.arrow else 0)
    _plates(canvas, label.code, room)
    if label.arrow:
        _arrow(canvas, WIDTH - EDGE - ARROW_WIDTH, up=label.arrow == "up")
    try:
        draw_code128(canvas, label.code, EDGE, BARS_FOOT, WIDTH - 2 * EDGE, BARS_HEIGHT, largest_mm=0.75)
    except ValueError as why:
        words = f"No bar code: {str(why)[:1].lower()}{str(why)[1:]}"
        pdf.paragraph(canvas, EDGE, BARS_FOOT + BARS_HEIGHT - 10, words, 8, width=WIDTH - 2 * EDGE, ink=pdf.BLACK)
    pdf.text(canvas, EDGE, 3 * mm, label.place, 8, width=WIDTH - 2 * EDGE, align="center", ink=pdf.BLACK)


def _plates(canvas: Canvas, code: str, room: float) -> None:
    """The code in white on black, a plate for each of its parts; a code without parts has one plate."""
    parts = code.split("-") if _PARTS.fullmatch(code) else [code]
    size = _size(parts, room)
    pad, dash = size * 0.16, size * 0.28
    x = EDGE
    for n, part in enumerate(parts):
        if n:
            pdf.block(canvas, x + dash * 0.2, PLATES_FOOT + PLATES_HEIGHT / 2 - 1, dash * 0.6, 2, pdf.BLACK)
            x += dash
        width = min(fonts.measure(part, size, bold=True) + 2 * pad, room)
        canvas.setFillColor(pdf.color(pdf.BLACK))
        canvas.roundRect(x, PLATES_FOOT, width, PLATES_HEIGHT, 4, stroke=0, fill=1)
        base = PLATES_FOOT + PLATES_HEIGHT / 2 - size * 0.355
        pdf.text(canvas, x + pad, base, part, size, bold=True, width=width - 2 * pad + 0.1, align="center", ink=pdf.WHITE)
        x += width


def _size(parts: Sequence[str], room: float) -> float:
    """The largest size at which the plates fit side by side."""
    wide = sum(fonts.measure(part, 1, bold=True) + 0.32 for part in parts) + 0.28 * (len(parts) - 1)
    return max(min(room / wide, LARGEST), SMALLEST)


def _arrow(canvas: Canvas, x: float, *, up: bool) -> None:
    """A broad arrow as tall as the plates."""
    foot, top = PLATES_FOOT, PLATES_FOOT + PLATES_HEIGHT
    tip, base, neck = (top, foot, top - PLATES_HEIGHT * 0.5) if up else (foot, top, foot + PLATES_HEIGHT * 0.5)
    third = ARROW_WIDTH / 3
    path = canvas.beginPath()
    path.moveTo(x + ARROW_WIDTH / 2, tip)
    corners = ((ARROW_WIDTH, neck), (2 * third, neck), (2 * third, base), (third, base), (third, neck), (0, neck))
    for right, y in corners:
        path.lineTo(x + right, y)
    path.close()
    canvas.setFillColor(pdf.color(pdf.BLACK))
    canvas.drawPath(path, stroke=0, fill=1)
