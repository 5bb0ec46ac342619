"""Suppliers: who they are, what they owe, how far off they were."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, email, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import suppliers as reads
from stowline.receiving import suppliers

READ, WRITE = web.permission("receiving.read"), web.permission("receiving.write")


class Suppliers(Controller):
    """Suppliers."""

    path = "/suppliers"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def suppliers(self, request: AnyRequest, q: FromQuery[str] = "", after: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[Any]:
        """A page of suppliers."""
        said = pages.text(q)
        with db.reading() as session:
            page = reads.page(session, said, pages.place(after, before, str))
            rows = reads.rows(session, page.rows)
        return web.page("desk/suppliers.html", request, q=said, rows=rows, pages=pages.pager(page, "/suppliers", {"q": said}, "by name"))

    @get("/{supplier_id:int}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, supplier_id: FromPath[int], done: FromQuery[str] = "") -> Response[Any]:
        """One supplier."""
        return _draw(request, supplier_id, flash="Changed." if done else None)

    @post("/{supplier_id:int}", opt=WRITE, sync_to_thread=True)
    def change(self, request: AnyRequest, supplier_id: FromPath[int], body: RawBody) -> Response[Any]:
        """Their address, and how much more than ordered is taken in."""
        form = web.read_form(body)
        try:
            to = email(form.get("email"), "email")
            over = whole(form.get("over_percent"), "over_percent", what="The share", most=100)
            db.run(lambda session: suppliers.change(session, supplier_id, email=to, over_percent=over))
        except (Refused, Bad) as why:
            if getattr(why, "status", 422) == 404 or not web.accepts_html(request):
                raise
            return _draw(request, supplier_id, flash=why.say, code=getattr(why, "status", 422), typed=form)
        return web.redirect(f"/suppliers/{supplier_id}?done=changed")


def _draw(
    request: AnyRequest, supplier_id: int, *, flash: str | None, code: int = 200, typed: Mapping[str, str] | None = None
) -> Response[Any]:
    with db.reading() as session:
        view = reads.one(session, suppliers.by_id(session, supplier_id))
    form = {"email": view["supplier"]["email"], "over_percent": view["supplier"]["over"]} | dict(typed or {})
    return web.page("desk/supplier.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", form=form,
                    may_write="receiving.write" in web.identity_of(request).permissions, **view)
