"""Purchase orders for managers."""

from datetime import date
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts
from stowline.desk.queries import receiving as reads
from stowline.receiving import queries as receiving
from stowline.receiving import service

READ, WRITE = web.permission("receiving.read"), web.permission("receiving.write")
DONE = {"closed": "Nothing more is expected on this purchase order.", "reopened": "Goods may come on this purchase order again."}


class Receiving(Controller):
    """Purchase orders."""

    path = "/receiving"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def orders(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of purchase orders."""
        said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
        types = (int,) if view == "all" else (date, int)
        with db.reading() as session:
            page = reads.page(session, view, said, pages.place(after, before, *types))
            rows = reads.rows(session, page.rows)
        counted = counts.fresh("purchase orders", counts.purchase_orders)
        say = f"{counts.shown(counted['open'])} expected" + (f", {counted['late']:,} late." if counted["late"] else ".")
        return web.page(
            "desk/receiving.html", request, say=say, views=pages.views("/receiving", reads.VIEWS, view, counted), q=said,
            view=view, rows=rows,
            pages=pages.pager(page, "/receiving", {"view": view, "q": said}, "newest first" if view == "all" else "due first"),
        )  # fmt: skip

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One purchase order."""
        with db.reading() as session:
            view = reads.one(session, web.name(ref))
        who = web.identity_of(request).permissions
        if "floor.receive" not in who:
            view["floor_href"] = None
        return web.page("desk/purchase_order.html", request, flash=DONE.get(done), may_write="receiving.write" in who, **view)

    @post("/{ref:str}/close", opt=WRITE, sync_to_thread=True)
    def close(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Nothing more will come."""
        _ = body
        return _set(web.name(ref), "closed")

    @post("/{ref:str}/reopen", opt=WRITE, sync_to_thread=True)
    def reopen(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """More may come after all."""
        _ = body
        return _set(web.name(ref), "reopened")


def _set(ref: str, done: str) -> Response[Any]:
    verb = service.close if done == "closed" else service.reopen
    db.run(lambda session: verb(session, receiving.by_ref(session, ref).id or 0))
    counts.forget()
    return web.redirect(f"/receiving/{web.segment(ref)}?done={done}")
