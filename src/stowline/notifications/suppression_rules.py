"""What a bounce or a complaint leads to: plain decisions on plain values."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

ALL, MARKETING = "all", "marketing"
SCOPES = (ALL, MARKETING)
HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
KINDS = (HARD, SOFT, COMPLAINT)

SOFT_MOST = 5
SOFT_WINDOW = timedelta(days=14)
SOFT_REST = timedelta(days=7)
"""A mailbox that turned away five mails within two weeks (full, say) is left in peace for a week."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What is suppressed: a scope, of the mail's own store or of every store, for good or until a moment."""

    scope: str
    why: str
    every_store: bool
    until: datetime | None = None


def consequence(kind: str, at: datetime, softs: Collection[datetime] = ()) -> Consequence | None:
    """What a report leads to; None for nothing. `softs` are the moments of the address's soft bounces, this one included.

    A hard bounce stops the address: it does not exist, whoever writes to it. A complaint stops the marketing of the
    store that was complained about; what was ordered is still told of. One soft bounce stops nothing.
    """
    if kind == HARD:
        return Consequence(ALL, "the address does not take mail (hard bounce)", every_store=True)
    if kind == COMPLAINT:
        return Consequence(MARKETING, "the reader marked a mail as unwanted (complaint)", every_store=False)
    recent = [one for one in softs if at - SOFT_WINDOW < one <= at]
    if len(recent) < SOFT_MOST:
        return None
    why = f"{len(recent)} mails within {SOFT_WINDOW.days} days came back (soft bounces)"
    return Consequence(ALL, why, every_store=True, until=at + SOFT_REST)


def stands_for(channel: str, address: str, scope: str, store_id: int | None) -> str:
    """The name of what a suppression stands for: there is one of it at a time."""
    return f"{channel}:{scope}:{store_id or 0}:{address}"


def plain(address: str) -> str:
    """The address as it is compared: without the letter case and blanks around it."""
    return address.strip().casefold()[:254]
