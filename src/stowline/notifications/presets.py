"""Which kinds a store sends, chosen at once: five to begin with, each step of the parcel, or all there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from stowline.core.errors import NotFound
from stowline.notifications import policies
from stowline.notifications.policy_rules import Policy
from stowline.notifications.rules import KINDS

CORE = ("order-confirmed", "backorder-notice", "delay-apology", "shipped", "delivered")
PARCEL = ("packed", "in-transit", "out-for-delivery", "delivery-failed", "delayed-in-transit", "returned-to-sender")
LEFT_ALONE = ("back-in-stock", "delivery-report")
"""Asked for one by one, or not to shoppers: no preset switches them."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A choice of kinds, with what it is in words."""

    label: str
    say: str
    kinds: Collection[str]


PRESETS: Mapping[str, Preset] = {
    "core-five": Preset("Core five", "Confirmed, still waiting, later than told, on its way, delivered.", CORE),
    "nine-milestones": Preset("Nine milestones", "The core five, and each step that a parcel takes from the bench to the door.", (*CORE, *PARCEL)),
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
