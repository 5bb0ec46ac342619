"""The building: what is said of bins, zones, the bins a label is wanted for, the bins as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import db
from stowline.core.errors import NotFound, Refused
from stowline.desk.queries.keyset import starts_with
from stowline.inventory import fill, places
from stowline.inventory.fit import MIXING, Rules, fullness
from stowline.inventory.label import BinLabel
from stowline.inventory.models import Balance, Location, Zone

_l, _b, _z = Location.__table__.c, Balance.__table__.c, Zone.__table__.c  # type: ignore[attr-defined]
MOST_LABELS, MOST_ZONES, PORTION = 500, 1000, 500
Row = dict[str, Any]


def said_of(session: Session, bins: Sequence[Location]) -> dict[int, Row]:
    """What is said of these bins: zone, address, limits, rule in words, and how full they are in percent (None: no limit)."""
    rules = fill.rules_of(session, [bin_.id or 0 for bin_ in bins])
    inside = fill.contents_of(session, [id_ for id_, rule in rules.items() if _limits(rule)])
    return {bin_.id or 0: _said(bin_, rules[bin_.id or 0], inside.get(bin_.id or 0, [])) for bin_ in bins}


def _said(bin_: Location, rules: Rules, inside: Sequence[fill.Inside]) -> Row:
    full = fullness(rules, inside)
    facts = {name: getattr(bin_, name) for name in places.FACTS}
    return facts | {"active": bin_.active, "rule": rule_words(rules), "full": None if full is None else round(full * 100)}


def _limits(rules: Rules) -> list[str]:
    """The limits that are set, in words."""
    found = []
    if rules.max_units is not None:
        found.append(f"{rules.max_units:,} units")
    if rules.max_weight_g is not None:
        found.append(f"{rules.max_weight_g / 1000:,.10g} kg")
    if rules.max_volume_cm3 is not None:
        found.append(f"{rules.max_volume_cm3 / 1000:,.10g} l")
    return found


def rule_words(rules: Rules) -> str:
    """ "One product, 40 units, 20 kg", or "Any goods"."""
    return ", ".join([MIXING[rules.mixing], *_limits(rules)])


def zones(session: Session) -> list[Row]:
    """Every zone along the walk with how many bins it has; zones that bins name and nobody described are here too."""
    counted = {code: (bins, shut) for code, bins, shut in session.execute(
        sa.select(_l.zone, sa.func.count(), sa.func.sum(sa.case((_l.active, 0), else_=1)))
        .where(_l.zone != "", _l.kind.in_(places.KINDS)).group_by(_l.zone).order_by(_l.zone).limit(MOST_ZONES)
    )}  # fmt: skip
    known = {zone.code: zone for zone in session.exec(select(Zone).order_by(col(Zone.code)).limit(MOST_ZONES))}
    rows = [_zone(known.get(code) or Zone(code=code), *counted.get(code, (0, 0))) for code in {*known, *counted}]
    return sorted(rows, key=lambda row: (row["sequence"], row["code"]))


def _zone(zone: Zone, bins: int, shut: int) -> Row:
    return {"code": zone.code, "name": zone.name, "mixing": zone.mixing, "rule": MIXING[zone.mixing or "any"],
            "sequence": zone.sequence, "bins": int(bins), "shut": int(shut)}  # fmt: skip


def zone_names(session: Session) -> dict[str, str]:
    """The zones that bins are in, for a select: code to what people call it."""
    query = sa.select(_l.zone).where(_l.zone != "", _l.kind.in_(places.KINDS)).distinct().limit(MOST_ZONES)
    used = set(session.execute(query).scalars())
    known = {code: (place, name) for code, place, name in session.execute(sa.select(_z.code, _z.sequence, _z.name).limit(MOST_ZONES))}
    along = sorted(used, key=lambda code: (known.get(code, (0, ""))[0], code))
    names = {code: known.get(code, (0, ""))[1] for code in along}
    return {code: f"{code}: {name}" if name and name != code else code for code, name in names.items()}


# ---------------------------------------------------------------- labels


def labels(session: Session, *, codes: Sequence[str] = (), zone: str = "", kind: str = "", aisle: str = "", begins: str = "") -> list[BinLabel]:
    """Labels of the bins with these codes, in that order; else of the bins that fit, along the walk.

    Raises NotFound for a code that no bin has, or where no bin fits; Refused for more than 500.
    """
    found = _named(session, codes) if codes else _fitting(session, zone=zone, kind=kind, aisle=aisle, begins=begins)
    if not found:
        raise NotFound("No bin fits, so there is nothing to print.")
    if len(found) > MOST_LABELS:
        raise Refused(f"These are more than {MOST_LABELS} labels. Choose a zone, an aisle or the beginning of the codes.", where="q")
    floors, names = _floors(session, found), zone_names(session)
    return [BinLabel(bin_.code, _arrow(bin_, floors), _where(bin_, names)) for bin_ in found]


def _named(session: Session, codes: Sequence[str]) -> list[Location]:
    wanted = list(dict.fromkeys(codes))
    if len(wanted) > MOST_LABELS:
        raise Refused(f"These are more than {MOST_LABELS} codes. Print them in several parts.", where="codes")
    known = {bin_.code: bin_ for bin_ in session.exec(select(Location).where(_l.code.in_(wanted), _l.kind.in_(places.KINDS)))}
    strange = next((code for code in wanted if code not in known), None)
    if strange is not None:
        raise NotFound(f"There is no bin {strange[:60]}.", where="codes")
    return [known[code] for code in wanted]


def _fitting(session: Session, *, zone: str, kind: str, aisle: str, begins: str) -> list[Location]:
    query = select(Location).where(_l.kind.in_((kind,) if kind else places.KINDS))
    for column, said in ((_l.zone, zone), (_l.aisle, aisle)):
        if said:
            query = query.where(column == said)
    if begins:
        query = query.where(starts_with(_l.code, begins))
    return list(session.exec(query.order_by(_l.sequence, _l.id).limit(MOST_LABELS + 1)))


Bay = tuple[str, str, int | None]


def _floors(session: Session, bins: Sequence[Location]) -> dict[Bay, tuple[int, int]]:
    """The lowest and the highest level of each bay in the zones of these bins."""
    query = (
        sa.select(_l.zone, _l.aisle, _l.bay, sa.func.min(_l.level), sa.func.max(_l.level))
        .where(_l.zone.in_(sorted({bin_.zone for bin_ in bins})), _l.level.is_not(None), _l.kind.in_(places.KINDS))
        .group_by(_l.zone, _l.aisle, _l.bay)
    )
    return {(zone, aisle, bay): (low, high) for zone, aisle, bay, low, high in session.execute(query)}


def _arrow(bin_: Location, floors: dict[Bay, tuple[int, int]]) -> str:
    """The lowest bin stands under the beam that carries its label, the others above; a bay of one level needs no arrow."""
    low, high = floors.get((bin_.zone, bin_.aisle, bin_.bay), (0, 0))
    if bin_.level is None or low == high:
        return ""
    return "down" if bin_.level == low else "up"


def _where(bin_: Location, names: dict[str, str]) -> str:
    parts = [names.get(bin_.zone, bin_.zone), f"aisle {bin_.aisle}" if bin_.aisle else "", f"bay {bin_.bay}" if bin_.bay is not None else "",
             f"level {bin_.level}" if bin_.level is not None else ""]  # fmt: skip
    return ", ".join(part for part in parts if part)


# ---------------------------------------------------------------- the bins as a file

HEAD = ("code", *places.FACTS, "closed", "units")


def exported(kind: str, zone: str, begins: str) -> Iterator[list[tuple[Any, ...]]]:
    """Bins in portions, with the columns that `stowline import bins` reads, and the units that lie in them."""
    after = ""
    while True:
        with db.reading() as session:
            query = select(Location).where(_l.kind.in_((kind,) if kind else places.KINDS), _l.code > after)
            if zone:
                query = query.where(_l.zone == zone)
            if begins:
                query = query.where(starts_with(_l.code, begins))
            found = list(session.exec(query.order_by(_l.code).limit(PORTION)))
            units = _units(session, [bin_.id or 0 for bin_ in found])
        yield [_line(bin_, units.get(bin_.id or 0, 0)) for bin_ in found]
        if len(found) < PORTION:
            return
        after = found[-1].code


def _units(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = sa.select(_b.location_id, sa.func.sum(_b.qty)).where(_b.location_id.in_(ids), _b.qty > 0).group_by(_b.location_id)
    return {location_id: int(units) for location_id, units in session.execute(query)}


def _line(bin_: Location, units: int) -> tuple[Any, ...]:
    facts = (getattr(bin_, name) for name in places.FACTS)
    return (bin_.code, *("" if fact is None else fact for fact in facts), "" if bin_.active else "closed", units)
