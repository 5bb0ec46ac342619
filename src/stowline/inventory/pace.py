"""How fast things go: decisions on plain values, no database, no clock.

Grades: products in order of how often they were picked; the first that make up 80 % of all picks are A, those up to
95 % are B, the rest C (the usual ABC analysis, by visits to the bin instead of by value).

Forecast: see `expected`.
"""

from collections.abc import Mapping
from datetime import date, timedelta

WEEKS = 4
DAYS = 7 * WEEKS
A_PERCENT, B_PERCENT = 80, 95


def grades(picks: Mapping[int, int]) -> dict[int, str]:
    """The grade of each product that was picked, by how often."""
    sold = sorted(((n, product) for product, n in picks.items() if n > 0), key=lambda one: (-one[0], one[1]))
    total, before = sum(n for n, _ in sold), 0
    found: dict[int, str] = {}
    for n, product in sold:
        share = before * 100
        found[product] = "A" if share < A_PERCENT * total else "B" if share < B_PERCENT * total else "C"
        before += n
    return found


def expected(units: Mapping[date, int], today: date, days: int, since: date | None) -> int:
    """Units that will probably be picked from today on, for so many days (today is the first), rounded up.

    With four weeks of history each day counts as the mean of the four same weekdays before today. With less, every day
    counts as the mean of the days since `since`, the first day anything was picked in this house; today itself is not
    over, so it is never history. Without a whole day of history nothing is expected.
    """
    known = min((today - since).days, DAYS) if since else 0
    if known < 1 or days < 1:
        return 0
    past = {today - timedelta(days=n): max(units.get(today - timedelta(days=n), 0), 0) for n in range(1, known + 1)}
    if known < DAYS:
        return -(-sum(past.values()) * days // known)
    weekday = [0] * 7
    for day, n in past.items():
        weekday[day.weekday()] += n
    total = sum(weekday[(today + timedelta(days=n)).weekday()] for n in range(days))
    return -(-total // WEEKS)
