"""A store's return policy: what it means, and the plain sentences that say it. Pure: no database, no clock.

A sentence is a key and values, so that the shopper's pages say it in their language; `ENGLISH` is what staff read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from stowline.returns.rules import GOODS, OUR_FAULT, OUTCOMES, REASONS

AUTO, PERSON = "auto", "person"
AT_ONCE, ON_RECEIPT = "at_once", "on_receipt"


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence as a key and its values. Amounts stand in minor units of the store's currency, under `…_minor`."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """What a store takes back, and how.

    `days` after delivery (else after handover) for goods that are fine, `fault_days` for what was our fault; a parcel counts
    as lost `lost_after_days` after it left. Reasons in `free_reasons` pay nothing for the label, others `label_fee_minor`.
    `approve`, `lost` and `settle` say whether the program decides (`auto`) or a person: a return, a lost parcel, the money.
    An exchange goes out `at_once` or `on_receipt`; with `damaged_at_once` a replacement of damaged goods goes at once and
    fast. Faulty goods below `keep_below_minor` need not come back. A shopper
    shows a photograph for the reasons in `photos_for`. `restocking_percent` is kept of a refund of goods that are fine.
    """

    days: int = 30
    fault_days: int = 90
    lost_after_days: int = 7
    free_reasons: tuple[str, ...] = OUR_FAULT
    outcomes: tuple[str, ...] = tuple(OUTCOMES)
    approve: str = PERSON
    lost: str = PERSON
    exchange: str = ON_RECEIPT
    damaged_at_once: bool = True
    settle: str = PERSON
    keep_below_minor: int = 0
    restocking_percent: int = 0
    label_fee_minor: int = 0
    photos_for: tuple[str, ...] = ("damaged",)


HOUSE = Policy()
_FITS = {
    "not_received": ("replacement", "refund", "store_credit"), "wrong": ("replacement", "refund", "store_credit", "exchange"),
    "damaged": ("replacement", "refund", "store_credit", "exchange"), "disliked": ("refund", "store_credit", "exchange"),
    "other": ("refund", "store_credit", "exchange"),
}  # fmt: skip


def outcomes_for(policy: Policy, reason: str) -> tuple[str, ...]:
    """What may be wanted for a reason, the best remedy first."""
    return tuple(one for one in _FITS[reason] if one in policy.outcomes)


def is_free(policy: Policy, reason: str) -> bool:
    """Whether the shopper pays nothing for the way back."""
    return reason in policy.free_reasons or policy.label_fee_minor == 0


def is_kept(policy: Policy, reason: str, worth_minor: int) -> bool:
    """Whether the goods need not come back: they are faulty and worth little."""
    return reason in {"wrong", "damaged"} and 0 < worth_minor < policy.keep_below_minor


def goes_at_once(policy: Policy, reason: str, outcome: str) -> bool:
    """Whether goods go out to the shopper as soon as the return is approved."""
    if outcome not in GOODS or reason == "not_received":
        return outcome in GOODS
    return policy.exchange == AT_ONCE or (reason == "damaged" and outcome == "replacement" and policy.damaged_at_once)


def until(policy: Policy, reason: str, since: datetime) -> datetime:
    """The last moment at which a return for this reason may be asked for."""
    return since + timedelta(days=policy.fault_days if reason in OUR_FAULT else policy.days)


def why_not(policy: Policy, reason: str, now: datetime, *, left_at: datetime, since: datetime, delivered: bool, lost: bool = False) -> Said | None:
    """Why a reason cannot be given now for units that left then; None if it can. `since`: delivery, or else handover; what
    its carrier says is `lost` is not waited for.
    """
    if reason == "not_received" and not (delivered or lost) and now < left_at + timedelta(days=policy.lost_after_days):
        return Said("return-too-early", {"on": (left_at + timedelta(days=policy.lost_after_days)).date(), "days": policy.lost_after_days})
    if now > until(policy, reason, since):
        return Said("return-too-late", {"on": until(policy, reason, since).date()})
    return None if outcomes_for(policy, reason) else Said("return-not-offered", {"reason": reason})


def decides_itself(policy: Policy, reasons: tuple[str, ...]) -> bool:
    """Whether the program approves a return for these reasons; a person does where one of them needs one."""
    return all((policy.lost if one == "not_received" else policy.approve) == AUTO for one in reasons)


def explained(policy: Policy) -> list[Said]:
    """The policy in plain sentences, in the order in which a shopper wants to know them."""
    said = [Said("return-days", {"days": policy.days}), Said("return-fault-days", {"days": policy.fault_days}),
            Said("return-outcomes", {"outcomes": policy.outcomes})]  # fmt: skip
    paid = tuple(one for one in REASONS if one not in policy.free_reasons and one != "not_received")
    if not policy.label_fee_minor or not paid:
        said.append(Said("return-free"))
    else:
        said.append(Said("return-free-for", {"reasons": tuple(one for one in policy.free_reasons if one != "not_received")}))
        said.append(Said("return-label-fee", {"reasons": paid, "fee_minor": policy.label_fee_minor}))
    if policy.restocking_percent:
        said.append(Said("return-restocking", {"percent": policy.restocking_percent}))
    if "exchange" in policy.outcomes:
        said.append(Said("return-exchange-at-once" if policy.exchange == AT_ONCE else "return-exchange-on-receipt"))
    if policy.damaged_at_once and "replacement" in policy.outcomes:
        said.append(Said("return-damaged-at-once"))
    if policy.keep_below_minor:
        said.append(Said("return-keep", {"below_minor": policy.keep_below_minor}))
    if policy.photos_for:
        said.append(Said("return-photos", {"reasons": policy.photos_for}))
    said.append(Said("return-lost", {"days": policy.lost_after_days}))
    said.append(Said("return-decided-at-once" if policy.approve == AUTO else "return-decided-by-person"))
    return said


ENGLISH = {
    "return-days": "Goods may come back within {days} days of delivery.",
    "return-fault-days": "What is damaged or wrong may be reported within {days} days of delivery.",
    "return-outcomes": "You choose for each item: {outcomes}.",
    "return-free": "The return label is free.",
    "return-free-for": "The return label is free for: {reasons}.",
    "return-label-fee": "For other reasons ({reasons}) the label costs {fee}; it is taken off the refund.",
    "return-restocking": "{percent} % of the price is kept when goods that are fine come back.",
    "return-exchange-at-once": "An exchange is sent as soon as the return is approved.",
    "return-exchange-on-receipt": "An exchange is sent when the goods have arrived here.",
    "return-damaged-at-once": "For damaged goods a free replacement leaves at once, by the fast way.",
    "return-keep": "Faulty goods worth less than {below} need not come back.",
    "return-photos": "A photograph is needed for: {reasons}.",
    "return-lost": "A parcel that has not come {days} days after it left can be reported as lost, and at once where its carrier says that it is: nothing need come back.",
    "return-decided-at-once": "A return that fits these rules is approved at once.",
    "return-decided-by-person": "A person looks at each return, usually within a working day.",
    "return-too-early": "The parcel may still come. It can be reported as not received from {on}.",
    "return-too-late": "The time for this ended on {on}.",
    "return-not-offered": "The store offers nothing for this reason: {reason}.",
    "return-nothing-left": "All units of this line are returned, or in a return already.",
    "return-not-gone": "This has not left the warehouse yet.",
}
"""The sentences as staff read them."""
