"""Replenishment: what pick faces need, the faces themselves, and put-aways that went elsewhere than suggested."""

from datetime import timedelta
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.catalog import queries as catalog
from stowline.catalog.units import units
from stowline.core import clock, db, web
from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.core.fields import Bad, text
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import movements
from stowline.inventory import faces

READ, WRITE = web.permission("stock.read"), web.permission("stock.write")
DONE = {"set": "The pick face stands as you said.", "dropped": "The bin is no pick face of this product any more."}
RECENT = timedelta(days=28)


class Replenishment(Controller):
    """Replenishment."""

    path = "/replenishment"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def needed(self, request: AnyRequest, after: FromQuery[str] = "") -> Response[Any]:
        """What pick faces lack, the most urgent first."""
        with db.reading() as session:
            page = movements.needed(session, pages.place(after, "", int, int, int))
            rows = movements.need_rows(session, page.rows)
        return web.page(
            "desk/replenishment.html", request, rows=rows, views=_views("needs"), days=settings().cover_days,
            first=not after, pages=pages.pager(page, "/replenishment", {}, "most urgent first"),
        )  # fmt: skip

    @get("/needs.csv", opt=READ, sync_to_thread=True)
    def export(self) -> Stream:
        """The same for a spreadsheet."""
        return pages.spreadsheet("replenishment", movements.HEAD, movements.exported())

    @get("/faces", opt=READ, sync_to_thread=True)
    def faces(
        self, request: AnyRequest, q: FromQuery[str] = "", after: FromQuery[str] = "", before: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The pick faces there are."""
        return _faces(request, pages.text(q), after=after, before=before, flash=DONE.get(done))

    @post("/faces", opt=WRITE, sync_to_thread=True)
    def put(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Make a bin a pick face, or change how full it is kept."""
        form = web.read_form(body)
        try:
            sku = text(form.get("sku"), "sku", what="The SKU", longest=100, needed=True)
            code = text(form.get("bin"), "bin", what="The bin", longest=60, needed=True)
            least = units(form.get("min") or "0", "min", what="The fewest units", least=0, most=faces.MOST)
            most = units(form.get("max") or "", "max", what="The most units", most=faces.MOST)
            db.run(lambda session: faces.put_face(session, _product(session, sku), code, least, most))
        except (Bad, Refused) as bad:
            return _faces(request, "", flash=bad.say, flash_kind="bad", form=form, code=getattr(bad, "status", 422))
        return web.redirect(f"/replenishment/faces{pages.query({'q': sku, 'done': 'set'})}")

    @post("/faces/{sku:str}/{code:str}/removal", opt=WRITE, sync_to_thread=True)
    def drop(self, sku: FromPath[str], code: FromPath[str], body: RawBody) -> Response[Any]:
        """A bin is no pick face any more."""
        _ = body
        db.run(lambda session: faces.drop_face(session, _product(session, web.name(sku)), web.name(code)))
        return web.redirect("/replenishment/faces?done=dropped")

    @get("/overrides", opt=READ, sync_to_thread=True)
    def overrides(self, request: AnyRequest, after: FromQuery[str] = "", before: FromQuery[str] = "") -> Response[Any]:
        """Put-aways into another bin than the suggested one."""
        with db.reading() as session:
            page = movements.overrides(session, pages.place(after, before, int))
            often = movements.most_overridden(session, clock.now() - RECENT)
        return web.page(
            "desk/overrides.html", request, rows=page.rows, often=often, views=_views("overrides"), days=RECENT.days,
            pages=pages.pager(page, "/replenishment/overrides", {}, "newest first"),
        )  # fmt: skip


def _product(session: db.Session, sku: str) -> int:
    return catalog.product_by_sku(session, sku).id or 0


def _faces(
    request: AnyRequest, said: str, *, after: str = "", before: str = "", flash: str | None = None, flash_kind: str = "ok",
    code: int = 200, form: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    with db.reading() as session:
        page = movements.faces(session, said, pages.place(after, before, str, str))
    return web.page(
        "desk/pick_faces.html", request, code=code, q=said, rows=page.rows, views=_views("faces"), flash=flash,
        flash_kind=flash_kind, said=form or {}, may_write="stock.write" in web.identity_of(request).permissions,
        pages=pages.pager(page, "/replenishment/faces", {"q": said}, "by SKU"),
    )  # fmt: skip


def _views(current: str) -> list[dict[str, Any]]:
    known = {"needs": ("To fill", ""), "faces": ("Pick faces", "/faces"), "overrides": ("Overridden suggestions", "/overrides")}
    return [{"label": label, "href": f"/replenishment{path}", "n": None, "current": name == current}
            for name, (label, path) in known.items()]
