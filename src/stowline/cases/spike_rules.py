"""When more shoppers than usual ask where their order is: pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import fmean, pstdev

DAYS = 28
FEWEST = 5
"""Contacts within a day under which nothing is unusual."""
SPREADS = 3


@dataclass(frozen=True, slots=True)
class Usual:
    """The mean of the days before, and the most that is still usual."""

    mean: float
    most: int


def usual(days: Sequence[int]) -> Usual:
    """From the counts of the days before. Their spread is at least that of chance (Poisson: the root of the mean), so that
    a quiet month makes no alarm of a sixth call.
    """
    mean = fmean(days) if days else 0.0
    spread = max(pstdev(days) if days else 0.0, sqrt(mean))
    return Usual(mean, max(FEWEST - 1, floor(mean + SPREADS * spread)))


def is_spike(last_day: int, days: Sequence[int]) -> bool:
    """Whether the last 24 hours are beyond what is usual."""
    return last_day > usual(days).most


def per_hundred(contacts: int, orders: int) -> float | None:
    """Contacts for each 100 orders that were shipped, to a tenth; None where none was."""
    return round(100 * contacts / orders, 1) if orders else None
