"""A product's page in a store: what it is, what it costs, when it can be had, how to get ready for it. For people, and as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.cases import review_rules
from stowline.catalog import page_queries, page_rules
from stowline.catalog import queries as catalog
from stowline.catalog.page_models import ProductPrice, ProductText
from stowline.catalog.page_queries import Photo
from stowline.catalog.queries import Part, Product
from stowline.core import clock, money, web
from stowline.core.config import settings
from stowline.portal import availability, reviews
from stowline.portal.availability import Item
from stowline.portal.reader import Reader
from stowline.portal.reviews import Said
from stowline.stores import banners
from stowline.stores.queries import Store

CHANGED_SINCE, MOST_CHANGED = timedelta(days=7), 3
AVAILABILITY = {"in_stock": "InStock", "backorder": "BackOrder", "out_of_stock": "OutOfStock"}
CHIPS = {"in_stock": "ok", "backorder": "warn", "out_of_stock": "done"}
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a page shows of one product, as it was read."""

    product: Product
    item: Item
    text: ProductText
    price: ProductPrice | None
    photos: Sequence[Photo]
    parts: Sequence[Part]
    gtin: str
    said: Said


def read(session: Session, store: Store, sku: str, reader: Reader) -> Shown:
    """A product as this store shows it. Raises NotFound."""
    product = catalog.product_by_sku(session, sku)
    ident = product.id or 0
    return Shown(
        product, availability.items(session, store, [sku])[sku], page_queries.words(session, ident, reader.words.locale, store.locale),
        page_queries.price(session, ident, store.id or 0), page_queries.photos(session, ident), catalog.recipe(session, ident),
        page_queries.gtin(catalog.barcodes_of(session, ident)), reviews.read(session, store, ident),
    )  # fmt: skip


def path(store: Store, sku: str) -> str:
    """Where the page of a product stands."""
    return f"/products/{web.segment(store.key)}/{web.segment(sku)}"


def url(store: Store, sku: str) -> str:
    """The same, as an address of the web."""
    return f"{settings().public_url}{path(store, sku)}"


# --- as JSON ----------------------------------------------------------------------------------------------------------


def told(one: Shown, store: Store, reader: Reader) -> View:
    """The page as JSON."""
    base = settings().public_url
    return {
        "store": store.key, "sku": one.product.sku, "name": one.product.name, "locale": one.text.locale or None, "url": url(store, one.product.sku),
        "description": one.text.say, "sold_as": one.text.sold_as, "guide": one.text.guide,
        "specs": [{"name": what, "value": value} for what, value in specs(one, reader)],
        "price": {"amount": money.amount_text(one.price.minor, one.price.currency), "currency": one.price.currency} if one.price else None,
        "photos": [{"url": f"{base}/photos/{photo.sha256}.jpg", "width": photo.width, "height": photo.height, "alt": photo.alt} for photo in one.photos],
        "parts": [{"sku": part.sku, "name": part.name, "units": part.units} for part in one.parts],
        "availability": availability.told(one.item, store, reader),
    }  # fmt: skip


def linked(one: Shown, store: Store) -> View:
    """The product as schema.org/Product has it: only what is known, and nothing twice."""
    base, product = settings().public_url, one.product
    offer = {
        "@type": "Offer", "url": url(store, product.sku), "availability": f"https://schema.org/{AVAILABILITY[one.item.state]}",
        "seller": {"@type": "Organization", "name": store.name},
    }  # fmt: skip
    if one.price:
        offer |= {"price": money.amount_text(one.price.minor, one.price.currency), "priceCurrency": one.price.currency}
    known = {
        "sku": product.sku, "name": product.name, "description": one.text.say, "gtin": one.gtin,
        "image": [f"{base}/photos/{photo.sha256}.jpg" for photo in one.photos],
        "weight": {"@type": "QuantitativeValue", "value": product.weight_g, "unitCode": "GRM"} if product.weight_g else None,
        "additionalProperty": [{"@type": "PropertyValue", "name": what, "value": value} for what, value in one.text.specs],
        "offers": offer if one.price else None, "aggregateRating": review_rules.schema_org(one.said.rating),
    }  # fmt: skip
    return {"@context": "https://schema.org", "@type": "Product"} | {name: value for name, value in known.items() if value}


# --- for people -------------------------------------------------------------------------------------------------------


def view(one: Shown, store: Store, reader: Reader) -> View:
    """The page, as its template wants it."""
    said = availability.told(one.item, store, reader)
    waits = one.item.state != "in_stock"
    return {
        "store": {"name": store.name, "href": store.url or None, "email": store.support_email or None}, "name": one.product.name,
        "sku": one.product.sku, "text_lang": one.text.locale, "price": reader.money(one.price.minor, one.price.currency) if one.price else "",
        "sold_as": one.text.sold_as, "says": _paragraphs(one.text.say), "guide": _paragraphs(one.text.guide), "specs": specs(one, reader),
        "photos": [_photo(photo, one.product.name) for photo in one.photos],
        "parts": [{"sku": part.sku, "name": part.name, "say": None, "quantity": part.units} for part in one.parts],
        "stock": {"kind": CHIPS[one.item.state], "word": reader.say(f"product.{one.item.state}"), "short": said["wording"]["short"], "long": said["wording"]["long"]},
        "notify_href": f"/notify/{web.segment(store.key)}/{web.segment(one.product.sku)}" if waits else "",
        "linked": linked(one, store), "reviews": reviews.view(one.said, store, reader),
    }  # fmt: skip


def specs(one: Shown, reader: Reader) -> list[tuple[str, str]]:
    """What the store says, then what the house measured, where the store says nothing of the kind."""
    rows = [(what, value) for what, value in one.text.specs]
    product, known = one.product, {what.casefold() for what, _ in one.text.specs}
    measured = []
    if product.weight_g:
        grams = product.weight_g
        amount = f"{grams:,} g" if grams < 1000 else f"{grams / 1000:,.2f}".rstrip("0").rstrip(".") + " kg"
        measured.append((reader.say("product.weight"), amount))
    if product.length_mm and product.width_mm and product.height_mm:
        sides = (product.length_mm, product.width_mm, product.height_mm)
        measured.append((reader.say("product.size"), " × ".join(f"{side / 10:g}" for side in sides) + " cm"))
    return rows + [row for row in measured if row[0].casefold() not in known]


def _photo(photo: Photo, name: str) -> View:
    return {"href": f"/photos/{photo.sha256}.jpg", "small": f"/photos/{photo.small_sha256}.jpg", "width": photo.small_width, "height": photo.small_height, "alt": photo.alt or name}


def _paragraphs(said: str) -> list[str]:
    return [part.strip() for part in said.split("\n\n") if part.strip()]


# --- across the site --------------------------------------------------------------------------------------------------


def banner(session: Session, store: Store, reader: Reader) -> View:
    """What the store says across its site now: what its manager wrote, else which products' days changed this week; "" for nothing."""
    now = clock.now()
    written = banners.standing(session, store.id or 0, now)
    if written is not None:
        locale = page_rules.best(written.texts, reader.words.locale, store.locale)
        return {"text": written.texts[locale], "lang": locale, "rows": []}
    rows = _changed(session, store, reader)
    return {"text": reader.say("banner.changed") if rows else "", "lang": reader.words.locale, "rows": rows}


def _changed(session: Session, store: Store, reader: Reader) -> list[View]:
    """Products of which a promise was moved in the last days and that new orders wait for, with their days as they are now."""
    ids = backorders.moved_lately(session, store.id or 0, clock.now() - CHANGED_SINCE, MOST_CHANGED)
    products = catalog.by_ids(session, ids)
    items = availability.items(session, store, [products[ident].sku for ident in ids]) if ids else {}
    return [_dated(products[ident], items, store, reader) for ident in ids if items[products[ident].sku].window]


def _dated(product: Product, items: Mapping[str, Item], store: Store, reader: Reader) -> View:
    window = items[product.sku].window
    days = reader.window(window.told()) if window else ""
    return {"name": product.name, "href": url(store, product.sku), "say": reader.say("banner.days", range=days)}
