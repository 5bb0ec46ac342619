"""How good the forecast would have been: stand on past days, look ahead, compare with what came. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from stowline.planning import forecast_rules as rules
from stowline.planning.forecast_rules import Expected, History


@dataclass(frozen=True, slots=True)
class Horizon:
    """So many days ahead: open days that were forecast, mean absolute error of model and baseline in orders, mean of
    forecast less what came, and the share of days within the range.
    """

    ahead: int
    days: int
    error: float
    baseline_error: float
    bias: float
    covered: float

    @property
    def ratio(self) -> float:
        """The model's error for each order of the baseline's; below 1 the model is better."""
        return self.error / self.baseline_error if self.baseline_error else float("inf") if self.error else 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """A back-test over the days from `first` to `last`: a line for each horizon, and how many were expected on closed days."""

    first: date
    last: date
    horizons: tuple[Horizon, ...]
    on_closed_days: float

    @property
    def covered(self) -> float:
        """The share of all forecasts that held within their range."""
        days = sum(one.days for one in self.horizons)
        return sum(one.covered * one.days for one in self.horizons) / days if days else 0.0


def backtest(past: History, weeks: int = 8, ahead: int = 14) -> Report:
    """Forecast each of the last `weeks` weeks of a history from 1 to `ahead` days before, each time knowing only what was
    known then.
    """
    first = past.last - timedelta(days=7 * weeks - 1)
    came = dict(zip(past.days, past.orders, strict=True))
    seen: dict[int, list[tuple[Expected, int]]] = {n: [] for n in range(1, ahead + 1)}
    closed = 0.0
    for back in range(7 * weeks - 1 + ahead, 0, -1):
        today = past.last - timedelta(days=back)
        known = past.until(today)
        if not known.orders:
            continue
        for one in rules.forecast(known, ahead):
            if first <= one.day <= past.last:
                if one.closed and not came[one.day]:
                    closed += one.orders
                else:
                    seen[(one.day - today).days].append((one, came[one.day]))
    return Report(first, past.last, tuple(_horizon(n, pairs) for n, pairs in seen.items()), closed)


def _horizon(ahead: int, pairs: Sequence[tuple[Expected, int]]) -> Horizon:
    n = len(pairs) or 1
    return Horizon(
        ahead, len(pairs),
        sum(abs(one.orders - came) for one, came in pairs) / n,
        sum(abs(one.baseline - came) for one, came in pairs) / n,
        sum(one.orders - came for one, came in pairs) / n,
        sum(one.low <= came <= one.high for one, came in pairs) / n,
    )  # fmt: skip


def as_json(report: Report) -> Mapping[str, object]:
    """The report for machines."""
    return {
        "from": report.first.isoformat(), "to": report.last.isoformat(), "covered": round(report.covered, 4), "on_closed_days": report.on_closed_days,
        "horizons": [{"ahead": one.ahead, "days": one.days, "error": round(one.error, 3), "baseline_error": round(one.baseline_error, 3),
                      "ratio": round(one.ratio, 4), "bias": round(one.bias, 3), "covered": round(one.covered, 4)} for one in report.horizons],
    }  # fmt: skip
