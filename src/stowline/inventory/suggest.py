"""Which bin to put units into: gathers what `spot` decides on, in steps, so that a busy house is not read whole.

First the bins that have to do with the product (pick faces, where it lies); if none takes all units, empty bins; then
bins that are shared with few products, and storage. Storage comes before empty bins for what has a pick face.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core.errors import NotFound
from stowline.inventory import fill
from stowline.inventory.models import Balance, Location, PickFace, Velocity
from stowline.inventory.rules import GOOD, PICKABLE
from stowline.inventory.spot import SLOW, STORAGE, Candidate, Spot, choose

OWN, FEW, SAMPLE = 50, 12, 200  # bins of the product, bins of another kind, bins that are looked at for the emptiest
_b, _l, _f = Balance.__table__.c, Location.__table__.c, PickFace.__table__.c  # type: ignore[attr-defined]
_used = sa.exists().where(_b.location_id == _l.id, _b.qty > 0)
Bins = dict[int, Candidate]


def bin_for(session: Session, product_id: int, units: int, lot: str = "", condition: str = GOOD) -> Spot:
    """The bin for so many units of a product (of this lot), how many of them it takes, and why.

    Goods that may not be sold go to quarantine. Raises NotFound if no bin takes any.
    """
    if condition != GOOD:
        return _quarantine(session, product_id, units, lot)
    grade = _grade(session, product_id)
    found = _with_room(session, _own(session, product_id, lot), product_id, lot)
    spot = choose(list(found.values()), units, grade=grade, lot=lot)
    faced = any(one.face for one in found.values())
    for n, more in enumerate((_storage, _empty, _shared) if faced else (_empty, _shared, _storage)):
        if spot is not None and _is_best(found[spot.location_id], whole=spot.units == units, own=n == 0):
            break
        fresh = [one for one in more(session, product_id, list(found.values()), grade) if one.location_id not in found]
        found |= _with_room(session, fresh, product_id, lot)
        spot = choose(list(found.values()), units, grade=grade, lot=lot)
    if spot is None:
        raise NotFound("No picking or storage bin has room for it. Make room, or open another bin.", where="bin")
    return spot


def _is_best(bin_: Candidate, *, whole: bool, own: bool) -> bool:
    """Whether bins that are not looked at yet cannot be better: `own` says that only bins of the product are known."""
    return bool(bin_.face) or (whole and (bin_.same_lot > 0 or not own))


def _grade(session: Session, product_id: int) -> str:
    """How fast the product goes; '' while nothing is known of it."""
    known = session.get(Velocity, product_id)
    return known.grade if known else ""


def _with_room(session: Session, bins: Iterable[Candidate], product_id: int, lot: str) -> Bins:
    """Those of the bins that are open, with how much they take."""
    found = {one.location_id: one for one in bins}
    rooms = fill.rooms(session, found, product_id, lot)
    return {bin_: replace(one, room=rooms[bin_].units) for bin_, one in found.items() if bin_ in rooms}


# --- bins of the product ----------------------------------------------------------------------------------------------


def _own(session: Session, product_id: int, lot: str) -> list[Candidate]:
    """Its pick faces, and the bins it lies in."""
    faces = _faces(session, product_id)
    there: dict[int, tuple[int, int]] = {}
    query = (
        sa.select(_b.location_id, _b.lot, sa.func.sum(_b.qty))
        .join(Location, _l.id == _b.location_id)
        .where(_b.product_id == product_id, _b.qty > 0, _l.kind.in_(PICKABLE), _l.active,
               sa.or_(_l.id.in_(faces), _free_of_faces(product_id)))
        .group_by(_b.location_id, _b.lot, _l.kind, _l.sequence)
        .order_by(_l.kind, _l.sequence, _b.location_id)
        .limit(OWN)
    )
    for bin_, of_lot, units in session.execute(query):
        here, same = there.get(bin_, (0, 0))
        there[bin_] = here + int(units), same + int(units) * (of_lot == lot)
    rows = _rows(session, sa.select(_l.id, _l.code, _l.kind, _l.sequence).where(_l.id.in_({*faces, *there}), _l.active))
    return [
        replace(_bare(row), here=there.get(row[0], (0, 0))[0], same_lot=there.get(row[0], (0, 0))[1], face=faces.get(row[0]))
        for row in rows
    ]


def _free_of_faces(product_id: int) -> sa.ColumnElement[bool]:
    """Whether a bin is nobody else's pick face."""
    return ~sa.exists().where(_f.location_id == _l.id, _f.product_id != product_id)


def _faces(session: Session, product_id: int) -> dict[int, tuple[int, int]]:
    query = sa.select(_f.location_id, _f.min_units, _f.max_units).where(_f.product_id == product_id).limit(OWN)
    return {bin_: (least, most) for bin_, least, most in session.execute(query)}


# --- empty bins -------------------------------------------------------------------------------------------------------


def _empty(session: Session, product_id: int, known: Sequence[Candidate], grade: str) -> list[Candidate]:
    """Empty bins that are nobody else's pick face: of the zones where the product is kept, then of all."""
    zones = _zones(session, [one.location_id for one in known if one.here or one.face])
    free = sa.and_(~_used, _l.active, _free_of_faces(product_id))
    found: Bins = {}
    for kind in PICKABLE:
        for where in ([_l.zone.in_(zones)] if zones else []) + [sa.true()]:
            query = sa.select(_l.id, _l.code, _l.kind, _l.sequence, _l.zone).where(_l.kind == kind, where, free)
            for row in _rows(session, _along(session, query, kind, grade).limit(FEW)):
                found.setdefault(row[0], replace(_bare(row), kept=row[4] in zones))
    return list(found.values())


def _along(session: Session, query: sa.Select[Any], kind: str, grade: str) -> sa.Select[Any]:
    """What is picked often near the start of the walk, what is picked seldom at its end, the rest from the middle on."""
    if kind == STORAGE or grade not in ("B", SLOW):
        return query.order_by(_l.sequence, _l.id)
    if grade == SLOW:
        return query.order_by(_l.sequence.desc(), _l.id)
    ends = sa.select(sa.func.min(_l.sequence), sa.func.max(_l.sequence)).where(_l.kind == kind, _l.active)
    first, last = session.execute(ends).one()
    middle = ((first or 0) + (last or 0)) // 2
    return query.order_by(sa.case((_l.sequence >= middle, 0), else_=1), _l.sequence, _l.id)


def _zones(session: Session, bins: Sequence[int]) -> set[str]:
    """The zones of these bins."""
    query = sa.select(_l.zone).where(_l.id.in_(bins), _l.zone != "").distinct()
    return set(session.execute(query).scalars())


# --- shared bins and storage ------------------------------------------------------------------------------------------


def _shared(session: Session, product_id: int, known: Sequence[Candidate], grade: str) -> list[Candidate]:
    """Picking bins with few products, of the first ones on the walk."""
    _ = known, grade
    some = sa.select(_l.id).where(_l.kind == "pick", _l.active, _free_of_faces(product_id)).order_by(_l.sequence, _l.id).limit(SAMPLE).subquery()
    products = sa.func.count(sa.distinct(_b.product_id))
    query = (
        sa.select(_l.id, _l.code, _l.kind, _l.sequence, products)
        .join(some, some.c.id == _l.id)
        .join(Balance, sa.and_(_b.location_id == _l.id, _b.qty > 0))
        .group_by(_l.id, _l.code, _l.kind, _l.sequence)
        .order_by(products, _l.sequence, _l.id)
        .limit(FEW)
    )
    return [replace(_bare(row), others=int(row[4])) for row in _rows(session, query)]


def _storage(session: Session, product_id: int, known: Sequence[Candidate], grade: str) -> list[Candidate]:
    """Storage bins: of the first ones on the walk the empty ones, then those in use."""
    _ = product_id, known, grade
    used = sa.case((_used, 1), else_=0)
    some = sa.select(_l.id).where(_l.kind == STORAGE, _l.active).order_by(_l.sequence, _l.id).limit(SAMPLE).subquery()
    query = sa.select(_l.id, _l.code, _l.kind, _l.sequence, used).join(some, some.c.id == _l.id)
    rows = _rows(session, query.order_by(used, _l.sequence, _l.id).limit(FEW))
    return [replace(_bare(row), others=int(row[4])) for row in rows]


def _quarantine(session: Session, product_id: int, units: int, lot: str) -> Spot:
    """A quarantine bin that takes them."""
    query = sa.select(_l.id, _l.code, _l.kind, _l.sequence).where(_l.kind == "quarantine", _l.active)
    rows = _rows(session, query.order_by(_l.sequence, _l.id).limit(FEW))
    found = _with_room(session, [_bare(row) for row in rows], product_id, lot)
    spot = choose(list(found.values()), units)
    if spot is None:
        raise NotFound("It may not be sold, and no quarantine bin has room for it.", where="bin")
    return Spot(spot.location_id, spot.code, spot.units, "it may not be sold")


def _bare(row: tuple[Any, ...]) -> Candidate:
    location_id, code, kind, sequence, *_ = row
    return Candidate(location_id, code, kind, sequence, room=None)


def _rows(session: Session, query: sa.Select[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(query)]
