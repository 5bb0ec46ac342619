"""The way of a parcel: which milestone may follow which, what is news, and what cannot be. Pure decisions."""

import hashlib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

WORDS = {
    "packed": "Packed", "handed_over": "Handed over", "in_transit": "On its way", "out_for_delivery": "Out for delivery",
    "attempt_failed": "We missed you", "delayed": "Delayed", "lost": "Lost", "delivered": "Delivered", "returning": "Coming back",
    "returned_to_sender": "Back with us",
}  # fmt: skip

_ON_THE_ROAD = frozenset({"out_for_delivery", "attempt_failed", "delayed", "lost", "delivered", "returning", "returned_to_sender"})
AFTER: dict[str, frozenset[str]] = {
    "": _ON_THE_ROAD | {"in_transit"},
    "in_transit": _ON_THE_ROAD,
    "delayed": _ON_THE_ROAD,
    "out_for_delivery": _ON_THE_ROAD,
    "attempt_failed": _ON_THE_ROAD,
    "lost": _ON_THE_ROAD | {"in_transit"},  # some are found again
    "delivered": frozenset({"returning", "returned_to_sender"}),
    "returning": frozenset({"returned_to_sender"}),
    "returned_to_sender": frozenset(),
}
"""From where a parcel stands to where a later detail may bring it. The first two milestones are ours, by scan."""

MOVES = tuple(milestone for milestone in WORDS if milestone in AFTER)
ENDS = frozenset({"delivered", "returned_to_sender"})
_RANK = {name: n for n, name in enumerate(
    ("packed", "in_transit", "delayed", "out_for_delivery", "attempt_failed", "lost", "returning", "delivered", "returned_to_sender"))}

# state of a post -> where it may go
STATES = {
    "new": ("worked", "held", "superseded"), "held": ("worked", "held", "superseded", "dismissed"),
    "worked": (), "superseded": (), "dismissed": (),
}  # fmt: skip
MOST_DETAILS = 500
MOST_KEPT = 1000
CLOCKS_DIFFER = timedelta(minutes=15)
BEFORE_PACKING = timedelta(hours=24)
SOON = timedelta(hours=24)
STALE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Detail:
    """What a carrier says happened to a parcel: the milestone ("" if it is none), when, where, in its own words."""

    milestone: str
    at: datetime
    place: str = ""
    say: str = ""

    @property
    def key(self) -> str:
        """Its name: the same detail posted again has the same."""
        told = f"{self.milestone}\x1f{self.at.isoformat()}\x1f{self.place}\x1f{self.say}"
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Update:
    """What a post says of one parcel; `number` is `plain`. `eta` is the day on which the carrier expects to deliver, as said at `said_at`
    (None: when the post came). `whole` where each post of the provider repeats the parcel's whole way. `unread` are
    sentences on details that could not be read.
    """

    number: str
    carrier: str = ""
    eta: date | None = None
    said_at: datetime | None = None
    details: tuple[Detail, ...] = ()
    whole: bool = False
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a parcel stands, and the last detail that says so."""

    milestone: str
    by: Detail


def in_order(details: Iterable[Detail]) -> list[Detail]:
    """Details in the order in which they happened; of one moment, the farther one last."""
    return sorted(details, key=lambda one: (one.at, _RANK.get(one.milestone, -1), one.place, one.say))


def standing(details: Iterable[Detail]) -> Standing | None:
    """Where details lead, in whatever order they came in. None while nothing moved."""
    stands: Standing | None = None
    for one in in_order(details):
        milestone = _next(stands.milestone if stands else "", one.milestone)
        stands = Standing(milestone, one) if milestone else stands
    return stands


def _next(milestone: str, said: str) -> str:
    """Where a detail brings a parcel; "" where it does not count. What is delivered on the way back is back with us."""
    if milestone == "returning" and said == "delivered":
        return "returned_to_sender"
    return said if said and (said in AFTER[milestone] or said == milestone) else ""


def news(known: Collection[Detail], told: Collection[str]) -> Standing | None:
    """What is to be made known now: where the parcel stands, if that is new and no later detail is known.

    What ends the way is news whenever it is heard. Everything else that comes late is history, and so is that what was lost
    moves again: it was on its way before.
    """
    stands = standing(known)
    if stands is None or stands.milestone in told or (stands.milestone == "in_transit" and told):
        return None
    last = [one for one in in_order(known) if one.milestone in MOVES][-1]
    return stands if stands.milestone in ENDS or last is stands.by else None


def may_tell(one: Detail, told: Collection[str]) -> bool:
    """Whether a detail can make anything known at all: only those that can are weighed against the whole way."""
    return one.milestone in MOVES and (one.milestone not in told or one.milestone in ("returning", "delivered"))


def why_not(one: Detail, *, handed_over: bool, packed_at: datetime, now: datetime) -> str:
    """Why a detail cannot be, as a sentence; "" where it can. What does not move the parcel needs no handover."""
    if one.at > now + CLOCKS_DIFFER:
        return "Its time has not come yet."
    if one.milestone not in MOVES:
        return ""
    if not handed_over:
        return "The parcel is still in the house: it was not handed over."
    if one.at < packed_at - BEFORE_PACKING:
        return "It is from before the parcel was packed. Another parcel may have had this number."
    return ""


def comes_true(details: Iterable[Detail], now: datetime) -> datetime | None:
    """When a post is to be judged again by itself: as the first of its times comes, if that is within a day (a clock or a
    time zone that is wrong). None where nothing lies ahead, or all of it farther.
    """
    ahead = [one.at for one in details if now + CLOCKS_DIFFER < one.at <= now + SOON]
    return min(ahead, default=None)


def later_eta(eta: date | None, said_at: datetime | None, new: date | None, new_said_at: datetime) -> bool:
    """Whether a new expected day takes the place of the known one: the one said last counts, of two the later day."""
    if new is None:
        return False
    return eta is None or said_at is None or (new_said_at, new) > (said_at, eta)


def plain(number: str) -> str:
    """A tracking number as it is compared: carriers, labels and people write it with and without blanks and capitals."""
    return "".join(number.split()).upper()


def clean(said: object, longest: int) -> str:
    """Somebody else's words on one line: without control characters and marks that turn the writing round, and cut."""
    text = said if isinstance(said, str) else ""
    kept = "".join(" " if one.isspace() else one for one in text[: 4 * longest] if not _hidden(one))
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _hidden(one: str) -> bool:
    return not one.isspace() and unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn") and one not in "\u200c\u200d"
