"""The backorder shelf: the put-wall as managers see it."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromQuery, RawBody

from stowline.backorders import handing
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts, shelf
from stowline.orders import queries as orders


class ShelfPage(Controller):
    """The shelf."""

    path = "/backorders/shelf"
    include_in_schema = False

    @get("/", opt=web.permission("stock.read"), sync_to_thread=True)
    def slots(self, request: AnyRequest, after: FromQuery[str] = "", done: FromQuery[str] = "") -> Response[Any]:
        """Every slot along the walk: its order, what lies there, what is missing and when it comes."""
        return _draw(request, after, flash="The slot and what lies there are the other order's now." if done == "given" else None)

    @post("/given", opt=web.permission("orders.write"), sync_to_thread=True)
    def give(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Give what lies in a slot to another order."""
        form, who = web.read_form(body), web.identity_of(request).name
        slot, ref = form.get("slot", "").strip(), form.get("order", "").strip()

        def give(session: db.Session) -> None:
            handing.give(session, slot, orders.by_ref(session, ref).id or 0, why=form.get("reason", ""), who=who)

        try:
            db.run(give)
        except Refused as why:
            if web.wants_json(request):
                raise
            return _draw(request, "", flash=why.say, code=why.status, given=form)
        counts.forget()
        return web.redirect("/backorders/shelf?done=given")


def _draw(request: AnyRequest, after: str, *, flash: str | None = None, code: int = 200, given: Mapping[str, str] | None = None) -> Response[Any]:
    with db.reading() as session:
        page = shelf.page(session, pages.place(after, "", int, int))
        rows = shelf.rows(session, [slot for _, slot in page.rows])
        whole = shelf.summary(session)
    return web.page("desk/shelf.html", request, code=code, flash=flash, flash_kind="bad" if code != 200 else "ok", rows=rows, say=_say(whole),
                    given={name: (given or {}).get(name, "") for name in ("slot", "order", "reason")},
                    may_give="orders.write" in web.identity_of(request).permissions, here=f"/backorders/shelf{pages.query({'after': after})}",
                    labels="/bins/labels.pdf?kind=backorder&size=a4", pages=pages.pager(page, "/backorders/shelf", {}, "along the walk"))  # fmt: skip


def _say(whole: shelf.Summary) -> str:
    if not whole.slots:
        return ""
    said = f"{whole.taken:,} of {whole.slots:,} slots are kept for orders"
    return f"{said}, {whole.to_clear:,} to clear." if whole.to_clear else f"{said}."
