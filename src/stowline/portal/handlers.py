"""The shopper's pages: order status by the signed link of a message; and what a product's page may say of stock."""

import re
from collections.abc import Sequence
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

from litestar import Controller, MediaType, Request, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import offers as verbs
from stowline.core import access, clock, db, i18n, ids, web
from stowline.core.config import settings
from stowline.core.errors import BadRequest, NotFound, Refused
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.portal import availability, offers, queries, rules
from stowline.portal.availability import Item
from stowline.portal.brand import stylesheet
from stowline.portal.reader import Reader, words_dir
from stowline.stores import queries as stores
from stowline.stores.queries import Store

PUBLIC = web.permission(web.PUBLIC)
_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)
_ACCENT = re.compile(r"([0-9a-f]{6})\.css", re.ASCII)
# Whoever has the link may see the order: it is kept by no cache, no search engine and no other site's log.
_QUIET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


class Track(Controller):
    """Order status by signed link."""

    path = "/track"
    include_in_schema = False

    @get("/{link:str}", opt=PUBLIC, sync_to_thread=True)
    def order(
        self, request: Request[Any, Any, Any], link: FromPath[str], choose: FromQuery[str] = "", said: FromQuery[str] = ""
    ) -> Response[Any]:
        """The order of a link; a wrong link and an order that is gone read alike. `choose` marks an option, no more."""
        order_id = _verified(link)
        if order_id is None:
            return _unknown(request)
        try:
            with db.reading() as session:
                view, store = queries.status(session, order_id)
                order = orders.order(session, order_id)
                reader = Reader.of(order.locale, order.time_zone)
                choice = offers.card(session, order, reader, chosen=choose, said=said)
        except NotFound:
            return _unknown(request)
        accent = store.accent.removeprefix("#").lower()
        return web.page("shop/order.html", request, headers=_QUIET, theme="system", accent=accent, choice=choice, **view)

    @get("/{link:str}/offers/{offer:str}", opt=PUBLIC, sync_to_thread=True)
    def offer(
        self, request: Request[Any, Any, Any], link: FromPath[str], offer: FromPath[str], fate: FromQuery[str] = ""
    ) -> Response[Any]:
        """What became of an offer; one that is open is on the order's page. Changes nothing."""
        found = _offer(link, offer)
        if found is None:
            return _unknown(request)
        with db.reading() as session:
            one, order = verbs.by_id(session, found), orders.order(session, _verified(link) or 0)
            reader = Reader.of(order.locale, order.time_zone)
            if one.state == "open" and offers.is_open(session, one, order):
                return web.redirect(facts.status_path(one.order_id))
            store = stores.store(session, order.store_id)
            view = offers.outcome(session, one, order, reader, fate) | {"frame": queries.frame(store, order, reader)}
        return _shop_page("shop/choice.html", request, store, view.pop("frame") | view)

    @post("/{link:str}/offers/{offer:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True)
    def choose(
        self, request: Request[Any, Any, Any], link: FromPath[str], offer: FromPath[str], body: RawBody
    ) -> Response[Any]:
        """Carry a choice out. The link is signed, so it needs no session; again, it changes nothing."""
        found = _offer(link, offer)
        if found is None:
            return _unknown(request)
        name, shown = offers.parse(web.read_form(body).get("choice", ""))
        here = facts.status_path(_verified(link) or 0)
        if not name:
            return web.redirect(f"{here}?said=none#choice")
        said = db.run(lambda session: verbs.choose(session, found, name, by="the shopper", shown_minor=shown))
        if said.fate in ("gone", "changed"):
            return web.redirect(f"{here}?said={said.fate}#choice")
        return web.redirect(f"{here}/offers/{offer}" + ("?fate=used" if said.fate == "used" else ""))

    @get("/brand/{accent:str}", opt=PUBLIC, sync_to_thread=False)
    def brand(self, accent: FromPath[str]) -> Response[str]:
        """A store's colour as a style sheet, moved so far that it reads by day and by night."""
        found = _ACCENT.fullmatch(accent)
        if found is None:
            raise NotFound("There is no such style sheet.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(stylesheet(f"#{found[1]}"), media_type="text/css", headers=headers)


def _verified(link: str) -> int | None:
    """The order a link was signed for; None for any other text. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None:
        return None
    wanted = ids.signature(settings().key(), "track", str(int(found[1])))
    return int(found[1]) if ids.same(found[2], wanted) and found[1] == str(int(found[1])) else None


def _offer(link: str, offer: str) -> int | None:
    """The offer that both links were signed for."""
    order_id = _verified(link)
    return offers.verified(offer, order_id) if order_id is not None else None


def _shop_page(template: str, request: Request[Any, Any, Any], store: Store, view: dict[str, Any]) -> Response[Any]:
    accent = store.accent.removeprefix("#").lower()
    return web.page(template, request, headers=_QUIET, theme="system", accent=accent, **view)


def _unknown(request: Request[Any, Any, Any]) -> Response[Any]:
    """In English: without an order nobody knows the reader's language."""
    reader = Reader.of("", "UTC")
    said = {"word": reader.say("lost.store"), "title": reader.say("lost.title"), "say": reader.say("lost.say")}
    return web.page("shop/error.html", request, code=404, headers=_QUIET, theme="system", **said, **reader.frame())


# --- what a product's page may say ------------------------------------------------------------------------------------

FRESH_S = 60
"""Seconds for which a browser, or whatever stands between, may keep an answer."""
ANYBODY = web.Pace(most=600, seconds=60)
AnyRequest = Request[Any, Any, Any]


class Availability(Controller):
    """Availability: in stock, backorder with its days, or out of stock."""

    path = "/api/v1"

    @get("/products/{sku:str}/availability", opt=web.permission(web.VISITOR), sync_to_thread=True)
    def one(self, request: AnyRequest, sku: FromPath[str], store: FromQuery[str] = "", locale: FromQuery[str] = "") -> Response[bytes]:
        """What may be said of one product on its page. Anybody may ask where the store allows it, else a token."""
        name = web.name(sku)
        with db.reading() as session:
            shop = _shop(session, request, store)
            found = availability.items(session, [name]).get(name)
        if found is None:
            raise NotFound(f"There is no product {name}.", where="sku")
        return _fresh(request, shop, locale, [found], None)

    @get("/availability", opt=web.permission(web.VISITOR), sync_to_thread=True)
    def many(
        self, request: AnyRequest, sku: FromQuery[list[str] | None] = None, store: FromQuery[str] = "", locale: FromQuery[str] = ""
    ) -> Response[bytes]:
        """The same for up to 100 products, `?sku=a&sku=b`, in the order asked; `unknown` lists the SKUs nobody knows."""
        skus = list(dict.fromkeys(sku or []))
        if not 1 <= len(skus) <= availability.MOST_ASKED:
            raise BadRequest(f"Ask for 1 to {availability.MOST_ASKED} products: ?sku=a&sku=b.", where="sku")
        with db.reading() as session:
            shop = _shop(session, request, store)
            found = availability.items(session, skus)
        known, unknown = [found[sku] for sku in skus if sku in found], [sku for sku in skus if sku not in found]
        return _fresh(request, shop, locale, known, unknown)


def _shop(session: db.Session, request: AnyRequest, key: str) -> Store:
    """The store that is asked: the one named, or the only one. A stranger hears nothing of one that is not open to all."""
    who = web.visitor(request)
    insider = access.may(who, "stock.read")
    if not insider:
        ANYBODY.step(web.client_address(request))
    shops = [one for one in stores.all_stores(session) if key in ("", one.key)]
    if len(shops) == 1 and (insider or shops[0].public_availability):
        return shops[0]
    if not insider:
        access.demand(who, "stock.read")
    if key:
        raise NotFound(f"There is no store {key}.", where="store")
    raise Refused("There are several stores. Add ?store= with the key of one.", code="ambiguous", status=409, where="store")


def _fresh(
    request: AnyRequest, shop: Store, locale: str, found: Sequence[Item], unknown: list[str] | None
) -> Response[bytes]:
    """The answer, or 304 where the asker has it already. The time of the check is no part of what is compared."""
    reader = Reader.of(_language(request, locale, shop), shop.time_zone)
    items = [availability.told(item, shop, reader) for item in found]
    mark = f'W/"{sha256(web.encoded([items, unknown, reader.words.locale])).hexdigest()[:32]}"'
    headers = _cached(request, shop, mark) | _of_page(request, shop)
    if found:
        headers["Last-Modified"] = format_datetime(max(item.changed_at for item in found), usegmt=True)
    if mark in [one.strip() for one in request.headers.get("if-none-match", "").split(",")]:
        return Response(b"", status_code=304, headers=headers, media_type=MediaType.JSON)
    at = clock.now()
    told = [{**item, "checked_at": at} for item in items]
    body = told[0] if unknown is None else {"items": told, "unknown": unknown}
    return Response(web.encoded(body), headers=headers, media_type=MediaType.JSON)


def _language(request: AnyRequest, locale: str, shop: Store) -> str:
    """The language asked for, or the first that the browser accepts and we have, or the store's."""
    held = i18n.locales(words_dir())
    wanted = [locale, *rules.accepted(request.headers.get("accept-language", ""))]
    return next((one for one in wanted if one and i18n.holds(one, held)), shop.locale)


def _cached(request: AnyRequest, shop: Store, mark: str) -> dict[str, str]:
    shared = shop.public_availability and web.visitor(request) is None
    return {"ETag": mark, "Cache-Control": f"{'public' if shared else 'private'}, max-age={FRESH_S}",
            "Vary": "Accept-Language, Origin, Authorization, Cookie", "X-Robots-Tag": "noindex"}


def _of_page(request: AnyRequest, shop: Store) -> dict[str, str]:
    """The shop's own pages may read the answer in a browser; no other site's."""
    origin = request.headers.get("origin", "")
    return {"Access-Control-Allow-Origin": origin} if origin and rules.same_site(origin, shop.url) else {}
