"""What is on its way, and what runs low."""

from datetime import date
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery
from litestar.response import Stream

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import supply

READ = web.permission("stock.read")


class Supply(Controller):
    """Arrivals and low stock."""

    include_in_schema = False

    @get("/arrivals", opt=READ, sync_to_thread=True)
    def arrivals(
        self, request: AnyRequest, view: FromQuery[str] = "all", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of what purchase orders will bring."""
        said, view = pages.text(q), pages.one_of(view, supply.ARRIVALS, "view")
        with db.reading() as session:
            page = supply.arrivals(session, view, said, pages.place(after, before, date, int))
            rows = supply.arrival_rows(session, page.rows)
        kept = {"view": view, "q": said}
        return web.page(
            "desk/stock_arrivals.html", request, q=said, view=view, rows=rows,
            views=pages.views("/arrivals", supply.ARRIVALS, view, {}), export_href=f"/arrivals.csv{pages.query(kept)}",
            pages=pages.pager(page, "/arrivals", kept, "first to come first"),
        )  # fmt: skip

    @get("/arrivals.csv", opt=READ, sync_to_thread=True)
    def export_arrivals(self, view: FromQuery[str] = "all", q: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        pages.one_of(view, supply.ARRIVALS, "view")
        return pages.spreadsheet("arrivals", supply.ARRIVAL_HEAD, supply.exported_arrivals(view, pages.text(q)))

    @get("/low-stock", opt=READ, sync_to_thread=True)
    def low(
        self, request: AnyRequest, view: FromQuery[str] = "limit", days: FromQuery[str] = "14", q: FromQuery[str] = "",
        after: FromQuery[str] = "", before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """Products at their limit, or those that last few days only."""
        said, view = pages.text(q), pages.one_of(view, supply.LOW, "view")
        within = int(pages.one_of(days, supply.COVER_DAYS, "number of days"))
        place = pages.place(after, before, str) if view == "limit" else pages.place(after, before, int, int)
        with db.reading() as session:
            page = supply.low(session, view, within, said, place)
            rows, known = supply.low_rows(session, page.rows), supply.span(session)
        kept = {"view": view, "days": days if view == "cover" else "", "q": said}
        return web.page(
            "desk/stock_low.html", request, q=said, view=view, rows=rows, known=known, within=within,
            views=pages.views("/low-stock", supply.LOW, view, {}), export_href=f"/low-stock.csv{pages.query(kept)}",
            days=pages.choices({n: f"{n} days" for n in supply.COVER_DAYS}, days),
            pages=pages.pager(page, "/low-stock", kept, "by SKU" if view == "limit" else "soonest first"),
        )  # fmt: skip

    @get("/low-stock.csv", opt=READ, sync_to_thread=True)
    def export_low(self, view: FromQuery[str] = "limit", days: FromQuery[str] = "14", q: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        pages.one_of(view, supply.LOW, "view")
        within = int(pages.one_of(days, supply.COVER_DAYS, "number of days"))
        return pages.spreadsheet("low-stock", supply.LOW_HEAD, supply.exported_low(view, within, pages.text(q)))
