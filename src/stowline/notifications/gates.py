"""What keeps a true message from going now: its day is over, nobody may be written to, it is night there, it is enough.

Each gate answers nothing (it may go), Never (it will not go) or Wait (it goes later), always with a reason. A person who
overrules with a reason opens every gate but two: an address that bounces, and the choice of the reader.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from stowline.notifications import breakers, politeness, preference_rules
from stowline.notifications.books import Books
from stowline.notifications.models import Message
from stowline.notifications.on_record import OnRecord
from stowline.notifications.policy_rules import LOUD, Policy
from stowline.notifications.preference_rules import Said
from stowline.notifications.preferences import Reader
from stowline.notifications.rules import HOUSES_OWN, KINDS
from stowline.notifications.sequence_rules import clear_of
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


Gate = Callable[[Books, Case], Never | Wait | None]


def closed(session: Session, message: Message, *, under_way: bool = False, looking: bool = False, books: Books | None = None) -> Never | Wait | None:
    """The first gate that is closed for a message; None: it may go now. Takes the turn of a capped one, so that it is
    certain until the transaction ends. `under_way`: its channel is being tried already. `looking`: nothing is written
    and nothing is certain. `books`: as of another day.
    """
    books = books or Books(session)
    case = _case(books, message, looking=looking)
    for gate in _FORCED if message.forced else _GATES:
        if under_way and gate is _broken:
            continue
        shut = gate(books, case)
        if isinstance(shut, Wait) and message.expires_at is not None and shut.until >= message.expires_at and not message.forced:
            return Never(f"{shut.why}, and by then it is of no use any more")
        if shut is not None:
            return shut
    return None


def _case(books: Books, message: Message, *, looking: bool) -> Case:
    provider = breakers.provider_of(message)
    email = books.order(message.order_id).email if message.order_id is not None else message.recipient
    found = books.look(message, email, provider)
    reader = books.reader(message.store_id, email) if found.reader else Reader()
    return Case(message, books.policy_on(message.kind, found), reader, marketing=not KINDS[message.kind].transactional,
                looking=looking, provider=provider, on_record=found)  # fmt: skip


def _expired(books: Books, case: Case) -> Never | None:
    ends = case.message.expires_at
    return Never("it is too late for it: it was of use until then") if ends is not None and ends <= books.now() else None


def _suppressed(books: Books, case: Case) -> Never | None:
    message = case.message
    if not case.on_record.suppression:
        return None
    why = books.suppressed(message, marketing=case.marketing)
    return Never(why) if why else None


def _refused(books: Books, case: Case) -> Never | None:
    message = case.message
    if message.sign_up_id is not None or message.report_id is not None or message.kind in HOUSES_OWN:
        return None  # asked for, and left, by itself
    if not (case.marketing or case.on_record.preference) and "@" in message.address:
        why = preference_rules.refusal(message.kind, message.channel, Said(own_phone=case.reader.own_phone))
    else:
        why = books.refuses(message, case.reader)
    return Never(why) if why else None


def _quiet(books: Books, case: Case) -> Wait | None:
    """The reader's own quiet hours, else the store's; and what the law says of marketing by SMS."""
    loud = case.message.channel in LOUD
    if case.policy.urgent or not (case.policy.quiet or loud):
        return None
    now = books.now()
    zone, unknown = politeness.zone_of(case.reader.time_zone, *_zones(books, case.message))
    hours = (case.reader.quiet_from, case.reader.quiet_to)
    if hours == (None, None):
        store = books.manners(case.message.store_id)
        hours = (store.quiet_from, store.quiet_to)
    until = politeness.quiet_until(now, zone, *hours)
    if until is None and case.marketing and loud:
        until = politeness.lawful_until(now, zone)
    note = f" (nobody knows the time zone {unknown})" if unknown else ""
    return Wait(until, f"quiet hours until {until.astimezone(zone):%H:%M}, {zone.key}{note}") if until else None


def _zones(books: Books, message: Message) -> tuple[str, ...]:
    store = stores.store(books.session, message.store_id).time_zone if message.store_id is not None else ""
    return (books.order(message.order_id).time_zone, store) if message.order_id is not None else (store,)


def _capped(books: Books, case: Case) -> Wait | None:
    """Whoever asks holds the address's turn until the transaction ends."""
    message = case.message
    if not case.policy.capped or message.store_id is None:
        return None
    manners = books.manners(message.store_id)
    if manners.cap == 0:
        return None
    if not case.looking:
        books.take_turn(message)
    now, window = books.now(), timedelta(days=manners.cap_days)
    told = books.when_told(message, books.capped_kinds(message.store_id), now - window)
    until = politeness.cap_until(told, now, manners.cap, window)
    days = "a day" if manners.cap_days == 1 else f"{manners.cap_days} days"
    return Wait(until, f"{CAPPED} {len(told)} such messages in {days}", capped=True) if until else None


def _breath(books: Books, case: Case) -> Wait | None:
    """Never two in one breath: a reader hears of one thing that is not owed, then of no other for a day. Whoever asks holds
    the address's turn. A digest is such a thing for what comes after it, and waits for nothing: it holds what waited.
    """
    message = case.message
    if not case.marketing or message.kind == "digest" or message.store_id is None:
        return None
    if not case.looking:
        books.take_turn(message)
    until = clear_of(books.heard_last(message, _MARKETING), books.now())
    return Wait(until, "the reader heard of something else within a day") if until else None


def _broken(books: Books, case: Case) -> Wait | None:
    if not case.on_record.breaker:
        return None
    if case.looking:
        return Wait(books.now(), "its channel failed, which is to be looked at closely")
    found = books.rests(case.provider)
    return Wait(found[0], f"its channel fails: {found[1]}") if found else None


_GATES: tuple[Gate, ...] = (_expired, _suppressed, _refused, _broken, _quiet, _breath, _capped)
_FORCED: tuple[Gate, ...] = (_suppressed, _refused, _broken)


