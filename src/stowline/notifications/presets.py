"""Which kinds a store sends, chosen at once: five milestones, all nine, or every kind there is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from stowline.core.errors import NotFound
from stowline.notifications import policies
from stowline.notifications.policy_rules import Policy
from stowline.notifications.rules import KINDS

CORE = ("order-confirmed", "shipped", "out-for-delivery", "delayed-in-transit", "delivered")
NINE = (*CORE, "packed", "in-transit", "delivery-failed", "returned-to-sender")
OWED = ("backorder-notice", "delay-apology")
"""Whose order waits is told so, and of each later day with what may be chosen: no choice of milestones leaves that out."""
LEFT_ALONE = ("back-in-stock", "delivery-report", "case-answer", "case-closed")
"""Asked for one by one, said by a person to one shopper, or not to shoppers: no preset switches them."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A choice of kinds, with what it is in words."""

    label: str
    say: str
    kinds: Collection[str]


PRESETS: Mapping[str, Preset] = {
    "core-five": Preset("Core five", "Confirmed, on its way, out for delivery, held up, delivered.", (*CORE, *OWED)),
    "nine-milestones": Preset("Nine milestones", "These five, and packed, moving, missed at the door, came back.", (*NINE, *OWED)),
    "all": Preset("All", "Every kind there is. Marketing still needs each reader's consent.", tuple(KINDS)),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A kind that a preset switches."""

    kind: str
    on: bool


def preset(name: str) -> Preset:
    """A preset by its name. Raises NotFound."""
    if name not in PRESETS:
        raise NotFound(f"There is no choice of messages named {name[:40]}.", where="preset")
    return PRESETS[name]


def changes(standing: Mapping[str, Policy], name: str) -> list[Change]:
    """What a preset would switch, pure. Raises NotFound for an unknown one."""
    wanted = preset(name).kinds
    return [Change(kind, kind in wanted) for kind, policy in standing.items() if kind not in LEFT_ALONE and policy.on != (kind in wanted)]


def switch(session: Session, store_id: int, name: str) -> list[Change]:
    """Switch kinds on and off as a preset says; everything else about them stays. What it changed; safe to repeat."""
    standing = policies.all_of(session, store_id)
    made = changes(standing, name)
    for one in made:
        was = standing[one.kind]
        policies.set_policy(session, store_id, one.kind, replace(was, on=one.on, channels=was.channels or ("email",)))
    return made
