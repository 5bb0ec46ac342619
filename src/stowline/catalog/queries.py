"""Reads of the catalogue."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog.models import Barcode, KitPart, Product, Substitute
from stowline.catalog.rules import Part, in_season, listed, whole_kits
from stowline.core.errors import NotFound

# For the rooms that take kits apart and tell them as one.
__all__ = ["Barcode", "Part", "Product", "listed", "whole_kits"]

_p, _k = Product.__table__.c, KitPart.__table__.c  # type: ignore[attr-defined]


def product_by_sku(session: Session, sku: str) -> Product:
    """The product under this SKU, exactly. Raises NotFound."""
    product = session.exec(select(Product).where(Product.sku == sku)).one_or_none()
    if product is None:
        raise NotFound(f"There is no product {sku}.", where="sku")
    return product


def product(session: Session, product_id: int) -> Product:
    """A product by its id."""
    return session.exec(select(Product).where(Product.id == product_id)).one()


def ids_of(session: Session, skus: Iterable[str]) -> dict[str, int]:
    """Product ids by SKU, of those that are known."""
    found: dict[str, int] = {}
    wanted = list(dict.fromkeys(skus))
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = session.execute(sa.select(Product.sku, Product.id).where(Product.sku.in_(part)))  # type: ignore[attr-defined, call-overload]
        found.update((sku, i) for sku, i in rows)
    return found


def skus(session: Session) -> frozenset[str]:
    """Every SKU there is."""
    return frozenset(session.exec(select(Product.sku)))


def by_ids(session: Session, ids: Iterable[int]) -> dict[int, Product]:
    """Products by their ids."""
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Product] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        found.update({p.id: p for p in session.exec(select(Product).where(Product.id.in_(part)))})  # type: ignore[union-attr, misc]
    return found


def barcodes_of(session: Session, product_id: int) -> list[Barcode]:
    """The codes on a product, the SKU itself left out."""
    query = select(Barcode).where(Barcode.product_id == product_id, Barcode.kind == "barcode")
    return list(session.exec(query.order_by(Barcode.id).limit(100)))  # type: ignore[arg-type]


def recipes(session: Session, product_ids: Iterable[int]) -> dict[int, tuple[Part, ...]]:
    """The parts of those of these products that are kits, by the kit's id, each recipe in its own order."""
    wanted = list(dict.fromkeys(product_ids))
    found: dict[int, tuple[Part, ...]] = {}
    for start in range(0, len(wanted), 500):
        query = (
            sa.select(_k.kit_id, _k.part_id, _p.sku, _p.name, _k.units).join(Product, _p.id == _k.part_id)
            .where(_k.kit_id.in_(wanted[start : start + 500])).order_by(_k.kit_id, _k.position, _k.part_id)
        )  # fmt: skip
        for kit_id, *part in session.execute(query):
            found[kit_id] = (*found.get(kit_id, ()), Part(*part))
    return found


def recipe(session: Session, product_id: int) -> tuple[Part, ...]:
    """The parts of one kit; none for a product that is no kit."""
    return recipes(session, [product_id]).get(product_id, ())


def kits_with(session: Session, part_id: int, limit: int = 50) -> list[Part]:
    """The kits that a product is a part of, by SKU: each with the units of the part in one kit."""
    query = sa.select(_p.id, _p.sku, _p.name, _k.units).join(Product, _p.id == _k.kit_id).where(_k.part_id == part_id)
    return [Part(*row) for row in session.execute(query.order_by(_p.sku).limit(limit))]


def count(session: Session) -> int:
    """How many products there are."""
    return int(session.execute(sa.select(sa.func.count()).select_from(Product)).scalar_one())


@dataclass(frozen=True, slots=True)
class Stand:
    """A product that may take another's place."""

    product_id: int
    substitute_id: int
    sku: str
    name: str
    from_month: int | None
    to_month: int | None

    def fits(self, month: int) -> bool:
        """Whether it may in this month (1 to 12)."""
        return in_season(month, self.from_month, self.to_month)


def substitutes(session: Session, product_ids: Iterable[int]) -> dict[int, list[Stand]]:
    """What may take the place of these products, by product, the first choice first."""
    return _stands(session, _u.product_id.in_(sorted(set(product_ids))))


def stands_in_for(session: Session, substitute_ids: Iterable[int]) -> dict[int, list[Stand]]:
    """The same from the other end, by product: whose place these products may take. At most 500."""
    return _stands(session, _u.substitute_id.in_(sorted(set(substitute_ids))))


def all_substitutes(session: Session, after: tuple[str, int, int] | None = None, most: int = 1000) -> list[tuple[tuple[str, int, int], Stand]]:
    """Who may take whose place, by SKU and preference, after a key: (SKU, position, substitute), and the stand-in."""
    p, o = Product.__table__.c, Product.__table__.alias("other")  # type: ignore[attr-defined]
    key = (p.sku, _u.position, _u.substitute_id)
    query = (
        sa.select(*key, _u.product_id, o.c.sku.label("other"), o.c.name, _u.from_month, _u.to_month)
        .join(Product, p.id == _u.product_id).join(o, o.c.id == _u.substitute_id).order_by(*key).limit(most)
    )  # fmt: skip
    if after:
        query = query.where(sa.tuple_(*key) > sa.tuple_(*(sa.literal(part) for part in after)))
    return [((sku, position, other_id), Stand(product_id, other_id, other, name, first, last))
            for sku, position, other_id, product_id, other, name, first, last in session.execute(query)]  # fmt: skip


_u = Substitute.__table__.c  # type: ignore[attr-defined]


def _stands(session: Session, which: sa.ColumnElement[bool]) -> dict[int, list[Stand]]:
    p = Product.__table__.c  # type: ignore[attr-defined]
    query = (
        sa.select(_u.product_id, _u.substitute_id, p.sku, p.name, _u.from_month, _u.to_month)
        .join(Product, p.id == _u.substitute_id).where(which).order_by(_u.product_id, _u.position, _u.substitute_id).limit(500)
    )  # fmt: skip
    found: dict[int, list[Stand]] = {}
    for row in session.execute(query):
        found.setdefault(row.product_id, []).append(Stand(*row))
    return found
