"""Kits: a product that is sold as one and picked as its parts.

A kit has no stock of its own, in no bin and at no time; its parts have. A kit is no part of another kit. What a kit is
made of is asked once, when an order is placed: the order keeps its own recipe, and a change is for new orders only.
"""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import queries
from stowline.catalog.events import KitMade, RecipeChanged
from stowline.catalog.models import KitPart, Product
from stowline.catalog.rules import listed
from stowline.core import hooks
from stowline.core.errors import Refused
from stowline.core.hot import Hot

MOST_PARTS, MOST_UNITS = 50, 10_000
_parts = KitPart.__table__  # type: ignore[attr-defined]


def set_parts(session: Session, sku: str, parts: Sequence[tuple[str, int]]) -> bool:
    """Have a product be made of these (SKU, units) from now on, none: a product like any other; whether that is new.

    Raises NotFound for a SKU nobody knows, Refused for parts that cannot be (a kit in a kit, a part twice), Conflict
    while units of the product itself are in the house, on a purchase order or owed to an order.
    """
    _check(sku, parts)
    ids = _locked(session, [sku, *(part for part, _ in parts)])
    kit_id, wanted = ids[sku], [(ids[part], units) for part, units in parts]
    before = [(part.product_id, part.units) for part in queries.recipe(session, kit_id)]
    if before == wanted:
        return False
    if wanted:
        _no_kit_in_a_kit(session, sku, kit_id, wanted)
    session.execute(sa.delete(_parts).where(_parts.c.kit_id == kit_id))
    rows = [{"kit_id": kit_id, "part_id": p, "units": n, "position": at} for at, (p, n) in enumerate(wanted, 1)]
    if rows:
        session.execute(sa.insert(_parts), rows)
    if wanted and not before:
        hooks.tell(session, KitMade(kit_id, sku))
    hooks.tell(session, RecipeChanged(kit_id, sku))
    return True


def _check(sku: str, parts: Sequence[tuple[str, int]]) -> None:
    if len(parts) > MOST_PARTS:
        raise Refused(f"A kit has at most {MOST_PARTS} parts; {sku} would have {len(parts):,}.", where="parts")
    for n, (part, units) in enumerate(parts):
        if not 1 <= units <= MOST_UNITS:
            raise Refused(f"A kit holds 1 to {MOST_UNITS:,} units of a part, not {units:,} of {part}.",
                          where=f"parts[{n}].units")
        if part == sku:
            raise Refused(f"{sku} cannot be a part of itself.", where=f"parts[{n}].sku")
        if part in (other for other, _ in parts[:n]):
            raise Refused(f"{part} is named twice. Name each part once, with all its units.", where=f"parts[{n}].sku")


def _locked(session: Session, skus: Sequence[str]) -> dict[str, int]:
    """Ids of these products, their rows locked in order of id, so that two changes never make a kit of kits."""
    query = select(Product).where(col(Product.sku).in_(skus)).order_by(col(Product.id)).with_for_update(key_share=True)
    ids = {product.sku: product.id or 0 for product in session.exec(query)}
    for n, sku in enumerate(skus):
        if sku not in ids:
            raise Refused(f"There is no product {sku}. Add it to the catalogue first.", code="not_found",
                          status=422 if n else 404, where=f"parts[{n - 1}].sku" if n else "sku")
    return ids


def _no_kit_in_a_kit(session: Session, sku: str, kit_id: int, wanted: Sequence[tuple[int, int]]) -> None:
    inner = queries.recipes(session, [part for part, _ in wanted])
    for n, (part, _) in enumerate(wanted):
        if part in inner:
            raise Refused(f"{queries.product(session, part).sku} is a kit itself. Put its parts into {sku}: {listed(inner[part])}.",
                          where=f"parts[{n}].sku")
    outer = queries.kits_with(session, kit_id, 1)
    if outer:
        raise Refused(f"{sku} is a part of kit {outer[0].sku}, so it cannot be a kit. Take it out of there first.", where="parts")


def refuse(session: Session, product_ids: Collection[int], what: str) -> None:
    """Raise Refused if one of these products is a kit: `what` says in a few words what cannot be done with it."""
    kits = queries.recipes(session, product_ids)
    for kit_id, parts in kits.items():
        raise Refused(f"Kit {queries.product(session, kit_id).sku} {what}. Take its parts: {listed(parts)}.", where="sku")


def refuse_stock(session: Session, product_id: int) -> None:
    """Raise Refused if this product is a kit: units of it are about to come into the house."""
    if _IS_KIT.one(session, p=product_id) is not None:
        refuse(session, [product_id], "has no stock of its own")


_IS_KIT = Hot("SELECT 1 FROM kit_part WHERE kit_id = :p LIMIT 1")


def scanned(session: Session, kit_id: int, sku: str) -> str:
    """What the barcode of a kit says on the floor."""
    return f"Kit {sku}: scan its parts ({listed(queries.recipe(session, kit_id))})."
