"""Windows of days, pure: from how late suppliers were and how long our own work took, the days P50 and P90 of a promise.

Everything is a distribution over whole days and is combined exactly: the days goods may come (the last expected day and
a supplier's slip), each followed by our own working days from receipt to handover. P50 is the day by which half of all
such promises are kept, P90 nine of ten; adding the quantiles of the parts would promise too late a day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce

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
    """The days P50 and P90 of a promise, None while there is no date; which deliveries it rests on, and on what history."""

    p50: date | None = None
    p90: date | None = None
    arrivals: tuple[tuple[str, int], ...] = ()
    supplier: str = ""
    source: str = "none"
    n: int = 0

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


def last_of(several: Sequence[Days]) -> dict[int, float]:
    """The day on which the last of several independent deliveries is there."""
    return reduce(_later_of, several[1:], dict(several[0]))


def _later_of(one: dict[int, float], other: Days) -> dict[int, float]:
    found: dict[int, float] = {}
    before_one = before_other = 0.0
    for day in sorted({*one, *other}):
        p, q = one.get(day, 0.0), other.get(day, 0.0)
        both = p * before_other + q * before_one + p * q
        if both > 0:
            found[day] = both
        before_one, before_other = before_one + p, before_other + q
    return found


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


def window(parts: Sequence[tuple[Arrival, int]], *, whole: bool, comes: Mapping[str, Basis | None], handling: Basis) -> Window:
    """The promise of a line that these arrivals serve, given the days each may come (by its ref; None: nobody knows)."""
    refs = tuple((arrival.ref, units) for arrival, units in parts)
    supplier = parts[-1][0].supplier if parts else ""
    known = [comes[arrival.ref] for arrival, _ in parts]
    found = [one for one in known if one is not None]
    if not whole or len(found) < len(known) or not found:
        return Window(arrivals=refs, supplier=supplier)
    leaves = handed_over(last_of([one.days for one in found]), handling.days)
    p50, p90 = (date.fromordinal(quantile(leaves, share)) for share in (0.5, 0.9))
    weakest = min(found, key=lambda one: one.n)
    return Window(p50, p90, refs, supplier, weakest.source, weakest.n)


def news(now: Window, told_p90: date | None, *, told: bool, ageing: bool = False, today: date | None = None) -> str:
    """Why a shopper must hear of a promise that is other than what was told: `later`, `undated`, or '' for no reason.

    Within the range that was told nothing is news, and neither is an earlier day. While only time passes (`ageing`), the
    window may creep AGEING days further, until the last day that was told is over.
    """
    if not told or told_p90 is None:
        return ""
    if now.p90 is None:
        return "undated"
    creeps = ageing and today is not None and today <= told_p90
    return "later" if now.p90 > told_p90 + timedelta(days=AGEING if creeps else 0) else ""
