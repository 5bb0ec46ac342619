"""What a case is, who may do what with it in which state, and when it is due: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo

KINDS: Mapping[str, str] = {
    "not_received": "Not received", "wrong": "Wrong item", "damaged": "Damaged", "question": "Question", "return": "Return", "other": "Something else",
}  # fmt: skip
STATES: Mapping[str, str] = {"open": "To answer", "waiting": "Waiting for the shopper", "solved": "Solved", "closed": "Closed"}
HOURS: Mapping[str, int] = {"not_received": 4, "wrong": 4, "damaged": 4, "question": 8, "return": 8, "other": 8}
"""Working hours in which a kind is answered, unless a store says otherwise."""
CLOSE_AFTER_H = 48
MOST_HOURS, LONGEST_OPEN_H = 200, 30 * 24
BUSY: Mapping[str, str] = {"off": "Never", "spike": "While more ask than usual", "on": "Until I switch it off"}
VERDICTS: Mapping[str, str] = {"good": "Good", "bad": "Not good"}
BEGINS, ENDS = time(9), time(17)
"""A working day, Monday to Friday, by the store's clock."""
LONGEST, LONGEST_BUSY = 4000, 300
MOST_PHOTOS, MOST_OF_A_CASE, MOST_A_DAY = 5, 20, 30
"""Photographs with one entry and in one case; what one order's shopper says within a day."""
_KIND_OF: Mapping[str, str] = {"where": "question", "cancel": "question", "return": "return", "damaged": "damaged", "other": "question"}


@dataclass(frozen=True, slots=True)
class Policy:
    """How a store keeps its cases."""

    hours: Mapping[str, int] = field(default_factory=lambda: dict(HOURS))
    close_after_h: int = CLOSE_AFTER_H
    busy: str = "off"
    busy_words: Mapping[str, str] = field(default_factory=dict)

    def hours_of(self, kind: str) -> int:
        """Working hours in which a kind is answered."""
        return self.hours.get(kind, HOURS[kind])


def kind_of_contact(about: str) -> str:
    """The kind of case that a contact opens; '' for one that needs none, such as thanks."""
    return _KIND_OF.get(about, "")


def due(at: datetime, hours: int, zone: tzinfo) -> datetime:
    """So many working hours after a moment. What comes in at night or on a Sunday counts from the next morning."""
    here, left = at.astimezone(zone), timedelta(hours=hours)
    day = here.date()
    while True:
        begins, ends = (datetime.combine(day, one, zone) for one in (BEGINS, ENDS))
        begins = max(begins, here)
        if day.weekday() < 5 and begins < ends:
            if begins + left <= ends:
                return (begins + left).astimezone(at.tzinfo)
            left -= ends - begins
        day += timedelta(days=1)


def after_shopper(state: str) -> str:
    """The state once a shopper said something: it is to be answered, whatever it was."""
    _ = state
    return "open"


def may_answer(state: str) -> bool:
    """Whether staff may answer: not what is closed, that its shopper alone opens again."""
    return state != "closed"


def may_solve(state: str) -> bool:
    """Whether it can be solved."""
    return state in ("open", "waiting")


def may_judge(state: str, verdict: str) -> bool:
    """Whether its shopper may still say how it was: once, when it is over."""
    return state in ("solved", "closed") and not verdict


def trouble_with_answer(text: str) -> str:
    """Why an answer must not go out; '' if it may."""
    if not text.strip():
        return "Write an answer first."
    if len(text) > LONGEST:
        return f"An answer has at most {LONGEST:,} characters; this one has {len(text):,}."
    if "{{" in text or "}}" in text:
        return "A placeholder is left open: take out what stands in double braces, or write it as the list says."
    return ""
