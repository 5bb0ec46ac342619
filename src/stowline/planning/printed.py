"""Forecast and back-test as lines for a person at a terminal."""

from collections.abc import Iterator, Sequence

from stowline.planning.backtest_rules import Report
from stowline.planning.forecast_rules import Expected


def forecast(days: Sequence[Expected]) -> Iterator[str]:
    """A line for each day: expected, the 80 % range, and what last week would say."""
    yield f"{'Day':<15} {'Orders':>8} {'80 of 100 days':>17} {'Last week':>10}"
    for one in days:
        if one.closed:
            yield f"{one.day:%a %Y-%m-%d}  {'closed':>8}{f'  {one.holiday}' if one.holiday else ''}"
        else:
            yield f"{one.day:%a %Y-%m-%d}  {one.orders:>8.1f} {f'{one.low} to {one.high}':>17} {one.baseline:>10.0f}{f'  {one.holiday}' if one.holiday else ''}"


def backtest(report: Report) -> Iterator[str]:
    """A line for each horizon, and what they come to."""
    yield f"Back-test from {report.first} to {report.last}: mean error in orders a day, forecast against the same weekday of last week."
    yield f"{'Days ahead':>10} {'Days':>6} {'Error':>8} {'Last week':>10} {'Ratio':>6} {'Too high by':>12} {'In range':>9}"
    for one in report.horizons:
        yield f"{one.ahead:>10} {one.days:>6} {one.error:>8.1f} {one.baseline_error:>10.1f} {one.ratio:>6.2f} {one.bias:>12.1f} {one.covered:>9.0%}"
    yield f"Within the 80 % range: {report.covered:.1%}. Orders forecast for closed days: {report.on_closed_days:.0f}."
