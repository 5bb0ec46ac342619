"""What keeps a true message from going now: its day is over, nobody may be written to, it is night there, it is enough.

Each gate answers nothing (it may go), Never (it will not go) or Wait (it goes later), always with a reason. A person who
overrules with a reason opens every gate but two: an address that bounces, and the choice of the reader.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.notifications import (
    breakers,
    on_record,
    policies,
    policy_rules,
    politeness,
    preference_rules,
    preferences,
    queries,
    suppressions,
)
from stowline.notifications.models import Message
from stowline.notifications.on_record import OnRecord
from stowline.notifications.policy_models import CapTurn
from stowline.notifications.policy_rules import LOUD, Policy
from stowline.notifications.preference_rules import Said
from stowline.notifications.preferences import Reader
from stowline.notifications.rules import KINDS
from stowline.notifications.sequence_rules import clear_of
from stowline.orders import queries as orders
from stowline.stores import queries as stores

_MARKETING = [kind.name for kind in KINDS.values() if not kind.transactional]
CAPPED = "the reader had"
"""How the reason of a message begins that waits for the cap."""


@dataclass(frozen=True, slots=True)
class Never:
    """It will not go."""

    why: str


@dataclass(frozen=True, slots=True)
class Wait:
    """It goes later. `capped`: what it waits for is the cap."""

    until: datetime
    why: str
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A message at the gates, with what decides."""

    message: Message
    policy: Policy
    reader: Reader
    marketing: bool
    looking: bool
    provider: str
    on_record: OnRecord


Gate = Callable[[Session, Case], Never | Wait | None]


def closed(session: Session, message: Message, *, under_way: bool = False, looking: bool = False) -> Never | Wait | None:
    """The first gate that is closed for a message; None: it may go now. Takes the turn of a capped one, so that it is
    certain until the transaction ends. `under_way`: its channel is being tried already. `looking`: nothing is written
    and nothing is certain.
    """
    case = _case(session, message, looking=looking)
    for gate in _FORCED if message.forced else _GATES:
        if under_way and gate is _broken:
            continue
        shut = gate(session, case)
        if isinstance(shut, Wait) and message.expires_at is not None and shut.until >= message.expires_at and not message.forced:
            return Never(f"{shut.why}, and by then it is of no use any more")
        if shut is not None:
            return shut
    return None


def _case(session: Session, message: Message, *, looking: bool) -> Case:
    kind, provider = KINDS[message.kind], breakers.provider_of(message)
    email = orders.order(session, message.order_id).email if message.order_id is not None else message.recipient
    found = on_record.look(session, message, email, provider)
    reader = preferences.reader(session, message.store_id, email) if found.reader else Reader()
    return Case(message, policy_rules.policy_of(message.kind, found.policy), reader, marketing=not kind.transactional,
                looking=looking, provider=provider, on_record=found)  # fmt: skip


def _expired(session: Session, case: Case) -> Never | None:
    _ = session
    ends = case.message.expires_at
    return Never("it is too late for it: it was of use until then") if ends is not None and ends <= clock.now() else None


def _suppressed(session: Session, case: Case) -> Never | None:
    message = case.message
    if not case.on_record.suppression:
        return None
    why = suppressions.suppressed(session, message.channel, message.address, marketing=case.marketing, store_id=message.store_id)
    return Never(why) if why else None


def _refused(session: Session, case: Case) -> Never | None:
    message = case.message
    if message.sign_up_id is not None or message.report_id is not None:
        return None  # asked for, and left, by itself
    if not (case.marketing or case.on_record.preference) and "@" in message.address:
        why = preference_rules.refusal(message.kind, message.channel, Said(own_phone=case.reader.own_phone))
    else:
        why = preferences.refuses(session, message.store_id, message.address, message.kind, message.channel, case.reader)
    return Never(why) if why else None


def _quiet(session: Session, case: Case) -> Wait | None:
    """The reader's own quiet hours, else the store's; and what the law says of marketing by SMS."""
    loud = case.message.channel in LOUD
    if case.policy.urgent or not (case.policy.quiet or loud):
        return None
    now = clock.now()
    zone, unknown = politeness.zone_of(case.reader.time_zone, *_zones(session, case.message))
    hours = (case.reader.quiet_from, case.reader.quiet_to)
    if hours == (None, None):
        store = policies.manners(session, case.message.store_id)
        hours = (store.quiet_from, store.quiet_to)
    until = politeness.quiet_until(now, zone, *hours)
    if until is None and case.marketing and loud:
        until = politeness.lawful_until(now, zone)
    note = f" (nobody knows the time zone {unknown})" if unknown else ""
    return Wait(until, f"quiet hours until {until.astimezone(zone):%H:%M}, {zone.key}{note}") if until else None


def _zones(session: Session, message: Message) -> tuple[str, ...]:
    store = stores.store(session, message.store_id).time_zone if message.store_id is not None else ""
    return (orders.order(session, message.order_id).time_zone, store) if message.order_id is not None else (store,)


def _capped(session: Session, case: Case) -> Wait | None:
    """Whoever asks holds the address's turn until the transaction ends."""
    message = case.message
    if not case.policy.capped or message.store_id is None:
        return None
    manners = policies.manners(session, message.store_id)
    if manners.cap == 0:
        return None
    if not case.looking:
        _take_turn(session, message)
    now, window = clock.now(), timedelta(days=manners.cap_days)
    told = queries.when_told(session, message.store_id, message.channel, message.address, _capped_kinds(session, message.store_id), now - window)
    until = politeness.cap_until(told, now, manners.cap, window)
    days = "a day" if manners.cap_days == 1 else f"{manners.cap_days} days"
    return Wait(until, f"{CAPPED} {len(told)} such messages in {days}", capped=True) if until else None


def _capped_kinds(session: Session, store_id: int) -> list[str]:
    return [kind for kind, policy in policies.all_of(session, store_id).items() if policy.capped]


def _take_turn(session: Session, message: Message) -> None:
    turn = {"store_id": message.store_id, "channel": message.channel, "address": message.address}
    session.execute(sa.text("INSERT INTO cap_turn (store_id, channel, address) VALUES (:store_id, :channel, :address)"
                            " ON CONFLICT DO NOTHING"), turn)  # fmt: skip
    row = CapTurn.__table__.c  # type: ignore[attr-defined]
    mine = (row.store_id == message.store_id, row.channel == message.channel, row.address == message.address)
    session.execute(sa.select(row.store_id).where(*mine).with_for_update())


def _breath(session: Session, case: Case) -> Wait | None:
    """Never two in one breath: a reader hears of one thing that is not owed, then of no other for a day. Whoever asks holds
    the address's turn. A digest is such a thing for what comes after it, and waits for nothing: it holds what waited.
    """
    message = case.message
    if not case.marketing or message.kind == "digest" or message.store_id is None:
        return None
    _take_turn(session, message)
    last = queries.heard_last(session, message, _MARKETING)
    until = clear_of(last, clock.now())
    return Wait(until, "the reader heard of something else within a day") if until else None


def _broken(session: Session, case: Case) -> Wait | None:
    if not case.on_record.breaker:
        return None
    if case.looking:
        return Wait(clock.now(), "its channel failed, which is to be looked at closely")
    found = breakers.open_until(session, case.provider)
    return Wait(found[0], f"its channel fails: {found[1]}") if found else None


_GATES: tuple[Gate, ...] = (_expired, _suppressed, _refused, _broken, _quiet, _breath, _capped)
_FORCED: tuple[Gate, ...] = (_suppressed, _refused, _broken)


