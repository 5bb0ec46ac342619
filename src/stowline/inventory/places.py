"""Verbs of the building: bins and what is said of them, racks, zones, the order of the walk.

Who changed what stands in the audit. A bin is never taken away, since the ledger names it: it is closed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.units import units
from stowline.core import author
from stowline.core.errors import Conflict, Refused
from stowline.core.fields import Bad, text, whole
from stowline.inventory import queries, racks, service
from stowline.inventory.fit import MIXING
from stowline.inventory.models import Balance, Location, PickFace, Zone
from stowline.inventory.racks import Address, Planned, Rack
from stowline.inventory.rules import PICKABLE, REAL
from stowline.people import service as people
from stowline.scanning import service as scanning

KINDS = tuple(kind for kind in REAL if kind != "tote")  # a tote belongs to its cart
NEEDED = ("dock", "staging", "pack", "ship", "quarantine")  # goods pass through them: there is always one
FARTHEST_MM, MOST = 2_000_000, 1_000_000_000
NUMBERS = {
    "bay": ("The bay", racks.MOST_BAYS), "level": ("The level", racks.MOST_LEVELS),
    "x_mm": ("x", FARTHEST_MM), "y_mm": ("y", FARTHEST_MM),
    "max_units": ("The most units", MOST), "max_weight_g": ("The most grams", MOST),
    "max_volume_cm3": ("The most cubic centimetres", MOST),
}  # fmt: skip
FACTS = ("kind", "zone", "aisle", *NUMBERS, "sequence", "mixing")
Outcome = Literal["new", "changed", "same"]

_l, _z, _b = Location.__table__.c, Zone.__table__.c, Balance.__table__.c  # type: ignore[attr-defined]
_f = PickFace.__table__.c  # type: ignore[attr-defined]


def read_facts(said: Mapping[str, str]) -> dict[str, Any]:
    """What a form or a row of a file says of a bin, as typed values; an empty text takes a number away. Raises Bad."""
    facts: dict[str, Any] = {}
    for name, (what, most) in NUMBERS.items():
        if name in said:
            least = 1 if name.startswith("max_") else 0
            number = units if name == "max_units" else whole
            facts[name] = number(said[name], name, what=what, least=least, most=most) if said[name].strip() else None
    if said.get("sequence", "").strip():
        facts["sequence"] = whole(said["sequence"], "sequence", what="The place on the walk", most=10_000_000)
    for name, longest in (("zone", 20), ("aisle", 12)):
        if name in said:
            facts[name] = text(said[name], name, what=f"The {name}", longest=longest)
    if said.get("kind", "").strip():
        facts["kind"] = _one_of(said["kind"].strip(), KINDS, "kind", "A bin is one of")
    if "mixing" in said:
        facts["mixing"] = _one_of(said["mixing"].strip(), ("", *MIXING), "mixing", "The mixing rule is empty or one of")
    return facts


def _one_of(said: str, known: tuple[str, ...], where: str, sentence: str) -> str:
    if said not in known:
        raise Bad(f"{sentence}: {', '.join(one for one in known if one)}.", where)
    return said


def put_bin(session: Session, code: str, facts: Mapping[str, Any]) -> Outcome:
    """The bin under this code, made or changed so that it is as the facts say (see `FACTS`); others stay as they are. A
    new bin stands at the end of the walk, unless they say where.

    Raises Refused for a new bin without a kind, for a tote and for one of the ledger's ends; Conflict for another kind of a
    bin that must stay what it is.
    """
    known = session.exec(
        select(Location).where(Location.code == code).with_for_update(key_share=True)
    ).one_or_none()
    if known is None:
        if not facts.get("kind"):
            raise Refused(f"There is no bin {code} yet. Say its kind, one of: {', '.join(KINDS)}.", where="kind")
        if code.upper().startswith("CMD:"):
            raise Refused("A code that begins with CMD: is a command to scan, not a bin.", where="code")
        last = session.execute(sa.select(sa.func.max(_l.sequence))).scalar_one()
        bin_ = service.add_location(session, code, facts["kind"], zone=facts.get("zone", ""), sequence=(last or 0) + 1)
        _apply(session, bin_, facts)
        return "new"
    return "changed" if _change(session, known, facts) else "same"


def _change(session: Session, bin_: Location, facts: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Change what differs; what it was and is."""
    if bin_.kind not in KINDS:
        raise Refused(f"{bin_.code} is a {bin_.kind}; it is no bin of the building.", where="code")
    if facts.get("kind", bin_.kind) != bin_.kind:
        _refuse_another_kind(session, bin_)
    return _apply(session, bin_, facts)


def _refuse_another_kind(session: Session, bin_: Location) -> None:
    """Raises Conflict for a bin that must stay what it is: it holds stock, is a pick face, or goods pass through it alone."""
    stays = f"so it stays a {bin_.kind} bin"
    if units_in(session, bin_.id or 0):
        raise Conflict(f"{bin_.code} holds stock, {stays}. Empty it first.", where="kind")
    face = sa.select(_f.product_id).where(_f.location_id == bin_.id).order_by(_f.product_id).limit(1)
    product_id = session.execute(face).scalar()
    if product_id is not None:
        sku = queries.sku(session, product_id)
        raise Conflict(f"{bin_.code} is a pick face of {sku}, {stays}. Take the pick face away first.", where="kind")
    others = sa.select(_l.id).where(_l.kind == bin_.kind, _l.id != bin_.id).limit(1)
    if bin_.kind in NEEDED and session.execute(others).first() is None:
        raise Conflict(f"{bin_.code} is the only {bin_.kind} bin, and goods pass through it. Add another one first.", where="kind")


def _apply(session: Session, bin_: Location, facts: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    changed = {name: (getattr(bin_, name), facts[name]) for name in FACTS if name in facts and getattr(bin_, name) != facts[name]}
    for name, (_, now) in changed.items():
        setattr(bin_, name, now)
    if facts.get("zone"):
        add_zone(session, facts["zone"], sequence=bin_.sequence)
    session.add(bin_)
    session.flush()
    return changed


def lay_out(session: Session, bins: Mapping[str, Mapping[str, Any]]) -> None:
    """Make those of the bins (code: facts) that do not stand yet. One that stands stays as it is."""
    known = known_codes(session, list(bins))
    for code, facts in bins.items():
        if code not in known:
            put_bin(session, code, facts)


def units_in(session: Session, location_id: int) -> int:
    """Units that lie in a bin, in whatever condition."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_b.qty), 0)).where(_b.location_id == location_id, _b.qty > 0)
    return int(session.execute(query).scalar_one())


def change_bin(session: Session, code: str, facts: Mapping[str, Any]) -> bool:
    """Change a bin that stands, with a line in the audit; whether anything differed. Raises NotFound, Refused, Conflict."""
    bin_ = queries.location_by_code(session, code)
    changed = _change(session, bin_, facts)
    if changed:
        said = ", ".join(f"{name} {was if was not in (None, '') else 'none'} to {now if now not in (None, '') else 'none'}"
                         for name, (was, now) in changed.items())  # fmt: skip
        _note(session, "Bin changed", f"{code}: {said}")
    return bool(changed)


def add_bin(session: Session, code: str, facts: Mapping[str, Any]) -> Location:
    """A new bin, at the end of its zone's walk unless a place is said. Raises Conflict for a code that is taken."""
    if session.execute(sa.select(_l.id).where(_l.code == code)).first():
        raise Conflict(f"There is a bin {code} already.", where="code")
    said = {"sequence": _next_place(session, facts.get("zone", "")), **facts}
    put_bin(session, code, said)
    _note(session, "Bin added", code)
    return queries.location_by_code(session, code)


def close_bin(session: Session, code: str) -> None:
    """Nothing is put into it from now on; what lies there can be taken. Raises Refused where goods must pass through."""
    bin_ = queries.location_by_code(session, code)
    if bin_.kind not in PICKABLE:
        raise Refused(f"{code} is a {bin_.kind} bin. Only picking and storage bins can be closed: goods pass through the others.")
    _set_active(session, bin_, active=False)


def open_bin(session: Session, code: str) -> None:
    """It takes goods again."""
    _set_active(session, queries.location_by_code(session, code), active=True)


def _set_active(session: Session, bin_: Location, *, active: bool) -> None:
    if bin_.active != active:
        bin_.active = active
        session.add(bin_)
        _note(session, "Bin opened" if active else "Bin closed", bin_.code)
        session.flush()


def build_rack(session: Session, rack: Rack, facts: Mapping[str, Any]) -> int:
    """Every bin of the rack that is not there yet, at the end of its zone's walk, each with these facts; how many.

    Raises Refused for a rack that cannot be.
    """
    wrong = racks.wrong_with(rack)
    if wrong:
        raise Refused(wrong)
    if facts.get("kind") not in KINDS:
        raise Refused(f"A bin is one of: {', '.join(KINDS)}.", where="kind")
    plan = list(racks.planned(rack))
    known = known_codes(session, [one.code for one in plan])
    fresh = [one for one in plan if one.code not in known]
    if fresh:
        _insert(session, fresh, facts)
        _note(session, "Rack added", f"{len(fresh):,} bins, {fresh[0].code} to {fresh[-1].code}")
    return len(fresh)


def _insert(session: Session, fresh: Sequence[Planned], facts: Mapping[str, Any]) -> None:
    """Bins in one statement, and their codes in another: a rack may have thousands."""
    zone = facts.get("zone", "")
    place = _next_place(session, zone)
    if zone:
        add_zone(session, zone, sequence=place)
    rows = [{**facts, "code": one.code, "aisle": one.aisle, "bay": one.bay, "level": one.level, "x_mm": one.x_mm,
             "y_mm": one.y_mm, "sequence": place + n, "zone": zone} for n, one in enumerate(fresh)]  # fmt: skip
    session.execute(sa.insert(Location), rows)
    codes = [one.code for one in fresh]
    for start in range(0, len(codes), 500):
        made = session.execute(sa.select(_l.id, _l.code).where(_l.code.in_(codes[start : start + 500])))
        scanning.print_codes(session, [(code, "bin", id_, code) for id_, code in made])


def known_codes(session: Session, codes: list[str]) -> set[str]:
    """Those of the codes that are bins already."""
    found: set[str] = set()
    for start in range(0, len(codes), 500):
        found.update(session.execute(sa.select(_l.code).where(_l.code.in_(codes[start : start + 500]))).scalars())
    return found


def _next_place(session: Session, zone: str) -> int:
    """The place on the walk after the zone's last bin, or after everything where the zone has none."""
    last = session.execute(sa.select(sa.func.max(_l.sequence)).where(_l.zone == zone)).scalar_one()
    if last is None:
        last = session.execute(sa.select(sa.func.max(_l.sequence))).scalar_one()
    return int(last or 0) + 1


# ---------------------------------------------------------------- zones and the walk


def add_zone(session: Session, code: str, *, name: str = "", sequence: int = 0) -> Zone:
    """The zone under this code, made if it is new."""
    zone = session.exec(select(Zone).where(Zone.code == code)).one_or_none()
    if zone is None:
        zone = Zone(code=code, name=name, sequence=sequence)
        session.add(zone)
        session.flush()
    return zone


def put_zone(session: Session, code: str, *, name: str, mixing: str, sequence: int) -> None:
    """Make or change a zone. `sequence` is the place on the walk that its first bin has when it is numbered anew.

    Raises Bad for a code, name or rule that cannot be.
    """
    code = text(code, "code", what="The zone's code", longest=20, needed=True)
    zone = add_zone(session, code)
    zone.name = text(name, "name", what="The name", longest=60)
    zone.mixing = _one_of(mixing, ("", *MIXING), "mixing", "The mixing rule is empty or one of")
    zone.sequence = whole(sequence, "sequence", what="The place on the walk", most=10_000_000)
    session.add(zone)
    session.flush()
    rule = MIXING.get(zone.mixing, "any goods")
    _note(session, "Zone set", f"{code}: {zone.name or 'no name'}, {rule}, from place {zone.sequence}")


def number_walk(session: Session, code: str) -> int:
    """Number the bins of a zone anew along the walk (up one aisle, down the next); how many.

    The first gets the zone's own place; zones that come after it move on where it would run into them.
    """
    zone = add_zone(session, code)
    query = select(Location).where(Location.zone == code, col(Location.kind).in_(KINDS))
    bins = {bin_.code: bin_ for bin_ in session.exec(query)}
    _make_way(session, zone, len(bins))
    order = racks.walk(Address(b.code, b.aisle, b.bay, b.level) for b in bins.values())
    for n, one in enumerate(order):
        bins[one.code].sequence = zone.sequence + n
        session.add(bins[one.code])
    session.flush()
    if bins:
        _note(session, "Walk numbered", f"{code}: {len(bins):,} bins from place {zone.sequence}")
    return len(bins)


def _make_way(session: Session, zone: Zone, many: int) -> None:
    """Where the next bin of another zone stands too near, everything from there on moves up, zones included."""
    elsewhere = sa.and_(_l.zone != zone.code, _l.kind.in_(KINDS))
    query = sa.select(sa.func.min(_l.sequence)).where(elsewhere, _l.sequence >= zone.sequence)
    following = session.execute(query).scalar_one()
    if following is None or following >= zone.sequence + many:
        return
    shift = zone.sequence + many - following
    session.execute(sa.update(Location).where(elsewhere, _l.sequence >= following).values(sequence=_l.sequence + shift))
    others = sa.and_(_z.code != zone.code, _z.sequence >= following)
    session.execute(sa.update(Zone).where(others).values(sequence=_z.sequence + shift))


def drop_zone(session: Session, code: str) -> None:
    """Take away a zone that no bin is in. Raises Conflict while one is."""
    if session.execute(sa.select(_l.id).where(_l.zone == code).limit(1)).first():
        raise Conflict(f"Zone {code} has bins. Put them into another zone first.", where="zone")
    if session.execute(sa.delete(Zone).where(_z.code == code)).rowcount:  # type: ignore[attr-defined]
        _note(session, "Zone taken away", code)


def _note(session: Session, what: str, detail: str) -> None:
    people.note(session, author.current().who, what, detail)
