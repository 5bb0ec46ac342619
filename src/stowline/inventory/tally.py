"""Decisions about counts, on plain values: what a difference means, who must look again, which bins are due.

Numbers of one product (lot, serial) in one bin: `book` is what the books have there, whatever its condition; `missing` of
it are units on hold that a picker did not find. A difference is what was counted less the book at that moment. Moves go
on, but they change book and bin alike: the difference may be posted later, on whatever the balance is by then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

KINDS = {
    "short": "Short pick", "second": "Second count", "surprise": "Surprise", "hand": "By hand", "recount": "Moved meanwhile",
    "plan": "Plan", "empty": "Emptied",
}  # fmt: skip
PRIORITY = {"short": 2, "second": 2, "surprise": 3, "hand": 3, "recount": 4, "plan": 6, "empty": 7}
FIRST, LAST = 1, 9
COUNTABLE = ("dock", "storage", "pick", "staging", "backorder", "quarantine", "returns")
CLASSES = "ABC"
HALF = 0.5  # of its days must be over before a bin is counted again by plan


@dataclass(frozen=True, slots=True)
class Split:
    """What a difference does to the units of a bin: `found` of the missing are there after all, `written` are given up;
    `added` come to the good ones, `good`, `hold` and `damaged` leave them.
    """

    found: int = 0
    written: int = 0
    added: int = 0
    good: int = 0
    hold: int = 0
    damaged: int = 0

    @property
    def difference(self) -> int:
        """Units that come to the bin (or, below zero, leave it) by all of this."""
        return self.added - self.written - self.good - self.hold - self.damaged


def split(*, good: int, hold: int, damaged: int, missing: int, difference: int) -> Split | None:
    """How a difference is posted; None where fewer units are left than it says are gone.

    A shortage is first what a picker did not find, then good units, then those on hold, then damaged ones.
    """
    if good + hold + damaged + difference < 0:
        return None
    if difference >= 0:
        return Split(found=missing, added=difference)
    short = -difference
    written = min(short, missing)
    of_good = min(short - written, good)
    of_hold = min(short - written - of_good, hold - missing)
    return Split(missing - written, written, 0, of_good, of_hold, short - written - of_good - of_hold)


@dataclass(frozen=True, slots=True)
class Found:
    """What a count says of one product (lot, serial): units more or fewer than the books, units of the books that somebody
    else missed before, and the books. `scanned`: each unit was scanned by itself, as serials are.
    """

    difference: int
    missing: int
    book: int
    scanned: bool = False

    @property
    def doubt(self) -> int:
        """Units by which the count contradicts everybody: the books, and the picker who did not find the missing ones.

        Whatever lies between the two is nobody's contradiction: some of the missing were found.
        """
        return self.difference if self.difference > 0 else max(-self.difference - self.missing, 0)


def needs_second(off: int, book: int, *, units: int, percent: int) -> bool:
    """Whether somebody else must count: more than so many units off, or more than one unit and this share of the books."""
    return off > units or (off > 1 and off * 100 > percent * max(book, 1))


def contested(found: Sequence[Found], *, units: int, percent: int) -> list[bool]:
    """Of each number of one product in one bin, whether somebody else must look: because of itself, or because all that
    is missing (or all that is too much) of the product together is much. A serial that is too much was in the hand.
    """
    book = sum(one.book for one in found)
    sides = [0 if not one.doubt or (one.difference > 0 and one.scanned) else 1 if one.difference > 0 else -1 for one in found]
    off = {side: sum(one.doubt for one, at in zip(found, sides, strict=True) if at == side) for side in (-1, 1)}
    far = {side for side, n in off.items() if needs_second(n, book, units=units, percent=percent)}
    return [side in far or needs_second(one.doubt, one.book, units=units, percent=percent)
            for one, side in zip(found, sides, strict=True)]


def settles(found: Found, earlier: Iterable[int]) -> bool:
    """Whether a further count ends the question: it agrees with an earlier one, or with the books (or the picker)."""
    return found.difference in set(earlier) or found.doubt == 0


def classes(picks: Mapping[int, int], a_share: int, b_share: int) -> dict[int, str]:
    """A, B or C for each product: the most picked ones that together make `a_share` percent of all picks are A, those
    that make the next `b_share` percent B. What is not picked is C.
    """
    total, so_far, found = sum(n for n in picks.values() if n > 0), 0, {}
    for product, n in sorted(picks.items(), key=lambda item: (-item[1], item[0])):
        share = so_far * 100
        found[product] = "C" if n <= 0 else "A" if share < a_share * total else "B" if share < (a_share + b_share) * total else "C"
        so_far += max(n, 0)
    return found


@dataclass(frozen=True, slots=True)
class Due:
    """A bin as the plan sees it: its class, and the day it was counted last (None: never)."""

    location_id: int
    grade: str
    counted: date | None


@dataclass(frozen=True, slots=True)
class Pace:
    """Every bin of a class once in so many days, on these days of the week (1 is Monday), at most so many a day. `began`
    is the first day of the plan: from there on bins wait that were never counted.
    """

    days: Mapping[str, int]
    per_day: int
    began: date
    work_days: str = "12345"


def due_today(bins: Sequence[Due], today: date, pace: Pace, undone: int = 0) -> list[int]:
    """Which bins to count today, the most overdue (measured by the days of their class) first; `undone` ones of earlier
    days take their places of the day's cap.

    Each class gives its share of every working day, so that no day has all of it; what is overdue comes all the same.
    """
    if str(today.isoweekday()) not in pace.work_days:
        return []
    chosen: list[tuple[float, int]] = []
    for grade in CLASSES:
        days = pace.days[grade]
        of_class = [one for one in bins if one.grade == grade]
        share = ceil(len(of_class) * 7 / (days * len(pace.work_days)))
        waits = sorted((-_wait(one, today, pace), one.location_id) for one in of_class if _wait(one, today, pace) >= HALF)
        late = sum(1 for one in of_class if _age(one, today, pace) >= days)
        chosen += waits[: max(share, late)]
    return [location_id for _, location_id in sorted(chosen)[: max(pace.per_day - undone, 0)]]


def _age(one: Due, today: date, pace: Pace) -> int:
    """Days since it was counted, or since it waits for its first count."""
    return (today - (one.counted or pace.began)).days


def _wait(one: Due, today: date, pace: Pace) -> float:
    """How many times the days of its class are over; what was never counted goes before what was counted on that day."""
    return _age(one, today, pace) / pace.days[one.grade] + (0 if one.counted else HALF)
