"""Where units are best put: one decision on plain values, with its reason in words. No database, no clock.

In this order: the product's pick face, if it lacks units or takes all of them; a bin where the same product (of the same
lot) lies; an empty bin in the zone where the product is kept; any empty bin, near the start of the walk for what is
picked often, far down for what is picked seldom; a bin with another lot of the product; the bin with the fewest other
products; overflow storage. A product that has a pick face keeps the rest of its units in storage, so storage comes first
for it. Bins that do not take all units are suggested only if none does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STORAGE = "storage"
FAST, SLOW = "A", "C"
_FACE, _SAME, _NEAR, _EMPTY, _OTHER_LOT, _SHARED, _OVERFLOW = range(7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A bin that might take the units. `room`: how many more it takes (None: no limit); `here`: units of the product in
    it, `same_lot` of them of the very lot; `others`: how many other products lie there; `kept`: whether its zone is one
    where the product is kept. `face` is (fewest, most) units for a pick face of the product.
    """

    location_id: int
    code: str
    kind: str
    sequence: int
    room: int | None
    here: int = 0
    same_lot: int = 0
    others: int = 0
    kept: bool = False
    face: tuple[int, int] | None = None

    @property
    def takes(self) -> int | None:
        """Units it takes: its room, and for a pick face what is missing up to its most."""
        if self.face is None:
            return self.room
        missing = max(self.face[1] - self.here, 0)
        return missing if self.room is None else min(missing, self.room)


@dataclass(frozen=True, slots=True)
class Spot:
    """The suggestion: the bin, how many of the units it takes, and why, as words after the bin's code."""

    location_id: int
    code: str
    units: int
    why: str


def choose(candidates: Sequence[Candidate], units: int, *, grade: str = "", lot: str = "") -> Spot | None:
    """The best bin for so many units; None if no bin takes any. `grade` is how fast the product goes ('': unknown)."""
    fit = [one for one in candidates if one.takes is None or one.takes > 0]
    if not fit:
        return None
    reserve = any(one.face for one in candidates)
    hungry = [one for one in fit if one.face and one.here < one.face[0]]
    all_of_it = [one for one in fit if one.takes is None or one.takes >= units]
    if hungry or all_of_it:
        best = min(hungry or all_of_it, key=lambda one: _rank(one, reserve=reserve, grade=grade))
    else:
        best = min(fit, key=lambda one: (-(one.takes or 0), _rank(one, reserve=reserve, grade=grade)))
    takes = units if best.takes is None else min(units, best.takes)
    face = "" if best.face or not reserve else _left_out(candidates)
    return Spot(best.location_id, best.code, takes, face + _why(best, grade=grade, lot=lot))


def _left_out(candidates: Sequence[Candidate]) -> str:
    """Why the units do not go to a pick face of the product, before the reason for their bin."""
    hungry = any(one.face and one.here < one.face[0] for one in candidates)
    return f"its pick face has {'no room' if hungry else 'enough'}; "


def _rank(one: Candidate, *, reserve: bool, grade: str) -> tuple[int, int, int, int]:
    """Smaller is better: what it is to the product, the kind of bin, how crowded, its place on the walk."""
    kind, sort = int((one.kind == STORAGE) is not reserve), _class(one)
    if reserve and sort > _SAME:  # whatever storage there is comes before other picking bins
        sort += 10 * kind
    along = -one.sequence if grade == SLOW and _class(one) in (_NEAR, _EMPTY) else one.sequence
    crowd = one.others if _class(one) == _SHARED else 0
    return sort, kind, crowd, along


def _class(one: Candidate) -> int:
    if one.face:
        return _FACE
    if one.same_lot:
        return _SAME
    if one.here:
        return _OTHER_LOT
    if not one.others:
        return _NEAR if one.kept else _EMPTY
    return _OVERFLOW if one.kind == STORAGE else _SHARED


def _why(one: Candidate, *, grade: str, lot: str) -> str:
    kind = "storage" if one.kind == STORAGE else "picking"
    return {
        _FACE: f"its pick face, {one.here:,} lie there" if one.here else "its pick face, it is empty",
        _SAME: f"lot {lot} lies there already" if lot else "it lies there already",
        _NEAR: f"empty {kind} bin in the zone where it is kept",
        _EMPTY: f"empty {kind} bin" + _walk(one, grade),
        _OTHER_LOT: "other lots of it lie there",
        _SHARED: f"no bin is empty; fewest products, {one.others:,}",
        _OVERFLOW: "storage with room",
    }[_class(one)]


def _walk(one: Candidate, grade: str) -> str:
    if one.kind == STORAGE or not grade:
        return ""
    return {FAST: ", early on the walk: it is picked often", SLOW: ", late on the walk: it is picked seldom"}.get(grade, "")
