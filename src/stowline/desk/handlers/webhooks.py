"""Webhooks of changed stock: who is told, how that goes; add, test, pause, resume, remove."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.webhooks import delivery, service
from stowline.inventory import feed
from stowline.stores import queries as stores

READ, WRITE = web.permission("stock.read"), web.permission("stock.write")
DONE = {
    "paused": "Paused. Its place is kept, so nothing is lost.", "resumed": "It is told again, from where it stopped.",
    "removed": "The webhook was removed. Its address is told nothing more.",
    "all": "It is told all stock once more, then what changes.",
}  # fmt: skip


class Webhooks(Controller):
    """Webhooks."""

    path = "/webhooks"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def webhooks(self, request: AnyRequest, done: FromQuery[str] = "") -> Response[Any]:
        """Who is told of changed stock."""
        return _list(request, flash=DONE.get(done))

    @post("/", opt=WRITE, sync_to_thread=True)
    def add(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Tell an address. Its secret is shown now, and never again."""
        said = web.read_form(body)
        asked = {"url": said.get("url", "").strip(), "store": said.get("store", ""), "all": said.get("all", "")}
        try:
            feed.keep_up()
            made = db.run(lambda session: _made(session, asked))
        except Refused as refused:
            return _list(request, asked=asked, flash=refused.say, flash_kind="bad", code=refused.status)
        return _one(request, made["id"], secret=made["secret"], headers={"Cache-Control": "no-store"})

    @get("/{ident:int}", opt=READ, sync_to_thread=True)
    def webhook(self, request: AnyRequest, ident: FromPath[int], done: FromQuery[str] = "") -> Response[Any]:
        """One webhook with its last tries."""
        return _one(request, ident, flash=DONE.get(done))

    @post("/{ident:int}/test", opt=WRITE, sync_to_thread=True)
    def test(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Post a message without products, now."""
        _ = body
        tried = delivery.test(ident)
        fine = tried.status is not None and 200 <= tried.status < 300
        say = f"The test was {tried.say} after {tried.took_ms:,} ms." if fine else f"The test was not taken: {tried.say}."
        return _one(request, ident, flash=say, flash_kind="ok" if fine else "bad")

    @post("/{ident:int}/pause", opt=WRITE, sync_to_thread=True)
    def pause(self, request: AnyRequest, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Tell it nothing until it is resumed."""
        _ = body
        who = web.identity_of(request).name
        db.run(lambda session: service.pause(session, ident, f"Paused by {who}."))
        return web.redirect(f"/webhooks/{ident}?done=paused")

    @post("/{ident:int}/resumption", opt=WRITE, sync_to_thread=True)
    def resume(self, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Tell it again."""
        _ = body
        db.run(lambda session: service.resume(session, ident))
        return web.redirect(f"/webhooks/{ident}?done=resumed")

    @post("/{ident:int}/all", opt=WRITE, sync_to_thread=True)
    def tell_all(self, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Tell it all stock once more."""
        _ = body
        db.run(lambda session: service.tell_all(session, ident))
        return web.redirect(f"/webhooks/{ident}?done=all")

    @post("/{ident:int}/removal", opt=WRITE, sync_to_thread=True)
    def remove(self, ident: FromPath[int], body: RawBody) -> Response[Any]:
        """Forget it."""
        _ = body
        db.run(lambda session: service.remove(session, ident))
        return web.redirect("/webhooks?done=removed")


def _made(session: db.Session, asked: dict[str, str]) -> dict[str, Any]:
    made = service.add(session, asked["url"], store=asked["store"], all_stock=bool(asked["all"]))
    return {"id": made.id or 0, "secret": made.secret}


def _list(
    request: AnyRequest, *, asked: dict[str, str] | None = None, flash: str | None = None, flash_kind: str = "ok", code: int = 200
) -> Response[Any]:
    asked = asked or {"url": "", "store": "", "all": "yes"}
    with db.reading() as session:
        shops = {shop.id: shop.name for shop in stores.all_stores(session)}
        keys = {"": "No store in particular"} | {shop.key: shop.name for shop in stores.all_stores(session)}
        end = feed.end(session)
        rows = [_told(hook, shops, end) for hook in service.all_of_them(session)]
    return web.page("desk/stock_webhooks.html", request, code=code, rows=rows, asked=asked, stores=pages.choices(keys, asked["store"]),
                    may_write=_may_write(request), flash=flash, flash_kind=flash_kind)  # fmt: skip


def _one(
    request: AnyRequest, ident: int, *, secret: str = "", flash: str | None = None, flash_kind: str = "ok",
    headers: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    with db.reading() as session:
        hook = service.by_id(session, ident)
        shops = {shop.id: shop.name for shop in stores.all_stores(session)}
        told, tries = _told(hook, shops, feed.end(session)), service.tries(session, ident)
    return web.page("desk/stock_webhook.html", request, headers=headers, secret=secret, may_write=_may_write(request), flash=flash,
                    flash_kind=flash_kind, hook=told, tries=tries)  # fmt: skip


def _told(hook: service.Webhook, shops: dict[int | None, str], end: int) -> dict[str, Any]:
    if not hook.active:
        kind, word = "done", "Paused"
    elif hook.tries:
        kind, word = "bad", "Failing"
    else:
        kind, word = ("ok", "Up to date") if hook.cursor >= end else ("go", "Being told")
    return {"id": hook.id, "url": hook.url, "store": shops.get(hook.store_id, "") if hook.store_id else "", "kind": kind, "word": word,
            "active": hook.active, "why": hook.why, "tries": hook.tries, "failing_since": hook.failing_since, "next_at": hook.next_at,
            "made_at": hook.made_at, "made_by": hook.made_by}  # fmt: skip


def _may_write(request: AnyRequest) -> bool:
    return "stock.write" in web.identity_of(request).permissions
