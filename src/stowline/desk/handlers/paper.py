"""Paper from the desk and the pack bench: labels and packing slips as PDF."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import NotFound
from stowline.desk.handlers import pages
from stowline.desk.queries import paper as reads
from stowline.orders import queries as orders
from stowline.packing import queries as packing
from stowline.packing.slip import Size, SlipView, slip_pdf
from stowline.shipping import paper, queries, service
from stowline.shipping.label import LabelView, label_pdf

PRINT = web.permission("floor.pack", "orders.write")
READ = web.permission("floor.pack", "orders.read")


class Paper(Controller):
    """Labels and slips."""

    include_in_schema = False

    @post("/parcels/{code:str}/label", opt=PRINT, sync_to_thread=True, status_code=200)
    def label(self, code: FromPath[str], body: RawBody) -> Response[bytes]:
        """The label of a parcel, made if it has none yet."""
        _ = body

        def make(session: db.Session) -> LabelView:
            return paper.label_view(session, *service.make_label(session, web.name(code)))

        view = db.run(make)
        return pdf_answer(label_pdf([view]), f"label-{view.parcel}")

    @get("/parcels/{code:str}/label", opt=READ, sync_to_thread=True)
    def reprint(self, code: FromPath[str]) -> Response[bytes]:
        """The label once more."""
        with db.reading() as session:
            parcel = packing.parcel_by_code(session, web.name(code))
            label = queries.live_label(session, parcel.id or 0)
            if label is None:
                raise NotFound(f"Parcel {parcel.code} has no label yet. Print it at the pack bench.")
            view = paper.label_view(session, parcel, label)
        return pdf_answer(label_pdf([view]), f"label-{view.parcel}")

    @get("/parcels/{code:str}/slip", opt=READ, sync_to_thread=True)
    def slip(self, code: FromPath[str], size: FromQuery[str] = "a4") -> Response[bytes]:
        """The packing slip of a parcel."""
        with db.reading() as session:
            view = reads.parcel_slip(session, packing.parcel_by_code(session, web.name(code)))
        return _slip(view, size)

    @get("/orders/{ref:str}/slip", opt=READ, sync_to_thread=True)
    def order_slip(
        self, ref: FromPath[str], store: FromQuery[str] = "", size: FromQuery[str] = "a4"
    ) -> Response[bytes]:
        """The packing slip of an order's last parcel, or of what it will get."""
        with db.reading() as session:
            view = reads.order_slip(session, orders.by_ref(session, web.name(ref), store))
        return _slip(view, size)


def _slip(view: SlipView, size: str) -> Response[bytes]:
    paper_size: Size = "4x6" if pages.one_of(size, ("a4", "4x6"), "size") == "4x6" else "a4"
    return pdf_answer(slip_pdf(view, paper_size), f"slip-{view.parcel or view.order}")


def pdf_answer(body: bytes, name: str) -> Response[Any]:
    """A PDF that browsers show."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{safe}.pdf"'})
