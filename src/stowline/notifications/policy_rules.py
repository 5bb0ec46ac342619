"""Who is told what, pure: which event owes which kinds, each store's policy for a kind, and what a policy asks of an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

HOUR, DAY = 3600, 86_400
CHANNELS = ("email", "sms", "whatsapp", "push", "in-app", "webhook")
LOUD = ("sms", "whatsapp", "push")
"""Channels that make a noise in somebody's pocket: they keep quiet hours for all but urgent kinds."""

# -- which event owes which kinds ------------------------------------------------------------------------------------

EVENTS: Mapping[str, tuple[str, ...]] = {
    "OrderPlaced": ("order-confirmed",),
    "BackorderDue": ("backorder-notice",),
    "BackorderFilled": ("stock-arrived",),
    "ParcelPacked": ("packed", "item-processed"),
    "ParcelHandedOver": ("shipped", "exchange-shipped"),
    "ReturnArrived": ("return-received",),
    "ReturnSettled": ("return-inspected",),
    "WaitGoesOn": ("getting-ready",),
    "NoteWritten": ("note",),
    "CaseAnswered": ("case-answer",),
    "CaseClosed": ("case-closed",),
    "PointsEarned": ("points",),
}
MILESTONES: Mapping[str, tuple[str, ...]] = {
    "in_transit": ("in-transit",),
    "out_for_delivery": ("out-for-delivery",),
    "attempt_failed": ("delivery-failed",),
    "delayed": ("delayed-in-transit",),
    "delivered": ("delivered", "thank-you", "feedback", "follow-up"),
    "returned_to_sender": ("returned-to-sender",),
}
GOOD_NEWS = ("earlier", "dated")
PAID = ("InstructionAcknowledged", "InstructionSettled")
HEARD = (*EVENTS, *PAID, "PromiseChanged", "MilestoneReached")
"""Every event that may owe a shopper a message."""


def kinds_of(event: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds that an event owes, by its name and what it says."""
    if event == "PromiseChanged":
        return ("good-news",) if values.get("why") in GOOD_NEWS else ("delay-apology",)
    if event == "MilestoneReached":
        return MILESTONES.get(str(values.get("milestone")), ())
    if event in PAID:
        return ("refunded",) if values.get("kind") == "refund" else ()
    return EVENTS.get(event, ())


# -- no message goes backwards ---------------------------------------------------------------------------------------

RANK: Mapping[str, int] = {
    "packed": 0, "item-processed": 0, "shipped": 1, "in-transit": 2, "delayed-in-transit": 4, "out-for-delivery": 4,
    "delivery-failed": 4, "delivered": 7, "returned-to-sender": 7,
}  # fmt: skip
"""How far along a parcel is when it is told of by a kind; no message follows one of a higher rank about the same parcel."""

_REACHED: Mapping[str, int] = {"in_transit": 2, "delayed": 4, "lost": 4, "out_for_delivery": 4, "attempt_failed": 4, "delivered": 7, "returned_to_sender": 7}
_TOO_LATE: Mapping[str, int] = {"shipped": 7, "in-transit": 4, "delayed-in-transit": 7, "out-for-delivery": 7, "delivery-failed": 7}


def overtaken(kind: str, reached: Sequence[str]) -> str:
    """The milestone, among those a parcel has reached, that makes a message of this kind pointless; '' if there is none."""
    limit = _TOO_LATE.get(kind)
    return "" if limit is None else next((one for one in reached if _REACHED.get(one, 0) >= limit), "")


# -- the policy of a kind --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an order must be like for a kind to be sent; a condition that is not said always holds.

    `least_minor` in the order's minor units, `countries` as ISO codes, `tags` any of which it must carry, `not_tags` none.
    """

    least_minor: int | None = None
    countries: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    first_order: bool | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How one store tells of one kind. Times in seconds.

    It goes `delay_s` after its event, by `channels`; not after `expires_s` more. `capped` kinds count towards the frequency
    cap and wait for it; `quiet` kinds keep quiet hours on every channel, `urgent` ones on none. `grace_s` replaces the
    mis-scan grace of the house.
    """

    on: bool = True
    channels: tuple[str, ...] = ("email",)
    delay_s: int = 0
    grace_s: int | None = None
    expires_s: int = 7 * DAY
    capped: bool = False
    quiet: bool = False
    urgent: bool = False
    conditions: Conditions = field(default_factory=Conditions)


def _marketing(*, on: bool = False, delay_s: int = 0, expires_s: int = 3 * DAY) -> Policy:
    return Policy(on=on, delay_s=delay_s, expires_s=expires_s, capped=True, quiet=True)


DEFAULTS: Mapping[str, Policy] = {
    "order-confirmed": Policy(expires_s=14 * DAY),
    "backorder-notice": Policy(),
    "delay-apology": Policy(),
    "good-news": Policy(expires_s=3 * DAY),
    "stock-arrived": Policy(),
    "packed": Policy(on=False, expires_s=DAY),
    "item-processed": Policy(expires_s=2 * DAY),
    "shipped": Policy(expires_s=14 * DAY),
    "in-transit": Policy(on=False, expires_s=2 * DAY),
    "out-for-delivery": Policy(expires_s=12 * HOUR, urgent=True),
    "delivered": Policy(expires_s=3 * DAY),
    "delivery-failed": Policy(expires_s=2 * DAY, urgent=True),
    "delayed-in-transit": Policy(expires_s=3 * DAY),
    "returned-to-sender": Policy(),
    "back-in-stock": Policy(expires_s=2 * DAY),
    "delivery-report": Policy(expires_s=14 * DAY),
    "sign-in-link": Policy(expires_s=900, urgent=True),
    "welcome": Policy(expires_s=2 * DAY, urgent=True),
    "getting-ready": Policy(expires_s=3 * DAY, quiet=True),
    "note": Policy(expires_s=3 * DAY, quiet=True),
    "case-answer": Policy(expires_s=14 * DAY),
    "case-closed": Policy(expires_s=5 * DAY, capped=True, quiet=True),
    "cart-reminder": _marketing(delay_s=4 * HOUR, expires_s=2 * DAY),
    "thank-you": Policy(on=False, delay_s=3 * HOUR, expires_s=3 * DAY, capped=True, quiet=True),
    "follow-up": Policy(delay_s=5 * DAY, expires_s=7 * DAY, quiet=True),
    "feedback": Policy(on=False, delay_s=7 * DAY, expires_s=7 * DAY, capped=True, quiet=True),
    "points": _marketing(delay_s=DAY),
    "win-back": _marketing(),
    "news": _marketing(),
    "greeting-card": _marketing(),
    "digest": _marketing(on=True),
    "return-received": Policy(),
    "return-inspected": Policy(),
    "refunded": Policy(expires_s=14 * DAY),
    "exchange-shipped": Policy(expires_s=14 * DAY),
}  # fmt: skip
NOBODY_TOLD_OTHERWISE = Policy()

FIELDS = tuple(one.name for one in fields(Policy))


def policy_of(kind: str, said: Mapping[str, Any]) -> Policy:
    """The policy of a kind: what the house does by itself, and what a store said otherwise (as `told` writes it)."""
    base = DEFAULTS.get(kind, NOBODY_TOLD_OTHERWISE)
    known = {name: said.get(name, getattr(base, name)) for name in FIELDS if name not in ("channels", "conditions")}
    conditions = said.get("conditions")
    return Policy(**known, channels=tuple(said.get("channels", base.channels)),
                  conditions=base.conditions if conditions is None else _conditions(conditions))


def _conditions(said: Mapping[str, Any]) -> Conditions:
    return Conditions(least_minor=said.get("least_minor"), countries=tuple(said.get("countries", ())), tags=tuple(said.get("tags", ())),
                      not_tags=tuple(said.get("not_tags", ())), first_order=said.get("first_order"))


def told(kind: str, policy: Policy) -> dict[str, Any]:
    """What a policy says otherwise than the house, as plain values to keep."""
    base = DEFAULTS.get(kind, NOBODY_TOLD_OTHERWISE)
    said = {name: getattr(policy, name) for name in FIELDS if getattr(policy, name) != getattr(base, name)}
    if "channels" in said:
        said["channels"] = list(said["channels"])
    if "conditions" in said:
        kept = ((one.name, getattr(policy.conditions, one.name)) for one in fields(Conditions))
        said["conditions"] = {name: list(value) if isinstance(value, tuple) else value for name, value in kept if value not in (None, ())}
    return said


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What conditions look at."""

    total_minor: int
    country: str
    tags: frozenset[str]
    first_order: bool


def unmet(conditions: Conditions, order: OrderFacts) -> str:
    """The condition that an order does not meet, in words; '' if it meets them all."""
    if conditions.least_minor is not None and order.total_minor < conditions.least_minor:
        return "the order's total is below what this message asks for"
    if conditions.countries and order.country not in conditions.countries:
        return f"it is not sent to {order.country or 'orders without a country'}"
    if conditions.tags and not order.tags & set(conditions.tags):
        return f"the order has no tag {' or '.join(conditions.tags)}"
    if order.tags & set(conditions.not_tags):
        return f"the order is tagged {min(order.tags & set(conditions.not_tags))}"
    if conditions.first_order is not None and conditions.first_order != order.first_order:
        return "it is only for a first order" if conditions.first_order else "it is not for a first order"
    return ""
