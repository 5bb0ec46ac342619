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
