"""Finding products, and what of them stands at a dock."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.gtin import canonical
from stowline.catalog.models import Product
from stowline.catalog.queries import Barcode
from stowline.desk.queries.keyset import starts_with
from stowline.inventory.models import Balance, Location

_p, _b, _c = Product.__table__.c, Balance.__table__.c, Barcode.__table__.c  # type: ignore[attr-defined]
MOST_FOUND = 500


def found_by(session: Session, text: str) -> list[int]:
    """Ids of at most 500 products by the beginning of their SKU or name, or exactly by a barcode."""
    code = sa.select(_c.product_id).where(_c.code == canonical(text)).limit(10)
    ids = list(session.execute(code).scalars())
    for column in (_p.sku, _p.name):
        ids += session.execute(sa.select(_p.id).where(starts_with(column, text)).limit(MOST_FOUND)).scalars()
    return list(dict.fromkeys(ids))[:MOST_FOUND]


def dock_units(session: Session, product_ids: Sequence[int]) -> dict[int, int]:
    """Good units that stand at a dock, by product."""
    if not product_ids:
        return {}
    here = Location.__table__.c  # type: ignore[attr-defined]
    query = (
        sa.select(_b.product_id, sa.func.sum(_b.qty)).join(Location, here.id == _b.location_id)
        .where(_b.product_id.in_(list(product_ids)), _b.condition == "good", _b.qty > 0, here.kind == "dock")
        .group_by(_b.product_id)
    )  # fmt: skip
    return {product_id: int(n) for product_id, n in session.execute(query)}
