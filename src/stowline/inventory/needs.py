"""Which pick faces must be filled now: reads. Only products with a face, with stock in storage, and with too little in
the face are looked at closer; `refill` decides about each.

Units that are promised and not yet released are those that are promised (stock level) less those that are bound (in
bins, totes and boxes): a unit is bound from its release until it leaves the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.queries import Barcode, Product
from stowline.core.config import settings
from stowline.inventory import fill
from stowline.inventory.models import Balance, CountRequest, Location, Lot, PickFace, StockLevel, Velocity
from stowline.inventory.refill import Demand, Face, Refill, plan
from stowline.inventory.rules import GOOD, Free, take_from

_b, _l, _f, _p = Balance.__table__.c, Location.__table__.c, PickFace.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_s, _v, _lot = StockLevel.__table__.c, Velocity.__table__.c, Lot.__table__.c  # type: ignore[attr-defined]
_asked, _codes = CountRequest.__table__.c, Barcode.__table__.c  # type: ignore[attr-defined]
After = tuple[int, int, int]
MOST_BINS = 500


@dataclass(frozen=True, slots=True)
class Need:
    """A product whose pick faces lack units: free units in them together, what they must hold, units in storage.

    `urgency` and `lacks` (how many units, the other way round) order the list with the product's id.
    """

    urgency: int
    lacks: int
    product_id: int
    sku: str
    name: str
    free: int
    promised: int
    expected: int
    reserve: int

    @property
    def place(self) -> After:
        """Its place in the list."""
        return self.urgency, self.lacks, self.product_id


def needed(session: Session, *, after: After | None = None, product_id: int | None = None, limit: int = 50) -> list[Need]:
    """Products whose faces lack units that storage has: promised ones first, then expected ones, then what is low."""
    rows = _needs(product_id).subquery()
    place = sa.tuple_(rows.c.urgency, rows.c.lacks, rows.c.product_id)
    query = sa.select(rows).order_by(rows.c.urgency, rows.c.lacks, rows.c.product_id).limit(limit)
    if after is not None:
        query = query.where(place > sa.tuple_(*(sa.literal(one) for one in after)))
    return [_need(row) for row in session.execute(query)]


def _need(row: Any) -> Need:  # noqa: ANN401  (a row; PostgreSQL adds up to decimals)
    how, lacks, product_id, sku, name, *units = row
    return Need(int(how), int(lacks), product_id, sku, name, *map(int, units))


def _needs(product_id: int | None) -> sa.Select[Any]:
    """Every product that lacks units in its faces, with its place in the list."""
    faces = _faces(product_id).subquery()
    stored, bound = _stored().subquery(), _bound(faces).scalar_subquery()
    level = sa.func.coalesce(_s.promised, 0)
    promised = sa.case((level > bound, level - bound), else_=0)
    expected = sa.func.coalesce(_v.expected, 0)
    rows = (
        sa.select(faces.c.product_id, faces.c.free, faces.c.low, promised.label("promised"), expected.label("expected"),
                  stored.c.units.label("reserve"))
        .join(stored, stored.c.product_id == faces.c.product_id)
        .outerjoin(StockLevel, _s.product_id == faces.c.product_id)
        .outerjoin(Velocity, _v.product_id == faces.c.product_id)
    ).subquery()  # fmt: skip
    short = rows.c.promised + rows.c.expected - rows.c.free
    how = sa.case((rows.c.promised > rows.c.free, 0), (short > 0, 1), else_=2)
    return (
        sa.select(how.label("urgency"), sa.case((short > 0, -short), else_=0).label("lacks"), rows.c.product_id, _p.sku,
                  _p.name, rows.c.free, rows.c.promised, rows.c.expected, rows.c.reserve)
        .join(Product, _p.id == rows.c.product_id)
        .where(sa.or_(rows.c.low > 0, short > 0))
    )  # fmt: skip


def _faces(product_id: int | None) -> sa.Select[Any]:
    """By product: free good units in its open faces, and how many of these have fewer than their fewest."""
    here = sa.func.coalesce(sa.func.sum(_b.qty - _b.bound), 0)
    each = (
        sa.select(_f.product_id, _f.min_units, here.label("free"))
        .join(Location, sa.and_(_l.id == _f.location_id, _l.active))
        .outerjoin(Balance, sa.and_(_b.product_id == _f.product_id, _b.location_id == _f.location_id, _b.condition == GOOD))
        .group_by(_f.product_id, _f.location_id, _f.min_units)
    )
    if product_id is not None:
        each = each.where(_f.product_id == product_id)
    one = each.subquery().c
    low = sa.func.sum(sa.case((one.free < one.min_units, 1), else_=0))
    return sa.select(one.product_id, sa.func.sum(one.free).label("free"), low.label("low")).group_by(one.product_id)


def _stored() -> sa.Select[Any]:
    """By product: free good units in storage bins that nobody is asked to count."""
    return (
        sa.select(_b.product_id, sa.func.sum(_b.qty - _b.bound).label("units"))
        .join(Location, _l.id == _b.location_id)
        .where(*_IN_STORAGE, _b.product_id.in_(sa.select(_f.product_id)))
        .group_by(_b.product_id)
    )


_doubted = sa.exists().where(
    _asked.location_id == _b.location_id, _asked.product_id == _b.product_id, _asked.done_at.is_(None)
)
_IN_STORAGE = (_l.kind == "storage", _b.condition == GOOD, _b.qty > _b.bound, ~_doubted)


def _bound(faces: Any) -> sa.Select[Any]:  # noqa: ANN401  (a subquery)
    total = sa.func.coalesce(sa.func.sum(_b.bound), 0)
    return sa.select(total).where(_b.product_id == faces.c.product_id, _b.condition == GOOD, _b.bound > 0)


# --- one product ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """What to bring where: units of one product (of one lot, one serial) from a storage bin to a pick face, and why."""

    product_id: int
    sku: str
    name: str
    units: int
    source: Free
    refill: Refill


def job(session: Session, need: Need) -> Job | None:
    """The next trip for a product; None if nothing can be done: no room in its faces."""
    found = plan(_faces_of(session, need.product_id), _demand(need), need.reserve, packs_of(session, need.product_id))
    if found is None:
        return None
    sources = reserve_of(session, need.product_id)
    taken = take_from(sources, found.units) or []
    if not taken:
        return None
    source, units = taken[0]
    return Job(need.product_id, need.sku, need.name, units, source, found)


def job_for(session: Session, product_id: int) -> Job | None:
    """The next trip for a product by its id; None if its faces lack nothing."""
    found = needed(session, product_id=product_id, limit=1)
    return job(session, found[0]) if found else None


def _demand(need: Need) -> Demand:
    return Demand(need.promised, need.expected, settings().cover_days)


def _faces_of(session: Session, product_id: int) -> list[Face]:
    free = sa.func.coalesce(sa.func.sum(_b.qty - _b.bound), 0)
    query = (
        sa.select(_l.id, _l.code, _l.sequence, _f.min_units, _f.max_units, free)
        .select_from(PickFace)
        .join(Location, sa.and_(_l.id == _f.location_id, _l.active))
        .outerjoin(Balance, sa.and_(_b.product_id == _f.product_id, _b.location_id == _f.location_id, _b.condition == GOOD))
        .where(_f.product_id == product_id)
        .group_by(_l.id, _l.code, _l.sequence, _f.min_units, _f.max_units)
        .order_by(_l.sequence, _l.id)
    )
    rows = [tuple(row) for row in session.execute(query)]
    rooms = fill.rooms(session, [row[0] for row in rows], product_id)
    return [Face(bin_, code, at, least, most, int(there), rooms[bin_].units) for bin_, code, at, least, most, there in rows]


def packs_of(session: Session, product_id: int) -> list[int]:
    """The numbers of units that cases of a product hold, by their barcodes."""
    query = sa.select(_codes.quantity).where(_codes.product_id == product_id, _codes.quantity > 1).distinct()
    return list(session.execute(query).scalars())


def reserve_of(session: Session, product_id: int) -> list[Free]:
    """Free good units of a product in storage, by bin, lot and serial; `ends` is set where what ends first goes first."""
    ends = sa.case((_p.fefo, _lot.expires_on), else_=None)
    query = (
        sa.select(_b.location_id, _l.code, _l.sequence, _b.qty - _b.bound, _b.lot, _b.serial, ends)
        .select_from(Balance)
        .join(Location, _l.id == _b.location_id)
        .join(Product, _p.id == _b.product_id)
        .outerjoin(Lot, sa.and_(_b.lot != "", _lot.product_id == _b.product_id, _lot.code == _b.lot))
        .where(_b.product_id == product_id, *_IN_STORAGE)
        .order_by(_l.sequence, _l.id, _b.lot, _b.serial)
        .limit(MOST_BINS)
    )
    return [Free(*row) for row in session.execute(query)]


def faced(session: Session, product_id: int) -> Sequence[int]:
    """The bins that are pick faces of a product."""
    return list(session.execute(sa.select(_f.location_id).where(_f.product_id == product_id)).scalars())
