"""A product's public page, its photographs, and what a shop takes into its own pages: a notice of a product and a banner."""

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from litestar import Controller, MediaType, Response, get
from litestar.params import FromPath, FromQuery

from stowline.catalog import page_queries
from stowline.core import db, web
from stowline.core.errors import NotFound
from stowline.portal import pages, products, rules
from stowline.portal.pages import AnyRequest
from stowline.portal.products import View
from stowline.portal.reader import Reader
from stowline.stores import queries as stores
from stowline.stores.queries import Store

PUBLIC = web.permission(web.PUBLIC)
VISITS = web.Pace(most=600, seconds=60)
FRESH_S, STALE_S = 60, 600
"""For so long a cache answers by itself, and for so long with what it has while it asks for what is new."""
_PHOTO = re.compile(r"([0-9a-f]{64})\.jpg", re.ASCII)
_FRAMED = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors "


class ProductPage(Controller):
    """A product in a store that is open to all."""

    path = "/products/{store:str}"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/{sku:str}", opt=PUBLIC, sync_to_thread=True)
    def page(self, request: AnyRequest, store: FromPath[str], sku: FromPath[str]) -> Response[Any]:
        """What it is, what it costs, when it can be had."""
        VISITS.step(web.client_address(request))
        try:
            with db.reading() as session:
                shop, reader = _shop(session, request, store)
                view = products.view(products.read(session, shop, web.name(sku), reader), shop, reader)
        except NotFound:
            return _unknown(request)
        drawn = pages.page("shop/product.html", request, reader, accent=_accent(shop), **view)
        mark = _mark(str(drawn.content))
        drawn.headers.pop("X-Robots-Tag", None)
        drawn.headers.update({"Cache-Control": "private, no-cache", "ETag": mark, "Vary": "Accept-Language, Cookie"})
        return _unless_known(request, mark, drawn)


class Photos(Controller):
    """Photographs, by the digest of what they are: they never change."""

    path = "/photos"
    include_in_schema = False

    @get("/{file:str}", opt=PUBLIC, sync_to_thread=True)
    def photo(self, request: AnyRequest, file: FromPath[str]) -> Response[bytes]:
        """One photograph."""
        found = _PHOTO.fullmatch(file)
        if found is None:
            raise NotFound("There is no such photograph.")
        with db.reading() as session:
            content = page_queries.photo(session, found[1])
        if content is None:
            raise NotFound("There is no such photograph.")
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "ETag": f'"{found[1]}"', "Content-Security-Policy": "default-src 'none'; sandbox"}
        return _unless_known(request, headers["ETag"], Response(content, media_type="image/jpeg", headers=headers))


class Embeds(Controller):
    """Parts for the shop's own pages: in a frame that only its site may show, or fetched from there as a part (`?part=1`)."""

    path = "/embed/{store:str}"
    include_in_schema = False
    exception_handlers = {web.TooOften: pages.slow}  # noqa: RUF012  (as Litestar has it)

    @get("/products/{sku:str}", opt=PUBLIC, sync_to_thread=True)
    def notice(self, request: AnyRequest, store: FromPath[str], sku: FromPath[str], part: FromQuery[str] = "") -> Response[Any]:
        """What may be said of a product's stock, and where its page is."""

        def view(session: db.Session, shop: Store, reader: Reader) -> View:
            one = products.read(session, shop, web.name(sku), reader)
            return products.view(one, shop, reader) | {"href": products.url(shop, one.product.sku)}

        return _embedded(request, store, "shop/_embed_product.html", view, alone=bool(part))

    @get("/banner", opt=PUBLIC, sync_to_thread=True)
    def banner(self, request: AnyRequest, store: FromPath[str], part: FromQuery[str] = "") -> Response[Any]:
        """What the store says across its site; empty where it says nothing."""

        def view(session: db.Session, shop: Store, reader: Reader) -> View:
            return {"store": {"name": shop.name}, "banner": products.banner(session, shop, reader)}

        return _embedded(request, store, "shop/_embed_banner.html", view, alone=bool(part))


def _embedded(
    request: AnyRequest, key: str, template: str, view: Callable[[db.Session, Store, Reader], View], *, alone: bool
) -> Response[Any]:
    VISITS.step(web.client_address(request))
    with db.reading() as session:
        shop, reader = _shop(session, request, key)
        said = view(session, shop, reader)
    whole = {"theme": "system", "accent": _accent(shop), "languages": [], "rail": (), **said, **reader.frame()}
    body = web.rendered(template if alone else "shop/embed.html", request, part=template, **whole)
    mark = _mark(body)
    ours = rules.site(shop.url)
    headers = {"Cache-Control": f"public, max-age={FRESH_S}, stale-while-revalidate={STALE_S}", "ETag": mark, "Content-Language": reader.words.locale,
               "Vary": "Accept-Language, Cookie, Origin", "X-Robots-Tag": "noindex", "Content-Security-Policy": f"{_FRAMED}{ours or chr(39) + 'none' + chr(39)}"}
    origin = request.headers.get("origin", "")
    if origin and rules.same_site(origin, shop.url):
        headers["Access-Control-Allow-Origin"] = origin
    return _unless_known(request, mark, Response(body, media_type=MediaType.HTML, headers=headers))


def _shop(session: db.Session, request: AnyRequest, key: str) -> tuple[Store, Reader]:
    """The store, if it is open to all (else it is as if there were none), and who reads it."""
    shop = stores.store_by_key(session, web.name(key))
    if not shop.public_availability:
        raise NotFound("There is no such page.")
    return shop, pages.stranger(request, shop.locale, shop.time_zone)


def _mark(body: str) -> str:
    return f'"{sha256(body.encode()).hexdigest()[:32]}"'


def _unless_known(request: AnyRequest, mark: str, drawn: Response[Any]) -> Response[Any]:
    if not rules.is_known(mark, request.headers.get("if-none-match", "")):
        return drawn
    return Response(b"", status_code=304, media_type=drawn.media_type, headers=dict(drawn.headers), cookies=drawn.cookies)


def _accent(shop: Store) -> str:
    return shop.accent.removeprefix("#").lower()


def _unknown(request: AnyRequest) -> Response[Any]:
    who = pages.stranger(request)
    said = {"word": who.say("product.lost_store"), "title": who.say("product.lost"), "say": who.say("product.lost_say")}
    return pages.page("shop/error.html", request, who, code=404, **said)
