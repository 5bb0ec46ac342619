"""What a rehearsal says, pure: what was true of an order by then, one line for each message, and how many there are."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stowline.core.outbox import Happened
from stowline.notifications.policy_rules import RANK, overtaken

SEEN = ("OrderCancelled", "ParcelHandedOver", "HandoverUndone", "MilestoneReached", "BackorderFilled", "PromiseTakenBack", "OptionChosen")
"""The events by which a rehearsal knows what was true of an order at a moment."""
TAKEN_BACK = "the stock was taken back"
ASKS = ("backorder-notice", "delay-apology")


class Outcome(StrEnum):
    """What becomes of a message in a rehearsal."""

    GOES = "goes"
    TOGETHER = "goes in one mail with others"
    SKIPPED = "does not go"
    NOT_OWED = "is not owed"


@dataclass(frozen=True, slots=True)
class Line:
    """One message: when it goes (or was decided about), what becomes of it and why; and what really became of it ('' for
    what nobody was owed). `why` of one that goes says what it waited for.
    """

    at: datetime
    kind: str
    channel: str
    recipient: str
    order_ref: str
    outcome: Outcome
    why: str
    event_id: int
    really: str = ""
    really_why: str = ""
    really_at: datetime | None = None

    @property
    def goes(self) -> bool:
        """Whether its reader gets it."""
        return self.outcome in (Outcome.GOES, Outcome.TOGETHER)

    @property
    def differs(self) -> bool:
        """Whether its reader gets now what they did not get then, or the other way round; what still waits may yet go."""
        return self.really != "held" and self.goes != was_told(self.really, self.really_why)


def was_told(state: str, reason: str) -> bool:
    """Whether a message that stands so reached its reader, or may have: a digest tells what is skipped for it."""
    return state in ("sent", "sending", "unknown") or (state == "skipped" and reason.startswith("told in message"))


def untrue_then(kind: str, parcel_id: int | None, made_at: datetime, diary: Sequence[Happened], told: Collection[str]) -> str:
    """Why a message was not true any more, by what had happened to its order until then; '' if it was. `told`: the kinds
    that its shopper was told of the same parcel, or since it was owed of the same order.
    """
    if any(one.name == "OrderCancelled" for one in diary):
        return "the order was cancelled"
    if parcel_id is not None:
        return _of_parcel(kind, parcel_id, diary, told)
    if kind == "stock-arrived" and not _came(diary):
        return TAKEN_BACK
    if kind in ASKS and any(one.name == "OptionChosen" and one.at >= made_at for one in diary):
        return "the shopper has chosen what becomes of it"
    if kind in ("delay-apology", "good-news") and kind in told:
        return "another one told of it already"
    return ""


def _of_parcel(kind: str, parcel_id: int, diary: Sequence[Happened], told: Collection[str]) -> str:
    moves = [one.name for one in diary if one.name in ("ParcelHandedOver", "HandoverUndone") and one.values.get("parcel_id") == parcel_id]
    left = bool(moves) and moves[-1] == "ParcelHandedOver"
    if kind in ("packed", "item-processed"):
        return "it has left already" if left else ""
    if not left:
        return "the handover was undone"
    further = [one for one in told if RANK.get(one, -1) > RANK.get(kind, 99)]
    if further:
        return f"the shopper was told already that it is further along: {further[0]}"
    reached = [one.values["milestone"] for one in diary if one.name == "MilestoneReached" and one.values.get("parcel_id") == parcel_id]
    late = overtaken(kind, reached)
    return f"it is further along by now: {late.replace('_', ' ')}" if late else ""


def _came(diary: Sequence[Happened]) -> bool:
    """Whether any units came for an order while it waited, and were not taken back."""
    net: Counter[str] = Counter()
    for one in diary:
        if one.name in ("BackorderFilled", "PromiseTakenBack"):
            net[one.values["sku"]] += one.values["units"] * (1 if one.name == "BackorderFilled" else -1)
    return any(units > 0 for units in net.values())


# -- how many ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one kind by one channel: how many really went, go as the policies stand now, and go as they are changed; and how
    many of the changed ones do not go.
    """

    kind: str
    channel: str
    really: int
    now: int
    changed: int
    kept_back: int

    @property
    def more(self) -> int:
        """How many more go than really went."""
        return self.changed - self.really


def sums(changed: Iterable[Line], now: Iterable[Line], order: Mapping[str, int]) -> list[Sum]:
    """The sums of all kinds and channels that anything is said of, in the order of the catalogue."""
    counted: dict[tuple[str, str], Counter[str]] = {}
    for one in changed:
        count = counted.setdefault((one.kind, one.channel), Counter())
        count["changed"] += one.goes
        count["kept back"] += one.outcome is Outcome.SKIPPED
        count["really"] += was_told(one.really, one.really_why)
    for one in now:
        counted.setdefault((one.kind, one.channel), Counter())["now"] += one.goes
    keys = sorted(counted, key=lambda key: (order.get(key[0], 99), key[1]))
    return [Sum(*key, counted[key]["really"], counted[key]["now"], counted[key]["changed"], counted[key]["kept back"]) for key in keys]
