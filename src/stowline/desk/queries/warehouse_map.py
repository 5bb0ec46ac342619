"""The map's facts: which bins stand where, how full they are, how often they are picked from."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.core import db
from stowline.desk.floorplan import Plan, Spot, draw
from stowline.inventory import places, velocity
from stowline.inventory.models import Balance, Location
from stowline.people.models import Audit

_l, _b, _p = Location.__table__.c, Balance.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_a = Audit.__table__.c  # type: ignore[attr-defined]
MOST_BINS = 30_000
MOST_AISLES = 400
KEPT_S, MOST_KEPT = 60.0, 6


class Mapped(NamedTuple):
    """A bin on the map: `share` is how full it is by the limit that it is nearest to, None where it has no limit."""

    spot: Spot
    active: bool
    units: int
    share: float | None


class Standing(NamedTuple):
    """What does not move: where the bins of a view stand, with their limits, and the drawing of them."""

    rows: list[tuple[Spot, bool, int | None, int | None, int | None]]
    plan: Plan


class Scope(NamedTuple):
    """A view of the building: all of it, or a zone, an aisle, a level."""

    zone: str = ""
    aisle: str = ""
    level: int | None = None

    def conditions(self) -> list[Any]:
        """What a bin must be to be seen."""
        found: list[Any] = [_l.kind.in_(places.KINDS)]
        found += [column == said for column, said in ((_l.zone, self.zone), (_l.aisle, self.aisle)) if said]
        return found if self.level is None else [*found, _l.level == self.level]


_kept: dict[tuple[str, Scope], tuple[Any, float, Standing]] = {}


def standing(session: Session, scope: Scope) -> Standing:
    """The bins of a view, 30,000 at the most, and their drawing. Kept for a minute in this process while nobody changes
    the building: each change leaves a line in the audit.
    """
    version = session.execute(sa.select(sa.func.max(_a.id), sa.select(sa.func.count()).select_from(Location).scalar_subquery())).one()
    key, known = (db.database().url, scope), _kept.get((db.database().url, scope))
    if known is not None and known[0] == version and time.monotonic() < known[1]:
        return known[2]
    made = _standing(session, scope)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (version, time.monotonic() + KEPT_S, made)
    return made


def _standing(session: Session, scope: Scope) -> Standing:
    query = sa.select(_l.id, _l.code, _l.zone, _l.aisle, _l.bay, _l.level, _l.x_mm, _l.y_mm, _l.active, _l.max_units,
                      _l.max_weight_g, _l.max_volume_cm3)  # fmt: skip
    rows = []
    for id_, code, zone, aisle, bay, level, x, y, *rest in session.execute(
        query.where(*scope.conditions()).order_by(_l.code).limit(MOST_BINS)
    ):
        placed = x is not None and y is not None
        rows.append((Spot(id_, code, zone, aisle, bay, level, x / 10 if placed else None, y / 10 if placed else None), *rest))
    return Standing(rows, draw([row[0] for row in rows]))


def bins(session: Session, scope: Scope, standing: Standing) -> list[Mapped]:
    """What lies in these bins now."""
    here = sa.select(_l.id).where(*scope.conditions())
    units = _units(session, here if scope != Scope() else None)
    limited = sa.or_(_l.max_weight_g.is_not(None), _l.max_volume_cm3.is_not(None))
    used = _used(session, here.where(limited)) if any(weight or volume for _, _, _, weight, volume in standing.rows) else {}
    return [_mapped(row, units.get(row[0].id, 0), used.get(row[0].id, (0.0, 0.0))) for row in standing.rows]


def _units(session: Session, here: sa.Select[Any] | None) -> dict[int, int]:
    """Units in each bin that is not empty."""
    query = sa.select(_b.location_id, sa.func.sum(_b.qty)).where(_b.qty > 0).group_by(_b.location_id)
    if here is not None:
        query = query.where(_b.location_id.in_(here))
    return {id_: int(units) for id_, units in session.execute(query)}


def _used(session: Session, here: sa.Select[Any]) -> dict[int, tuple[float, float]]:
    """Grams and cubic millimetres in these bins, as floats: whole numbers of that size would not fit a column."""
    qty = sa.cast(_b.qty, sa.Float)
    query = (
        sa.select(_b.location_id, sa.func.sum(qty * _p.weight_g), sa.func.sum(qty * _p.length_mm * _p.width_mm * _p.height_mm))
        .select_from(Balance)
        .join(Product, _p.id == _b.product_id)
        .where(_b.qty > 0, _b.location_id.in_(here))
        .group_by(_b.location_id)
    )
    return {id_: (weight or 0.0, volume or 0.0) for id_, weight, volume in session.execute(query)}


def _mapped(
    row: tuple[Spot, bool, int | None, int | None, int | None], units: int, used: tuple[float, float]
) -> Mapped:
    spot, active, most_units, most_weight, most_volume = row
    share = units / most_units if most_units else None
    if most_weight:
        share = max(share or 0.0, used[0] / most_weight)
    if most_volume:
        share = max(share or 0.0, used[1] / 1000 / most_volume)
    return Mapped(spot, bool(active), units, share)


def picks(session: Session, days: int, ids: Sequence[int] | None = None) -> dict[int, int]:
    """How often each bin was picked from in the last so many days, today included."""
    return velocity.picks_by_bin(session, velocity.today() - timedelta(days=days - 1), ids)


def levels(session: Session, zone: str) -> list[int]:
    """The levels that bins of a zone (or of the whole building) have."""
    query = sa.select(_l.level).where(_l.level.is_not(None), _l.kind.in_(places.KINDS)).distinct().order_by(_l.level).limit(100)
    return list(session.execute(query.where(_l.zone == zone) if zone else query).scalars())


def aisles(session: Session, zone: str) -> list[str]:
    """The aisles of a zone."""
    query = sa.select(_l.aisle).where(_l.zone == zone, _l.aisle != "", _l.kind.in_(places.KINDS)).distinct()
    return list(session.execute(query.order_by(_l.aisle).limit(MOST_AISLES)).scalars())


@dataclass(slots=True)
class Sum:
    """What an aisle, or a zone, adds up to."""

    zone: str
    aisle: str
    bins: int = 0
    empty: int = 0
    units: int = 0
    picks: int = 0
    limited: int = 0
    full: float = 0.0

    def percent(self) -> int | None:
        """How full its bins with a limit are on the average, in percent."""
        return round(self.full / self.limited * 100) if self.limited else None


def sums(found: Sequence[Mapped], picked: Mapping[int, int], most: int = 60) -> list[Sum]:
    """By aisle, in the order of the aisles; by zone where there would be more than `most`."""
    by_aisle = len({(one.spot.zone, one.spot.aisle) for one in found}) <= most
    made: dict[tuple[str, str], Sum] = {}
    for one in found:
        key = (one.spot.zone, one.spot.aisle if by_aisle else "")
        total = made.setdefault(key, Sum(*key))
        total.bins += 1
        total.empty += one.units == 0
        total.units += one.units
        total.picks += picked.get(one.spot.id, 0)
        if one.share is not None:
            total.limited += 1
            total.full += one.share
    return sorted(made.values(), key=lambda total: (total.zone, total.aisle))
