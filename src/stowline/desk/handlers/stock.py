"""Stock: by product, one product, the bins to count. Bins stand in `bins.py`."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, stock

READ = web.permission("stock.read")
DONE = {
    "substitute": "It may take this product's place for shoppers who agreed.",
    "no-substitute": "It takes this product's place no more. What was swapped stays swapped.",
    "kit": "It is a kit with these parts from now on. Orders that were placed before keep what they were.",
    "no-kit": "It is a kit no more: it is stocked and picked as itself. Orders that were placed before keep what they were.",
}


def product_page(
    request: AnyRequest, sku: str, after: str = "", before: str = "", *, flash: str | None = None, code: int = 200,
    asked: list[tuple[str, str]] | None = None,
) -> Response[Any]:  # fmt: skip
    """The page of a product; `asked` are the parts (SKU, units) of a form that was refused."""
    with db.reading() as session:
        view, moves = stock.product(session, sku, pages.place(after, before, int))
    rows = asked or [(part["sku"], str(part["units"])) for part in view["parts"]]
    return web.page(
        "desk/product.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad",
        pages=pages.pager(moves, f"/stock/{web.segment(sku)}", {}, "newest first"), asked=rows, refused=code != 200,
        may_write="products.write" in web.identity_of(request).permissions, **view,
    )  # fmt: skip


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
        self, request: AnyRequest, sku: FromPath[str], after: FromQuery[str] = "", before: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """One product."""
        return product_page(request, web.name(sku), after, before, flash=DONE.get(done))
