"""Arrival notices of suppliers."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import notices as reads
from stowline.receiving import notices

READ, WRITE = web.permission("receiving.read"), web.permission("receiving.write")
DONE = {"closed": "Nothing more of this notice is expected.", "reopened": "More of this notice may come after all."}


class Notices(Controller):
    """What suppliers say is on its way."""

    path = "/notices"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def notices(
        self, request: AnyRequest, view: FromQuery[str] = "open", q: FromQuery[str] = "", after: FromQuery[str] = "",
        before: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """A page of notices."""
        said, view = pages.text(q), pages.one_of(view, reads.VIEWS, "view")
        with db.reading() as session:
            page = reads.page(session, view, said, pages.place(after, before, int))
            rows = reads.rows(session, page.rows)
        return web.page(
            "desk/notices.html", request, q=said, view=view, rows=rows, views=pages.views("/notices", reads.VIEWS, view, {}),
            pages=pages.pager(page, "/notices", {"view": view, "q": said}, "newest first"),
        )  # fmt: skip

    @get("/{ref:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, ref: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """One notice."""
        who = web.identity_of(request).permissions
        with db.reading() as session:
            view = reads.one(session, web.name(ref))
        if "floor.receive" not in who:
            view["floor_href"] = None
        return web.page("desk/notice.html", request, flash=DONE.get(done), may_write="receiving.write" in who, **view)

    @post("/{ref:str}/close", opt=WRITE, sync_to_thread=True)
    def close(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Nothing more of it will come."""
        _ = body
        db.run(lambda session: notices.close(session, web.name(ref)))
        return web.redirect(f"/notices/{web.segment(web.name(ref))}?done=closed")

    @post("/{ref:str}/reopen", opt=WRITE, sync_to_thread=True)
    def reopen(self, ref: FromPath[str], body: RawBody) -> Response[Any]:
        """More of it may come after all."""
        _ = body
        db.run(lambda session: notices.reopen(session, web.name(ref)))
        return web.redirect(f"/notices/{web.segment(web.name(ref))}?done=reopened")
