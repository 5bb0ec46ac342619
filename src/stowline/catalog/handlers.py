"""The catalogue over HTTP."""

from collections.abc import Iterable
from typing import Any, cast

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, RawBody
from msgspec import UNSET, UnsetType

from stowline.catalog import details, kits, page, page_queries, queries, service, substitutes
from stowline.catalog.details import Changes
from stowline.catalog.models import Product
from stowline.catalog.page_rules import Words
from stowline.catalog.units import units_sent
from stowline.core import money, web
from stowline.core.db import Session, reading
from stowline.stores import queries as stores


class BarcodeBody(msgspec.Struct):
    """A code and the units it stands for."""

    code: str
    quantity: Any = 1


class PartBody(msgspec.Struct):
    """Units of a product that are in one kit."""

    sku: str
    units: Any = 1


class PartsBody(msgspec.Struct):
    """What a kit is made of from now on; no parts: a product like any other."""

    parts: list[PartBody]


class SubstituteBody(msgspec.Struct):
    """A product that may take another's place; with both months only from the first to the second."""

    sku: str
    from_month: int | None = None
    to_month: int | None = None


class SubstitutesBody(msgspec.Struct):
    """What may take a product's place from now on, the first choice first; none: nothing may."""

    substitutes: list[SubstituteBody]


class ProductBody(msgspec.Struct):
    """A product of the public contract. Weight in g; dims_mm length, width, height; a product with parts is a kit."""

    sku: str
    name: str
    barcodes: list[BarcodeBody] = []
    weight_g: int | None = None
    dims_mm: tuple[int, int, int] | None = None
    detail: str = ""
    lots: bool = False
    serials: bool = False
    expires: bool = False
    fefo: bool = False
    min_days_left: int = 0
    low_at: int | None = None
    backorderable: bool = True
    parts: list[PartBody] = []


class SpecBody(msgspec.Struct):
    """A row of what a product is made of."""

    name: str
    value: str


class WordsBody(msgspec.Struct):
    """What a product's page says in one language; all empty: nothing."""

    description: str = ""
    sold_as: str = ""
    guide: str = ""
    specs: list[SpecBody] = []


class PriceBody(msgspec.Struct):
    """What a store asks for one unit, in its currency, such as "12.50"; null: no price is shown."""

    price: str | None


class ProductChange(msgspec.Struct):
    """What to change of a product; what is left out stays. null is not known; barcodes come to those that it has."""

    name: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    weight_g: int | UnsetType | None = UNSET
    dims_mm: tuple[int, int, int] | UnsetType | None = UNSET
    lots: bool | UnsetType = UNSET
    serials: bool | UnsetType = UNSET
    expires: bool | UnsetType = UNSET
    fefo: bool | UnsetType = UNSET
    min_days_left: int | UnsetType = UNSET
    low_at: int | UnsetType | None = UNSET
    backorderable: bool | UnsetType = UNSET
    barcodes: list[BarcodeBody] = []


_SET_LATER = ("lots", "serials", "expires", "fefo", "min_days_left", "low_at", "backorderable")


class Products(Controller):
    """Products."""

    path = "/api/v1/products"

    @post("/", opt=web.permission("products.write"), sync_to_thread=True)
    def add(self, request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Add a product: 201; a SKU that is known: 200, and it keeps what it has."""
        asked = web.read_as(body, ProductBody)
        codes, parts = _codes(asked.barcodes), _parts(asked.parts)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            product, new = service.add_product(
                session, sku=asked.sku, name=asked.name, detail=asked.detail, weight_g=asked.weight_g,
                dims_mm=asked.dims_mm, barcodes=codes,
            )
            if new and asked.parts:
                kits.set_parts(session, asked.sku, parts)
            if new:
                details.change(session, asked.sku, _set(asked, _SET_LATER))
            return (201 if new else 200), _told(session, product)

        return web.written(request, body, make)

    @patch("/{sku:str}", opt=web.permission("products.write"), sync_to_thread=True)
    def change(self, request: Request[Any, Any, Any], sku: FromPath[str], body: RawBody) -> Response[bytes]:
        """Change what is known of a product. Lots, serials and expiry only while no unit of it is in the house: 409."""
        asked, name = web.read_as(body, ProductChange), web.name(sku)
        codes = _codes(asked.barcodes)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            product = details.change(session, name, _set(asked, Changes.__annotations__))
            for code, quantity in codes:
                service.add_barcode(session, product, code, quantity)
            return 200, _told(session, product)

        return web.written(request, body, make)

    @post("/{sku:str}/parts", opt=web.permission("products.write"), sync_to_thread=True, status_code=200)
    def set_parts(self, request: Request[Any, Any, Any], sku: FromPath[str], body: RawBody) -> Response[bytes]:
        """Have a product be made of these parts from now on; orders that are placed already keep what they were."""
        parts = _parts(web.read_as(body, PartsBody).parts)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            kits.set_parts(session, web.name(sku), parts)
            return 200, _told(session, queries.product_by_sku(session, web.name(sku)))

        return web.written(request, body, make)

    @get("/{sku:str}/substitutes", opt=web.permission("products.read"), sync_to_thread=True)
    def substitutes_of(self, sku: FromPath[str]) -> dict[str, Any]:
        """What may take a product's place where the shopper agreed, the first choice first."""
        with reading() as session:
            return _stand_ins(session, web.name(sku))

    @put("/{sku:str}/substitutes", opt=web.permission("products.write"), sync_to_thread=True)
    def put_substitutes(self, request: Request[Any, Any, Any], sku: FromPath[str], body: RawBody) -> Response[bytes]:
        """Let exactly these take a product's place from now on; what was swapped stays swapped."""
        asked = web.read_as(body, SubstitutesBody)
        wanted = [(one.sku, (one.from_month, one.to_month)) for one in asked.substitutes]

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            substitutes.put(session, web.name(sku), wanted)
            return 200, _stand_ins(session, web.name(sku))

        return web.written(request, body, make)

    @delete("/{sku:str}/substitutes/{other:str}", opt=web.permission("products.write"), sync_to_thread=True, status_code=200)
    def drop_substitute(self, request: Request[Any, Any, Any], sku: FromPath[str], other: FromPath[str]) -> Response[bytes]:
        """A product may take its place no more; again: nothing changes."""

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            substitutes.remove(session, web.name(sku), web.name(other))
            return 200, _stand_ins(session, web.name(sku))

        return web.written(request, b"", make)

    @put("/{sku:str}/words/{locale:str}", opt=web.permission("products.write"), sync_to_thread=True)
    def put_words(self, request: Request[Any, Any, Any], sku: FromPath[str], locale: FromPath[str], body: RawBody) -> Response[bytes]:
        """Have the product's page say exactly this in a language from now on."""
        asked = web.read_as(body, WordsBody)
        said = Words(asked.description, asked.sold_as, asked.guide, [[one.name, one.value] for one in asked.specs])

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            page.set_words(session, web.name(sku), locale, said)
            return 200, _words(session, web.name(sku), locale)

        return web.written(request, body, make)

    @put("/{sku:str}/prices/{store:str}", opt=web.permission("products.write"), sync_to_thread=True)
    def put_price(self, request: Request[Any, Any, Any], sku: FromPath[str], store: FromPath[str], body: RawBody) -> Response[bytes]:
        """What a store asks for one unit from now on. It is shown on pages; orders bring their own prices."""
        asked = web.read_as(body, PriceBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            shop = stores.store_by_key(session, store)
            page.set_price(session, web.name(sku), shop, asked.price)
            held = page_queries.price(session, queries.product_by_sku(session, web.name(sku)).id or 0, shop.id or 0)
            amount = money.amount_text(held.minor, held.currency) if held else None
            return 200, {"sku": web.name(sku), "store": shop.key, "price": amount, "currency": held.currency if held else shop.currency}

        return web.written(request, body, make)

    @post("/{sku:str}/photos", opt=web.permission("products.write"), sync_to_thread=True)
    def add_photo(self, request: Request[Any, Any, Any], sku: FromPath[str], body: RawBody, alt: FromQuery[str] = "") -> Response[bytes]:
        """A photograph, its bytes as the body (JPEG, PNG or WebP), `?alt=` what it shows: 201; one that is there: 200."""

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            row, new = page.add_photo(session, web.name(sku), body, alt)
            return (201 if new else 200), {"photo": row.sha256, "url": f"/photos/{row.sha256}.jpg", "width": row.width, "height": row.height, "alt": row.alt}

        return web.written(request, body, make)

    @delete("/{sku:str}/photos/{photo:str}", opt=web.permission("products.write"), sync_to_thread=True, status_code=200)
    def drop_photo(self, request: Request[Any, Any, Any], sku: FromPath[str], photo: FromPath[str]) -> Response[bytes]:
        """Take a photograph off."""

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            page.drop_photo(session, web.name(sku), photo)
            return 200, {"photo": photo}

        return web.written(request, b"", make)

    @get("/{sku:str}", opt=web.permission("products.read"), sync_to_thread=True)
    def one(self, sku: FromPath[str]) -> dict[str, Any]:
        """One product by its SKU."""
        with reading() as session:
            return _told(session, queries.product_by_sku(session, web.name(sku)))


def _stand_ins(session: Session, sku: str) -> dict[str, Any]:
    product = queries.product_by_sku(session, sku)
    found = queries.substitutes(session, [product.id or 0]).get(product.id or 0, [])
    return {"sku": sku, "substitutes": [{"sku": one.sku, "name": one.name, "from_month": one.from_month, "to_month": one.to_month} for one in found]}


def _words(session: Session, sku: str, locale: str) -> dict[str, Any]:
    held = page_queries.all_words(session, queries.product_by_sku(session, sku).id or 0).get(locale)
    said = {"description": held.say, "sold_as": held.sold_as, "guide": held.guide} if held else {"description": "", "sold_as": "", "guide": ""}
    return {"sku": sku, "locale": locale, **said, "specs": [{"name": what, "value": value} for what, value in (held.specs if held else [])]}


def _codes(barcodes: list[BarcodeBody]) -> list[tuple[str, int]]:
    most = service.LARGEST_PACK
    return [(one.code, units_sent(one.quantity, f"barcodes[{n}].quantity", most=most)) for n, one in enumerate(barcodes)]


def _parts(parts: list[PartBody]) -> list[tuple[str, int]]:
    what = "The number of units"
    return [(one.sku, units_sent(one.units, f"parts[{n}].units", what=what, least=0)) for n, one in enumerate(parts)]


def _set(asked: ProductBody | ProductChange, names: Iterable[str]) -> Changes:
    """What of these was sent."""
    said = {name: getattr(asked, name) for name in names if getattr(asked, name) is not UNSET}
    return cast("Changes", said)


def _told(session: Session, product: Product) -> dict[str, Any]:
    return {
        "sku": product.sku, "name": product.name, "detail": product.detail, "weight_g": product.weight_g,
        "dims_mm": [product.length_mm, product.width_mm, product.height_mm] if product.length_mm else None,
        **{name: getattr(product, name) for name in _SET_LATER},
        "barcodes": [{"code": b.shown, "quantity": b.quantity} for b in queries.barcodes_of(session, product.id or 0)],
        "parts": [{"sku": part.sku, "units": part.units} for part in queries.recipe(session, product.id or 0)],
    }
