"""Setting up what a store tells, pure: the steps in their order, what was chosen so far, and what that changes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from stowline.notifications.policy_rules import CHANNELS, MILESTONES, Policy
from stowline.notifications.rules import KINDS

STEPS: Mapping[str, str] = {
    "kinds": "Which messages", "channels": "Channels", "brand": "Brand", "carriers": "Carriers", "preview": "Preview", "live": "Go live",
}  # fmt: skip
OWN_BRAND = ("name", "sender_email", "reply_to", "support_email", "address_line", "url", "accent", "locale", "confirmation_look", "greeting", "sign_off")
"""What of a store's own is asked for here; the rest stands on its page."""
BY_CARRIERS = frozenset(kind for kinds in MILESTONES.values() for kind in kinds)
"""Kinds that only go where a carrier tells how far a parcel is."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was chosen and does not count yet; None, or nothing, is what stays as it is.

    `kinds` that are sent, `channels` of every kind about an order, `brand` as `stores.brand` reads it. `silent`: nothing is
    sent until it goes live.
    """

    kinds: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None
    brand: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False

    @property
    def says_something(self) -> bool:
        """Whether anything would change by it, as far as is known without looking."""
        return self.kinds is not None or self.channels is not None or bool(self.brand) or self.silent


def draft(said: Mapping[str, Any]) -> Draft:
    """What a row of the table says."""
    kinds, channels = said.get("kinds"), said.get("channels")
    return Draft(None if kinds is None else tuple(kinds), None if channels is None else tuple(channels), dict(said.get("brand", {})), bool(said.get("silent")))


def plain(one: Draft) -> dict[str, Any]:
    """The same as plain values, without what is not said."""
    said: dict[str, Any] = {"silent": True} if one.silent else {}
    said |= {} if one.kinds is None else {"kinds": list(one.kinds)}
    said |= {} if one.channels is None else {"channels": list(one.channels)}
    return said | ({"brand": dict(one.brand)} if one.brand else {})


def next_step(done: Collection[str]) -> str:
    """The first step that nobody saved yet; the last one where all are."""
    return next((step for step in STEPS if step not in done), "live")


def after(step: str) -> str:
    """The step that follows."""
    names = list(STEPS)
    return names[min(names.index(step) + 1, len(names) - 1)]


def before(step: str) -> str:
    """The step before it; '' for the first."""
    names = list(STEPS)
    return names[names.index(step) - 1] if step != names[0] else ""


def sent_now(standing: Mapping[str, Policy]) -> tuple[str, ...]:
    """The kinds that are sent as it stands."""
    return tuple(kind for kind, policy in standing.items() if policy.on)


def wanted(standing: Mapping[str, Policy], chosen: Draft, left_alone: Collection[str] = ()) -> dict[str, Policy]:
    """The policy of every kind as it would be. Times, conditions and manners stay; marketing keeps its channels, as each
    needs a consent of its own; a kind without any goes by e-mail.
    """
    return {kind: was if kind in left_alone else _one(kind, was, chosen) for kind, was in standing.items()}


def _one(kind: str, was: Policy, chosen: Draft) -> Policy:
    on = was.on if chosen.kinds is None else kind in chosen.kinds
    ways = chosen.channels if on and chosen.channels and KINDS[kind].transactional else was.channels
    return replace(was, on=on, channels=in_order(ways) or ("email",))


def in_order(channels: Iterable[str]) -> tuple[str, ...]:
    """Channels in the order in which they always stand, each once."""
    given = set(channels)
    return tuple(one for one in CHANNELS if one in given)


def used(policies: Mapping[str, Policy]) -> tuple[str, ...]:
    """The channels by which anything is sent."""
    return in_order(one for policy in policies.values() if policy.on for one in policy.channels)
