"""Decisions about purchase orders, on plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

GOOD, DAMAGED, HOLD = "good", "damaged", "hold"


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


NOTICE = {
    "announced": ("arriving", "received", "closed"),
    "arriving": ("announced", "received", "closed"),
    "received": ("announced", "arriving", "closed"),
    "closed": ("announced", "arriving", "received"),
}
"""Where an arrival notice may go from each state: an undo leads back, one that was closed may be opened again."""


def notice_state(received: int, of: int) -> str:
    """The state of a notice of which so many pallets and cartons with goods are in."""
    return "announced" if not received else "received" if received >= of else "arriving"


def may_go(state: str, to: str) -> bool:
    """Whether a notice may go there."""
    return state == to or to in NOTICE[state]


@dataclass(frozen=True, slots=True)
class Open:
    """A line that goods are booked on: units ordered, units that came on it, over included, and how many more than ordered
    its supplier may send unasked.
    """

    id: int
    quantity: int
    came: int
    tolerance: int = 0

    @property
    def left(self) -> int:
        """Units still to come."""
        return max(self.quantity - self.came, 0)


@dataclass(frozen=True, slots=True)
class Booking:
    """Units for a line: `received` of what was ordered, `over` beyond that."""

    line_id: int | None
    received: int
    over: int = 0

    @property
    def units(self) -> int:
        """All of them."""
        return self.received + self.over


def tolerance(quantity: int, over_percent: int) -> int:
    """Units more than ordered that are taken in without asking."""
    return quantity * over_percent // 100


def book(lines: Sequence[Open], units: int, *, all_of_it: bool = False) -> list[Booking] | int:
    """So many units of one product over its lines, in their order; what is more goes over on the last of them, if it may
    (or if somebody says that all of it is taken). Otherwise how many may come at the most.
    """
    room = sum(line.left for line in lines)
    over = max(units - room, 0)
    last = lines[-1]
    allowed = max(last.tolerance - max(last.came - last.quantity, 0), 0)
    if over > allowed and not all_of_it:
        return room + allowed
    made, left = [], units - over
    for line in lines:
        part = min(line.left, left)
        left -= part
        more = over if line is last else 0
        if part or more:
            made.append(Booking(line.id, part, more))
    return made


CASE = {"open": ("solved",), "solved": ()}
"""Where a case at the dock may go from each state."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What a delivery was not as ordered: short, over, damaged, wrong-item; units, and photographs that show it."""

    kind: str
    sku: str
    name: str
    units: int
    note: str = ""
    photos: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """A line as it came: units ordered, come in all, and damaged of them."""

    sku: str
    name: str
    quantity: int
    came: int
    damaged: int


def discrepancies(lines: Sequence[Delivered], *, closed: bool) -> list[Discrepancy]:
    """What lines are not as ordered. Nothing is short while more may come."""
    found: list[Discrepancy] = []
    for line in lines:
        if line.came > line.quantity:
            found.append(Discrepancy("over", line.sku, line.name, line.came - line.quantity))
        if closed and line.came < line.quantity:
            found.append(Discrepancy("short", line.sku, line.name, line.quantity - line.came))
        if line.damaged:
            found.append(Discrepancy("damaged", line.sku, line.name, line.damaged))
    return found
