"""Products: the list with what is still to be completed, one product's facts, finding by text, what stands at a dock."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.catalog.gtin import canonical
from stowline.catalog.models import Product
from stowline.catalog.queries import Barcode
from stowline.core import db
from stowline.desk.queries import counts
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import queries as inventory
from stowline.inventory.models import Balance, Location

_p, _b, _c = Product.__table__.c, Balance.__table__.c, Barcode.__table__.c  # type: ignore[attr-defined]
MOST_FOUND = 500
VIEWS = {"all": "All", "unnamed": "No name", "weightless": "No weight", "sizeless": "No size", "barcodeless": "No barcode"}
MISSING: dict[str, sa.ColumnElement[bool]] = {
    "unnamed": _p.name == _p.sku,
    "weightless": _p.weight_g.is_(None),
    "sizeless": sa.or_(_p.length_mm.is_(None), _p.width_mm.is_(None), _p.height_mm.is_(None)),
    "barcodeless": ~sa.select(_c.id).where(_c.product_id == _p.id, _c.kind == "barcode").exists(),
}
"""What a product of each view lacks. One without a name is called by its SKU, until somebody names it."""

Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place, size: int = SIZE) -> Page[Row]:
    """Products in order of SKU."""
    codes = sa.select(sa.func.count()).where(_c.product_id == _p.id, _c.kind == "barcode").correlate(Product).scalar_subquery()
    query = sa.select(*_p, codes.label("barcodes"))
    if view in MISSING:
        query = query.where(MISSING[view])
    if text:
        query = query.where(_p.id.in_(found_by(session, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Row]:  # noqa: FBT001
        found = session.execute(ordered(query, [_p.sku], after, descending=backwards, most=most)).mappings()
        return [_row(dict(one)) for one in found]

    return walk(place, fetch, lambda row: (row["sku"],), size)


def _row(said: Row) -> Row:
    dims = [said["length_mm"], said["width_mm"], said["height_mm"]]
    kept = {name: said[name] for name in ("sku", "name", "weight_g", "barcodes")}
    return {**kept, "unnamed": said["name"] == said["sku"], "dims_mm": dims if all(dims) else None, "apart": apart(said)}


def apart(said: Row) -> str:
    """What units of a product are told apart by, for people; "" for units that are all alike."""
    words = [word for name, word in (("lots", "lots"), ("serials", "serials"), ("expires", "expiry")) if said[name]]
    return ", ".join(words)


def missing(session: Session) -> dict[str, int]:
    """How many products there are of each view, each counted to 10,000."""
    counted = {name: counts.bounded(session, sa.select(_p.id).where(lacks)) for name, lacks in MISSING.items()}
    return {"all": catalog.count(session), **counted}


def one(session: Session, sku: str) -> Row:
    """All that is known of one product, and whether units of it are in the house. Raises NotFound."""
    product = catalog.product_by_sku(session, sku)
    said = product.model_dump()
    codes = catalog.barcodes_of(session, product.id or 0)
    return {
        **{name: value for name, value in said.items() if name not in ("id", "created_at")},
        "unnamed": product.name == product.sku, "apart": apart(said),
        "barcodes": [{"code": code.shown, "quantity": code.quantity} for code in codes],
        "in_the_house": bool(inventory.in_bins(session, product.id or 0, limit=1)),
    }  # fmt: skip


HEAD = ("sku", "name", "weight_g", "length_mm", "width_mm", "height_mm", "barcodes", "told_apart_by")


def exported(view: str, text: str) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for a spreadsheet, in portions, each read by itself. A product without a name has none there."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = page(session, view, text, Place(after=after), SIZE * 10)
        yield [
            (row["sku"], "" if row["unnamed"] else row["name"], row["weight_g"], *(row["dims_mm"] or ("", "", "")),
             row["barcodes"], row["apart"])
            for row in found.rows
        ]  # fmt: skip
        after = found.later
        if after is None:
            return


def substitutes_exported() -> Iterator[list[tuple[Any, ...]]]:
    """What may take whose place, for a spreadsheet, in portions, each read by itself."""
    after: tuple[str, int, int] | None = None
    while True:
        with db.reading() as session:
            found = catalog.all_substitutes(session, after)
        yield [(key[0], one.sku, one.from_month, one.to_month) for key, one in found]
        if not found:
            return
        after = found[-1][0]


def found_by(session: Session, text: str) -> list[int]:
    """Ids of at most 500 products by the beginning of their SKU or name, or exactly by a barcode."""
    code = sa.select(_c.product_id).where(_c.code == canonical(text)).limit(10)
    ids = list(session.execute(code).scalars())
    for column in (_p.sku, _p.name):
        ids += session.execute(sa.select(_p.id).where(starts_with(column, text)).limit(MOST_FOUND)).scalars()
    return list(dict.fromkeys(ids))[:MOST_FOUND]


def shortlist(session: Session, text: str, most: int = 20) -> list[tuple[str, str]]:
    """(SKU, name) of the first products that a search finds."""
    query = sa.select(_p.sku, _p.name).where(_p.id.in_(found_by(session, text))).order_by(_p.sku).limit(most)
    return [(sku, name) for sku, name in session.execute(query)]


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
