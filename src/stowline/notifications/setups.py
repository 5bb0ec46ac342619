"""Setting up what a store tells, step by step: what is chosen is kept until somebody puts it in force, all at once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.errors import Conflict, Refused
from stowline.notifications import policies, presets, setup_rules
from stowline.notifications.policy_rules import Policy
from stowline.notifications.presets import LEFT_ALONE
from stowline.notifications.setup_models import MessageSetup
from stowline.notifications.setup_rules import OWN_BRAND, Draft
from stowline.people import service as audit
from stowline.stores import brand
from stowline.stores import queries as stores
from stowline.stores.queries import Store

OWN = "own"
_s = MessageSetup.__table__.c  # type: ignore[attr-defined]


def of_store(session: Session, store_id: int) -> MessageSetup | None:
    """How far it is; None where nobody began."""
    return session.get(MessageSetup, store_id)


def drafted(session: Session, store_id: int) -> Draft:
    """What was chosen and does not count yet."""
    found = of_store(session, store_id)
    return setup_rules.draft(found.said) if found else Draft()


def wanted(session: Session, store_id: int) -> dict[str, Policy]:
    """The policy of every kind as it would be once this is live."""
    return setup_rules.wanted(policies.all_of(session, store_id), drafted(session, store_id), LEFT_ALONE)


def dressed(session: Session, store: Store) -> Store:
    """The store in the brand that was chosen; a copy, which is never kept."""
    return Store(**{**store.model_dump(), **drafted(session, store.id or 0).brand})


def waiting(session: Session) -> list[Store]:
    """Stores that never went live and of which nobody said that it is right as it is, by name."""
    live = live_since(session)
    return [store for store in stores.all_stores(session) if store.id not in live]


def live_since(session: Session) -> dict[int, datetime]:
    """Since when the messages of each store are live, by its id; without those that never were."""
    return {store_id: at for store_id, at in session.execute(sa.select(_s.store_id, _s.live_at)) if at is not None}


# -- one step --------------------------------------------------------------------------------------------------------


def choose_kinds(session: Session, store: Store, preset: str, named: Iterable[str], by: str) -> None:
    """Keep which kinds are to be sent: those of a preset, or those that are named. Raises Refused, NotFound."""
    standing = policies.all_of(session, store.id or 0)
    chosen = set(named) if preset == OWN else set(presets.preset(preset).kinds)
    if preset == OWN and (unknown := chosen - standing.keys()):
        raise Refused(f"There is no message named {min(unknown)[:40]}.", where="kinds")
    kept = tuple(kind for kind in standing if kind in chosen and kind not in LEFT_ALONE)
    if not kept:
        raise Refused("Choose at least one message.", where="kinds")
    _keep(session, store, "kinds", by, kinds=kept)


def choose_channels(session: Session, store: Store, channels: Iterable[str] | None, by: str) -> None:
    """Keep by which ways every kind about an order is to go; None: as each kind is set. Raises Refused."""
    given = None if channels is None else setup_rules.in_order(channels)
    if given == ():
        raise Refused("Choose at least one channel.", where="channels")
    _keep(session, store, "channels", by, channels=given)


def choose_brand(session: Session, store: Store, said: Mapping[str, str], by: str) -> None:
    """Keep in whose name and voice it writes. Raises Refused with the field."""
    read = brand.read({name: said[name] for name in OWN_BRAND if name in said})
    _keep(session, store, "brand", by, brand={name: str(value) for name, value in read.items() if value != getattr(store, name)})


def see(session: Session, store: Store, step: str, by: str) -> None:
    """A step that chooses nothing of the store's was looked at."""
    _keep(session, store, step, by)


def tested(session: Session, store: Store, channel: str, of: str) -> None:
    """A test went by this channel, from or through `of`: its sender, or the address of its gateway."""
    row = _row(session, store)
    row.tests = {**row.tests, channel: {"of": of[:300], "at": clock.now().isoformat()}}
    session.add(row)
    session.flush()


def test_of(row: MessageSetup | None, channel: str, of: str) -> datetime | None:
    """When a test last went by this channel as it is now."""
    known = (row.tests if row else {}).get(channel, {})
    return datetime.fromisoformat(known["at"]) if known.get("of") == of else None


def _keep(session: Session, store: Store, step: str, by: str, **more: object) -> None:
    row = _row(session, store)
    row.said = setup_rules.plain(replace(setup_rules.draft(row.said), **more))  # type: ignore[arg-type]
    row.done = [one for one in setup_rules.STEPS if one in {*row.done, step}]
    row.changed_at, row.changed_by = clock.now(), by[:120]
    session.add(row)
    session.flush()


def _row(session: Session, store: Store) -> MessageSetup:
    """The store's row, made if there is none; locked by the store's, so that two who begin at once make one."""
    stores.lock(session, store.id or 0)
    found = session.get(MessageSetup, store.id, populate_existing=True)
    return found or MessageSetup(store_id=store.id or 0, changed_at=clock.now())


# -- in force --------------------------------------------------------------------------------------------------------


def hush(session: Session, store: Store, by: str) -> None:
    """Send nothing until it is live, but what was asked for one by one; what was sent so far is kept as chosen. Raises Conflict."""
    row = _row(session, store)
    if row.live_at is not None:
        raise Conflict("This store's messages are live. Switch kinds off under Messages.")
    if row.said.get("silent"):
        return
    standing = policies.all_of(session, store.id or 0)
    chosen = setup_rules.draft(row.said)
    kinds = setup_rules.sent_now(standing) if chosen.kinds is None else chosen.kinds
    for kind, was in standing.items():
        if was.on and kind not in LEFT_ALONE:
            policies.set_policy(session, store.id or 0, kind, replace(was, on=False))
    row.said = setup_rules.plain(replace(chosen, kinds=kinds, silent=True))
    row.changed_at, row.changed_by = clock.now(), by[:120]
    session.add(row)
    audit.note(session, by, "messages silenced", f"store {store.key}, until they go live")
    session.flush()


def go_live(session: Session, store: Store, by: str, *, seen: str) -> bool:
    """Put all that was chosen in force, from the next event on. `seen` is the mark of what its reader saw (`mark`). False where
    nothing was left to do. Raises Conflict where something else is chosen by now.
    """
    row = _row(session, store)
    chosen = setup_rules.draft(row.said)
    if row.live_at is not None and not chosen.says_something:
        return False
    if seen != mark(row):
        raise Conflict("Something was changed here since this page was drawn. Look through it once more.")
    if chosen.brand:
        brand.set_brand(session, store.key, chosen.brand)
    standing = policies.all_of(session, store.id or 0)
    for kind, policy in setup_rules.wanted(standing, chosen, LEFT_ALONE).items():
        if policy != standing[kind]:
            policies.set_policy(session, store.id or 0, kind, policy)
    _lives(session, row, by)
    audit.note(session, by, "messages live", f"store {store.key}")
    return True


def leave(session: Session, store: Store, by: str) -> None:
    """It is right as it is: nothing is asked any more, and what was chosen is dropped. Raises Conflict while it is silent."""
    row = _row(session, store)
    if row.said.get("silent"):
        raise Conflict("Nothing is sent at the moment. Go live, or choose first what is to be sent.")
    _lives(session, row, by)


def _lives(session: Session, row: MessageSetup, by: str) -> None:
    row.said, row.done = {}, [*(one for one in row.done if one != "live"), "live"]
    row.live_at, row.live_by = row.live_at or clock.now(), row.live_by or by[:120]
    row.changed_at, row.changed_by = clock.now(), by[:120]
    session.add(row)
    session.flush()


def mark(row: MessageSetup | None) -> str:
    """What a page says back, so that nothing is put in force that its reader did not see."""
    return row.changed_at.isoformat() if row and row.changed_by else ""
