"""The map's facts: which bins stand where, how full they are, how often they are picked from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.desk.floorplan import Spot
from stowline.inventory import places, velocity
from stowline.inventory.models import Balance, Location

_l, _b, _p = Location.__table__.c, Balance.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
MOST_BINS = 30_000
MOST_AISLES = 400


@dataclass(frozen=True, slots=True)
class Mapped:
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
    narrow = bool(zone or aisle or level is not None)
    used = _used(session, sa.select(_l.id).where(*wanted) if narrow else None)
    return [_mapped(row, used.get(row.id, (0, 0.0, 0.0))) for row in rows]


Used = tuple[int, float, float]


def _used(session: Session, ids: sa.Select[Any] | None) -> dict[int, Used]:
    """Units, grams and cubic millimetres in each bin that is not empty."""
    qty = sa.cast(_b.qty, sa.Float)
    query = (
        sa.select(_b.location_id, sa.func.sum(_b.qty), sa.func.sum(qty * _p.weight_g),
                  sa.func.sum(qty * _p.length_mm * _p.width_mm * _p.height_mm))
        .select_from(Balance)
        .join(Product, _p.id == _b.product_id)
        .where(_b.qty > 0)
        .group_by(_b.location_id)
    )  # fmt: skip
    if ids is not None:
        query = query.where(_b.location_id.in_(ids))
    return {id_: (int(units), weight or 0.0, volume or 0.0) for id_, units, weight, volume in session.execute(query)}


def _mapped(row: sa.Row[Any], used: Used) -> Mapped:
    units, weight, volume = used
    placed = row.x_mm is not None and row.y_mm is not None
    spot = Spot(row.id, row.code, row.zone, row.aisle, row.bay, row.level, row.x_mm / 10 if placed else None, row.y_mm / 10 if placed else None)
    shares = [units / row.max_units if row.max_units else None, weight / row.max_weight_g if row.max_weight_g else None,
              volume / 1000 / row.max_volume_cm3 if row.max_volume_cm3 else None]  # fmt: skip
    return Mapped(spot, bool(row.active), units, max((share for share in shares if share is not None), default=None))


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
