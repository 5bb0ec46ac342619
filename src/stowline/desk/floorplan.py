"""Where each bin is drawn on the map of the warehouse: boxes and captions from coordinates, on plain values.

Seen from above; x grows to the right, y down the map, all in centimetres. A bay is one box, its levels stand in it as
strips side by side, the lowest first. Bins that have no coordinates are laid out below the others by aisle and bay.
Where there are more bins than a page can carry, neighbouring bays are drawn as one box.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from stowline.inventory.racks import natural

MOST_BOXES = 1500
BAY, DEPTH, AISLE, SINGLE = 120, 110, 300, (200, 110)
MARGIN, GAP = 120, 400
EDGE = 0.92  # of the room from bay to bay that its box takes

Bay = tuple[str, str, int]


class Spot(NamedTuple):
    """A bin as the map needs it; x and y in cm or None."""

    id: int
    code: str
    zone: str
    aisle: str
    bay: int | None
    level: int | None
    x: float | None
    y: float | None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in cm and the bins that it stands for."""

    x: int
    y: int
    width: int
    height: int
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Caption:
    """A word on the map: an aisle's name, or a bin that stands alone. `kind` is "aisle" or "bin"."""

    x: int
    y: int
    words: str
    kind: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole drawing: its size in cm, boxes and captions; `together` is how many bays share a box (0: each bin has its
    own).
    """

    width: int
    height: int
    boxes: tuple[Box, ...]
    captions: tuple[Caption, ...]
    together: int


@dataclass(slots=True)
class _Group:
    """What is drawn at one place: the bins of a bay (or of several), or a bin that stands alone."""

    key: Hashable
    aisle: str
    bay: int | None
    spots: list[Spot]
    x: float | None = None
    y: float | None = None


def draw(spots: Sequence[Spot], most: int = MOST_BOXES) -> Plan:
    """Lay out these bins."""
    together = _together(spots, most)
    groups = _grouped(spots, max(together, 1))
    _stand_the_lost(groups)
    runs = _runs(groups)
    boxes = [box for group in groups for box in _boxes(group, runs, together)]
    captions = [*_aisle_captions(groups, runs), *_bin_captions(groups)]
    return _moved_to_the_corner(boxes, captions, together)


def _together(spots: Sequence[Spot], most: int) -> int:
    """How many bays must share a box: 0 where each bin may have its own."""
    if len(spots) <= most:
        return 0
    together = 1
    while together < 1024 and len({_key(spot, together) for spot in spots}) > most:
        together *= 2
    return together


def _key(spot: Spot, together: int) -> Hashable:
    if spot.aisle and spot.bay is not None:
        return (spot.zone, spot.aisle, spot.bay // together)
    return spot.id if together == 1 else (spot.zone, spot.aisle)


def _grouped(spots: Sequence[Spot], together: int) -> list[_Group]:
    found: dict[Hashable, _Group] = {}
    for spot in spots:
        key = _key(spot, together)
        group = found.get(key)
        if group is None:
            group = found[key] = _Group(key, spot.aisle if spot.bay is not None else "", spot.bay, [])
        group.spots.append(spot)
    for group in found.values():
        placed = [(spot.x, spot.y) for spot in group.spots if spot.x is not None and spot.y is not None]
        if placed:
            group.x, group.y = sum(x for x, _ in placed) / len(placed), sum(y for _, y in placed) / len(placed)
    return sorted(found.values(), key=lambda group: (natural(group.aisle), group.bay or 0, natural(group.spots[0].code)))


def _stand_the_lost(groups: Sequence[_Group]) -> None:
    """Give those without coordinates a place under the others: a column for each aisle, single bins in rows below."""
    lost = [group for group in groups if group.x is None]
    if not lost:
        return
    known = [group.y for group in groups if group.y is not None]
    top = (max(known) + GAP) if known else 0.0
    aisles: dict[tuple[str, str], list[_Group]] = {}
    for group in lost:
        if group.aisle:
            aisles.setdefault((group.spots[0].zone, group.aisle), []).append(group)
    ordered = sorted(aisles, key=lambda one: (natural(one[1]), one[0]))
    for n, aisle in enumerate(ordered):
        for m, group in enumerate(aisles[aisle]):
            group.x, group.y = (n + 1) // 2 * (AISLE + DEPTH) + n // 2 * (DEPTH + 20.0), top + m * BAY
    foot = max((group.y for group in lost if group.y is not None), default=top - GAP) + GAP
    single = [group for group in lost if not group.aisle]
    across = max(8, len(ordered))
    for n, group in enumerate(single):
        group.x, group.y = n % across * (SINGLE[0] + 40.0), foot + n // across * (SINGLE[1] + 40.0)


@dataclass(frozen=True, slots=True)
class _Run:
    """How the bays of an aisle follow each other: down the map or to the right, with the size of a box along and across."""

    down: bool
    along: float
    across: float


def _runs(groups: Iterable[_Group]) -> dict[tuple[str, str], _Run]:
    aisles: dict[tuple[str, str], list[_Group]] = {}
    for group in groups:
        if group.aisle:
            aisles.setdefault((group.spots[0].zone, group.aisle), []).append(group)
    ways = {aisle: _spread([g.y for g in bays]) >= _spread([g.x for g in bays]) for aisle, bays in aisles.items()}
    lines = {aisle: _line(bays, down=ways[aisle]) for aisle, bays in aisles.items()}
    return {aisle: _Run(way, _pitch(aisles[aisle], down=way) * EDGE,
                        _depth([abs(lines[one] - lines[aisle]) for one in aisles if ways[one] == way]) * EDGE)
            for aisle, way in ways.items()}  # fmt: skip


def _line(bays: Sequence[_Group], *, down: bool) -> float:
    """Where an aisle's racks stand across its run."""
    return sum((group.x if down else group.y) or 0.0 for group in bays) / len(bays)


def _spread(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return max(known) - min(known) if known else 0.0


def _pitch(bays: Sequence[_Group], *, down: bool) -> float:
    """The least room from one bay to the next."""
    places = sorted({(group.y if down else group.x) or 0.0 for group in bays})
    return min(max(min((b - a for a, b in pairwise(places)), default=BAY), 10), 1200)


def _depth(apart: Iterable[float]) -> float:
    """How deep a rack may be drawn so that it does not stand in that of the next aisle, so far apart."""
    return min(max(min((gap for gap in apart if gap > 5), default=DEPTH), 20), DEPTH)


def _boxes(group: _Group, runs: dict[tuple[str, str], _Run], together: int) -> list[Box]:
    x, y = group.x or 0.0, group.y or 0.0
    run = runs.get((group.spots[0].zone, group.aisle)) if group.aisle else None
    if run is None:
        return [_box(x, y, *SINGLE, group.spots)]
    width, height = (run.across, run.along) if run.down else (run.along, run.across)
    if together:
        return [_box(x, y, width, height, group.spots)]
    strips = sorted(group.spots, key=lambda spot: (spot.level if spot.level is not None else 99, natural(spot.code)))
    share = (width if run.down else height) / len(strips)
    first = -(len(strips) - 1) / 2
    if run.down:
        return [_box(x + (first + n) * share, y, share, height, [spot]) for n, spot in enumerate(strips)]
    return [_box(x, y + (first + n) * share, width, share, [spot]) for n, spot in enumerate(strips)]


def _box(x: float, y: float, width: float, height: float, spots: Sequence[Spot]) -> Box:
    left, top = round(x - width / 2), round(y - height / 2)
    return Box(left, top, max(round(x + width / 2) - left, 1), max(round(y + height / 2) - top, 1), tuple(spots))


def _aisle_captions(groups: Sequence[_Group], runs: dict[tuple[str, str], _Run]) -> list[Caption]:
    """The aisle's name before its first bay."""
    found = []
    for aisle, run in runs.items():
        bays = [group for group in groups if group.aisle == aisle[1] and group.spots[0].zone == aisle[0]]
        head = min(bays, key=lambda group: (group.y if run.down else group.x) or 0.0)
        x, y = head.x or 0.0, head.y or 0.0
        room = run.along / 2 + 45
        found.append(Caption(round(x if run.down else x - room), round(y - room + 20 if run.down else y + 20), aisle[1], "aisle"))
    return found


def _bin_captions(groups: Sequence[_Group]) -> list[Caption]:
    """The code under a bin that stands alone."""
    return [Caption(round(group.x or 0), round(group.y or 0) + SINGLE[1] // 2 + 40, group.spots[0].code[:14], "bin")
            for group in groups if not group.aisle and len(group.spots) == 1]  # fmt: skip


def _moved_to_the_corner(boxes: Sequence[Box], captions: Sequence[Caption], together: int) -> Plan:
    if not boxes:
        return Plan(2 * MARGIN, 2 * MARGIN, (), (), together)
    left, top = min(box.x for box in boxes) - MARGIN, min(box.y for box in boxes) - MARGIN
    right, foot = max(box.x + box.width for box in boxes) + MARGIN, max(box.y + box.height for box in boxes) + MARGIN
    moved = tuple(Box(box.x - left, box.y - top, box.width, box.height, box.spots) for box in boxes)
    return Plan(right - left, foot - top, moved, tuple(Caption(c.x - left, c.y - top, c.words, c.kind) for c in captions), together)
