"""The discrepancy report of a purchase order: what came otherwise than ordered, as a PDF for its supplier."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import pdf
from stowline.receiving import cases, queries, rules
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.rules import Delivered, Discrepancy

KINDS = {"short": "Short", "over": "More than ordered", "damaged": "Damaged", "wrong-item": "Not ordered"}
EDGE, ROW = 18 * mm, 9 * mm
TOP, NEXT_TOP, FOOT = pdf.A4[1] - 62 * mm, pdf.A4[1] - 22 * mm, 22 * mm
COLUMNS = ((0.0, "What"), (34 * mm, "Product"), (118 * mm, "Units"), (138 * mm, "Note"))


@dataclass(frozen=True, slots=True)
class Report:
    """What stands on the paper."""

    ref: str
    supplier: str
    expected: str
    date: str
    lines: tuple[Discrepancy, ...]


def of_order(session: Session, order: PurchaseOrder, *, limit: int = 5000) -> list[Discrepancy]:
    """What came otherwise than ordered: of the lines, and goods that were set aside at this purchase order."""
    lines = [Delivered(one.sku, one.name, one.quantity, one.received + one.over, one.damaged)
             for one in queries.lines(session, order.id or 0, limit=limit)]  # fmt: skip
    found = rules.discrepancies(lines, closed=order.closed_at is not None)
    opened = cases.of_order(session, order.id or 0)
    photos = cases.photo_counts(session, [one.id or 0 for one in opened])
    goods = catalog.by_ids(session, [one.product_id for one in opened if one.product_id])
    for case in opened:
        product = goods.get(case.product_id or 0)
        if case.kind == "wrong-item" and product is not None and case.outcome != cases.TAKEN_BACK:
            found.append(Discrepancy("wrong-item", product.sku, product.name, case.units, case.ref, photos.get(case.id or 0, 0)))
    shown = {product.sku: photos.get(case.id or 0, 0) for case in opened if case.kind == "damaged"
             and (product := goods.get(case.product_id or 0)) is not None}  # fmt: skip
    return [one if one.kind != "damaged" else Discrepancy(one.kind, one.sku, one.name, one.units, one.note, shown.get(one.sku, 0))
            for one in found]  # fmt: skip


def report_pdf(report: Report) -> bytes:
    """The report on A4, as many pages as it needs."""
    rows = [pdf.Block(ROW, partial(_row, one=one)) for one in report.lines]
    sheets = pdf.flow([pdf.Section(pdf.Block(ROW, _head), rows)], TOP - FOOT, NEXT_TOP - FOOT)
    pages = (_page(report, blocks, n, len(sheets)) for n, blocks in enumerate(sheets, 1))
    return pdf.render(pages, title=f"Discrepancies of {report.ref}")


def _page(report: Report, blocks: Sequence[pdf.Block], n: int, of: int) -> pdf.Page:
    def draw(canvas: Canvas) -> None:
        y = TOP if n == 1 else NEXT_TOP
        if n == 1:
            _title(canvas, report)
        for block in blocks:
            block.draw(canvas, y)
            y -= block.height
        pdf.text(canvas, EDGE, 12 * mm, f"{report.ref}, page {n} of {of}", 9, ink=pdf.SOFT)

    return pdf.Page(*pdf.A4, draw)


def _title(canvas: Canvas, report: Report) -> None:
    top, width = pdf.A4[1] - 24 * mm, pdf.A4[0] - 2 * EDGE
    pdf.text(canvas, EDGE, top, "Delivery not as ordered", 20, bold=True, width=width)
    pdf.text(canvas, EDGE, top - 9 * mm, f"Purchase order {report.ref}", 13, bold=True, width=width)
    pdf.text(canvas, EDGE, top - 16 * mm, f"To {report.supplier or 'the supplier'}", 11, width=width)
    pdf.text(canvas, EDGE, top - 22 * mm, f"Expected {report.expected}. As it stands on {report.date}.", 11, width=width, ink=pdf.SOFT)


def _head(canvas: Canvas, y: float) -> None:
    for x, words in COLUMNS:
        pdf.text(canvas, EDGE + x, y - 5 * mm, words, 9, bold=True, ink=pdf.SOFT)
    pdf.rule(canvas, EDGE, y - ROW + 1 * mm, pdf.A4[0] - 2 * EDGE, thick=1)


def _row(canvas: Canvas, y: float, one: Discrepancy) -> None:
    base, inner = y - 5.5 * mm, pdf.A4[0] - 2 * EDGE
    photos = f"{one.photos} {'photograph' if one.photos == 1 else 'photographs'}" if one.photos else ""
    note = ", ".join(part for part in (one.note, photos) if part)
    pdf.text(canvas, EDGE, base, KINDS[one.kind], 10, bold=True, width=32 * mm)
    pdf.text(canvas, EDGE + 34 * mm, base, f"{one.name} ({one.sku})", 10, width=80 * mm)
    pdf.text(canvas, EDGE + 118 * mm, base, f"{one.units:,}", 10, bold=True, width=14 * mm, align="right")
    pdf.text(canvas, EDGE + 138 * mm, base, note, 10, width=inner - 138 * mm)
    pdf.rule(canvas, EDGE, y - ROW + 1 * mm, inner, thick=0.3, ink="#9aa5a0")
