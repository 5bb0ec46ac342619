"""A return as its shopper follows it, and takes it back while that is possible."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import author, db, web
from stowline.core.errors import Conflict, NotFound
from stowline.portal import pages, return_status
from stowline.portal.pages import AnyRequest
from stowline.portal.screens.sendback import PUBLIC, SIGNED, Visit, draw, lost, visit
from stowline.returns import paper, photos, queries, service, texts
from stowline.returns.queries import Rma

SAID = ("asked", "known", "withdrawn", "too_late")


class ReturnStatus(Controller):
    """Where a return stands."""

    path = "/track/{link:str}/return/{ref:str}"
    include_in_schema = False
    exception_handlers = {NotFound: lost}  # noqa: RUF012  (as Litestar has it)

    @get("/", opt=PUBLIC, sync_to_thread=True)
    def status(self, request: AnyRequest, link: FromPath[str], ref: FromPath[str], said: FromQuery[str] = "") -> Response[Any]:
        """Its steps, its goods and its money."""
        with db.reading() as session:
            at, rma = _of(request, session, link, ref)
            view = return_status.status(session, at.order, rma, at.reader)
            places, packing = texts.of(session, at.store.id or 0, at.reader.words.locale)
        view |= {"places": places.splitlines(), "packing": packing.splitlines(), "said": at.reader.say(f"sendback.said_{said}") if said in SAID else "",
                 "more_href": at.here if at.can.any else "", "policy_href": f"/return-policy/{web.segment(at.store.key)}"}  # fmt: skip
        return draw("shop/return.html", request, at, view)

    @get("/photos/{photo_id:int}", opt=PUBLIC, sync_to_thread=True)
    def photo(self, request: AnyRequest, link: FromPath[str], ref: FromPath[str], photo_id: FromPath[int]) -> Response[bytes]:
        """One of its photographs: drawn anew when it came, so that nothing but pixels is in it."""
        with db.reading() as session:
            _, rma = _of(request, session, link, ref)
            _, mime, content = photos.photo(session, rma.ref, photo_id)
        return Response(content, media_type=mime, headers={**pages.QUIET, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox"})

    @get("/label", opt=PUBLIC, sync_to_thread=True)
    def label(self, request: AnyRequest, link: FromPath[str], ref: FromPath[str]) -> Response[bytes]:
        """Its label and slip to print, while it is awaited."""
        with db.reading() as session:
            _, rma = _of(request, session, link, ref)
            if not return_status.is_awaited(session, rma):
                raise NotFound("There is no such page.")
            made = paper.papers(session, rma)
        return Response(made, media_type="application/pdf", headers={**pages.QUIET, "Content-Disposition": f'inline; filename="return-{rma.ref}.pdf"'})

    @post("/withdrawal", opt=SIGNED, sync_to_thread=True)
    def withdraw(self, request: AnyRequest, link: FromPath[str], ref: FromPath[str], body: RawBody) -> Response[Any]:
        """Nothing comes back after all. The link is signed, so it needs no session."""
        _ = body
        with db.reading() as session:
            at, rma = _of(request, session, link, ref)

        def work(session: db.Session) -> None:
            with author.acting("the shopper"):
                service.withdraw(session, rma.ref)

        try:
            db.run(work)
        except Conflict:
            return web.redirect(f"{at.here}/{rma.ref}?said=too_late")
        return web.redirect(f"{at.here}/{rma.ref}?said=withdrawn")


def _of(request: AnyRequest, session: db.Session, link: str, ref: str) -> tuple[Visit, Rma]:
    """A return of the link's order; another order's is as if there were none."""
    at, rma = visit(request, session, link), queries.by_ref(session, web.name(ref))
    if rma.order_id != at.order.id:
        raise NotFound("There is no such page.")
    return at, rma
