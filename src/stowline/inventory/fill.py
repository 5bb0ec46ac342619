"""Reads of how full bins are and what still fits them: the facts that `fit` decides on.

Put-away, moves and suggestions ask `room` (one bin, under lock where the answer is acted on) or `rooms` (many at once).
"""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.queries import Product
from stowline.core.errors import NotFound
from stowline.inventory.fit import ANY, Fit, Goods, Inside, Rules, room_for, rule_of
from stowline.inventory.models import Balance, Location, Zone

__all__ = ["Fit", "Goods", "Inside", "Rules", "contents_of", "room", "rooms", "rules_of"]

_b, _l, _p, _z = Balance.__table__.c, Location.__table__.c, Product.__table__.c, Zone.__table__.c  # type: ignore[attr-defined]
_PORTION = 500  # SQLite takes so many values in one list without being asked twice


def room(session: Session, location_id: int, product_id: int, lot: str = "", *, lock: bool = False) -> Fit:
    """How many more units of a product (of this lot) fit a bin, and why. Raises NotFound for no bin or no product.

    With `lock`, two who put goods into the same bin at the same moment are answered one after the other.
    """
    if lock:
        session.execute(sa.select(_l.id).where(_l.id == location_id).with_for_update(key_share=True))
    found = rooms(session, [location_id], product_id, lot)
    if location_id not in found:
        raise NotFound("There is no such bin.", where="bin")
    return found[location_id]


def rooms(session: Session, location_ids: Iterable[int], product_id: int, lot: str = "") -> dict[int, Fit]:
    """The same for many bins: {bin: Fit}. Raises NotFound for a product nobody knows."""
    goods = _goods(session, product_id)
    rules = rules_of(session, location_ids)
    inside = contents_of(session, [bin_ for bin_, rule in rules.items() if rule.active and _limited(rule)])
    return {bin_: room_for(rule, inside.get(bin_, ()), goods, lot) for bin_, rule in rules.items()}


def _limited(rules: Rules) -> bool:
    """Whether what lies in the bin matters; a dock without limits may hold thousands of products."""
    return rules.mixing != ANY or any(
        limit is not None for limit in (rules.max_units, rules.max_weight_g, rules.max_volume_cm3)
    )


def _goods(session: Session, product_id: int) -> Goods:
    query = sa.select(_p.id, _p.sku, _p.weight_g, _p.length_mm, _p.width_mm, _p.height_mm).where(_p.id == product_id)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such product.", where="sku")
    return _as_goods(*row)


def _as_goods(
    product_id: int, sku: str, weight_g: int | None, length: int | None, width: int | None, height: int | None
) -> Goods:
    volume = length * width * height if length and width and height else None
    return Goods(product_id, sku, weight_g, volume)


def rules_of(session: Session, location_ids: Iterable[int]) -> dict[int, Rules]:
    """What these bins take, each with the mixing rule that holds for it."""
    found: dict[int, Rules] = {}
    for part in _portions(location_ids):
        query = (
            sa.select(_l.id, _l.code, _l.active, _l.mixing, _z.mixing.label("zone_mixing"), _l.max_units, _l.max_weight_g,
                      _l.max_volume_cm3)
            .select_from(Location)
            .outerjoin(Zone, _z.code == _l.zone)
            .where(_l.id.in_(part))
        )  # fmt: skip
        for id_, code, active, mixing, of_zone, *limits in session.execute(query):
            found[id_] = Rules(code, bool(active), rule_of(mixing, of_zone or ""), *limits)
    return found


def contents_of(session: Session, location_ids: Iterable[int]) -> dict[int, list[Inside]]:
    """What lies in these bins, whatever its condition: units by product and lot. An empty bin is not in the answer."""
    found: dict[int, list[Inside]] = {}
    for part in _portions(location_ids):
        query = (
            sa.select(_b.location_id, _b.lot, sa.func.sum(_b.qty), _p.id, _p.sku, _p.weight_g, _p.length_mm, _p.width_mm,
                      _p.height_mm)
            .select_from(Balance)
            .join(Product, _p.id == _b.product_id)
            .where(_b.location_id.in_(part), _b.qty > 0)
            .group_by(_b.location_id, _p.id, _b.lot)
            .order_by(_b.location_id, _p.sku, _b.lot)
        )  # fmt: skip
        for location_id, lot, units, *goods in session.execute(query):
            found.setdefault(location_id, []).append(Inside(_as_goods(*goods), lot, int(units)))
    return found


def _portions(ids: Iterable[int]) -> Iterator[Sequence[int]]:
    wanted = sorted(set(ids))
    return (wanted[start : start + _PORTION] for start in range(0, len(wanted), _PORTION))
