"""Contacts: what shoppers said, joined to an order by hand, corrected, settled, and marked as testimonials."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from litestar.response import Stream

from stowline.cases import contact_rules, contacts
from stowline.core import db, web
from stowline.core.errors import NotFound, Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import contacts as reads
from stowline.desk.queries import message_metrics

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "joined": "It stands on the timeline of its order now.", "about": "What it is about was corrected.", "handled": "Settled.",
    "testimonial": "It is a testimonial now.", "withdrawn": "It is no testimonial any more.",
}  # fmt: skip


class Contacts(Controller):
    """Contacts."""

    include_in_schema = False

    @get("/support/contacts", opt=READ, sync_to_thread=True)
    def contacts(
        self, request: AnyRequest, view: FromQuery[str] = "open", after: FromQuery[str] = "", before: FromQuery[str] = "", done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """What shoppers said."""
        return _draw(request, view, after, before, flash=DONE.get(done))

    @get("/support/replies", opt=READ, sync_to_thread=True)
    def replies(self, request: AnyRequest) -> Response[Any]:
        """What belongs to no order yet."""
        return _draw(request, "unmatched", "", "")

    @get("/support/testimonials.csv", opt=READ, sync_to_thread=True)
    def testimonials(self) -> Stream:
        """Testimonials for a spreadsheet."""
        return pages.spreadsheet("testimonials", reads.HEAD, reads.testimonials())

    @post("/support/contacts/{ident:int}/order", opt=WRITE, sync_to_thread=True)
    def join(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Say which order it is about."""
        said = web.read_form(body)
        return _do(request, said, "joined", lambda session: contacts.join(session, ident, said.get("ref", "").strip(), said.get("store", "").strip()))

    @post("/support/contacts/{ident:int}/about", opt=WRITE, sync_to_thread=True)
    def about(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Correct what it is about."""
        said = web.read_form(body)
        return _do(request, said, "about", lambda session: contacts.correct(session, ident, said.get("about", "")))

    @post("/support/contacts/{ident:int}/settlement", opt=WRITE, sync_to_thread=True)
    def settle(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """It is answered."""
        return _do(request, web.read_form(body), "handled", lambda session: contacts.settle(session, ident))

    @post("/support/contacts/{ident:int}/testimonial", opt=WRITE, sync_to_thread=True)
    def praise(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """It may be shown; its author agreed."""
        said = web.read_form(body)
        return _do(request, said, "testimonial", lambda session: contacts.praise(session, ident, said.get("consent", "")))

    @post("/support/contacts/{ident:int}/testimonial/removal", opt=WRITE, sync_to_thread=True)
    def unpraise(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Its author took the consent back."""
        return _do(request, web.read_form(body), "withdrawn", lambda session: contacts.unpraise(session, ident))


def _do(request: AnyRequest, said: dict[str, str], done: str, verb: Callable[[db.Session], Any]) -> Response[Any]:
    view = said.get("view", "open") if said.get("view", "open") in reads.VIEWS else "open"
    try:
        db.run(verb)
    except NotFound as why:
        if web.wants_json(request) or why.where is None:
            raise
        return _draw(request, view, "", "", flash=why.say, code=why.status)
    except Refused as why:
        if web.wants_json(request):
            raise
        return _draw(request, view, "", "", flash=why.say, code=why.status)
    return web.redirect(f"/support/contacts?view={view}&done={done}")


def _draw(request: AnyRequest, view: str, after: str, before: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    pages.one_of(view, reads.VIEWS, "view")
    with db.reading() as session:
        page = reads.page(session, view, pages.place(after, before, int))
        rows, curve, alarms = reads.rows(session, page.rows), reads.curve(session), message_metrics.standing(session)
        judged = reads.judged(session)
    return web.page(
        "desk/contacts.html", request, code=code, rows=rows, curve=curve, most=max((one["contacts"] for one in curve), default=0), view=view,
        views=pages.views("/support/contacts", reads.VIEWS, view, {}), pages=pages.pager(page, "/support/contacts", {"view": view}, "newest first"),
        abouts=contact_rules.ABOUT, may_write="orders.write" in web.identity_of(request).permissions, mail_alarms=alarms, judged=judged, flash=flash,
        flash_kind="ok" if code == 200 else "bad",
    )  # fmt: skip
