"""Decisions about purchase orders, on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a purchase order: units agreed and units of them that came."""

    id: int
    sku: str
    quantity: int
    received: int


def spread(lines: Sequence[Line], units: int) -> dict[int, int]:
    """So many units of one SKU over its lines, in their order: {line id: units}. None gets fewer than came on it, none
    but the last more than it had. `units` are at least what came.
    """
    left = units - sum(line.received for line in lines)
    given = {}
    for line in lines[:-1]:
        part = min(line.quantity - line.received, left)
        given[line.id] = line.received + part
        left -= part
    given[lines[-1].id] = lines[-1].received + left
    return given


def day(on: date) -> str:
    """ "9 May 2027"."""
    return f"{on.day} {on:%B} {on.year}"


def window(first: date | None, last: date | None) -> str:
    """ "9 May 2027", "3 to 9 May 2027", "28 April 2027 to 3 May 2027", "no date"."""
    if first is None or last is None or first == last:
        known = first or last
        return day(known) if known else "no date"
    if (first.month, first.year) == (last.month, last.year):
        return f"{first.day} to {day(last)}"
    return f"{day(first)} to {day(last)}"


def changed(
    ref: str, days: tuple[tuple[date | None, date | None], tuple[date | None, date | None]], units: tuple[int, int]
) -> str:
    """What a revision changed, in words, from (before, after) of its days and of its units: "PO-4 moved from 3 May 2027
    to 9 May 2027 and brings 10 units fewer"; '' if nothing.
    """
    said = [f"moved from {window(*days[0])} to {window(*days[1])}"] if days[0] != days[1] else []
    more = units[1] - units[0]
    if more:
        said.append(f"brings {abs(more):,} {'unit' if abs(more) == 1 else 'units'} {'more' if more > 0 else 'fewer'}")
    return f"{ref} {' and '.join(said)}" if said else ""
