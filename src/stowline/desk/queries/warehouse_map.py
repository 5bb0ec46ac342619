"""The map's facts: which bins stand where, how full they are, how often they are picked from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.desk.floorplan import Spot
from stowline.inventory import places, velocity
from stowline.inventory.models import Balance, Location

_l, _b, _p = Location.__table__.c, Balance.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
MOST_BINS = 30_000
MOST_AISLES = 400


class Mapped(NamedTuple):
    """A bin on the map: `share` is how full it is by the limit that it is nearest to, None where it has no limit."""

    spot: Spot
    active: bool
    units: int
    share: float | None


def bins(session: Session, *, zone: str = "", aisle: str = "", level: int | None = None) -> list[Mapped]:
    """The bins of the building that fit, 30,000 at the most."""
    wanted = [_l.kind.in_(places.KINDS)]
    wanted += [column == said for column, said in ((_l.zone, zone), (_l.aisle, aisle)) if said]
    if level is not None:
        wanted.append(_l.level == level)
    query = sa.select(_l.id, _l.code, _l.zone, _l.aisle, _l.bay, _l.level, _l.x_mm, _l.y_mm, _l.active, _l.max_units,
                      _l.max_weight_g, _l.max_volume_cm3)  # fmt: skip
    rows = session.execute(query.where(*wanted).order_by(_l.code).limit(MOST_BINS)).all()
    here = sa.select(_l.id).where(*wanted) if zone or aisle or level is not None else None
    units = _units(session, here)
    heavy = sa.select(_l.id).where(*wanted, sa.or_(_l.max_weight_g.is_not(None), _l.max_volume_cm3.is_not(None)))
    used = _used(session, heavy) if any(row.max_weight_g or row.max_volume_cm3 for row in rows) else {}
    return [_mapped(row, units.get(row[0], 0), used.get(row[0], (0.0, 0.0))) for row in rows]


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


def _mapped(row: Sequence[Any], units: int, used: tuple[float, float]) -> Mapped:
    id_, code, zone, aisle, bay, level, x_mm, y_mm, active, most_units, most_weight, most_volume = row
    placed = x_mm is not None and y_mm is not None
    spot = Spot(id_, code, zone, aisle, bay, level, x_mm / 10 if placed else None, y_mm / 10 if placed else None)
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
