"""Verbs of what a product's page shows: its words in a language, its price in a store, its photographs."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import page_rules, queries
from stowline.catalog.events import ProductChanged
from stowline.catalog.models import Product
from stowline.catalog.page_models import ProductPhoto, ProductPrice, ProductText
from stowline.catalog.page_rules import Words
from stowline.core import author, clock, money, outbox, pictures
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import prose, text
from stowline.stores.queries import Store


def set_words(session: Session, sku: str, locale: str, said: Words) -> bool:
    """Have the page of a product say this in a language from now on; whether that is new. Raises NotFound, Refused."""
    product = _locked(session, sku)
    wanted = _read(said)
    if not locale or len(locale) > 12 or not all(c.isalnum() or c == "-" for c in locale):
        raise Refused("A language is a code such as en, zh-Hant or zh-Hans.", where="locale")
    held = session.get(ProductText, (product.id or 0, locale))
    before = (held.say, held.sold_as, held.guide, held.specs) if held else ("", "", "", [])
    after = (wanted.say, wanted.sold_as, wanted.guide, [list(row) for row in wanted.specs])
    if before == after:
        return False
    if held is None:
        held = ProductText(product_id=product.id or 0, locale=locale, changed_at=clock.now())
    held.say, held.sold_as, held.guide, held.specs = after
    held.changed_at = clock.now()
    session.add(held) if any(after) else session.delete(held)
    names = ("description", "sold as", "guide", "specs")
    _record(session, sku, {f"{name} ({locale})": (_brief(old), _brief(new)) for name, old, new in zip(names, before, after, strict=True) if old != new})
    return True


def _read(said: Words) -> Words:
    """As it is kept. Raises Refused, and fields.Bad, with the field."""
    for name, value, most in (("say", said.say, page_rules.LONGEST_SAY), ("guide", said.guide, page_rules.LONGEST_GUIDE)):
        if len(value) > most:
            raise Refused(f"This has {len(value):,} characters. At most {most:,} fit.", where=name)
    try:
        rows = page_rules.checked(said.specs)
    except ValueError as why:
        raise Refused(str(why), where="specs") from None
    sold = text(said.sold_as, "sold_as", what="How it is sold", longest=page_rules.LONGEST_SOLD_AS)
    return Words(prose(said.say, longest=page_rules.LONGEST_SAY), sold, prose(said.guide, longest=page_rules.LONGEST_GUIDE), rows)


def _brief(value: object) -> str:
    return f"{len(value)} rows" if isinstance(value, list) else str(value)[:120]


def fill_in(session: Session, sku: str, locale: str, said: Words, store: Store | None, price: str) -> None:
    """Say what is not said of a product yet, in this language and of this store; what is said stays. Raises Refused."""
    ident = queries.product_by_sku(session, sku).id or 0
    if not said.are_none and session.get(ProductText, (ident, locale)) is None:
        set_words(session, sku, locale, said)
    if price and store is not None and session.get(ProductPrice, (ident, store.id or 0)) is None:
        set_price(session, sku, store, price)


def set_price(session: Session, sku: str, store: Store, price: str | None) -> bool:
    """What a store asks for one unit, in its currency, as "12.50"; None or "": no price is shown. Whether that is new."""
    product = _locked(session, sku)
    minor: int | None = None
    if price:
        try:
            minor = money.minor(price, store.currency)
        except ValueError as why:
            raise Refused(str(why), where="price") from None
        if minor < 0:
            raise Refused("A price is at least zero.", where="price")
    held = session.get(ProductPrice, (product.id or 0, store.id or 0))
    before = (held.minor, held.currency) if held else None
    after = None if minor is None else (minor, store.currency)
    if before == after:
        return False
    if held is not None and after is None:
        session.delete(held)
    elif after is not None:
        held = held or ProductPrice(product_id=product.id or 0, store_id=store.id or 0, minor=0, currency="", changed_at=clock.now())
        held.minor, held.currency, held.changed_at = after[0], after[1], clock.now()
        session.add(held)
    _record(session, sku, {f"price in {store.key}": (_amount(before), _amount(after))})
    return True


def _amount(said: tuple[int, str] | None) -> str | None:
    return f"{money.amount_text(*said)} {said[1]}" if said else None


def add_photo(session: Session, sku: str, content: bytes, alt: str = "") -> tuple[ProductPhoto, bool]:
    """Keep a photograph of a product, drawn anew in two sizes, after those there are; and whether it is new. Raises Refused."""
    product = _locked(session, sku)
    large = pictures.read(content)
    small = pictures.read(content, longest=page_rules.SMALL_PX)
    there = photos_of(session, product.id or 0)
    known = next((one for one in there if one.sha256 == large.digest), None)
    if known is not None:
        return known, False
    if len(there) >= page_rules.MOST_PHOTOS:
        raise Refused(f"A product has at most {page_rules.MOST_PHOTOS} photographs. Take one off first.", where="photo")
    said = text(alt, "alt", what="What the photograph shows", longest=200)
    row = ProductPhoto(
        product_id=product.id or 0, position=max((one.position for one in there), default=0) + 1, sha256=large.digest,
        small_sha256=small.digest, width=large.width, height=large.height, small_width=small.width, small_height=small.height,
        alt=said, content=large.content, small=small.content, at=clock.now(),
    )  # fmt: skip
    session.add(row)
    session.flush()
    _record(session, sku, {"photographs": (len(there), len(there) + 1)})
    return row, True


def drop_photo(session: Session, sku: str, sha256: str) -> None:
    """Take a photograph off a product's page. Raises NotFound if it has none of that name."""
    product = _locked(session, sku)
    there = photos_of(session, product.id or 0)
    gone = next((one for one in there if one.sha256 == sha256), None)
    if gone is None:
        raise NotFound("This product has no such photograph.", where="photo")
    session.execute(sa.delete(ProductPhoto).where(col(ProductPhoto.id) == gone.id))
    _record(session, sku, {"photographs": (len(there), len(there) - 1)})


def photos_of(session: Session, product_id: int) -> list[ProductPhoto]:
    """The photographs of a product in their order, without their bytes until those are asked for."""
    kept = (col(ProductPhoto.content), col(ProductPhoto.small))
    query = select(ProductPhoto).where(ProductPhoto.product_id == product_id).order_by(col(ProductPhoto.position), col(ProductPhoto.id))
    return list(session.exec(query.options(*(sa.orm.defer(one) for one in kept)).limit(page_rules.MOST_PHOTOS)))  # type: ignore[arg-type]


def _locked(session: Session, sku: str) -> Product:
    """Whoever changes a page waits for whoever is at it."""
    product = queries.product_by_sku(session, sku)
    session.exec(select(Product.id).where(Product.id == product.id).with_for_update(key_share=True)).one()
    return product


def _record(session: Session, sku: str, changed: dict[str, tuple[str | int | bool | None, str | int | bool | None]]) -> None:
    outbox.record(session, ProductChanged(sku, author.current().who, changed))
    session.flush()


