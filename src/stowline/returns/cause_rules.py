"""What returns of a product say about why it comes back, and which product is worst. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stowline.core.shares import Z_95_ONE_SIDED, wilson

FEWEST = 3
"""Of fewer units nothing is said: one return is an accident."""
MOST_OF = 0.5
TIMES = 2.0
"""A lot comes back so many times as often as the product's other lots before it is named."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Units of something: `sent` out, `back` (asked to be returned, or brought back)."""

    sent: int
    back: int

    @property
    def rate(self) -> float:
        """Units back for each unit sent; 0 where none went out."""
        return self.back / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class Story:
    """What is known of a product's returns: units back by reason, units of each lot, units that were looked at by grade."""

    all: Counted
    reasons: Mapping[str, int]
    lots: Mapping[str, Counted] = field(default_factory=dict)
    grades: Mapping[str, int] = field(default_factory=dict)


def at_least(counted: Counted) -> float:
    """The rate that the figures prove at the least: the lower end of its one-sided 95 % interval; 0 where none went out."""
    return wilson(min(counted.back, counted.sent), counted.sent, Z_95_ONE_SIDED)[0]


def bad_lot(lots: Mapping[str, Counted]) -> str:
    """The lot that comes back far more often than the others of its product; '' if none does."""
    for code, one in sorted(lots.items(), key=lambda item: -at_least(item[1])):
        others = Counted(sum(lot.sent for lot in lots.values()) - one.sent, sum(lot.back for lot in lots.values()) - one.back)
        if code and one.back >= FEWEST and others.sent and at_least(one) > TIMES * others.rate:
            return code
    return ""


def cause(story: Story) -> tuple[str, str]:
    """The likely cause as (key, sentence); ("", "") where the figures say nothing."""
    if story.all.back < FEWEST:
        return "", ""
    if lot := bad_lot(story.lots):
        one = story.lots[lot]
        return "lot", f"Lot {lot}: {one.back:,} of {one.sent:,} came back, of its other lots fewer. Look at what is left of it, and tell the supplier."
    reason, units = max(story.reasons.items(), key=lambda item: item[1], default=("", 0))
    if units < MOST_OF * story.all.back:
        return "mixed", "No reason stands out. Read the notes."
    if reason == "disliked" and story.grades.get("damaged", 0) + story.grades.get("worn", 0) > story.grades.get("as_new", 0):
        return "used", "Most came back used, though they were only not liked. Look at the policy and its fee."
    return reason, _SAY.get(reason, "")


_SAY = {
    "damaged": "It breaks on the way. Look at its box and what is put around it.",
    "wrong": "Another item is sent in its place. Look at its barcode, its bin and what lies beside it.",
    "disliked": "It is not what people expect. Look at its page: words, photographs, measures.",
    "not_received": "It does not arrive. Look at the carrier and the addresses.",
    "other": "No reason stands out. Read the notes.",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What returns cost, in minor units: goods that cannot be sold again, goods sent in their place, ways back that we paid
    for, work. Goods count as what was paid for them; what a way and a unit's work cost is what the asker says.
    """

    lost: int = 0
    replaced: int = 0
    ways: int = 0
    work: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.lost + self.replaced + self.ways + self.work

    def each(self, returns: int) -> int:
        """For one return, rounded half up; 0 where there was none."""
        return (2 * self.total + returns) // (2 * returns) if returns else 0


def worst_first(rows: Sequence[tuple[str, Counted]]) -> list[str]:
    """Keys by the rate that is proven, the worst first; below them what came back fewer than `FEWEST` times, which says
    little however bad its rate, and what never came back not at all.
    """
    return [key for key, one in sorted(rows, key=lambda row: (row[1].back < FEWEST, -at_least(row[1]), row[0])) if one.back]
