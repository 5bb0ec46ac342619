"""Pages of paper: sizes in points, text in any script that fits its width, several pages as one PDF.

A room describes a page as a `Page` (a size and a function that draws it) and never writes a file; `render` draws the
pages of one or of several rooms onto one canvas, so that a label and its packing slip are one PDF with one set of
fonts.
"""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock
from typing import Literal

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import inch, mm
from reportlab.pdfgen.canvas import Canvas

from stowline.core import fonts
from stowline.core.fonts import measure

Align = Literal["left", "center", "right"]

A4 = (210 * mm, 297 * mm)
LABEL_4X6 = (4 * inch, 6 * inch)  # 288 x 432 points

INK = "#15201d"
SOFT = "#4d5a56"
BLACK = "#000000"
WHITE = "#ffffff"
ELLIPSIS = "…"
SHRINK = 0.72  # a line that is too long shrinks to this share of its size before it is cut

rl_config.useA85 = 0  # binary streams: a fifth smaller, and quicker
_drawing = Lock()  # reportlab keeps its fonts in globals and reads them with one file position
_HAN = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff60"
_BREAKS = re.compile(f"[{_HAN}][、。，．）」』]* *|[^ /{_HAN}-]*[/-]+ *|[^ /{_HAN}-]+ *|.")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: width and height in points, and what draws it with the origin in its lower left corner."""

    width: float
    height: float
    draw: Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a column: `draw(canvas, y)` draws it below y, within `height` points."""

    height: float
    draw: Callable[[Canvas, float], None]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows under one head; the head stands again on each page where the rows go on."""

    head: Block
    rows: list[Block]


def flow(sections: Iterable[Section], first: float, later: float) -> list[list[Block]]:
    """The blocks page by page: `first` points of room on the first page and `later` on the others, at least one page.

    No head stands alone at the foot of a page. A row taller than a page gets a page of its own and runs over.
    """
    pages: list[list[Block]] = [[]]
    room = first
    for section in sections:
        headed = False
        for row in section.rows:
            if row.height + (0 if headed else section.head.height) > room and pages[-1]:
                pages.append([])
                room, headed = later, False
            new = [row] if headed else [section.head, row]
            pages[-1] += new
            room -= sum(block.height for block in new)
            headed = True
    return pages


def render(pages: Iterable[Page], *, title: str, author: str = "Stowline") -> bytes:
    """The pages as one PDF. The same pages give the same bytes, so a reprint can be told from a new label."""
    out = io.BytesIO()
    with _drawing:
        canvas = Canvas(out, pageCompression=1, invariant=1, initialFontName=fonts.face("sans").fontName)
        canvas.setTitle(fonts.clean(title))
        canvas.setAuthor(fonts.clean(author))
        canvas.setCreator("Stowline")
        for page in pages:
            canvas.setPageSize((page.width, page.height))
            page.draw(canvas)
            canvas.showPage()
        canvas.save()
    return out.getvalue()


@lru_cache(maxsize=256)
def color(value: str, fallback: str = INK) -> Color:
    """A colour from "#rrggbb"; anything else, such as a shop's mistyped brand colour, is the fallback."""
    return HexColor(value if re.fullmatch("#[0-9a-fA-F]{6}", value) else fallback)


def luminance(value: str) -> float:
    """Relative luminance from 0 (black) to 1 (white), after WCAG 2."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    parts = color(value)
    return 0.2126 * linear(parts.red) + 0.7152 * linear(parts.green) + 0.0722 * linear(parts.blue)


def text(
    canvas: Canvas,
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    bold: bool = False,
    width: float | None = None,
    align: Align = "left",
    region: str = "",
    ink: str = INK,
    shrink: float = SHRINK,
) -> float:
    """Draw one line with its baseline at y and return its width in points.

    With `width` it shrinks to `shrink` of its size at most, then ends in an ellipsis. `x` is the left edge of the
    space; "center" and "right" place the line inside `width` (without a width: around x, or ending at x).
    """
    if width is not None:
        words, size = fit(words, size, width, bold=bold, region=region, shrink=shrink)
    line = fonts.runs(words, bold=bold, region=region)
    length = size * sum(run.width for run in line)
    left = x + {"left": 0.0, "center": 0.5, "right": 1.0}[align] * ((width or 0) - length)
    _draw(canvas, left, y, line, size, ink)
    return length


def _draw(canvas: Canvas, x: float, y: float, line: tuple[fonts.Run, ...], size: float, ink: str) -> None:
    canvas.setFillColor(color(ink))
    pen = canvas.beginText(x, y)
    heavy = False
    for run in line:
        if run.heavy is not heavy:
            heavy = run.heavy
            canvas.setStrokeColor(color(ink))
            canvas.setLineWidth(size * 0.025)
            pen.setTextRenderMode(2 if heavy else 0)
        pen.setFont(run.font, size)
        pen.textOut(run.text)
    if heavy:
        pen.setTextRenderMode(0)
    canvas.drawText(pen)


def fit(
    words: str, size: float, width: float, *, bold: bool = False, region: str = "", shrink: float = SHRINK
) -> tuple[str, float]:
    """The words and the size at which they fit `width`: smaller first, then cut with an ellipsis."""
    length = measure(words, size, bold=bold, region=region)
    if length <= width:
        return words, size
    smaller = max(size * width / length, size * shrink)
    if length * smaller / size <= width * 1.0001:
        return words, smaller
    return cut(words, smaller, width, bold=bold, region=region), smaller


def cut(words: str, size: float, width: float, *, bold: bool = False, region: str = "") -> str:
    """As many of the first letters as fit with an ellipsis after them."""
    whole = fonts.clean(words)
    few, many = 0, len(whole)
    while few < many:
        middle = (few + many + 1) // 2
        tried = whole[:middle].rstrip() + ELLIPSIS
        if measure(tried, size, bold=bold, region=region) <= width:
            few = middle
        else:
            many = middle - 1
    return whole[:few].rstrip() + ELLIPSIS


def wrap(words: str, size: float, width: float, *, bold: bool = False, region: str = "", most: int = 2) -> list[str]:
    """The words as lines of at most `width` points, at most `most` of them; what is left over ends in an ellipsis.

    Lines break at spaces, after hyphens and slashes, between Han characters, and inside a word that is too long.
    """
    lines = [""]
    for piece in _pieces(fonts.clean(words), size, width, bold=bold, region=region):
        longer = lines[-1] + piece
        if not lines[-1] or measure(longer, size, bold=bold, region=region) <= width:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(piece)
        else:
            lines[-1] = cut(longer, size, width, bold=bold, region=region)
            break
    return [line.rstrip() for line in lines]


def _pieces(words: str, size: float, width: float, *, bold: bool, region: str) -> Iterable[str]:
    """What may not be broken, each no wider than the line."""
    for piece in _BREAKS.findall(words):
        rest = piece
        while len(rest) > 1 and measure(rest, size, bold=bold, region=region) > width:
            head = cut(rest, size, width, bold=bold, region=region).removesuffix(ELLIPSIS) or rest[0]
            yield head
            rest = rest[len(head) :]
        yield rest


def paragraph(
    canvas: Canvas,
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    width: float,
    bold: bool = False,
    region: str = "",
    ink: str = INK,
    most: int = 2,
    leading: float = 0,
) -> float:
    """Draw wrapped lines, the first baseline at y, and return the baseline for whatever follows.

    `leading` is a multiple of the size; 0 takes what the script needs.
    """
    step = size * (leading or fonts.leading(words))
    for line in wrap(words, size, width, bold=bold, region=region, most=most):
        text(canvas, x, y, line, size, bold=bold, region=region, ink=ink)
        y -= step
    return y


def rule(canvas: Canvas, x: float, y: float, width: float, *, thick: float = 0.5, ink: str = INK) -> None:
    """A horizontal line from (x, y) to the right."""
    canvas.setStrokeColor(color(ink))
    canvas.setLineWidth(thick)
    canvas.line(x, y, x + width, y)


def block(canvas: Canvas, x: float, y: float, width: float, height: float, ink: str = INK) -> None:
    """A filled rectangle, (x, y) its lower left corner."""
    canvas.setFillColor(color(ink))
    canvas.rect(x, y, width, height, stroke=0, fill=1)
