"""How many orders to expect on each of the next days, and within which range. Pure; numbers by numpy.

The model is a Poisson regression (log link, iteratively reweighted least squares: McCullagh and Nelder 1989, chapter 2) on
weekday, trend, month, public holidays, Black Friday, Cyber Monday and the approach of Christmas. Days of long ago count
less. Each effect but the level is held back by a penalty, as if it had to be proved: of what was never seen (a December, in
the first year) nothing is claimed. What the last week says above or below the fit is carried on.

The range: orders scatter more than a Poisson would have it. How much more is taken from the fit's own misses, and grows with
the days ahead, as the level drifts. Low and high are quantiles of a negative binomial with that variance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import exp, log, log1p, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from stowline.planning import season_rules as season

Numbers = NDArray[np.float64]

HALF_LIFE_DAYS = 120.0
"""A day so long ago counts half."""
RECENT_DAYS = 7
"""So many open days say how the level is now."""
SHRINK_ORDERS = 50.0
"""As if so many orders had come exactly as the fit says: a quiet week of a small shop moves little."""
LEAST_DAYS = 56
"""With a shorter history the baseline is forecast."""
CLOSED_AFTER = 4
"""A weekday without an order so many times in a row, and in all of the last eight, is closed."""
SHARE = 0.8
"""Of the days to come, so many are meant to lie within the range."""
DRIFT, DRIFT_WEEKS = 0.001, 8
"""By how much the variance of the level's logarithm grows with each day ahead, as long as the history's own weeks do not say
otherwise: it counts as much as so many of them. Weeks of the last half year are looked at.
"""
_STEPS, _CLOSE = 40, 1e-9
_SMALL = 400.0
"""Above so many orders a quantile is taken from the normal of the logarithm: the count's steps no longer show."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One day to come: orders expected, the range, and the baseline's word. Closed days expect none."""

    day: date
    orders: float
    low: int
    high: int
    baseline: float
    closed: bool = False
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Orders of each day from `first` on, without a gap; a day without orders is 0."""

    first: date
    orders: tuple[int, ...]
    country: str = ""
    _days: list[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_days", [self.first + timedelta(days=n) for n in range(len(self.orders))])

    @property
    def days(self) -> Sequence[date]:
        """Its days, in order."""
        return self._days

    @property
    def last(self) -> date:
        """Its last day."""
        return self._days[-1]

    def until(self, day: date) -> "History":
        """What was known at the end of a day."""
        return History(self.first, self.orders[: max(0, (day - self.first).days + 1)], self.country)


def history(counts: Mapping[date, int], country: str = "", until: date | None = None) -> History:
    """A history from the days that had orders; those in between had none. Empty counts are an empty history."""
    known = {day: n for day, n in counts.items() if until is None or day <= until}
    if not known:
        return History(until or date.min, ())
    first, last = min(known), until or max(known)
    return History(first, tuple(known.get(first + timedelta(days=n), 0) for n in range((last - first).days + 1)), country)


def closed_weekdays(past: History) -> frozenset[int]:
    """Weekdays (Monday is 0) on which this house has no orders."""
    found = set()
    for weekday in range(7):
        seen = [n for day, n in zip(past.days, past.orders, strict=True) if day.weekday() == weekday][-8:]
        if len(seen) >= CLOSED_AFTER and not any(seen):
            found.add(weekday)
    return frozenset(found)


def closed_holidays(past: History) -> bool:
    """Whether this house has no orders on public holidays: two or more (one may be an accident) fell on its
    open weekdays, and none had any.
    """
    closed = closed_weekdays(past)
    free = season.public_holidays(past.country, past.days)
    seen = [n for day, n in zip(past.days, past.orders, strict=True) if day in free and day.weekday() not in closed]
    return len(seen) >= 2 and not any(seen)


def baseline(past: History, day: date) -> float:
    """Seasonal-naive: the orders of the same weekday in the last week that is known."""
    weeks = -(-(day - past.last).days // 7)
    at = len(past.orders) - 1 + (day - past.last).days - 7 * weeks
    return float(past.orders[at]) if at >= 0 else 0.0


def forecast(past: History, days: int) -> list[Expected]:
    """The next days after the history's last, each with its range. An empty history expects nothing it could say."""
    if not past.orders:
        return []
    ahead = [past.last + timedelta(days=n + 1) for n in range(days)]
    free = season.public_holidays(past.country, ahead)
    shut, shut_on_holidays = closed_weekdays(past), closed_holidays(past)
    fit = _Fit.of(past) if len(past.orders) >= LEAST_DAYS else None
    found = []
    for n, day in enumerate(ahead):
        naive = baseline(past, day)
        if day.weekday() in shut or (shut_on_holidays and day in free):
            found.append(Expected(day, 0.0, 0, 0, naive, closed=True, holiday=free.get(day, "")))
            continue
        mean, variance = fit.expects(day, n + 1) if fit else (naive, 2.0 * naive + 0.1 * naive * naive + 1.0)
        low, high = interval(mean, variance)
        found.append(Expected(day, mean, low, high, naive, holiday=free.get(day, "")))
    return found


# --- the regression ---------------------------------------------------------------------------------------------------

_PENALTIES = (
    1e-6,                # the level
    *(4.0,) * 7,         # weekdays
    4.0,                 # trend, of a hundred days
    4.0, 4.0, 4.0, 4.0,  # holiday, Black Friday, Cyber Monday, between the years
    8.0,                 # the approach of Christmas
    *(40.0,) * 12,       # months
)  # fmt: skip
"""As if so many orders spoke against each effect. Found by the back-test on UCI Online Retail (docs/forecast.md), which says how
little half or double of each changes."""


def _row(day: date, today: date, *, holiday: bool) -> list[float]:
    gap = season.days_to_christmas(day)
    near = exp(-(((gap - season.CHRISTMAS_PEAK_DAYS) / season.CHRISTMAS_SPREAD_DAYS) ** 2)) if gap >= 0 else 0.0
    return [
        1.0, *(float(day.weekday() == n) for n in range(7)), (day - today).days / 100,
        float(holiday), float(day == season.black_friday(day.year)), float(day == season.cyber_monday(day.year)), float(season.between_the_years(day)),
        near, *(float(day.month == n) for n in range(1, 13)),
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fit:
    """The regression of a history: its effects, how the last week stood to it, and how much days scatter about it."""

    past: History
    effects: Numbers
    level: float
    scatter: float
    drift: float

    @classmethod
    def of(cls, past: History) -> "_Fit":
        free = season.public_holidays(past.country, past.days)
        shut = closed_weekdays(past)
        known = [(day, n) for day, n in zip(past.days, past.orders, strict=True) if n and day.weekday() not in shut]
        if not known:
            return cls(past, np.array([-20.0, *[0.0] * (len(_PENALTIES) - 1)]), 1.0, 1.0, 0.0)
        rows = np.array([_row(day, past.last, holiday=day in free) for day, _ in known])
        orders = np.array([n for _, n in known], float)
        weights = 0.5 ** (np.array([(past.last - day).days for day, _ in known], float) / HALF_LIFE_DAYS)
        effects = regress(rows, orders, weights, np.array(_PENALTIES))
        fitted = np.exp(rows @ effects)
        recent, said = float(orders[-RECENT_DAYS:].sum()), float(fitted[-RECENT_DAYS:].sum())
        free_days = max(1.0, weights.sum() - _spent(rows, fitted, weights))
        scatter = max(1.0, float((weights * (orders - fitted) ** 2 / fitted).sum() / free_days))
        return cls(past, effects, (recent + SHRINK_ORDERS) / (said + SHRINK_ORDERS), scatter, _drift(orders, fitted, scatter))

    def expects(self, day: date, ahead: int) -> tuple[float, float]:
        """(mean, variance) of a day's orders, so many days ahead."""
        free = season.public_holidays(self.past.country, [day])
        row = np.array(_row(day, self.past.last, holiday=day in free))
        mean = exp(min(float(row @ self.effects), 16.0)) * self.level
        return mean, self.scatter * mean + self.drift * ahead * mean * mean


def _spent(rows: Numbers, fitted: Numbers, weights: Numbers) -> float:
    """How many days the effects have used up: the trace of the hat matrix."""
    bend = (rows * (weights * fitted)[:, None]).T @ rows
    return float(np.trace(np.linalg.solve(bend + np.diag(_PENALTIES), bend)))


def _drift(orders: Numbers, fitted: Numbers, scatter: float) -> float:
    """How the level wanders: by what six open days stand to their fit otherwise than the six before, beyond what the scatter
    of days makes of it.
    """
    whole = len(orders) // 6
    came, said = (one[len(one) - 6 * whole :].reshape(whole, 6).sum(axis=1)[-26:] for one in (orders, fitted))
    steps = np.diff(np.log(came / said)) ** 2 - scatter * (1 / said[1:] + 1 / said[:-1])
    seen = float(np.clip(steps, -0.2, 0.2).sum()) / 7
    return max(DRIFT / 4, (seen + DRIFT * DRIFT_WEEKS) / (len(steps) + DRIFT_WEEKS))


def regress(rows: Numbers, orders: Numbers, weights: Numbers, penalties: Numbers) -> Numbers:
    """The effects of a penalised Poisson regression: `rows` n × k, `orders` and `weights` n, `penalties` k."""
    effects = np.zeros(rows.shape[1])
    effects[0] = np.log(max(float(weights @ orders / weights.sum()), 0.1))
    for _ in range(_STEPS):
        mean = np.exp(np.clip(rows @ effects, -20, 16))
        slope = rows.T @ (weights * (orders - mean)) - penalties * effects
        slope[0] += penalties[0] * effects[0]  # the level is free
        bend = (rows * (weights * mean)[:, None]).T @ rows + np.diag(penalties)
        step = np.clip(np.linalg.solve(bend, slope), -2, 2)
        effects = effects + step
        if float(np.abs(step).max()) < _CLOSE:
            break
    return effects


# --- the range --------------------------------------------------------------------------------------------------------


def interval(mean: float, variance: float, share: float = SHARE) -> tuple[int, int]:
    """(low, high) of a count with this mean and variance, so that about `share` of the days lie within; both ends count."""
    tail = (1 - share) / 2
    return quantile(mean, variance, tail), quantile(mean, variance, 1 - tail)


def quantile(mean: float, variance: float, at: float) -> int:
    """The smallest count that `at` of the days do not exceed: negative binomial, Poisson where the variance is no larger."""
    if mean <= 0:
        return 0
    if mean > _SMALL:
        spread = log1p(variance / mean**2)
        return round(exp(log(mean) - spread / 2 + NormalDist().inv_cdf(at) * sqrt(spread)))
    p = mean / variance if variance > mean * 1.0001 else 1.0
    r = mean * p / (1 - p) if p < 1 else 0.0
    chance = p**r if r else exp(-mean)
    total, count = chance, 0
    while total < at and count < 20 * (mean + 10):
        count += 1
        chance *= (count - 1 + r) / count * (1 - p) if r else mean / count
        total += chance
    return count
