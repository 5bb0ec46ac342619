"""Who gets what: pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that waits: in the order of service already."""

    line_id: int
    order_id: int
    units: int


def serve(waiting: list[Waiting], free: int) -> list[tuple[Waiting, int]]:
    """Hand `free` units out in order, each line as much as it waits for, until none is left."""
    served = []
    for line in waiting:
        if free <= 0:
            break
        take = min(free, line.units)
        served.append((line, take))
        free -= take
    return served
