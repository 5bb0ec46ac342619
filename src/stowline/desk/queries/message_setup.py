"""Setting up what a store tells, as its pages show it: the rail of steps, and what each step chooses from."""

from typing import Any

from sqlmodel import Session

from stowline.core.config import settings
from stowline.desk import policy_forms as forms
from stowline.desk import words
from stowline.desk.queries import carriers
from stowline.desk.queries import kinds as catalogue
from stowline.desk.queries import store_channels as ways
from stowline.desk.queries.store_pages import UNSET
from stowline.notifications import channel_settings, message_hooks, policies, presets, setup_rules, setups
from stowline.notifications.catalogue import CATALOGUE, GROUPS
from stowline.notifications.catalogue import rule as rule_of
from stowline.notifications.policy_rules import CHANNELS, Policy
from stowline.notifications.presets import LEFT_ALONE
from stowline.notifications.setup_rules import STEPS
from stowline.stores.brand import LOOKS
from stowline.stores.queries import Store

Row = dict[str, Any]
SAYS = {
    "kinds": "Which messages this store sends. Nothing counts before you go live.",
    "channels": "By which ways they reach a shopper.",
    "brand": "In whose name and voice they are written.",
    "carriers": "Who tells us how far a parcel is.",
    "preview": "How each reads, of real orders of this store; and a test to yourself.",
    "live": "What will be sent, and whether all of it can be.",
}  # fmt: skip


def frame(session: Session, store: Store, step: str) -> Row:
    """What every step shows: the store, the rail, whether it is live or silent."""
    row = setups.of_store(session, store.id or 0)
    done = set(row.done) if row else set()
    home = f"/stores/{store.key}/messages/setup"
    chosen = setup_rules.draft(row.said if row else {})
    rail = [{"name": name, "label": label, "state": "now" if name == step else "done" if name in done else "", "href": f"{home}/{name}"} for name, label in STEPS.items()]
    back = setup_rules.before(step)
    return {
        "store": {"key": store.key, "name": store.name}, "steps": rail, "step": step, "title": STEPS[step], "say": SAYS[step], "back": f"{home}/{back}" if back else "",
        "silent": chosen.silent, "pending": chosen.says_something, "live_at": row.live_at if row else None, "live_by": words.person(row.live_by) if row else "",
    }  # fmt: skip


# -- which messages --------------------------------------------------------------------------------------------------


def kinds(session: Session, store: Store) -> Row:
    """The choices of kinds with what is chosen."""
    standing = policies.all_of(session, store.id or 0)
    chosen = setups.drafted(session, store.id or 0)
    on = {kind for kind, policy in setup_rules.wanted(standing, chosen, LEFT_ALONE).items() if policy.on and kind not in LEFT_ALONE}
    sets = {name: {kind for kind in one.kinds if kind in standing and kind not in LEFT_ALONE} for name, one in presets.PRESETS.items()}
    preset = next((name for name, kept in sets.items() if kept == on), setups.OWN)
    return {
        "sets": [_set(name, kept, chosen=name == preset) for name, kept in sets.items()],
        "own": preset == setups.OWN, "was": preset, "ticked": ",".join(sorted(on)), "n": len(on),
        "groups": [(group, rows) for group in GROUPS if (rows := [_kind(kind, kind in on) for kind in standing if kind not in LEFT_ALONE and CATALOGUE[kind].group == group])],
    }  # fmt: skip


def _set(name: str, kept: set[str], *, chosen: bool) -> Row:
    one, besides = presets.PRESETS[name], 0 if name == "all" else len(kept.intersection(presets.OWED))
    return {"value": name, "label": one.label, "say": one.say, "n": len(kept) - besides, "besides": besides, "chosen": chosen}


def _kind(kind: str, on: bool) -> Row:  # noqa: FBT001  (a row of a sheet)
    entry = CATALOGUE[kind]
    return {"kind": kind, "title": entry.title, "purpose": entry.purpose, "on": on, "marketing": not rule_of(kind).transactional, "parcel": kind in setup_rules.BY_CARRIERS}


# -- channels, brand, carriers ---------------------------------------------------------------------------------------


def channels(session: Session, store: Store) -> Row:
    """Every way with whether it works, and which are chosen."""
    chosen = setups.drafted(session, store.id or 0)
    now = setup_rules.used(policies.all_of(session, store.id or 0)) or ("email",)
    kept = chosen.channels or now
    return {"keep": chosen.channels is None, "ways": [{**way(session, store, name), "chosen": name in kept} for name in CHANNELS],
            "by_now": ", ".join(forms.CHANNEL_WORDS[name] for name in now)}  # fmt: skip


def way(session: Session, store: Store, name: str) -> Row:
    """A channel of a store: whether it works, in words, and through what it goes now (for a test to name)."""
    kind, word, of = _way(session, store, name)
    return {"value": name, "label": forms.CHANNEL_WORDS[name], "kind": kind, "word": word, "of": of, "ready": kind == "ok"}


def _way(session: Session, store: Store, name: str) -> tuple[str, str, str]:
    if name == channel_settings.EMAIL:
        return ("ok", "a mail server is set", store.sender_email) if ways.sends_mail() else ("warn", "no mail server: mails stay in this house", store.sender_email)
    if name == channel_settings.IN_APP:
        return "ok", "always there", "portal"
    if name == channel_settings.WEBHOOK:
        hook = message_hooks.of_store(session, store.id or 0)
        return ("bad", "not set", "") if hook is None else ("ok", "on", hook.url) if hook.active else ("bad", "off", hook.url)
    found = channel_settings.gateway(session, store.id or 0, name)
    if found is None:
        return "bad", "not set", ""
    return "ok" if found.active else "bad", "on" if found.active else "off", f"{name} since {found.changed_at.isoformat()}"


def brand(session: Session, store: Store) -> Row:
    """The store's own as it would be."""
    dressed = setups.dressed(session, store)
    return {"own": {name: getattr(dressed, name) for name in setup_rules.OWN_BRAND}, "sends": dressed.sender_email != UNSET,
            "looks": [{"value": key, "label": label, "chosen": key == dressed.confirmation_look} for key, label in LOOKS.items()],
            "locales": [{"value": key, "label": label, "chosen": key == catalogue.closest(dressed.locale)} for key, label in catalogue.locales().items()]}  # fmt: skip


def feeds(session: Session, store: Store) -> Row:
    """Who may tell us of parcels, and which chosen kinds hang on it."""
    return {"feeds": carriers.feeds(session), "address": settings().public_url.rstrip("/"), "hang": hanging(setups.wanted(session, store.id or 0))}


def hanging(policies_as_wanted: dict[str, Policy]) -> list[str]:
    """The titles of the kinds that are sent only where a carrier tells how far a parcel is."""
    return [CATALOGUE[kind].title for kind, policy in policies_as_wanted.items() if policy.on and kind in setup_rules.BY_CARRIERS]
