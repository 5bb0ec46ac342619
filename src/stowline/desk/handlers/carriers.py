"""What carriers tell us: what waits for a person, and the keys that providers sign with."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import carriers as reads
from stowline.desk.queries import counts
from stowline.shipping import carrier_feeds, tracking

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "worked": "It is taken as true: the parcel moved on.", "dismissed": "Let be. It stays under Let be.",
    "kept": "The secret is kept. Posts signed with it count from now on.", "forgotten": "The old secret counts no more.",
    "closed": "Closed. Every post of this provider is refused until a secret is set.",
}  # fmt: skip


class Carriers(Controller):
    """Carriers."""

    path = "/carriers"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def carriers(
        self, request: AnyRequest, view: FromQuery[str] = "held", after: FromQuery[str] = "", before: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """What was posted about parcels."""
        return _draw(request, view=view, after=after, before=before, flash=DONE.get(done))

    @post("/posts/{ident:int}/again", opt=WRITE, sync_to_thread=True)
    def again(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Judge it once more, by what is known now."""
        _ = body
        return _tried(request, ident, anyway=False)

    @post("/posts/{ident:int}/truth", opt=WRITE, sync_to_thread=True)
    def anyway(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """A person says that it is true."""
        _ = body
        return _tried(request, ident, anyway=True)

    @post("/posts/{ident:int}/dismissal", opt=WRITE, sync_to_thread=True)
    def dismiss(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Let it be."""
        _ = body
        return _do(request, "dismissed", lambda session: tracking.dismiss(session, ident))

    @post("/feeds/{provider:str}/secret", opt=WRITE, sync_to_thread=True)
    def secret(self, request: AnyRequest, provider: FromPath[str], body: RawBody) -> Response[Any]:
        """Keep a secret; the one before counts beside it. One that was made is shown now, and never again."""
        key, typed = web.name(provider), web.read_form(body).get("secret", "")
        if typed:
            return _do(request, "kept", lambda session: carrier_feeds.set_secret(session, key, typed))
        try:
            made = db.run(lambda session: carrier_feeds.set_secret(session, key))
        except Refused as refused:
            return _draw(request, flash=refused.say, code=refused.status)
        return _draw(request, secret=made, headers={"Cache-Control": "no-store"})

    @post("/feeds/{provider:str}/secret/old", opt=WRITE, sync_to_thread=True)
    def forget(self, request: AnyRequest, provider: FromPath[str], body: RawBody) -> Response[Any]:
        """Only the new secret counts."""
        _ = body
        return _do(request, "forgotten", lambda session: carrier_feeds.forget_old(session, web.name(provider)))

    @post("/feeds/{provider:str}/closure", opt=WRITE, sync_to_thread=True)
    def close(self, request: AnyRequest, provider: FromPath[str], body: RawBody) -> Response[Any]:
        """Take nothing from this provider any more."""
        _ = body
        return _do(request, "closed", lambda session: carrier_feeds.close(session, web.name(provider)))


def _tried(request: AnyRequest, ident: int, *, anyway: bool) -> Response[Any]:
    try:
        tried = db.run(lambda session: tracking.try_again(session, ident, anyway=anyway))
    except Refused as refused:
        if refused.status == 404 or web.wants_json(request):
            raise
        return _draw(request, flash=refused.say, code=refused.status)
    counts.forget()
    if tried.state == "held":
        return _draw(request, flash=f"It still waits. {tried.say}", code=422)
    return web.redirect("/carriers?done=worked")


def _do(request: AnyRequest, done: str, verb: Callable[[db.Session], object]) -> Response[Any]:
    try:
        db.run(verb)
    except Refused as refused:
        if refused.status == 404 or web.wants_json(request):
            raise
        return _draw(request, flash=refused.say, code=refused.status)
    counts.forget()
    return web.redirect(f"/carriers?done={done}")


def _draw(
    request: AnyRequest, *, view: str = "held", after: str = "", before: str = "", flash: str | None = None, code: int = 200,
    secret: str = "", headers: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    pages.one_of(view, reads.VIEWS, "view")
    with db.reading() as session:
        page = reads.page(session, view, pages.place(after, before, int))
        rows, feeds = reads.rows(session, page.rows), reads.feeds(session)
    return web.page(
        "desk/carriers.html", request, code=code, headers=headers, rows=rows, feeds=feeds, secret=secret, flash=flash,
        flash_kind="ok" if code == 200 else "bad", views=pages.views("/carriers", reads.VIEWS, view, {}), view=view,
        home=settings().public_url.rstrip("/"), pages=pages.pager(page, "/carriers", {"view": view}, "newest first"),
        may_write="orders.write" in web.identity_of(request).permissions,
    )  # fmt: skip
