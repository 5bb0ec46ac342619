"""Sequences, pure: what each is made of, on which day a step comes, what ends it, and what keeps two words apart.

A sequence begins for a subject (a product of an order, a cart, a person), takes steps, and ends for a reason that is
kept. The day within a range is drawn by lot from the subject, so that it is the same however often it is asked for, and
not all go on one day.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

GETTING_READY, AWAY, BASKET = "getting-ready", "win-back", "basket"
BREATH = timedelta(hours=24)
"""One person hears of one sequence at most in this time."""
NEWS = timedelta(days=3)
"""So long after other news of an order the series on its wait says nothing."""
NEWS_KINDS = ("backorder-notice", "delay-apology", "good-news", "stock-arrived")


@dataclass(frozen=True, slots=True)
class Sequence:
    """One sequence: what it begins with, the kind of message that its steps owe, how many there are at most (None: until it
    ends), and the events upon which somebody looks whether it is over.
    """

    begins: str
    kind: str
    most: int | None
    ends: tuple[str, ...]


SEQUENCES: Mapping[str, Sequence] = {
    GETTING_READY: Sequence("a line waits long", "getting-ready", None, (
        "OptionChosen", "BackorderFilled", "OrderCancelled", "RestCancelled", "UnitsCancelled", "LineSwapped")),
    BASKET: Sequence("a basket was left", "cart-reminder", 2, ("OrderPlaced",)),
    AWAY: Sequence("no order for a long time", "win-back", 1, ()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pace:
    """How a store paces its sequences: a wait of more than `long_days` is long, and is written of every `every_from` to
    `every_to` days; a cart is reminded of once more after `cart_again_h` hours (0: not); who has not ordered for
    `away_days` is missed.
    """

    long_days: int = 21
    every_from: int = 10
    every_to: int = 14
    cart_again_h: int = 24
    away_days: int = 180


def lot(subject: str, least: int, most: int) -> int:
    """A number from least to most, drawn by lot from a subject: always the same one."""
    drawn = int.from_bytes(hashlib.sha256(subject.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    return least + drawn % (max(most, least) - least + 1)


def is_long(p50: date | None, since: datetime, now: datetime, long_days: int) -> bool:
    """Whether a wait is long: its likely day is so far away, or there is none and it has lasted so long already."""
    if p50 is not None:
        return (p50 - now.date()).days > long_days
    return now - since > timedelta(days=long_days)


def next_day(order_id: int, since: datetime, now: datetime, pace: Pace) -> datetime:
    """When the series on a wait speaks next: every so many days since the order was placed, never at once."""
    every = timedelta(days=lot(f"order:{order_id}", pace.every_from, pace.every_to))
    return since + every * (max(0, (now - since) // every) + 1)


def clear_of(last: datetime | None, now: datetime, apart: timedelta = BREATH) -> datetime | None:
    """When the next word may be said if the last was then; None: now."""
    return last + apart if last is not None and last + apart > now else None


@dataclass(frozen=True, slots=True)
class Wait:
    """How it stands with one product of an order: units that lack stock, and whether its shopper chose anything."""

    cancelled: bool
    waiting: int
    units: int
    chosen: bool


def over(wait: Wait) -> str:
    """Why the series on a wait has ended; '' while it goes on."""
    if wait.cancelled:
        return "the order was cancelled"
    if wait.chosen:
        return "the shopper has chosen what becomes of it"
    if wait.units <= 0:
        return "it is wanted no more"
    return "" if wait.waiting > 0 else "nothing of it waits any more"
