"""Plans on a file of days, without a database: what `stowline plan` prints."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from stowline.core import csvfile
from stowline.core.errors import Refused
from stowline.planning import backtest_rules, daily_csv, forecast_rules
from stowline.planning.backtest_rules import Report
from stowline.planning.forecast_rules import Expected, History

LONGEST_GAP_DAYS = 7
"""So many days after the last of a file are taken as days without orders, no more."""


def forecast(*, file: Path, until: datetime | None, mapping: str, country: str, days: int) -> list[Expected]:
    """The days after the last known one. Raises Refused for a file that cannot be read."""
    return forecast_rules.forecast(_history(file, until, mapping, country), days)


def backtest(*, file: Path, until: datetime | None, mapping: str, country: str, weeks: int, days: int) -> Report:
    """The forecast's errors over the last weeks. Raises Refused for a history that is shorter than what is asked."""
    past = _history(file, until, mapping, country)
    needed = 7 * weeks + days + 7
    if len(past.orders) < needed:
        raise Refused(f"The file knows {len(past.orders)} days; to look back on {weeks} weeks takes {needed}.", where="weeks")
    return backtest_rules.backtest(past, weeks, days)


def _history(file: Path, until: datetime | None, mapping: str, country: str) -> History:
    counts, end = daily_csv.read(file, csvfile.parse_mapping(mapping, daily_csv.FIELDS)), until.date() if until else None
    if end and end < min(counts):
        raise Refused(f"The file begins on {min(counts)}, after {end}.", where="until")
    if end and end > max(counts) + timedelta(days=LONGEST_GAP_DAYS):
        raise Refused(f"The file ends on {max(counts)}; of the days until {end} it knows nothing.", where="until")
    return forecast_rules.history(counts, country, end)


def as_json(days: Sequence[Expected]) -> dict[str, object]:
    """The forecast for machines."""
    return {"days": [
        {"date": one.day.isoformat(), "expected": round(one.orders, 2), "low": one.low, "high": one.high, "baseline": one.baseline, "closed": one.closed, "holiday": one.holiday}
        for one in days]}  # fmt: skip
