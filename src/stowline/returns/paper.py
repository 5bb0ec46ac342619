"""What a shopper prints: the label that brings the parcel back, and the slip that lies in it. Both carry the return's code."""

from reportlab.pdfgen.canvas import Canvas
from sqlmodel import Session

from stowline.core import clock, pdf
from stowline.core.barcode import draw_code128
from stowline.core.countries import name_of
from stowline.orders import queries as orders
from stowline.returns import queries
from stowline.returns.models import Rma
from stowline.shipping import service as shipping
from stowline.shipping.label import LabelView, label_page
from stowline.stores import queries as stores

WIDTH, HEIGHT = pdf.LABEL_4X6
EDGE, MOST = 14, 14


def label_view(session: Session, rma: Rma) -> LabelView:
    """The label of a return: from the shopper to the store, under the return's own numbers."""
    order, store = orders.order(session, rma.order_id), stores.store(session, rma.store_id)
    tracking, sscc = shipping.numbers_of_return(rma.id or 0)
    place = " ".join(part for part in (order.postcode, order.city, name_of(order.country)) if part)
    return LabelView(
        store=order.ship_name or order.customer_name or "Shopper", sender=tuple(part for part in (order.line1, place) if part),
        recipient=f"{store.name}, returns", address=(store.address_line,) if store.address_line else (), postcode="", city=store.name,
        country="", country_code="", parcel=rma.ref, sscc=sscc, order=rma.order_ref, ship_date=(rma.decided_at or rma.asked_at).date(),
        service="Return", tracking=rma.tracking or tracking, printed=f"{clock.now():%Y-%m-%d %H:%M} UTC",
    )  # fmt: skip


def papers(session: Session, rma: Rma) -> bytes:
    """Label and slip as one PDF, a page of 4 x 6 inches each."""
    store = stores.store(session, rma.store_id)
    lines = [(line.units - line.spared, line.name, queries.REASONS[line.reason]) for line in queries.lines(session, rma.id or 0)]
    rows = [(units, name, why) for units, name, why in lines if units > 0]
    view = label_view(session, rma)
    slip = pdf.Page(WIDTH, HEIGHT, lambda canvas: _slip(canvas, store.name, rma, rows))
    return pdf.render([label_page(view), slip], title=f"Return {rma.ref}")


def _slip(canvas: Canvas, store: str, rma: Rma, rows: list[tuple[int, str, str]]) -> None:
    room = WIDTH - 2 * EDGE
    pdf.text(canvas, EDGE, HEIGHT - 34, f"Return to {store}", 16, bold=True, width=room)
    pdf.text(canvas, EDGE, HEIGHT - 52, f"Order {rma.order_ref}. Put this slip into the parcel.", 9, width=room)
    draw_code128(canvas, rma.ref, EDGE, HEIGHT - 128, room, 52, caption_size=9)
    y = HEIGHT - 158.0
    for units, name, why in rows[:MOST]:
        pdf.text(canvas, EDGE, y, f"{units:,} x", 10, bold=True, width=34)
        pdf.text(canvas, EDGE + 38, y, name, 10, width=room - 38)
        pdf.text(canvas, EDGE + 38, y - 10, why, 7.5, width=room - 38, ink=pdf.SOFT)
        y -= 25
    if len(rows) > MOST:
        pdf.text(canvas, EDGE, y, f"and {len(rows) - MOST} more", 9, width=room)
