"""Labels of received goods: a product's own, 70 x 40 mm, and that of a pallet or carton, 100 x 150 mm with its SSCC."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from stowline.core import pdf
from stowline.core.barcode import Elements, draw_code128

MOST_COPIES, MOST_OF_A_PALLET = 500, 20
_WIDE, _HIGH, _EDGE = 70 * mm, 40 * mm, 3 * mm
_PALLET_WIDE, _PALLET_HIGH, _PALLET_EDGE = 100 * mm, 150 * mm, 5 * mm
_MOST_LINES = 9


@dataclass(frozen=True, slots=True)
class ProductLabel:
    """What stands on a product: `code` is scanned, it is a barcode of the product or its SKU."""

    sku: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class UnitLabel:
    """What stands on a pallet or carton. `contents` are lines for people."""

    sscc: str
    kind: str
    notice: str
    supplier: str
    order: str
    contents: tuple[str, ...]


def product_pdf(label: ProductLabel, copies: int) -> bytes:
    """So many labels of one product, one to a page."""
    pages = [pdf.Page(_WIDE, _HIGH, lambda canvas: _product(canvas, label))] * copies
    return pdf.render(pages, title=f"Labels {label.sku}")


def unit_pdf(labels: Sequence[UnitLabel]) -> bytes:
    """Labels of pallets and cartons, one to a page."""
    pages = (pdf.Page(_PALLET_WIDE, _PALLET_HIGH, partial(_unit, label=one)) for one in labels)
    return pdf.render(pages, title=f"Label {labels[0].sscc}" if len(labels) == 1 else "Pallet labels")


def _product(canvas: Canvas, label: ProductLabel) -> None:
    width = _WIDE - 2 * _EDGE
    pdf.paragraph(canvas, _EDGE, _HIGH - 7 * mm, label.name, 11, width=width, bold=True, ink=pdf.BLACK)
    pdf.text(canvas, _EDGE, _HIGH - 17 * mm, label.sku, 9, width=width, ink=pdf.BLACK)
    _bars(canvas, label.code, (_EDGE, 3 * mm, width, 17 * mm), 8)


def _unit(canvas: Canvas, label: UnitLabel) -> None:
    width, y = _PALLET_WIDE - 2 * _PALLET_EDGE, _PALLET_HIGH - 12 * mm
    pdf.text(canvas, _PALLET_EDGE, y, label.kind.capitalize(), 22, bold=True, width=width, ink=pdf.BLACK)
    said = [f"From {label.supplier}" if label.supplier else "", f"Purchase order {label.order}" if label.order else "", f"Notice {label.notice}" if label.notice else ""]
    for words in filter(None, said):
        y -= 7 * mm
        pdf.text(canvas, _PALLET_EDGE, y, words, 11, width=width, ink=pdf.BLACK)
    pdf.rule(canvas, _PALLET_EDGE, y - 4 * mm, width, thick=1, ink=pdf.BLACK)
    y -= 5 * mm
    more = len(label.contents) - _MOST_LINES
    rest = (f"and {more:,} more",) if more > 0 else ()
    for words in (*label.contents[:_MOST_LINES], *rest):
        y -= 6 * mm
        pdf.text(canvas, _PALLET_EDGE, y, words, 10, width=width, ink=pdf.BLACK)
    _bars(canvas, (("00", label.sscc),), (_PALLET_EDGE, 6 * mm, width, 38 * mm), 11)


def _bars(canvas: Canvas, what: str | Elements, box: tuple[float, float, float, float], caption: float) -> None:
    """The symbol in its box (left, foot, width, height); where it cannot be carried, why not."""
    x, y, width, height = box
    try:
        draw_code128(canvas, what, x, y, width, height, caption_size=caption)
    except ValueError as why:
        pdf.paragraph(canvas, x, y + height - 8, f"No bar code: {why}", 8, width=width, ink=pdf.BLACK)
