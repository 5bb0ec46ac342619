"""Decisions about returns, on plain values: what may follow, what may be wanted, what was paid for units."""

from collections.abc import Mapping
from dataclasses import dataclass

STATES = ("requested", "approved", "refused", "withdrawn", "in_transit", "received", "inspected", "settled")
OPEN = ("requested", "approved", "in_transit", "received", "inspected")
AFTER: Mapping[str, tuple[str, ...]] = {
    "requested": ("approved", "refused", "withdrawn"),
    "approved": ("in_transit", "received", "withdrawn", "settled"),  # settled: lost or kept goods never come
    "in_transit": ("received", "withdrawn", "approved"),  # approved: the number was a mistake
    "received": ("inspected", "in_transit", "approved"),  # back: the arrival was a mis-scan
    "inspected": ("settled", "received"),  # back: an inspection was taken back
    "refused": (),
    "withdrawn": (),
    "settled": (),
}
"""The one table of what may follow; anything else is refused with `why_not`."""

WORDS = {
    "requested": "Asked for", "approved": "Approved", "refused": "Refused", "withdrawn": "Withdrawn", "in_transit": "On its way back",
    "received": "Received", "inspected": "Inspected", "settled": "Settled",
}  # fmt: skip
KINDS = {"return": "Return", "claim": "Lost parcel", "brought_back": "Brought back by the carrier", "unannounced": "Came unannounced"}
REASONS = {"not_received": "Not received", "wrong": "Wrong item", "damaged": "Damaged", "disliked": "Not as hoped", "other": "Other"}
OUR_FAULT = ("not_received", "wrong", "damaged")
OUTCOMES = {"refund": "Refund", "store_credit": "Store credit", "exchange": "Exchange", "replacement": "Replacement"}
MONEY, GOODS = ("refund", "store_credit"), ("exchange", "replacement")
GRADES = {"as_new": "As new", "opened": "Opened", "worn": "Worn", "damaged": "Damaged", "other_item": "Other item"}
DISPOSITIONS = {
    "restock": "Back to stock", "refurbish": "Refurbish", "quarantine": "Quarantine", "scrap": "Scrap", "back_to_supplier": "Back to supplier",
}  # fmt: skip
ADVISED = {"as_new": "restock", "opened": "refurbish", "worn": "quarantine", "damaged": "scrap", "other_item": "quarantine"}
"""What is suggested for a grade; whoever inspects decides."""
MOST_LINES, MOST_UNITS = 200, 10_000


def why_not(ref: str, state: str, after: str) -> str | None:
    """Why a return cannot go from a state to another; None if it can."""
    if after in AFTER[state]:
        return None
    now = WORDS[state].lower()
    if not AFTER[state]:
        return f"{ref} is {now}: nothing changes it any more."
    may = ", ".join(WORDS[one].lower() for one in AFTER[state])
    return f"{ref} is {now}. From there it can become {may}, not {WORDS[after].lower()}."


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks to return of one order line. `exchange_sku` is the product wanted instead, '' for the same one."""

    line_id: int
    units: int
    reason: str
    outcome: str
    note: str = ""
    exchange_sku: str = ""


def returnable(handed_over: int, returned: int, awaited: int) -> int:
    """Units of a line that may still be asked for: what went out, less what came back and what other returns speak for."""
    return max(0, handed_over - returned - awaited)


def spoken_for(state: str, units: int, arrived: int, spared: int) -> int:
    """Units that a line of a return speaks for beside those that are counted as returned: of an open one all that have not
    come, of a settled one those that never will.
    """
    if state in OPEN:
        return units - arrived
    return spared if state == "settled" else 0


def share(total: int, of: int, before: int, units: int) -> int:
    """What `units` after the first `before` of `of` come to in a total: shares add up to the total, whatever the steps."""
    return _upto(total, of, before + units) - _upto(total, of, before)


def _upto(total: int, of: int, units: int) -> int:
    return (2 * total * units + of) // (2 * of) if of else 0


@dataclass(frozen=True, slots=True)
class Money:
    """What is paid back for units, in minor units: what was paid, less fee, label and cut."""

    paid: int
    fee: int = 0
    label: int = 0
    cut: int = 0

    @property
    def amount(self) -> int:
        """What the shopper gets."""
        return self.paid - self.fee - self.label - self.cut


def worth(paid: int, *, fault: bool, restocking_percent: int, label_fee: int, cut: int = 0) -> Money:
    """What is paid back: nothing is kept for a fault of ours; fee, label and cut never come to more than was paid."""
    fee = 0 if fault else (2 * paid * restocking_percent + 100) // 200
    label = min(0 if fault else label_fee, paid - fee)
    return Money(paid, fee, label, min(cut, paid - fee - label))


def weight_gap(found_g: int, goods_g: int) -> str:
    """What a parcel's weight says: '' where the goods may well be in it, whatever the box weighs."""
    lacks = goods_g - found_g
    if lacks <= max(50, goods_g // 10):
        return ""
    return f"The parcel weighs {found_g:,} g; the goods alone weigh {goods_g:,} g. Something may be missing."
