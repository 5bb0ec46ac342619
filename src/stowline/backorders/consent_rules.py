"""Consent to a delay, after the order rule of the United States (16 CFR 435.2(b)): plain values.

A first delay with a definite day at most 30 days after the day that was promised: who does not answer agrees. A longer
one, one without a day, and every further one: the shopper must agree, or the order is cancelled and paid back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST_SILENT = timedelta(days=30)
LEAST_TIME = timedelta(days=1)
"""However late it is by the rule, a shopper has a day to answer."""


class State(StrEnum):
    """Where a question stands."""

    ASKED = "asked"
    CONSENTED = "consented"
    SILENT = "silent_consent"
    REFUSED = "refused"
    LAPSED = "lapsed"
    MET = "met"
    REPLACED = "replaced"


class Outcome(StrEnum):
    """What happened to it."""

    AGREED = "agreed"
    REFUSED = "refused"
    OVER = "over"  # its day came without an answer, and silence counts
    LAPSED = "lapsed"  # its day came without an answer, and silence does not count
    MET = "met"  # nothing waits any more
    REPLACED = "replaced"  # a further delay is asked about


AFTER: Mapping[tuple[State, Outcome], State] = {
    (State.ASKED, Outcome.AGREED): State.CONSENTED,
    (State.ASKED, Outcome.REFUSED): State.REFUSED,
    (State.ASKED, Outcome.OVER): State.SILENT,
    (State.ASKED, Outcome.LAPSED): State.LAPSED,
    (State.ASKED, Outcome.MET): State.MET,
    (State.ASKED, Outcome.REPLACED): State.REPLACED,
    (State.CONSENTED, Outcome.REFUSED): State.REFUSED,  # a shopper may cancel at any time before it ships
    (State.SILENT, Outcome.AGREED): State.CONSENTED,
    (State.SILENT, Outcome.REFUSED): State.REFUSED,
    (State.LAPSED, Outcome.AGREED): State.CONSENTED,  # they answered late, and nobody had cancelled it yet
    (State.LAPSED, Outcome.REFUSED): State.REFUSED,
    (State.LAPSED, Outcome.MET): State.MET,
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked: the kind of delay, whether silence is consent, by which day an answer is waited for."""

    kind: str
    silence: bool
    due: date


def terms(*, ship_by: date, told: date | None, told_before: date | None, further: bool, ends: date, today: date) -> Terms:
    """What a notice asks that names the day `told` (None: no day) for an order that was to ship by `ship_by`.

    `told_before` is the day of the notice before, `further` whether there was one; `ends` is the offer's last day.
    """
    soonest = today + LEAST_TIME
    if not further and told is not None and told - ship_by <= LONGEST_SILENT:
        return Terms("first", silence=True, due=max(ends, soonest))
    until = told_before if further and told_before is not None else ship_by + LONGEST_SILENT
    kind = "undated" if told is None else "further" if further else "first"
    return Terms(kind, silence=False, due=max(until, soonest))


ANSWERS: Mapping[str, Outcome] = {
    "wait": Outcome.AGREED, "ship": Outcome.AGREED, "swap": Outcome.AGREED, "credit": Outcome.REFUSED,
    "cancel": Outcome.REFUSED, "cancel_order": Outcome.REFUSED,
}  # fmt: skip
"""What a choice says to the delay of what still waits."""
