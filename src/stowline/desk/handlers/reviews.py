"""Reviews at the desk: shown or not, and answered for all to read."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.cases import review_reads, review_rules, reviews
from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import prose
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import reviews as reads

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {"approved": "It is shown now.", "refused": "It is not shown.", "answered": "The answer stands under it.", "silent": "The answer was taken back."}


class ReviewPages(Controller):
    """What shoppers think of what they got."""

    path = "/reviews"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def listed(self, request: AnyRequest, view: FromQuery[str] = "waiting", after: FromQuery[str] = "", before: FromQuery[str] = "", done: FromQuery[str] = "") -> Response[Any]:
        """A page of reviews."""
        return _draw(request, view, after, before, flash=DONE.get(done))

    @post("/{ident:int}/approval", opt=WRITE, sync_to_thread=True)
    def approve(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """It is shown from now on."""
        return _do(request, web.read_form(body), "approved", lambda session: reviews.approve(session, ident))

    @post("/{ident:int}/refusal", opt=WRITE, sync_to_thread=True)
    def refuse(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """It is not shown, and why."""
        said = web.read_form(body)
        return _do(request, said, "refused", lambda session: reviews.refuse(session, ident, said.get("reason", "")))

    @post("/{ident:int}/answer", opt=WRITE, sync_to_thread=True)
    def answer(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """What the store says to it; without words, it says nothing any more."""
        said = web.read_form(body)
        text = prose(said.get("answer"), "answer", longest=review_rules.LONGEST_ANSWER)
        return _do(request, said, "answered" if text else "silent", lambda session: reviews.answer(session, ident, text))


def _do(request: AnyRequest, said: dict[str, str], done: str, verb: Callable[[db.Session], Any]) -> Response[Any]:
    view = said.get("view", "waiting") if said.get("view", "waiting") in reads.VIEWS else "waiting"
    try:
        db.run(verb)
    except Refused as why:
        if not web.accepts_html(request) or why.status == 404:
            raise
        return _draw(request, view, "", "", flash=why.say, code=why.status)
    return web.redirect(f"/reviews?view={view}&done={done}")


def _draw(request: AnyRequest, view: str, after: str, before: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    pages.one_of(view, reads.VIEWS, "view")
    with db.reading() as session:
        page = reads.page(session, view, pages.place(after, before, int))
        rows, n = reads.rows(session, page.rows), review_reads.waiting_count(session)
    return web.page(
        "desk/reviews.html", request, code=code, view=view, rows=rows, views=pages.views("/reviews", reads.VIEWS, view, {"waiting": n}),
        pages=pages.pager(page, "/reviews", {"view": view}, "oldest first" if view == "waiting" else "newest first"), flash=flash, flash_kind="ok" if code == 200 else "bad",
        longest=review_rules.LONGEST_ANSWER, may_write="orders.write" in web.identity_of(request).permissions,
    )  # fmt: skip
