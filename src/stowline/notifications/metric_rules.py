"""Figures of messages, pure: times sorted into buckets, what half and nineteen of twenty kept to, times in words."""

import math
from collections.abc import Mapping, Sequence

from stowline.notifications.policy_rules import LOUD, Policy

STEP = 1.1
"""Each bucket reaches a tenth further than the one before, so a figure read from buckets is at most a tenth too high."""


def bucket(seconds: float) -> int:
    """The bucket of a time: 0 up to a second, then powers of 1.1."""
    return 0 if seconds <= 1 else math.ceil(round(math.log(seconds, STEP), 6))


def quantile(times: Sequence[float], share: float) -> float | None:
    """The least of these times that so large a share of them keeps to (the nearest rank); None if there are none."""
    return sorted(times)[max(0, math.ceil(share * len(times)) - 1)] if times else None


def quantile_of_buckets(counted: Mapping[int, int], share: float) -> float | None:
    """The same from buckets, as the end of the bucket that it lies in."""
    left = math.ceil(share * sum(counted.values()))
    for one in sorted(counted):
        left -= counted[one]
        if left <= 0:
            return STEP**one
    return None


def prompt(policy: Policy, channel: str, grace_s: int) -> bool:
    """Whether a message by this channel goes as soon as it can: no delay, no quiet hours, no cap is planned for it."""
    planned = policy.delay_s > 0 or policy.capped or (policy.grace_s or 0) > grace_s
    return not planned and (policy.urgent or not (policy.quiet or channel in LOUD))


CLEARED = 0.8
"""The share of its limit to which what is watched must fall before an alarm ends: one that hovers at the limit rings once."""


def rings(value: float, limit: float, *, stands: bool) -> bool:
    """Whether it is an alarm: raised beyond its limit, and over once at most so large a share of it is left. A limit of 0 is never passed."""
    return limit > 0 and value > (CLEARED * limit if stands else limit)


def told(seconds: float | None) -> str:
    """ "0.8 s", "42 s", "3 min 20 s", "2 h 5 min"; "" for none."""
    if seconds is None:
        return ""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
