"""The shopper's way onto the back-in-stock list and off it again. Works without JavaScript; GET changes nothing."""

import re
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.backorders import sign_ups
from stowline.catalog import queries as catalog
from stowline.core import db, ids, web
from stowline.core.config import settings
from stowline.core.errors import Conflict, NotFound
from stowline.core.fields import Bad, email
from stowline.notifications.sign_ups import WAY_OUT
from stowline.portal import availability, pages
from stowline.portal.reader import Reader
from stowline.stores import queries as stores
from stowline.stores.queries import Store

AnyRequest = Request[Any, Any, Any]
PUBLIC = web.permission(web.PUBLIC)
TRAP = "website"
"""A field that people do not see: whoever fills it in is a machine."""
VISITS, SIGN_UPS = web.Pace(most=300, seconds=60), web.Pace(most=10, seconds=600)
_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)


class Notify(Controller):
    """Sign-up for a product, in a store that is open to all."""

    path = "/notify"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/{store:str}/{sku:str}", opt=PUBLIC, sync_to_thread=True)
    def form(self, request: AnyRequest, store: FromPath[str], sku: FromPath[str]) -> Response[Any]:
        """What is known of the product, and where to leave an address."""
        VISITS.step(web.client_address(request))
        return _draw(request, store, sku)

    @post("/{store:str}/{sku:str}", opt=PUBLIC, sync_to_thread=True)
    def sign_up(self, request: AnyRequest, store: FromPath[str], sku: FromPath[str], body: RawBody) -> Response[Any]:
        """Put the address on the list; the answer is the same whether it stood there or not."""
        SIGN_UPS.step(web.client_address(request))
        said = web.read_form(body)
        if said.get(TRAP):
            return _draw(request, store, sku, done=True)
        try:
            address = email(said.get("email"), "email")
        except Bad:
            address = ""
        if not address:
            return _draw(request, store, sku, typed=said.get("email", "")[:254], trouble=True, code=422)
        try:
            db.run(lambda session: _sign_up(request, session, store, sku, address))
        except Conflict as no:  # who waits for very much is told as everybody is: a stranger learns nothing of an address
            return _draw(request, store, sku, done=no.code == sign_ups.TOO_MANY)
        return _draw(request, store, sku, done=True)


class NotifyOff(Controller):
    """The way off the list: asked by GET, done by POST (RFC 8058: mail programs post by themselves)."""

    path = "/notify-off"
    include_in_schema = False

    @get("/{link:str}", opt=PUBLIC, sync_to_thread=True)
    def ask(self, request: AnyRequest, link: FromPath[str]) -> Response[Any]:
        """Whether to leave."""
        return _leave(request, link, done=False)

    @post("/{link:str}", opt=PUBLIC, sync_to_thread=True)
    def leave(self, request: AnyRequest, link: FromPath[str], body: RawBody) -> Response[Any]:
        """Off the list."""
        _ = body
        ident = _verified(link)
        if ident is None:
            return _unknown(request)
        db.run(lambda session: sign_ups.leave(session, ident))
        return _leave(request, link, done=True)


def _shop(session: db.Session, key: str) -> Store:
    """The store, if it is open to all; else it is as if there were none."""
    shop = stores.store_by_key(session, key)
    if not shop.public_availability:
        raise NotFound("There is no such page.")
    return shop


def _sign_up(request: AnyRequest, session: db.Session, store: str, sku: str, address: str) -> None:
    """In the language that the page was read in."""
    product, shop = catalog.product_by_sku(session, web.name(sku)), _shop(session, store)
    sign_ups.sign_up(session, shop, product.id or 0, address, pages.stranger(request, shop.locale).words.locale)


def _draw(
    request: AnyRequest, store: str, sku: str, *, done: bool = False, typed: str = "", trouble: bool = False, code: int = 200
) -> Response[Any]:
    try:
        with db.reading() as session:
            shop, product = _shop(session, store), catalog.product_by_sku(session, web.name(sku))
            item = availability.items(session, shop, [product.sku])[product.sku]
    except NotFound:
        return _unknown(request)
    reader = pages.stranger(request, shop.locale, shop.time_zone)
    said, name = availability.told(item, shop, reader)["wording"], product.name
    if item.state == "in_stock":
        head, say = reader.say("notify.here"), reader.say("notify.here_say", product=name)
    elif done:
        head, say = reader.say("notify.done"), reader.say("notify.done_say", product=name)
    else:
        head, say = said["short"], said["long"] if item.state == "out_of_stock" else reader.say("notify.ask_say")
    view: dict[str, Any] = {"eyebrow": name, "headline": head, "say": say, "action": f"/notify/{web.segment(store)}/{web.segment(product.sku)}",
            "form": not done and item.state != "in_stock", "trap": TRAP, "typed": typed,
            "trouble": reader.say("notify.trouble") if trouble else ""}  # fmt: skip
    return _page(request, shop, reader, code=code, **view)


def _leave(request: AnyRequest, link: str, *, done: bool) -> Response[Any]:
    ident = _verified(link)
    if ident is None:
        return _unknown(request)
    try:
        with db.reading() as session:
            one = sign_ups.by_id(session, ident)
            shop, product = stores.store(session, one.store_id), catalog.product(session, one.product_id)
    except NotFound:
        return _unknown(request)
    reader, off = pages.reader(request, one.locale, shop.time_zone), done or one.state == "left"
    key = "off" if off else "leave"
    view: dict[str, Any] = {"eyebrow": product.name, "headline": reader.say(f"notify.{key}"),
                            "say": reader.say(f"notify.{key}_say", product=product.name), "action": f"/notify-off/{link}", "form": False, "leave": not off}  # fmt: skip
    return _page(request, shop, reader, **view)


def _verified(link: str) -> int | None:
    """The sign-up a link was signed for; None for any other text. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None or found[1] != str(int(found[1])) or int(found[1]) >= 2**63:
        return None
    return int(found[1]) if ids.same(found[2], ids.signature(settings().key(), WAY_OUT, found[1])) else None


def _page(request: AnyRequest, shop: Store, reader: Reader, *, code: int = 200, **view: Any) -> Response[Any]:  # noqa: ANN401  (a view)
    store = {"name": shop.name, "href": shop.url or None, "email": shop.support_email or None}
    accent = shop.accent.removeprefix("#").lower()
    return pages.page("shop/notify.html", request, reader, code=code, accent=accent, store=store, **view)


def _unknown(request: AnyRequest) -> Response[Any]:
    reader = pages.stranger(request)
    said = {"word": reader.say("notify.lost_store"), "title": reader.say("notify.lost"), "say": reader.say("notify.lost_say")}
    return pages.page("shop/error.html", request, reader, code=404, **said)
