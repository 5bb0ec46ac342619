"""What a product's page may say of stock, and the back-in-stock list, for shops' programs and pages."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Controller, MediaType, Request, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.backorders import sign_ups
from stowline.backorders.sign_up_models import SignUp
from stowline.catalog import queries as catalog
from stowline.core import access, clock, db, i18n, web
from stowline.core.errors import BadRequest, NotFound, Refused
from stowline.core.fields import Bad, email, text
from stowline.portal import availability, products, reviews, rules
from stowline.portal.availability import Item
from stowline.portal.reader import Reader, words_dir
from stowline.stores import queries as stores
from stowline.stores.queries import Store

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
            found = availability.items(session, shop, [name]).get(name)
        if found is None:
            raise NotFound(f"There is no product {name}.", where="sku")
        return _fresh(request, shop, locale, [found], None)

    @get("/products/{sku:str}/page", opt=web.permission(web.VISITOR), sync_to_thread=True)
    def page(self, request: AnyRequest, sku: FromPath[str], store: FromQuery[str] = "", locale: FromQuery[str] = "") -> Response[bytes]:
        """All that a product's page in a store shows: words, price, photographs, parts, and what may be said of its stock."""
        with db.reading() as session:
            shop = _shop(session, request, store)
            reader = Reader.of(_language(request, locale, shop), shop.time_zone)
            told = products.told(products.read(session, shop, web.name(sku), reader), shop, reader)
        return _kept(request, shop, told)

    @get("/products/{sku:str}/reviews", opt=web.permission(web.VISITOR), sync_to_thread=True)
    def reviews(self, request: AnyRequest, sku: FromPath[str], store: FromQuery[str] = "", after: FromQuery[str] = "") -> Response[bytes]:
        """What others say of a product: its approved reviews, newest first, with their figures, and testimonials."""
        most, before = web.limit(request), web.cursor.decode(after, int)[0] if after else 0
        with db.reading() as session:
            shop, product = _shop(session, request, store), catalog.product_by_sku(session, web.name(sku))
            told = reviews.told(reviews.read(session, shop, product.id or 0, before=before, most=most + 1), shop, product.sku, most)
        return _kept(request, shop, told)

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
            found = availability.items(session, shop, skus)
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
    if rules.is_known(mark, request.headers.get("if-none-match", "")):
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


# --- who wants to hear of it ------------------------------------------------------------------------------------------


class SignUpBody(msgspec.Struct):
    """Who wants to hear when a product is back."""

    sku: str
    email: str
    store: str
    locale: str = ""


class BackInStock(Controller):
    """Back-in-stock list."""

    path = "/api/v1/back-in-stock"

    @post("/", opt=web.permission("orders.write"), sync_to_thread=True)
    def sign_up(self, request: AnyRequest, body: RawBody) -> Response[bytes]:
        """Put a shopper on the list of a product: 201; who stands there: 200, at the old place. In stock: 409."""
        asked = web.read_as(body, SignUpBody)
        address = email(asked.email, "email")
        if not address:
            raise Bad("The e-mail address is missing.", "email")
        locale = text(asked.locale, "locale", what="The locale", longest=12)

        def make(session: db.Session) -> tuple[int, dict[str, Any]]:
            product = catalog.product_by_sku(session, asked.sku)
            shop = stores.store_by_key(session, asked.store)
            one, new = sign_ups.sign_up(session, shop, product.id or 0, address, locale)
            return (201 if new else 200), {**_listed(one, product.sku, shop.key), "ahead": sign_ups.ahead(session, one)}

        return web.written(request, body, make)

    @get("/", opt=web.permission("orders.read"), sync_to_thread=True)
    def listed(self, request: AnyRequest, sku: FromQuery[str], after: FromQuery[str] = "") -> dict[str, Any]:
        """The list of a product, in the order in which it is told."""
        most = web.limit(request)
        place = web.cursor.decode(after, datetime, int) if after else None
        if place and place[0].tzinfo is None:
            raise BadRequest("This page marker cannot be read. Start again from the first page.", where="after")
        with db.reading() as session:
            product = catalog.product_by_sku(session, sku)
            found = sign_ups.of_product(session, product.id or 0, after=place, limit=most)
            keys = {shop.id: shop.key for shop in stores.all_stores(session)}
            items = [_listed(one, product.sku, keys[one.store_id]) for one in found]
        following = web.cursor.encode(found[-1].since, found[-1].id) if len(found) == most else None
        return {"items": items, "next": following}


def _listed(one: SignUp, sku: str, store: str) -> dict[str, Any]:
    return {"sku": sku, "store": store, "email": one.email, "state": one.state, "since": one.since, "told_at": one.told_at}


def _kept(request: AnyRequest, shop: Store, told: dict[str, Any]) -> Response[bytes]:
    """An answer that may be kept for a while, and is not sent again to who has it."""
    body = web.encoded(told)
    mark = f'"{sha256(body).hexdigest()[:32]}"'
    headers = _cached(request, shop, mark) | _of_page(request, shop)
    if rules.is_known(mark, request.headers.get("if-none-match", "")):
        return Response(b"", status_code=304, headers=headers, media_type=MediaType.JSON)
    return Response(body, headers=headers, media_type=MediaType.JSON)
