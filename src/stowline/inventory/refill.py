"""Which pick face must be filled, with how many units, and why: decisions on plain values, no database, no clock.

What the faces of a product must hold is what is promised to orders and not yet released to a pick list, and what will
probably be picked within the days to cover. A face is filled when they hold less than that, or when the face itself has
fewer than its fewest units; then up to its most units, or up to the demand where that is more, as far as there is room
and reserve. Whole packs are brought where that still serves what made it necessary.
"""

from collections.abc import Sequence
from dataclasses import dataclass

PROMISED, EXPECTED, LOW = range(3)
URGENCY = {PROMISED: "promised", EXPECTED: "expected", LOW: "low"}


@dataclass(frozen=True, slots=True)
class Face:
    """A pick face: its fewest and most units, and how many are free in it; `room` is how many more fit (None: no limit)."""

    location_id: int
    code: str
    sequence: int
    least: int
    most: int
    free: int
    room: int | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """Units of a product that its faces must hold: promised and not yet released; expected within the days to cover."""

    promised: int
    expected: int
    days: int = 1

    @property
    def units(self) -> int:
        """Both together."""
        return self.promised + self.expected


@dataclass(frozen=True, slots=True)
class Refill:
    """A face and the units to bring; `urgency` is one of PROMISED, EXPECTED, LOW, smaller is more urgent."""

    face: Face
    units: int
    urgency: int
    why: str


def urgency(demand: Demand, free: int, *, low: bool) -> int | None:
    """How urgent it is, for all faces of a product with so many free units together; None if nothing is needed."""
    if demand.promised > free:
        return PROMISED
    if demand.units > free:
        return EXPECTED
    return LOW if low else None


def plan(faces: Sequence[Face], demand: Demand, reserve: int, packs: Sequence[int] = ()) -> Refill | None:
    """What to do next for a product with so many units in reserve; None if nothing is needed or nothing can be done.

    `packs` are the numbers of units that its cases hold.
    """
    free = sum(face.free for face in faces)
    fit = [face for face in faces if face.room is None or face.room > 0]
    how = urgency(demand, free, low=any(face.free < face.least for face in faces))
    if how == LOW:
        fit = [face for face in fit if face.free < face.least]
    if how is None or not fit or reserve < 1:
        return None
    face = min(fit, key=lambda one: (one.free >= one.least, one.free - one.most, one.sequence))
    must = max(demand.units - free, face.least - face.free, 1)
    goal = max(face.most - face.free, must)
    limit = min(reserve, face.room if face.room is not None else reserve)
    units = whole_packs(min(goal, limit), min(must, limit), limit, packs)
    return Refill(face, units, how, reason(demand, free, face, how))


def whole_packs(units: int, must: int, limit: int, packs: Sequence[int]) -> int:
    """So many units in whole packs of the largest kind that fits: fewer, if `must` is still served; else more, up to the
    limit; else loose.
    """
    for pack in sorted((n for n in set(packs) if 1 < n <= limit), reverse=True):
        down = units // pack * pack
        if down >= must:
            return down
        if down + pack <= limit:
            return down + pack
    return units


def reason(demand: Demand, free: int, face: Face, how: int) -> str:
    """Why, in words after "Take … to …"."""
    there = f"{free:,} {'is' if free == 1 else 'are'} free in the face"
    if how == PROMISED:
        return f"{demand.promised:,} {'is' if demand.promised == 1 else 'are'} promised, {there}"
    if how == EXPECTED:
        within = "today" if demand.days == 1 else f"within {demand.days} days"
        promised = f"{demand.promised:,} promised and " if demand.promised else ""
        return f"{promised}about {demand.expected:,} expected {within}, {there}"
    return f"{face.free:,} {'is' if face.free == 1 else 'are'} free in the face, fewer than {face.least:,}"
