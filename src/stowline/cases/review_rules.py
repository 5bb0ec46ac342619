"""What a review may hold, and what figures come of reviews: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WAITING, APPROVED, REFUSED, ERASED = "waiting", "approved", "refused", "erased"
STATES: Mapping[str, str] = {WAITING: "To decide", APPROVED: "Shown", REFUSED: "Refused", ERASED: "Erased"}
LONGEST, LONGEST_NAME, LONGEST_ANSWER, LONGEST_REASON = 3000, 60, 2000, 300


@dataclass(frozen=True, slots=True)
class Rating:
    """How many approved reviews a product has, and how many stars they give it: `stars[n]` gave n + 1."""

    stars: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.stars)

    @property
    def average(self) -> float | None:
        """The mean, with one decimal; None while there is none."""
        return round(sum((n + 1) * many for n, many in enumerate(self.stars)) / self.count, 1) if self.count else None


NONE = Rating()


def schema_org(rating: Rating) -> dict[str, Any] | None:
    """The figures as search engines read them (AggregateRating); None without a single approved review."""
    if not rating.count:
        return None
    return {"@type": "AggregateRating", "ratingValue": rating.average, "reviewCount": rating.count, "bestRating": 5, "worstRating": 1}


def may_change(state: str) -> bool:
    """Whether its author may still change it: until somebody decided."""
    return state == WAITING
