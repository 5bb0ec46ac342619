"""Reads of what a product's page shows."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import page_rules
from stowline.catalog.gtin import gtin14
from stowline.catalog.models import Barcode
from stowline.catalog.page_models import ProductPhoto, ProductPrice, ProductText

_ph = ProductPhoto.__table__.c  # type: ignore[attr-defined]
_NO_WORDS = ProductText(product_id=0, locale="", specs=[], changed_at=None)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph: the name of each size, its pixels, and what it shows."""

    sha256: str
    small_sha256: str
    width: int
    height: int
    small_width: int
    small_height: int
    alt: str


def words(session: Session, product_id: int, *wanted: str) -> ProductText:
    """What is said of a product in the first of these languages that it is said in; nothing where it is in none."""
    held = all_words(session, product_id)
    return held.get(page_rules.best(held, *wanted)) or _NO_WORDS


def all_words(session: Session, product_id: int) -> dict[str, ProductText]:
    """What is said of a product, by language."""
    query = select(ProductText).where(ProductText.product_id == product_id).order_by(col(ProductText.locale)).limit(50)
    return {one.locale: one for one in session.exec(query)}


def price(session: Session, product_id: int, store_id: int) -> ProductPrice | None:
    """What a store asks for a product; None where it does not say."""
    return session.get(ProductPrice, (product_id, store_id))


def prices(session: Session, product_id: int) -> dict[int, ProductPrice]:
    """What stores ask for a product, by store."""
    query = select(ProductPrice).where(ProductPrice.product_id == product_id).limit(500)
    return {one.store_id: one for one in session.exec(query)}


def first_photos(session: Session, product_ids: Sequence[int]) -> dict[int, str]:
    """The name of the small first photograph of each of these products that has one."""
    query = sa.select(_ph.product_id, _ph.small_sha256).where(_ph.product_id.in_(list(product_ids))).order_by(_ph.position.desc(), _ph.id.desc())
    return {product_id: name for product_id, name in session.execute(query)}  # noqa: C416  (typed rows)


def photos(session: Session, product_id: int) -> list[Photo]:
    """The photographs of a product, in their order."""
    columns = (_ph.sha256, _ph.small_sha256, _ph.width, _ph.height, _ph.small_width, _ph.small_height, _ph.alt)
    query = sa.select(*columns).where(_ph.product_id == product_id).order_by(_ph.position, _ph.id).limit(page_rules.MOST_PHOTOS)
    return [Photo(*row) for row in session.execute(query)]


def photo(session: Session, digest: str) -> bytes | None:
    """The bytes of this name, large or small; None where there are none."""
    for name, content in ((_ph.sha256, _ph.content), (_ph.small_sha256, _ph.small)):
        found = session.execute(sa.select(content).where(name == digest).limit(1)).scalar_one_or_none()
        if found is not None:
            return bytes(found)
    return None


def gtin(codes: Sequence[Barcode]) -> str:
    """The number under which the trade knows one unit of a product; "" where none of its codes is one."""
    return next((one.shown for one in codes if one.quantity == 1 and gtin14(one.shown)), "")
