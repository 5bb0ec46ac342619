"""Windows of days, pure: from how late suppliers were and how long our own work took, the days P50 and P90 of a promise.

Everything is a distribution over whole days and is combined exactly: the days on which enough goods may have come for all
up to this place in line (the last expected days and the suppliers' slips), each followed by our own working days from
receipt to handover. P50 is the day by which half of all
such promises are kept, P90 nine of ten; adding the quantiles of the parts would promise too late a day.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate

Days = Mapping[int, float]
"""Days (slips, working days, or ordinals of dates) and how likely each is; the likelihoods sum to 1."""

ENOUGH = 8
"""Purchase orders (or shipped lines) that a history must have to be believed by itself."""
LEFT = 3
"""How many of them must still be possible once goods are late: of "later than ever before" nothing is known."""
WORKING_DAYS = frozenset(range(5))
"""Days of the week on which parcels are handed over: Monday to Friday."""
ASSUMED_SLIP: Days = dict.fromkeys(range(8), 1 / 8)
"""Where nothing is known of any supplier: on the last expected day, or up to a week later."""
ASSUMED_HANDLING: Days = {1: 0.5, 2: 0.5}
"""Where nothing is known of our own work: one working day, or two."""
MOST_WEIGHED = 6
"""Deliveries of which every set is weighed."""
FARTHEST = timedelta(days=3653)
"""A day further off than ten years is how other programs write that there is none (31 December 9999)."""
AGEING = 2
"""Days that a window may creep beyond what was told while nothing but time passes, before that is news."""


@dataclass(frozen=True, slots=True)
class History:
    """What was seen: how likely each number of days is, and from how many purchase orders or lines that is known."""

    days: Days = field(default_factory=dict)
    n: int = 0


@dataclass(frozen=True, slots=True)
class Basis:
    """A distribution and where it comes from: `own` (this supplier, this store), `pooled` (all of them) or `assumed`."""

    days: Days
    source: str
    n: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units of one product that a purchase order will bring."""

    ref: str
    supplier_id: int | None
    supplier: str
    units: int
    expected_from: date | None
    expected_to: date | None


@dataclass(frozen=True, slots=True)
class Window:
    """The days P50 and P90 of a promise, None while there is no date; which deliveries it rests on, and on what history.
    `chances`: how likely it is, by that history, to leave by each of the two days; whole days seldom hit 0.5 and 0.9.
    """

    p50: date | None = None
    p90: date | None = None
    arrivals: tuple[tuple[str, int], ...] = ()
    supplier: str = ""
    source: str = "none"
    n: int = 0
    chances: tuple[float, float] = (0.0, 0.0)

    @property
    def dated(self) -> bool:
        """Whether there are days."""
        return self.p90 is not None

    @property
    def arrival(self) -> str:
        """The delivery that brings the last unit; empty if none does."""
        return self.arrivals[-1][0] if self.arrivals else ""


NO_DATE = Window()


# --- history ----------------------------------------------------------------------------------------------------------


def history(cases: Iterable[Iterable[tuple[int, float]]]) -> History:
    """Each case (a purchase order: days and weights of its lines and revisions) counts once, however large it is."""
    found: dict[int, float] = {}
    n = 0
    for case in cases:
        weighed = [(days, weight) for days, weight in case if weight > 0]
        whole = sum(weight for _, weight in weighed)
        for days, weight in weighed:
            found[days] = found.get(days, 0.0) + weight / whole
        n += bool(weighed)
    return History({days: weight / n for days, weight in found.items()} if n else {}, n)


def basis(own: History, pooled: History, assumed: Days) -> Basis:
    """The narrowest history that is long enough to be believed."""
    return candidates(own, pooled, assumed)[0]


def candidates(own: History, pooled: History, assumed: Days) -> list[Basis]:
    """What may be believed, the best first; what is assumed is always there."""
    found = [Basis(one.days, name, one.n) for name, one in (("own", own), ("pooled", pooled)) if one.n >= ENOUGH]
    return [*found, Basis(assumed, "assumed", 0)]


# --- days -------------------------------------------------------------------------------------------------------------


def is_no_day(expected: date, today: date) -> bool:
    """Whether an expected day is too far off to be one."""
    return expected - today > FARTHEST


def arrival_days(expected: date, slips: Sequence[Basis], today: date) -> Basis | None:
    """The dates (as ordinals) on which goods may come that were expected on `expected` at the last and are not here yet.

    What would have come before today is out of the question. Too little left of a history: the next one is asked; None
    if even what is assumed is over: goods as late as that have no date.
    """
    for slip in slips:
        left = {expected.toordinal() + days: p for days, p in slip.days.items() if expected.toordinal() + days >= today.toordinal()}
        mass = sum(left.values())
        if mass <= 0 or (slip.source != "assumed" and slip.n * mass < LEFT - 1e-9):
            continue
        return Basis({day: p / mass for day, p in left.items()}, slip.source, slip.n)
    return None


def after_working_days(day: int, working_days: int) -> int:
    """The ordinal of the working day that is so many after an ordinal; none of them: the day itself or the next one."""
    while date.fromordinal(day).weekday() not in WORKING_DAYS:
        day += 1
    for _ in range(working_days):
        day += 1
        while date.fromordinal(day).weekday() not in WORKING_DAYS:
            day += 1
    return day


def working_days_between(first: date, last: date) -> int:
    """Working days after `first` until `last`; 0 if they are the same day."""
    return sum((first + timedelta(days=n)).weekday() in WORKING_DAYS for n in range(1, (last - first).days + 1))


def handed_over(comes: Days, handling: Days) -> dict[int, float]:
    """The dates on which a parcel leaves: each day that goods may come on, followed by each number of working days."""
    found: dict[int, float] = {}
    for day, p in comes.items():
        for working_days, q in handling.items():
            leaves = after_working_days(day, working_days)
            found[leaves] = found.get(leaves, 0.0) + p * q
    return found


def enough(several: Sequence[tuple[int, Days]], need: int) -> dict[int, float]:
    """The day on which so many units are there, out of several independent deliveries (units, days): whichever come first
    serve whoever is first. Exact; give it few deliveries, it weighs each set of them.
    """
    days = sorted({day for _, comes in several for day in comes})
    there, found, before = [0.0] * len(several), {}, 0.0
    for day in days:
        there = [sum_ + comes.get(day, 0.0) for sum_, (_, comes) in zip(there, several, strict=True)]
        now = _at_least([(units, p) for (units, _), p in zip(several, there, strict=True)], need)
        if now - before > 1e-12:
            found[day] = now - before
        before = max(now, before)
    return found


def _at_least(several: Sequence[tuple[int, float]], need: int) -> float:
    """How likely the units that are there sum to the need, each delivery being there or not."""
    sums = {0: 1.0}
    for units, p in several:
        after: dict[int, float] = {}
        for had, q in sums.items():
            for has, r in ((had, q * (1 - p)), (min(need, had + units), q * p)):
                if r > 0:
                    after[has] = after.get(has, 0.0) + r
        sums = after
    return sums.get(need, 0.0)


def quantile(days: Days, share: float) -> int:
    """The day by which nearest to this share of all cases is done.

    Days are whole, so no day has exactly the share. The first day with at least the share would keep more promises than
    it names, by half a day's likelihood on average; the nearest one is right on average.
    """
    so_far, best, gap = 0.0, min(days), 2.0
    for day in sorted(days):
        so_far += days[day]
        if abs(so_far - share) < gap - 1e-12:
            best, gap = day, abs(so_far - share)
    return best


# --- promises ---------------------------------------------------------------------------------------------------------


def serving(arrivals: Sequence[Arrival], ahead: int, units: int) -> tuple[list[tuple[Arrival, int]], bool]:
    """Which arrivals bring the units of a line that has `ahead` units before it, how many each; and whether that is all."""
    found: list[tuple[Arrival, int]] = []
    for arrival in arrivals:
        passed = min(ahead, arrival.units)
        ahead -= passed
        take = min(units, arrival.units - passed)
        if take > 0:
            found.append((arrival, take))
            units -= take
        if units <= 0:
            return found, True
    return found, False


def around(arrivals: Sequence[Arrival], need: int) -> tuple[int, int, int]:
    """Which deliveries decide when so many units are there: (from, to, units still needed of these).

    Those that bring the need in their order and one more that may overtake them, MOST_WEIGHED at most; deliveries before
    those are taken to be there by then.
    """
    sums = list(accumulate(arrival.units for arrival in arrivals))
    to = min(bisect_left(sums, need) + 2, len(arrivals))
    first = max(0, to - MOST_WEIGHED)
    return first, to, need - sum(arrival.units for arrival in arrivals[:first])


def window(comes: Sequence[tuple[int, Basis]], need: int, handling: Basis) -> Window:
    """The days P50 and P90 on which `need` units of these deliveries (units, days) leave, all of them known by day."""
    leaves = handed_over(enough([(units, basis.days) for units, basis in comes], need), handling.days)
    p50, p90 = (quantile(leaves, share) for share in (0.5, 0.9))
    weakest = min((basis for _, basis in comes), key=lambda one: one.n)
    early, late = (sum(p for day, p in leaves.items() if day <= last) for last in (p50, p90))
    return Window(date.fromordinal(p50), date.fromordinal(p90), source=weakest.source, n=weakest.n, chances=(early, late))


def news(now: Window, told_p90: date | None, *, told: bool, ageing: bool = False, today: date | None = None) -> str:
    """Why a shopper must hear of a promise that is other than what was told: `later`, `undated`, or '' for no reason.

    Within the range that was told nothing is bad news, and neither is an earlier day. While only time passes (`ageing`), the
    window may creep AGEING days further, until the last day that was told is over.
    """
    if not told or told_p90 is None:
        return ""
    if now.p90 is None:
        return "undated"
    creeps = ageing and today is not None and today <= told_p90
    return "later" if now.p90 > told_p90 + timedelta(days=AGEING if creeps else 0) else ""


def good_news(now: Window, told_p50: date | None, told_p90: date | None, *, told: bool, least: int) -> str:
    """Why a shopper would like to hear of a promise: `dated`, where we had to say that there is no date; `earlier`, where
    all of it lies before the days that were told and begins at least so many days sooner (0: never); else ''.
    """
    if not told or now.p50 is None or now.p90 is None:
        return ""
    if told_p50 is None or told_p90 is None:
        return "dated"
    sooner = least > 0 and now.p90 < told_p50 and (told_p50 - now.p50).days >= least
    return "earlier" if sooner else ""
