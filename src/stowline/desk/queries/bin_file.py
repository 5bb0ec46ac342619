"""Stock by bin for a spreadsheet: every unit in the house once, with its lot, serial, last day and condition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.catalog.models import Product
from stowline.core import db
from stowline.desk.queries import bins
from stowline.desk.queries.keyset import Key, Place, ordered
from stowline.inventory import queries as inventory
from stowline.inventory.models import Balance, Location, Lot

HEAD = ("bin", "kind", "zone", "sku", "name", "lot", "serial", "expires_on", "condition", "on_hand", "bound")
PORTION, BINS_AT_ONCE = 1000, 50
_l, _b, _p, _lot = Location.__table__.c, Balance.__table__.c, Product.__table__.c, Lot.__table__.c  # type: ignore[attr-defined]
_KEY = (_l.code, _b.product_id, _b.lot, _b.serial, _b.condition)
Lines = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which units: those of one bin or of one product, else those in the bins that fit, as on the page of bins."""

    bin: str = ""
    sku: str = ""
    kind: str = ""
    zone: str = ""
    text: str = ""


def exported(wanted: Wanted) -> Iterator[Lines]:
    """In portions, each read by itself, in order of the bin. Raises NotFound before the first."""
    if not (wanted.bin or wanted.sku):
        yield from _in_bins_that_fit(wanted)
        return
    with db.reading() as session:
        which = _named(session, wanted)
    yield from _portions(which)


def _named(session: Session, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    which: list[sa.ColumnElement[bool]] = []
    if wanted.bin:
        which.append(_b.location_id == inventory.location_by_code(session, wanted.bin).id)
    if wanted.sku:
        which.append(_b.product_id == catalog.product_by_sku(session, wanted.sku).id)
    return which


def _in_bins_that_fit(wanted: Wanted) -> Iterator[Lines]:
    after: Key | None = None
    while True:
        with db.reading() as session:
            page = bins.page(session, wanted.kind, wanted.text, Place(after=after), wanted.zone, BINS_AT_ONCE)
        yield from _portions([_b.location_id.in_([bin_.id for bin_ in page.rows])])
        after = page.later
        if after is None:
            return


def _portions(which: Sequence[sa.ColumnElement[bool]]) -> Iterator[Lines]:
    of_lot = sa.and_(_b.lot != "", _lot.product_id == _b.product_id, _lot.code == _b.lot)
    query = (
        sa.select(*_KEY, _l.kind, _l.zone, _p.sku, _p.name, _lot.expires_on, _b.qty, _b.bound)
        .select_from(Balance).join(Location, _l.id == _b.location_id).join(Product, _p.id == _b.product_id)
        .outerjoin(Lot, of_lot).where(_b.qty > 0, *which)
    )  # fmt: skip
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = session.execute(ordered(query, _KEY, after, descending=False, most=PORTION)).all()
        yield [(row.code, row.kind, row.zone, row.sku, row.name, row.lot, row.serial, row.expires_on, row.condition, row.qty, row.bound)
               for row in found]  # fmt: skip
        if len(found) < PORTION:
            return
        after = tuple(found[-1][:5])
