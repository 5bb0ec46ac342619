"""Code 128 and GS1-128 as bars: encoded once, drawn as vectors on paper (reportlab) and on screens (SVG).

A *bar list* is a tuple of widths in modules, bar first, then space, bar, … and a bar last. `Elements` are pairs of
(application identifier, value). References: ISO/IEC 15417 (Code 128), GS1 General Specifications, sections 3 (element
strings), 5.4 (GS1-128, at most 48 characters, quiet zone 10 modules) and 7.9 (check digit).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import NamedTuple

from barcode.codex import Code128, Gs1_128
from reportlab.graphics.barcode.qrencoder import QRCode, QRErrorCorrectLevel
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stowline.core import fonts, pdf

Bars = tuple[int, ...]
Elements = Sequence[tuple[str, str]]

QUIET = 10  # modules on each side
GOOD_MM = 0.25  # module width that any hand scanner reads; less only where the paper is too narrow
LEAST_MM = 0.17  # below this an office printer smears the bars
DOT_MM = 0.125  # one dot of a 203 dpi label printer: modules of whole dots print evenly
LONGEST = 80  # characters; more is wider than a sheet of A4
LONGEST_GS1 = 48

# Identifiers whose values have a length fixed by GS1 (figure 7.8.5-2); all others end at FNC1 unless they come last.
_FIXED = {"00": 18, "01": 14, "02": 14, "03": 14, "04": 16, "20": 2, "41": 13}
_FIXED |= {f"1{n}": 6 for n in range(1, 10)} | {f"3{n}": 6 for n in range(1, 7)}
_CHECKED = ("00", "01", "02", "41")
_GS1_TEXT = re.compile(r"[A-Za-z0-9!\"%&'()*+,\-./:;<=>?_]+")


class Drawn(NamedTuple):
    """Where the symbol stands, quiet zones included (points), and its module width (mm)."""

    x: float
    width: float
    module_mm: float


def check_digit(digits: str) -> int:
    """The GS1 mod 10 check digit that follows `digits`. ValueError if there is anything but digits."""
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError(f"A check digit needs digits only, not {digits[:40]!r}.")
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return -total % 10


def sscc(company_prefix: str, serial: int, extension: int = 0) -> str:
    """A Serial Shipping Container Code: 18 digits, check digit included.

    `serial` fills what the GS1 company prefix (4 to 12 digits) leaves of 16 digits. ValueError if it does not fit.
    """
    if not re.fullmatch(r"[0-9]{4,12}", company_prefix):
        raise ValueError("A GS1 company prefix has 4 to 12 digits.")
    if extension not in range(10):
        raise ValueError("The extension digit of an SSCC is 0 to 9.")
    room = 16 - len(company_prefix)
    if not 0 <= serial < 10**room:
        raise ValueError(f"Serial {serial} does not fit the {room} digits that prefix {company_prefix} leaves.")
    body = f"{extension}{company_prefix}{serial:0{room}d}"
    return f"{body}{check_digit(body)}"


@lru_cache(maxsize=512)
def encode_code128(text: str) -> Bars:
    """`text` as Code 128. ValueError says why it cannot be carried.

    Control characters are refused although Code 128 knows them: a scanner would type them as keys.
    """
    if not text:
        raise ValueError("There is nothing to encode in an empty code.")
    if len(text) > LONGEST:
        raise ValueError(f"A code of {len(text)} characters is too long for a bar code; {LONGEST} is the limit.")
    wrong = next((letter for letter in text if not " " <= letter <= "~"), None)
    if wrong is not None:
        raise ValueError(f"Code 128 carries ASCII letters, digits and signs only, not U+{ord(wrong):04X}.")
    return _bars(Code128(text))


@lru_cache(maxsize=512)
def _encode_elements(elements: tuple[tuple[str, str], ...]) -> Bars:
    return _bars(Gs1_128(element_string(elements, separator=Gs1_128.FNC1_CHAR)))


def gs1_128(elements: Elements) -> Bars:
    """The element strings as one GS1-128 symbol: FNC1 first, and after each value of open length but the last.

    ValueError for an unknown shape of identifier, a wrong fixed length, a wrong check digit or too much data.
    """
    return _encode_elements(tuple((ai, value) for ai, value in elements))


def element_string(elements: Elements, separator: str = "\x1d") -> str:
    """The data of a GS1-128 symbol as a scanner sends it: without brackets, `separator` where FNC1 stands."""
    if not elements:
        raise ValueError("A GS1-128 symbol needs at least one element string.")
    parts = []
    for ai, value in elements:
        _check_element(ai, value)
        parts.append(ai + value + ("" if ai[:2] in _FIXED else separator))
    data = "".join(parts).removesuffix(separator)
    if len(data) > LONGEST_GS1:
        raise ValueError(f"A GS1-128 symbol carries {LONGEST_GS1} characters; these are {len(data)}.")
    return data


def _check_element(ai: str, value: str) -> None:
    if not re.fullmatch(r"[0-9]{2,4}", ai):
        raise ValueError(f"{ai[:20]!r} is no GS1 application identifier.")
    length = _FIXED.get(ai[:2])
    if length and not re.fullmatch(rf"[0-9]{{{length}}}", value):
        raise ValueError(f"({ai}) has {length} digits, not {value[:40]!r}.")
    if not _GS1_TEXT.fullmatch(value):
        raise ValueError(f"GS1 allows no such value in ({ai}): {value[:40]!r}.")
    if ai[:2] in _CHECKED and int(value[-1]) != check_digit(value[:-1]):
        raise ValueError(f"The check digit of ({ai}) {value} is {check_digit(value[:-1])}, not {value[-1]}.")


def _bars(symbol: Code128) -> Bars:
    modules: str = symbol.build()[0]
    return tuple(len(list(run)) for _, run in groupby(modules))


def caption(what: str | Elements) -> str:
    """The line for people under a symbol: the text itself, or each identifier in brackets before its value."""
    return what if isinstance(what, str) else " ".join(f"({ai}) {value}" for ai, value in what)


def encode(what: str | Elements) -> Bars:
    """Text as Code 128, elements as GS1-128."""
    return encode_code128(what) if isinstance(what, str) else gs1_128(what)


def module_mm(bars: Bars, width: float, largest_mm: float = 0.5) -> float:
    """The module width in mm for a symbol that has `width` points for itself and its quiet zones.

    Whole printer dots from 0.25 mm up; narrower paper gets the exact fit. ValueError under 0.17 mm.
    """
    fit: float = width / mm / (sum(bars) + 2 * QUIET)
    if fit < LEAST_MM:
        raise ValueError("The code is too long for the width of this paper.")
    if fit < GOOD_MM:
        return fit
    return min(int(fit / DOT_MM + 1e-6) * DOT_MM, largest_mm)


def draw_code128(
    canvas: Canvas,
    what: str | Elements,
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    align: pdf.Align = "center",
    caption_size: float = 0,
    largest_mm: float = 0.5,
) -> Drawn:
    """Draw the symbol as black vector bars into the box at (x, y), its lower left corner, all in points.

    The quiet zones of 10 modules lie inside the box. With `caption_size` the text for people stands under the bars,
    inside `height`. ValueError if the code cannot be carried or does not fit `width` with modules of 0.17 mm.
    """
    bars = encode(what)
    module = module_mm(bars, width, largest_mm) * mm
    total = (sum(bars) + 2 * QUIET) * module
    left = x + (width - total) * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    foot = caption_size * 1.35
    matrix = f"{module:.5f} 0 0 {height - foot:.3f} {left + QUIET * module:.3f} {y + foot:.3f}"
    canvas.addLiteral(f"q 0 g {matrix} cm {_rectangles(bars)} f Q")
    if caption_size:
        words, base = caption(what), y + caption_size * 0.25
        under = fonts.measure(words, caption_size) <= total  # else the whole box is needed
        place, room = (left, total) if under else (x, width)
        pdf.text(canvas, place, base, words, caption_size, width=room, align="center", ink=pdf.BLACK)
    return Drawn(left, total, module / mm)


@lru_cache(maxsize=512)
def _rectangles(bars: Bars) -> str:
    """The bars as PDF path operators in a space of one module by one symbol height."""
    return " ".join(f"{left} 0 {wide} 1 re" for left, wide in _black(bars))


def _black(bars: Bars) -> list[tuple[int, int]]:
    """Left edge and width of each bar, in modules."""
    edges, at = [], 0
    for place, wide in enumerate(bars):
        if place % 2 == 0:
            edges.append((at, wide))
        at += wide
    return edges


def code128_svg(what: str | Elements, *, height: int = 60) -> str:
    """The symbol as an SVG element, one module to a unit, `height` units tall, quiet zones on white included.

    It carries its text as its accessible name and neither script nor style. ValueError as for `encode`.
    """
    bars = encode(what)
    total = sum(bars) + 2 * QUIET
    path = "".join(f"M{QUIET + left} 0h{wide}v{height}h-{wide}z" for left, wide in _black(bars))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" role="img"'
        f' aria-label="{escape(caption(what))}" shape-rendering="crispEdges">'
        f'<rect width="{total}" height="{height}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def qr_svg(what: str) -> str:
    """A QR code (ISO/IEC 18004, correction M) as an SVG element, one module to a unit, with its quiet zone of four on white.

    It carries its text as its accessible name and neither script nor style.
    """
    code = QRCode(None, QRErrorCorrectLevel.M)
    code.addData(what)
    code.make()
    n = code.getModuleCount()
    path = "".join(f"M{x + 4} {y + 4}h1v1h-1z" for y in range(n) for x in range(n) if code.isDark(y, x))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n + 8} {n + 8}" role="img" aria-label="{escape(what)}"'
        f' shape-rendering="crispEdges"><rect width="{n + 8}" height="{n + 8}" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )
