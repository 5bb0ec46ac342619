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
