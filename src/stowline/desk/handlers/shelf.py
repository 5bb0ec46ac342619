"""The backorder shelf: the put-wall as managers see it."""

from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery

from stowline.core import db, web
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import shelf


class ShelfPage(Controller):
    """The shelf."""

    path = "/backorders/shelf"
    include_in_schema = False

    @get("/", opt=web.permission("stock.read"), sync_to_thread=True)
    def slots(self, request: AnyRequest, after: FromQuery[str] = "") -> Response[Any]:
        """Every slot along the walk: its order, what lies there, what is missing and when it comes."""
        with db.reading() as session:
            page = shelf.page(session, pages.place(after, "", int, int))
            rows = shelf.rows(session, [slot for _, slot in page.rows])
            whole = shelf.summary(session)
        return web.page("desk/shelf.html", request, rows=rows, say=_say(whole), here=f"/backorders/shelf{pages.query({'after': after})}",
                        labels="/bins/labels.pdf?kind=backorder&size=a4", pages=pages.pager(page, "/backorders/shelf", {}, "along the walk"))  # fmt: skip


def _say(whole: shelf.Summary) -> str:
    if not whole.slots:
        return ""
    said = f"{whole.taken:,} of {whole.slots:,} slots are kept for orders"
    return f"{said}, {whole.to_clear:,} to clear." if whole.to_clear else f"{said}."
