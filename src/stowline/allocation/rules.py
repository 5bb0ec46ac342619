"""Who gets what: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

FOR_ALL = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that waits: in the order of service already. `store_id` is told where units are kept for a store."""

    line_id: int
    order_id: int
    units: int
    store_id: int = FOR_ALL


def serve(
    waiting: Iterable[Waiting], free: int, kept: Mapping[int, int] | None = None, *, leave: int = 0
) -> list[tuple[Waiting, int]]:
    """Hand `free` units out in order, each line as much as it waits for, until no more than `leave` are left.

    `kept` units by store are for that store's lines only: a line gets what is free beyond what is kept for others.
    """
    kept = kept or {}
    held_back = sum(kept.values())
    served = []
    for line in waiting:
        if free <= leave:
            break
        take = min(line.units, free - held_back + kept.get(line.store_id, 0))
        if take > 0:
            served.append((line, take))
            free -= take
    return served


def open_to(free: int, kept: Mapping[int, int]) -> dict[int, int]:
    """The units that each store may still take, by store; under FOR_ALL those of a store for which nothing is kept."""
    held_back = sum(kept.values())
    stores = {FOR_ALL: 0, **kept}
    return {store_id: max(0, free - held_back + units) for store_id, units in stores.items()}


@dataclass(frozen=True, slots=True)
class Promised:
    """A line with units that are promised and not released, last in line first; `kept` of them are set apart for it.
    `first` lines give theirs before all others.
    """

    line_id: int
    order_id: int
    units: int
    kept: int = 0
    first: bool = False


def give_back(promised: list[Promised], short: int) -> list[tuple[Promised, int]]:
    """Which lines lose how many units, until `short` are free: first the lines that are named, then what nobody keeps
    apart, last what is kept. Fewer than `short` in all if there are no more.
    """
    lost: dict[Promised, int] = {}
    for turn in range(3):
        for line in promised:
            most = (line.units if line.first else 0, line.units - line.kept, line.units)[turn]
            take = min(short, most - lost.get(line, 0))
            if take > 0:
                lost[line] = lost.get(line, 0) + take
                short -= take
    return list(lost.items())


MOST_COUNTED = 1000
"""A place in line is counted so far; beyond it is "over 1,000th"."""
_SHIPS = {"complete": "the order ships complete", "parts": "the order ships in parts", "at_most": "the order ships in at most {} parcels"}


def ordinal(n: int) -> str:
    """ "1st", "12th", "23rd"."""
    tail = {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th") if n % 100 not in (11, 12, 13) else "th"
    return f"{n:,}{tail}"


def in_line(place: int) -> str:
    """ "14th in line", as far as places are counted."""
    return f"over {ordinal(MOST_COUNTED)} in line" if place > MOST_COUNTED else f"{ordinal(place)} in line"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a line that is not served whole: units wanted and promised, its place, how its order ships;
    free units that are kept for other stores, and whose; what was taken from it: (units, urgent order, who);
    whether the shopper agreed to a substitute, whether it may not be ordered while none is free, whether its order waits for
    other lines.
    """

    wanted: int
    promised: int
    place: int
    held: bool = False
    ships: str = "complete"
    most_parcels: int | None = None
    kept: int = 0
    kept_for: tuple[str, ...] = ()
    taken: tuple[tuple[int, str, str], ...] = ()
    instead_of: str = ""
    agreed: bool = False
    sold_out: bool = False
    others_wait: bool = False


def why(facts: Facts) -> list[str]:
    """Why a line stands where it stands, first where that is; parts of sentences, without their full stops."""
    said = []
    if facts.wanted > facts.promised:
        said.append("The order is on hold and gets no stock" if facts.held else in_line(facts.place))
        if facts.promised:
            ships = _SHIPS[facts.ships].format(facts.most_parcels)
            said.append(f"{facts.promised:,} of {facts.wanted:,} promised; {ships}")
        if facts.kept and not facts.held:
            said.append(f"{_units(facts.kept)} free, kept for {' and '.join(facts.kept_for)}")
        if facts.agreed and not facts.held:
            said.append(f"the shopper takes a substitute; none in season has {_units(facts.wanted - facts.promised)} free")
        if facts.sold_out:
            said.append("the product is told as out of stock, not as a backorder")
    elif facts.others_wait and facts.ships == "complete":
        said.append("the order ships complete and waits for its other lines")
    said += [f"{_units(n)} taken for urgent order {ref} by {who}" for n, ref, who in facts.taken]
    if facts.instead_of:
        said.append(f"in place of {facts.instead_of}")
    return said


def _units(n: int) -> str:
    return f"{n:,} {'unit' if n == 1 else 'units'}"
