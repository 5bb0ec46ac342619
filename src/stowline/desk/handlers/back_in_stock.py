"""The back-in-stock list, and what shops' pages may ask and show."""

from datetime import datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import sign_ups
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import back_in_stock as reads
from stowline.desk.queries import counts
from stowline.stores import service as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
SHOWN = {"none": "not at all", "few": "the last five", "exact": "exactly"}
DONE = {"left": "They hear no more about this product.", "saved": "The shop's pages follow this from now on."}


class BackInStockPages(Controller):
    """Back-in-stock list."""

    include_in_schema = False

    @get("/back-in-stock", opt=READ, sync_to_thread=True)
    def products(
        self, request: AnyRequest, view: FromQuery[str] = "waiting", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """Products that people want to hear of."""
        said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
        with db.reading() as session:
            page = reads.page(session, view, said, pages.place(after, before, str))
            rows, n = reads.rows(session, page.rows), reads.waiting(session)
        say = f"{counts.shown(n)} {'person waits' if n == 1 else 'people wait'} to hear." if n else "Nobody waits to hear."
        return web.page(
            "desk/back_in_stock.html", request, say=say, q=said, view=view, rows=rows,
            views=pages.views("/back-in-stock", reads.VIEWS, view, {}),
            pages=pages.pager(page, "/back-in-stock", {"view": view, "q": said}, "by SKU"),
        )  # fmt: skip

    @get("/back-in-stock/{sku:str}", opt=READ, sync_to_thread=True)
    def one(
        self, request: AnyRequest, sku: FromPath[str], after: FromQuery[str] = "", before: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The list of one product."""
        name = web.name(sku)
        with db.reading() as session:
            view, page = reads.one(session, name, pages.place(after, before, datetime, int))
        pager = pages.pager(page, f"/back-in-stock/{web.segment(name)}", {}, "first in line first")
        return web.page("desk/back_in_stock_one.html", request, pages=pager, flash=DONE.get(done), may_write=_may_write(request), **view)

    @post("/back-in-stock/{sku:str}/removal", opt=WRITE, sync_to_thread=True)
    def remove(self, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """Somebody wrote that they want to hear no more."""
        ident = whole(web.read_form(body).get("id"), "id", what="The sign-up", most=2**62)
        db.run(lambda session: sign_ups.leave(session, ident))
        return web.redirect(f"/back-in-stock/{web.segment(web.name(sku))}?done=left")

    @get("/shop-pages", opt=READ, sync_to_thread=True)
    def shops(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """What each store's pages may ask and show."""
        return _shops(request, flash=DONE.get(done))

    @post("/shop-pages/{store:str}", opt=WRITE, sync_to_thread=True)
    def set_shop(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Set it for one store."""
        said = web.read_form(body)
        try:
            notices = whole(said.get("notices"), "notices", what="The number of people", least=1, most=stores.MOST_NOTICES)
            shown, public = said.get("units_shown", ""), "public" in said
            db.run(lambda session: stores.set_shop_page(session, web.name(store), public=public, units_shown=shown,
                                                        notices_per_unit=notices))  # fmt: skip
        except (Refused, Bad) as why:
            code = getattr(why, "status", 422)
            if code == 404 or web.wants_json(request):
                raise
            return _shops(request, flash=why.say, code=code)
        return web.redirect("/shop-pages?done=saved")


def _shops(request: AnyRequest, *, flash: str | None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        rows = reads.shop_rows(session)
    return web.page("desk/shop_pages.html", request, code=code, rows=rows, shown=SHOWN, most=stores.MOST_NOTICES, flash=flash,
                    flash_kind="ok" if code == 200 else "bad", may_write=_may_write(request))  # fmt: skip


def _may_write(request: AnyRequest) -> bool:
    return "orders.write" in web.identity_of(request).permissions
