"""How many of a product a new order would get at once; of a kit, what the free units of its parts make up."""

from collections.abc import Iterable, Mapping

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.inventory import queries, service


def parts_of(session: Session, product_ids: Iterable[int]) -> dict[int, dict[int, int]]:
    """What one of each product takes from the shelves, as {product: {part: units}}; a product is its own part."""
    ids = sorted(set(product_ids))
    recipes = catalog.recipes(session, ids)
    return {i: {part.product_id: part.units for part in recipes.get(i, ())} or {i: 1} for i in ids}


def free(
    session: Session, product_ids: Iterable[int], *, lock: bool = False, less: Mapping[int, int] | None = None
) -> dict[int, int]:
    """Free units, or kits, by product; `less` so many units of a product that are kept from the asker. With `lock` nobody
    else changes them until the transaction ends.
    """
    needs = parts_of(session, product_ids)
    inside = sorted({part for parts in needs.values() for part in parts})
    if lock:
        there = service.lock_levels(session, inside)
    else:
        there = {row.id: row.free for row in queries.for_sale(session, ids=inside)}
    there = {part: units - (less or {}).get(part, 0) for part, units in there.items()}
    return {
        product: catalog.whole_kits((max(there.get(part, 0), 0), units) for part, units in parts.items())
        for product, parts in needs.items()
    }
