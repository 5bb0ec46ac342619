"""What shops' pages show of a product: its words in each language, its price in each store, its photographs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, RawBody

from stowline.catalog import page, page_queries, page_rules
from stowline.catalog import queries as catalog
from stowline.catalog.page_rules import Words
from stowline.core import db, money, pictures, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import product_page as reads
from stowline.stores import queries as stores

READ, WRITE = web.permission("products.read"), web.permission("products.write")
DONE = {"words": "The product's page says so from now on.", "prices": "The prices are shown from now on.",
        "photo": "The photograph stands on the product's page.", "off": "The photograph is off the product's page."}


class ProductPages(Controller):
    """Pages of products."""

    path = "/product-pages/{sku:str}"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, sku: FromPath[str], locale: FromQuery[str] = "", done: FromQuery[str] = "") -> Response[Any]:
        """What pages show of one product."""
        return _draw(request, web.name(sku), locale, flash=DONE.get(done))

    @post("/words", opt=WRITE, sync_to_thread=True)
    def words(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """What it says in a language."""
        said = web.read_form(body)

        def change(session: db.Session, name: str) -> None:
            try:
                rows = page_rules.specs(said.get("specs", ""))
            except ValueError as why:
                raise Refused(str(why), where="specs") from None
            words = Words(said.get("say", ""), said.get("sold_as", ""), said.get("guide", ""), rows)
            page.set_words(session, name, said.get("locale", ""), words)

        return _do(request, sku, "words", change, locale=said.get("locale", ""), typed=said)

    @post("/prices", opt=WRITE, sync_to_thread=True)
    def prices(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """What each store asks for one unit."""
        said = web.read_form(body)

        def change(session: db.Session, name: str) -> None:
            for shop in stores.all_stores(session):
                if f"price.{shop.key}" in said:
                    page.set_price(session, name, shop, said[f"price.{shop.key}"].strip())

        return _do(request, sku, "prices", change, typed=said)

    @post("/photos", opt=WRITE, sync_to_thread=True, request_max_body_size=pictures.LARGEST + 1_000_000)
    def add_photo(
        self, request: AnyRequest, sku: FromPath[str], data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
    ) -> Response[Any]:
        """A photograph."""
        sent = next((content for _, content in web.sent_files(data.values(), pictures.LARGEST)), b"")
        alt = str(data.get("alt") or "")
        return _do(request, sku, "photo", lambda session, name: page.add_photo(session, name, sent, alt))

    @post("/photos/removal", opt=WRITE, sync_to_thread=True)
    def drop_photo(self, request: AnyRequest, sku: FromPath[str], body: RawBody) -> Response[Any]:
        """A photograph that is not to be shown."""
        said = web.read_form(body)
        return _do(request, sku, "off", lambda session, name: page.drop_photo(session, name, said.get("photo", "")))


def _do(
    request: AnyRequest, sku: str, done: str, verb: Callable[[db.Session, str], object], *, locale: str = "", typed: Mapping[str, str] | None = None
) -> Response[Any]:
    name = web.name(sku)
    try:
        db.run(lambda session: verb(session, name))
    except (Refused, Bad) as why:
        code = getattr(why, "status", 422)
        if code == 404 or web.wants_json(request):
            raise
        return _draw(request, name, locale, flash=why.say, code=code, typed=typed)
    return web.redirect(f"/product-pages/{web.segment(name)}?done={done}" + (f"&locale={web.segment(locale)}" if locale else ""))


def _draw(
    request: AnyRequest, sku: str, locale: str, *, flash: str | None, code: int = 200, typed: Mapping[str, str] | None = None
) -> Response[Any]:
    with db.reading() as session:
        product = catalog.product_by_sku(session, sku)
        ident = product.id or 0
        held, shops = page_queries.all_words(session, ident), stores.all_stores(session)
        asked = page_queries.prices(session, ident)
        languages = reads.languages(held, [shop.locale for shop in shops])
        chosen = locale if locale in languages else languages[0]
        photos = page_queries.photos(session, ident)
    words = held.get(chosen)
    said = {"say": words.say, "sold_as": words.sold_as, "guide": words.guide, "specs": "\n".join(f"{what}: {value}" for what, value in words.specs)} if words else {}
    prices = [{"key": shop.key, "name": shop.name, "currency": shop.currency, "open": shop.public_availability,
               "price": money.amount_text(asked[shop.id or 0].minor, asked[shop.id or 0].currency) if shop.id in asked else "",
               "stale": shop.id in asked and asked[shop.id or 0].currency != shop.currency} for shop in shops]  # fmt: skip
    return web.page(
        "desk/product_page.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad",
        product={"sku": sku, "name": product.name}, locale=chosen, said={"say": "", "sold_as": "", "guide": "", "specs": "", **said, **(typed or {})},
        languages=[{"locale": one, "name": reads.named(one), "written": one in held, "current": one == chosen} for one in languages],
        prices=prices, photos=photos, most_photos=page_rules.MOST_PHOTOS, accept=pictures.ACCEPT,
        may_write="products.write" in web.identity_of(request).permissions,
    )  # fmt: skip


