"""Stock: by product, one product, by bin, one bin, the bins to count."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import bins, counts, stock

READ = web.permission("stock.read")


class Stock(Controller):
    """Stock."""

    include_in_schema = False

    @get("/stock", opt=READ, sync_to_thread=True)
    def stock(
        self, request: AnyRequest, view: FromQuery[str] = "all", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of products."""
        said, view = pages.text(q), pages.one_of(view, stock.VIEWS, "view")
        with db.reading() as session:
            page = stock.page(session, view, said, pages.place(after, before, str))
            rows = stock.rows(session, page.rows)
        products, units = counts.kept("stock", stock.totals)
        kept = {"view": view, "q": said}
        return web.page(
            "desk/stock.html", request, say=f"{products:,} products, {units:,} good units on hand.", q=said, view=view,
            views=pages.views("/stock", stock.VIEWS, view, {}), rows=rows, export_href=f"/stock.csv{pages.query(kept)}",
            pages=pages.pager(page, "/stock", kept, "by SKU"),
        )  # fmt: skip

    @get("/stock.csv", opt=READ, sync_to_thread=True)
    def export(self, view: FromQuery[str] = "all", q: FromQuery[str] = "") -> Stream:
        """The same for a spreadsheet."""
        pages.one_of(view, stock.VIEWS, "view")
        return pages.spreadsheet("stock", stock.HEAD, stock.exported(view, pages.text(q)))

    @get("/stock/{sku:str}", opt=READ, sync_to_thread=True)
    def product(
        self, request: AnyRequest, sku: FromPath[str], after: FromQuery[str] = "", before: FromQuery[str] = ""
    ) -> Response[Any]:
        """One product."""
        name = web.name(sku)
        with db.reading() as session:
            view, moves = stock.product(session, name, pages.place(after, before, int))
        pager = pages.pager(moves, f"/stock/{web.segment(name)}", {}, "newest first")
        return web.page("desk/product.html", request, pages=pager, **view)

    @get("/bins", opt=READ, sync_to_thread=True)
    def bins(
        self, request: AnyRequest, kind: FromQuery[str] = "", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of bins with what lies in them."""
        said = pages.text(q)
        pages.one_of(kind, ("", *bins.KINDS), "kind")
        with db.reading() as session:
            page = bins.page(session, kind, said, pages.place(after, before, str))
            rows = bins.rows(session, page.rows)
        kinds = {"": "All kinds"} | {one: one.capitalize() for one in bins.KINDS}
        pager = pages.pager(page, "/bins", {"kind": kind, "q": said}, "by code")
        say = "Every place where goods may lie, and what lies there."
        return web.page("desk/bins.html", request, say=say, q=said, kinds=pages.choices(kinds, kind), rows=rows, pages=pager)

    @get("/bins/{code:str}", opt=READ, sync_to_thread=True)
    def bin(self, request: AnyRequest, code: FromPath[str]) -> Response[Any]:
        """One bin."""
        with db.reading() as session:
            view = bins.one(session, web.name(code))
        return web.page("desk/bin.html", request, **view)

    @get("/counts", opt=READ, sync_to_thread=True)
    def counts(self, request: AnyRequest, after: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[Any]:
        """Bins that somebody must count."""
        with db.reading() as session:
            page = bins.to_count(session, pages.place(after, before, int))
        n = counts.fresh("to count", counts.bins_to_count)
        say = f"{counts.shown(n)} to count." if n else "Nothing to count."
        return web.page("desk/counts.html", request, say=say, rows=page.rows, pages=pages.pager(page, "/counts", {}, "oldest first"))
