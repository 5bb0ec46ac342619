"""What was not as ordered: sent to the supplier, and looked up later."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers import receiving as purchase_orders
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.handlers.paper import pdf_answer
from stowline.desk.queries import discrepancies as reads
from stowline.desk.queries import receiving as purchases
from stowline.receiving import queries as receiving
from stowline.receiving import reports

READ, WRITE = web.permission("receiving.read"), web.permission("receiving.write")


class Discrepancies(Controller):
    """Deliveries that were not as ordered."""

    include_in_schema = False

    @get("/discrepancies", opt=READ, sync_to_thread=True)
    def listed(
        self, request: AnyRequest, view: FromQuery[str] = "orders", q: FromQuery[str] = "", supplier: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of purchase orders that were not as ordered, or of the reports that were sent."""
        said, view, place = pages.text(q), pages.one_of(view, reads.VIEWS, "view"), pages.place(after, before, int)
        with db.reading() as session:
            known = purchases.suppliers(session)
            of = int(supplier) if pages.one_of(supplier, ("", *known), "supplier") else None
            page: Any = (reads.orders if view == "orders" else reads.sent_reports)(session, said, place, of)
            rows = reads.order_rows(session, page.rows) if view == "orders" else reads.report_rows(session, page.rows)
        kept = {"view": view, "q": said, "supplier": supplier}
        return web.page("desk/discrepancies.html", request, view=view, q=said, rows=rows, pages=pages.pager(page, "/discrepancies", kept, "newest first"),
                        views=pages.views("/discrepancies", reads.VIEWS, view, {}), suppliers=pages.choices({"": "All suppliers", **known}, supplier))  # fmt: skip

    @post("/receiving/{ref:str}/reports", opt=WRITE, sync_to_thread=True)
    def send(self, request: AnyRequest, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Send the report to the supplier, once for each press."""
        name, press = web.name(ref), web.read_form(body).get("press", "")
        try:
            db.run(lambda session: reports.send(session, receiving.by_ref(session, name), press=press).n)
        except Refused as why:
            if why.status == 404 or not web.accepts_html(request):
                raise
            return purchase_orders.draw(request, name, flash=why.say, code=why.status)
        return web.redirect(f"/receiving/{web.segment(name)}?done=sent")

    @get("/receiving/{ref:str}/reports/{n:int}", opt=READ, sync_to_thread=True)
    def paper(self, ref: FromPath[str], n: FromPath[int]) -> Response[Any]:
        """A report as it was sent."""
        with db.reading() as session:
            order = receiving.by_ref(session, web.name(ref))
            made = reports.paper(session, reports.of_number(session, order, n))
        return pdf_answer(made, f"discrepancies-{order.ref}-{n}")
