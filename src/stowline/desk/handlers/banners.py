"""What a store says across its site for a while."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import clock, db, fields, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, whole
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import product_page as reads
from stowline.stores import banners
from stowline.stores import queries as stores
from stowline.stores.queries import Store

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {"written": "The shop's pages show it from its beginning on.", "down": "It is shown no more."}


class Banners(Controller):
    """Banners of a store."""

    path = "/shop-pages/{store:str}/banner"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def listed(self, request: AnyRequest, store: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """What was and will be said."""
        return _draw(request, web.name(store), flash=DONE.get(done))

    @post("/", opt=WRITE, sync_to_thread=True)
    def write(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Say something from a moment to a moment."""
        said, name = web.read_form(body), web.name(store)
        texts = {key.removeprefix("text_"): value for key, value in said.items() if key.startswith("text_")}

        def work(session: db.Session) -> None:
            shop = stores.store_by_key(session, name)
            banners.write(session, shop, texts, _moment(said, "begins_at", shop), _moment(said, "ends_at", shop))

        return _do(request, name, work, "written", said)

    @post("/removal", opt=WRITE, sync_to_thread=True)
    def take_down(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """Show one no more."""
        ident, name = whole(web.read_form(body).get("banner"), "banner", what="The banner", most=2**62), web.name(store)
        return _do(request, name, lambda session: banners.take_down(session, stores.store_by_key(session, name).id or 0, ident), "down", {})


def _moment(said: dict[str, str], name: str, shop: Store) -> datetime | None:
    """A moment of the store's clock."""
    value = said.get(name, "").strip()
    return fields.moment(value, name, zone=ZoneInfo(shop.time_zone)) if value else None


def _do(request: AnyRequest, name: str, work: Any, done: str, typed: dict[str, str]) -> Response[Any]:  # noqa: ANN401  (a verb)
    try:
        db.run(work)
    except (Refused, Bad) as why:
        code = getattr(why, "status", 422)
        if code == 404 or web.wants_json(request):
            raise
        return _draw(request, name, flash=why.say, code=code, typed=typed)
    return web.redirect(f"/shop-pages/{web.segment(name)}/banner?done={done}")


def _draw(request: AnyRequest, name: str, *, flash: str | None, code: int = 200, typed: dict[str, str] | None = None) -> Response[Any]:
    with db.reading() as session:
        shop = stores.store_by_key(session, name)
        rows, now = banners.listed(session, shop.id or 0), clock.now()
        shown = banners.standing(session, shop.id or 0, now)
    said = [{"id": row.id, "texts": sorted(row.texts.items()), "from": row.begins_at, "to": row.ends_at, "who": row.made_by,
             "shown": shown is not None and row.id == shown.id, "over": row.ends_at is not None and row.ends_at <= now} for row in rows]  # fmt: skip
    languages = [{"locale": one, "name": reads.named(one)} for one in reads.languages([], [shop.locale])]
    return web.page(
        "desk/banners.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", rows=said, languages=languages,
        store={"key": shop.key, "name": shop.name, "zone": shop.time_zone, "open": shop.public_availability, "url": shop.url}, typed=typed or {},
        longest=banners.LONGEST, time_zone=shop.time_zone, may_write="orders.write" in web.identity_of(request).permissions,
    )  # fmt: skip
