"""Of what a store tells its shoppers, when and how: every kind with its policy, for managers."""

from typing import Any

from sqlmodel import Session

from stowline.core import money
from stowline.desk import policy_forms as forms
from stowline.notifications import policies, presets
from stowline.notifications.catalogue import CATALOGUE, GROUPS
from stowline.notifications.catalogue import rule as rule_of
from stowline.notifications.policy_models import MessageManners
from stowline.notifications.policy_rules import CHANNELS, Policy
from stowline.stores import queries as stores
from stowline.stores.queries import Store

Row = dict[str, Any]


def view(session: Session, key: str, preset: str = "") -> Row:
    """Everything the page draws, with what a preset would change. Raises NotFound."""
    store = stores.store_by_key(session, key)
    standing = policies.all_of(session, store.id or 0)
    otherwise = policies.said_kinds(session, store.id or 0)
    rows = [row(store, kind, policy, otherwise=kind in otherwise) for kind, policy in standing.items()]
    on = sum(policy.on for policy in standing.values())
    return {
        "store": {"key": store.key, "name": store.name, "currency": store.currency}, "manners": manners(session, store.id or 0),
        "groups": [(group, found) for group in GROUPS if (found := [one for one in rows if one["group"] == group])],
        "say": f"{on} of {len(rows)} kinds are sent; {len(otherwise)} otherwise than the house does.", "sets": _sets(standing, preset),
        "preview": _preview(standing, preset) if preset else None,
    }  # fmt: skip


def row(store: Store, kind: str, policy: Policy, *, otherwise: bool) -> Row:
    """A kind as a row of the sheet, and as its form."""
    entry = CATALOGUE[kind]
    manner = [word for word, is_so in (("capped", policy.capped), ("quiet hours", policy.quiet), ("urgent", policy.urgent)) if is_so]
    return {
        "kind": kind, "group": entry.group, "title": entry.title, "purpose": entry.purpose, "on": policy.on,
        "channels": ", ".join(forms.CHANNEL_WORDS[one] for one in policy.channels) or "none", "delay": forms.said(policy.delay_s),
        "expires": forms.said(policy.expires_s), "manner": ", ".join(manner), "otherwise": otherwise,
        "conditions": "; ".join(forms.conditions_say(policy.conditions, store.currency)),
        "typed": forms.typed(policy, store.currency), "scan": rule_of(kind).scan_driven, "marketing": not rule_of(kind).transactional,
    }  # fmt: skip


def manners(session: Session, store_id: int) -> Row:
    """How politely a store writes, as its form shows it."""
    return typed_manners(policies.manners(session, store_id))


def typed_manners(kept: MessageManners) -> Row:
    """Manners, as their form shows them."""
    return {"quiet_from": forms.clock(kept.quiet_from), "quiet_to": forms.clock(kept.quiet_to), "cap": str(kept.cap),
            "cap_days": str(kept.cap_days), "digest": kept.digest}  # fmt: skip


def _sets(standing: dict[str, Policy], chosen: str) -> list[Row]:
    return [{"name": name, "label": one.label, "say": one.say, "chosen": name == chosen, "stands": not presets.changes(standing, name)}
            for name, one in presets.PRESETS.items()]  # fmt: skip


def _preview(standing: dict[str, Policy], name: str) -> Row:
    one, found = presets.preset(name), presets.changes(standing, name)
    titles = {change.kind: CATALOGUE[change.kind].title for change in found}
    return {"name": name, "label": one.label, "say": one.say, "on": [titles[change.kind] for change in found if change.on],
            "off": [titles[change.kind] for change in found if not change.on]}  # fmt: skip


def told(session: Session, key: str, kind: str) -> Row:
    """A kind's policy for programs. Raises NotFound."""
    store = stores.store_by_key(session, key)
    kept = policies.known(session, store.id or 0, kind)
    return {"store": store.key, "kind": kind, "currency": money.currency(store.currency), "otherwise": policies.is_said(session, store.id or 0, kind),
            **forms.plain(kept, store.currency)}  # fmt: skip


CHANNEL_CHOICES = [(name, forms.CHANNEL_WORDS[name]) for name in CHANNELS]
