"""Which pick faces must be filled now: reads. Only products with a face, with stock in storage, and with too little in
the face are looked at closer; `refill` decides about each. A timer looks at all faces, so that a list of the needs does
not have to.

Units that are promised and not yet released are those that are promised (stock level) less those that are bound (in
bins, totes and boxes): a unit is bound from its release until it leaves the house.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.queries import Barcode, Product
from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.inventory import fill
from stowline.inventory.models import Balance, CountRequest, Location, Lot, PickFace, RefillDue, StockLevel, Velocity
from stowline.inventory.refill import Demand, Face, Refill, plan
from stowline.inventory.rules import GOOD, Free, Taken, take_from

_b, _l, _f, _p = Balance.__table__.c, Location.__table__.c, PickFace.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_s, _v, _lot = StockLevel.__table__.c, Velocity.__table__.c, Lot.__table__.c  # type: ignore[attr-defined]
_asked, _codes = CountRequest.__table__.c, Barcode.__table__.c  # type: ignore[attr-defined]
_due = RefillDue.__table__  # type: ignore[attr-defined]
After = tuple[int, int, int]
MOST_BINS, MOST_LOTS = 500, 5  # that are looked at for one trip
TIMER, EVERY, PORTION = "pick-faces", timedelta(minutes=1), 500


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
    candidates = _f.product_id == product_id if product_id is not None else _f.product_id.in_(_candidates())
    rows = _needs(candidates).subquery()
    place = sa.tuple_(rows.c.urgency, rows.c.lacks, rows.c.product_id)
    query = sa.select(rows).order_by(rows.c.urgency, rows.c.lacks, rows.c.product_id).limit(limit)
    if after is not None:
        query = query.where(place > sa.tuple_(*(sa.literal(one) for one in after)))
    return [_need(row) for row in session.execute(query)]


def _need(row: Any) -> Need:  # noqa: ANN401  (a row; PostgreSQL adds up to decimals)
    how, lacks, product_id, sku, name, *units = row
    return Need(int(how), int(lacks), product_id, sku, name, *map(int, units))


def _candidates() -> sa.CompoundSelect[Any]:
    """Products that may lack something: whatever is promised, and what lacked something when all were looked at."""
    return sa.union(sa.select(_s.product_id).where(_s.promised > 0), sa.select(_due.c.product_id))


def _needs(candidates: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Those of the candidates that lack units in their faces, with their place in the list."""
    faces = _faces(candidates).subquery()
    bound, stored = _bound(faces).scalar_subquery(), _stored(faces).scalar_subquery()
    level = sa.func.coalesce(_s.promised, 0)
    rows = (
        sa.select(faces.c.product_id, faces.c.free, faces.c.low, level.label("level"), bound.label("bound"),
                  sa.func.coalesce(_v.expected, 0).label("expected"), stored.label("reserve"))
        .select_from(faces)
        .outerjoin(StockLevel, _s.product_id == faces.c.product_id)
        .outerjoin(Velocity, _v.product_id == faces.c.product_id)
    ).subquery().c  # fmt: skip
    promised = sa.case((rows.level > rows.bound, rows.level - rows.bound), else_=0)
    short = promised + rows.expected - rows.free
    how = sa.case((promised > rows.free, 0), (short > 0, 1), else_=2)
    return (
        sa.select(how.label("urgency"), sa.case((short > 0, -short), else_=0).label("lacks"), rows.product_id, _p.sku,
                  _p.name, rows.free, promised.label("promised"), rows.expected, rows.reserve)
        .join(Product, _p.id == rows.product_id)
        .where(sa.or_(rows.low > 0, short > 0), rows.reserve > 0)
    )  # fmt: skip


def _faces(candidates: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """By product: free good units in its open faces, and how many of these have fewer than their fewest."""
    here = sa.func.coalesce(sa.func.sum(_b.qty - _b.bound), 0)
    one = (
        sa.select(_f.product_id, _f.min_units, here.label("free"))
        .join(Location, sa.and_(_l.id == _f.location_id, _l.active))
        .outerjoin(Balance, sa.and_(_b.product_id == _f.product_id, _b.location_id == _f.location_id, _b.condition == GOOD))
        .where(candidates)
        .group_by(_f.product_id, _f.location_id, _f.min_units)
    ).subquery().c  # fmt: skip
    low = sa.func.sum(sa.case((one.free < one.min_units, 1), else_=0))
    return sa.select(one.product_id, sa.func.sum(one.free).label("free"), low.label("low")).group_by(one.product_id)


_doubted = sa.exists().where(
    _asked.location_id == _b.location_id, _asked.product_id == _b.product_id, _asked.done_at.is_(None)
)
_IN_STORAGE = (_l.kind == "storage", _b.condition == GOOD, _b.qty > _b.bound, ~_doubted)


def _stored(faces: Any) -> sa.Select[Any]:  # noqa: ANN401  (a subquery)
    """Free good units of a product in storage bins that nobody is asked to count."""
    total = sa.func.coalesce(sa.func.sum(_b.qty - _b.bound), 0)
    return sa.select(total).join(Location, _l.id == _b.location_id).where(_b.product_id == faces.c.product_id, *_IN_STORAGE)


def _bound(faces: Any) -> sa.Select[Any]:  # noqa: ANN401
    total = sa.func.coalesce(sa.func.sum(_b.bound), 0)
    return sa.select(total).where(_b.product_id == faces.c.product_id, _b.condition == GOOD, _b.bound > 0)


# --- looking at all of them -------------------------------------------------------------------------------------------


def look(_ref: str = "") -> None:
    """The timer's work: look at every pick face, note the products that lack something, and plan the next look.

    The list and the tasks look at these and at whatever is promised, exactly; so what is promised is seen at once, and a
    face that ran low within a minute.
    """
    with db.reading() as session:
        now = set(session.execute(sa.select(_needs(sa.true()).subquery().c.product_id)).scalars())
        was = set(session.execute(sa.select(_due.c.product_id)).scalars())
    fresh, gone = sorted(now - was), sorted(was - now)
    for start in range(0, max(len(fresh), len(gone)), PORTION):
        new, old = fresh[start : start + PORTION], gone[start : start + PORTION]
        db.run(lambda session, new=new, old=old: _note_due(session, new, old))  # type: ignore[misc]
    with db.transaction() as session:
        timers.set_timer(session, TIMER, "", clock.now() + EVERY)


def _note_due(session: Session, new: list[int], old: list[int]) -> None:
    for product_id in new:
        due(session, product_id)
    if old:
        session.execute(sa.delete(_due).where(_due.c.product_id.in_(old)))


def due(session: Session, product_id: int) -> None:
    """Have the list look at a product from now on."""
    session.execute(_DUE, {"p": product_id})


_DUE = sa.text("INSERT INTO refill_due (product_id) VALUES (:p) ON CONFLICT DO NOTHING")


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
    """The next trip for a product, with units of one lot; None if nothing can be done: no room in its faces."""
    packs = packs_of(session, need.product_id)
    for lot in _lots(reserve_of(session, need.product_id)):
        faces = _faces_of(session, need.product_id, lot[0].lot)
        found = plan(faces, _demand(need), sum(row.qty for row in lot), packs)
        taken = take_from(lot, found.units) if found else None
        if found and taken:
            return _first_trip(need, taken, found)
    return None


def _first_trip(need: Need, taken: Taken, refill: Refill) -> Job:
    """What is taken from the first of the bins; several serials are not named."""
    source = taken[0][0]
    units = sum(n for row, n in taken if row.location_id == source.location_id)
    source = replace(source, serial=source.serial if units == 1 else "")
    return Job(need.product_id, need.sku, need.name, units, source, refill)


def _lots(sources: list[Free]) -> list[list[Free]]:
    """The reserve lot by lot, as they may be taken: only what ends first where that goes first, else the largest first."""
    lots: dict[str, list[Free]] = {}
    for row in sources:
        lots.setdefault(row.lot, []).append(row)
    first = min((row.ends or date.max for row in sources), default=date.max)
    may = [rows for rows in lots.values() if (rows[0].ends or date.max) == first]
    return sorted(may, key=lambda rows: -sum(row.qty for row in rows))[:MOST_LOTS]


def job_for(session: Session, product_id: int) -> Job | None:
    """The next trip for a product by its id; None if its faces lack nothing."""
    found = needed(session, product_id=product_id, limit=1)
    return job(session, found[0]) if found else None


def _demand(need: Need) -> Demand:
    return Demand(need.promised, need.expected, settings().cover_days)


def _faces_of(session: Session, product_id: int, lot: str) -> list[Face]:
    """The pick faces of a product, each with the room it has for units of this lot."""
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
    rooms = fill.rooms(session, [row[0] for row in rows], product_id, lot)
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
