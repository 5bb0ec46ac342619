"""Instructions to shops: what is owed, what a person must see to, and where each store hears them."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Conflict, Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import counts
from stowline.desk.queries import instructions as reads
from stowline.orders import instructions, shop_doors
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {
    "again": "It goes to the shop once more, under the same key.", "settled": "Settled by hand. The shop is not asked any more.",
    "closed": "Closed. What is owed waits here.", "opened": "Open. What is owed goes to the shop now.",
    "forgotten": "The old secret is forgotten. Only the new one signs.",
}  # fmt: skip


class Instructions(Controller):
    """Instructions to shops."""

    path = "/instructions"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def instructions(
        self, request: AnyRequest, view: FromQuery[str] = "person", after: FromQuery[str] = "", before: FromQuery[str] = "",
        done: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """What the shops are to do."""
        return _draw(request, view=view, after=after, before=before, flash=DONE.get(done))

    @post("/{ident:int}/again", opt=WRITE, sync_to_thread=True)
    def again(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Send one that died or was refused once more."""
        _ = body
        return _do(request, "again", lambda session: instructions.replay(session, ident))

    @post("/{ident:int}/settlement", opt=WRITE, sync_to_thread=True)
    def settle(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """A person did it in the shop."""
        note = _line(web.read_form(body).get("reason", ""))
        return _do(request, "settled", lambda session: instructions.settle(session, ident, note))

    @post("/shops/{store:str}", opt=WRITE, sync_to_thread=True)
    def address(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Where a store hears its instructions. The secret of a new address is shown now, and never again."""
        url, key = web.read_form(body).get("url", "").strip(), web.name(store)
        try:
            secret = db.run(lambda session: _opened(session, key, url))
        except Refused as refused:
            return _draw(request, flash=refused.say, code=refused.status, asked=(key, url))
        return _draw(request, secret=secret, headers={"Cache-Control": "no-store"}, flash=DONE["opened"])

    @post("/shops/{store:str}/closure", opt=WRITE, sync_to_thread=True)
    def close(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Post nothing until it is opened again."""
        _, who = body, web.identity_of(request).name
        return _do(request, "closed", lambda session: shop_doors.close(session, _id(session, store), f"Closed by {who}."))

    @post("/shops/{store:str}/opening", opt=WRITE, sync_to_thread=True)
    def reopen(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Post again."""
        _ = body
        return _do(request, "opened", lambda session: shop_doors.reopen(session, _id(session, store)))

    @post("/shops/{store:str}/secret", opt=WRITE, sync_to_thread=True)
    def secret(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """A new secret; the old one signs beside it until it is forgotten."""
        _ = body
        try:
            made = db.run(lambda session: shop_doors.new_secret(session, _id(session, store)).secret)
        except Conflict as refused:
            return _draw(request, flash=refused.say, code=refused.status)
        return _draw(request, secret=made, headers={"Cache-Control": "no-store"})

    @post("/shops/{store:str}/secret/old", opt=WRITE, sync_to_thread=True)
    def forget(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Sign with the new secret alone."""
        _ = body
        return _do(request, "forgotten", lambda session: shop_doors.forget_old_secret(session, _id(session, store)))


def _id(session: db.Session, store: str) -> int:
    return stores.store_by_key(session, web.name(store)).id or 0


def _opened(session: db.Session, store: str, url: str) -> str:
    """The secret, where it is new."""
    known = stores.store_by_key(session, store).id in shop_doors.all_doors(session)
    made = shop_doors.set_door(session, store, url)
    return "" if known else made.secret


def _line(said: str) -> str:
    if len(said) > 500:
        raise Refused("A note has at most 500 characters.", where="note")
    return " ".join(said.replace("\x00", " ").split())


def _do(request: AnyRequest, done: str, verb: Callable[[db.Session], object]) -> Response[Any]:
    try:
        db.run(verb)
    except Refused as why:
        if why.status == 404 or web.wants_json(request):
            raise
        return _draw(request, flash=why.say, code=why.status)
    counts.forget()
    return web.redirect(f"/instructions?done={done}")


def _draw(
    request: AnyRequest, *, view: str = "person", after: str = "", before: str = "", flash: str | None = None, code: int = 200,
    secret: str = "", headers: dict[str, str] | None = None, asked: tuple[str, str] = ("", ""),
) -> Response[Any]:  # fmt: skip
    pages.one_of(view, reads.VIEWS, "view")
    with db.reading() as session:
        page = reads.page(session, view, pages.place(after, before, int))
        rows, doors = reads.rows(session, page.rows), reads.doors(session)
    doors = [{**one, "url": asked[1]} if one["key"] == asked[0] else one for one in doors]
    return web.page(
        "desk/instructions.html", request, code=code, headers=headers, rows=rows, doors=doors, secret=secret, flash=flash,
        flash_kind="ok" if code == 200 else "bad", views=pages.views("/instructions", reads.VIEWS, view, {}), view=view,
        pages=pages.pager(page, "/instructions", {"view": view}, "newest first"),
        may_write="orders.write" in web.identity_of(request).permissions,
    )  # fmt: skip
