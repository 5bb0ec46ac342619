"""Racks and walks on plain values: which bins a rack has, where they stand on the map, in which order one walks by."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

MOST_AT_ONCE = 2000
MOST_BAYS, MOST_LEVELS = 999, 30
PATTERN = "{aisle}-{bay:02}-{level}"
RUNS = {"": "Not on the map", "right": "To the right (x grows)", "down": "Down the map (y grows)"}
_SLOT = re.compile(r"\{(aisle|bay|level)(?::0([2-6]))?\}")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a bin stands: aisle, bay, level (counted from the floor up), None or '' where nobody said."""

    code: str
    aisle: str = ""
    bay: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Rack:
    """The bays of one aisle, each with the same levels.

    `step` is 2 where the aisle numbers its sides odd and even. `pattern` makes the codes: {aisle}, {bay} and {level},
    with leading zeros as {bay:02}. The map: the first bay's front in mm from the building's corner, the way that the
    bays run (see `RUNS`), `pitch_mm` from bay to bay.
    """

    aisle: str
    first_bay: int
    last_bay: int
    first_level: int
    last_level: int
    step: int = 1
    pattern: str = PATTERN
    run: str = ""
    x_mm: int | None = None
    y_mm: int | None = None
    pitch_mm: int = 1200

    def size(self) -> int:
        """How many bins it has."""
        return len(range(self.first_bay, self.last_bay + 1, self.step)) * (self.last_level - self.first_level + 1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A bin of a rack that is to be built."""

    code: str
    aisle: str
    bay: int
    level: int
    x_mm: int | None
    y_mm: int | None


def wrong_with(rack: Rack) -> str:
    """Why a rack cannot be built so, as a sentence; '' if it can."""
    if not 0 <= rack.first_bay <= rack.last_bay <= MOST_BAYS:
        return f"Bays go from a number to the same or a larger one, {MOST_BAYS} at most."
    if not 0 <= rack.first_level <= rack.last_level <= MOST_LEVELS:
        return f"Levels go from 0, the floor, to {MOST_LEVELS} at most, the lowest first."
    if rack.size() > MOST_AT_ONCE:
        return f"These are {rack.size():,} bins. Add at most {MOST_AT_ONCE:,} at once."
    left = _SLOT.sub("", rack.pattern)
    if "{" in left or "}" in left:
        return "The code pattern knows {aisle}, {bay} and {level}, with leading zeros as {bay:02}."
    codes = [one.code for one in planned(rack)]
    bad = next((code for code in codes if not 0 < len(code) <= 60 or code != code.strip() or not code.isprintable()), None)
    if bad is not None or codes[0].upper().startswith("CMD:"):
        return "A bin code is 1 to 60 printable characters without blanks around it, and does not begin with CMD:."
    if len(set(codes)) < len(codes):
        return "The code pattern gives several bins the same code. Let it name bay and level."
    return ""


def planned(rack: Rack) -> Iterator[Planned]:
    """Every bin of the rack, bay by bay, from the lowest level up."""
    for n, bay in enumerate(range(rack.first_bay, rack.last_bay + 1, rack.step)):
        x_mm = rack.x_mm + n * rack.pitch_mm if rack.run == "right" and rack.x_mm is not None else rack.x_mm
        y_mm = rack.y_mm + n * rack.pitch_mm if rack.run == "down" and rack.y_mm is not None else rack.y_mm
        if not rack.run:
            x_mm = y_mm = None
        for level in range(rack.first_level, rack.last_level + 1):
            yield Planned(code_of(rack.pattern, rack.aisle, bay, level), rack.aisle, bay, level, x_mm, y_mm)


def code_of(pattern: str, aisle: str, bay: int, level: int) -> str:
    """The code that a pattern makes."""
    values = {"aisle": aisle, "bay": str(bay), "level": str(level)}
    return _SLOT.sub(lambda slot: values[slot[1]].zfill(int(slot[2] or 0)), pattern)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that puts "A2" before "A10"."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple((0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts)


def walk(bins: Iterable[Address]) -> list[Address]:
    """The order in which one walks by: up the first aisle, down the next, in each bay from the floor up.

    Bins without aisle or bay come last, by their codes.
    """
    known = list(bins)
    aisles = sorted({one.aisle for one in known if _placed(one)}, key=natural)
    way = {aisle: -1 if n % 2 else 1 for n, aisle in enumerate(aisles)}
    order = {aisle: n for n, aisle in enumerate(aisles)}

    def key(one: Address) -> tuple[int, int, int, tuple[tuple[int, int, str], ...]]:
        level = one.level if one.level is not None else MOST_LEVELS + 1
        return order[one.aisle], (one.bay or 0) * way[one.aisle], level, natural(one.code)

    placed = sorted((one for one in known if _placed(one)), key=key)
    return placed + sorted((one for one in known if not _placed(one)), key=lambda one: natural(one.code))


def _placed(one: Address) -> bool:
    return bool(one.aisle) and one.bay is not None
