"""The calendar of what a store says to many: put an entry on, let it go on its day, take it off.

A timer goes through the customers in portions, each in one transaction: it records the fact for each, and how far it is.
What is owed from there on goes every message's way, through every gate: consent, suppression, quiet hours, never two in
one breath, the cap. Who is written to is decided when it is their turn.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock, ids, outbox, timers
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.outbox import Happened
from stowline.notifications import announcing, calendar_queries, policies, preferences
from stowline.notifications import calendar_rules as rules
from stowline.notifications.calendar_models import CalendarEntry, CalendarPerson
from stowline.notifications.calendar_rules import Words
from stowline.notifications.models import Message
from stowline.notifications.rules import message_key
from stowline.notifications.run_rules import paragraphs, portion
from stowline.notifications.sequence_events import CalendarTurn
from stowline.orders import shoppers

TIMER = "calendar"
STOPPED, TOO_LATE = "it was taken off the calendar", "it was too late for it: the program did not run on its day"
LONGEST_AHEAD = timedelta(days=730)
_p = CalendarPerson.__table__.c  # type: ignore[attr-defined]


# --- make one ---------------------------------------------------------------------------------------------------------


def keep(session: Session, entry_id: int | None, *, store_id: int, kind: str, at: datetime, whom: dict[str, Any], words: Words, who: str) -> CalendarEntry:
    """Keep an entry as a draft, or change one that has not begun. Raises Refused with the field, Conflict, NotFound."""
    field, say = rules.trouble(words)
    if say:
        raise Refused(say, where=field)
    if kind not in rules.KINDS or whom.get("who") not in rules.WHO:
        raise Refused("Choose one of those.", where="kind" if kind not in rules.KINDS else "who")
    if not clock.now() - timedelta(minutes=5) <= at <= clock.now() + LONGEST_AHEAD:
        raise Refused("Give a day and an hour that are to come, within two years.", where="at")
    found = lock(session, entry_id) if entry_id else CalendarEntry(store_id=store_id, kind=kind, at=at, headline="", body="", made_by=who[:120], made_at=clock.now())
    if found.state not in ("draft", "planned"):
        raise Conflict(f"This entry is {found.state}. It cannot be changed any more.")
    found.kind, found.at, found.whom = kind, at, whom
    for name, value in asdict(words).items():
        setattr(found, name, value.strip() if isinstance(value, str) else value)
    _keep(session, found)
    if found.state == "planned":
        timers.set_timer(session, TIMER, str(found.id), at)
    return found


def mark(found: CalendarEntry) -> str:
    """What a page says back when an entry is put on, so that nothing goes that its reader did not see."""
    said = found.kind, found.at.isoformat(), str(sorted(found.whom.items())), *(str(getattr(found, name)) for name in Words.__dataclass_fields__)
    return ids.fingerprint("\0".join(said))[:16]


def plan(session: Session, entry_id: int, *, seen: str = "") -> CalendarEntry:
    """It goes on its day; pressed twice: nothing changes. `seen` is the mark of what its reader saw ('': not said). Raises
    Conflict, and Refused where its store does not send the kind.
    """
    found = lock(session, entry_id)
    if found.state == "planned":
        return found
    if found.state != "draft":
        raise Conflict(f"This entry is {found.state}.")
    if seen and seen != mark(found):
        raise Conflict("Somebody changed this draft since the page was drawn. Look at it once more.")
    if not policies.policy(session, found.store_id, found.kind).on:
        raise Refused(f"This store does not send {rules.KINDS[found.kind].lower()}. Switch the message on first.")
    if found.at < clock.now() - timedelta(minutes=5):
        raise Refused("Its day has passed. Give another one.")
    found.state = "planned"
    timers.set_timer(session, TIMER, str(entry_id), found.at)
    return _keep(session, found)


def stop(session: Session, entry_id: int) -> CalendarEntry:
    """Take it off: nobody else is written to, and what is held of it does not go. Raises Conflict once all of it went."""
    found = lock(session, entry_id)
    if found.state == "done" and not calendar_queries.sent_of(session, entry_id):
        raise Conflict("All of this entry went already.")
    if found.state != "stopped":
        found.state, found.why, found.ended_at = "stopped", STOPPED, clock.now()
        timers.cancel(session, TIMER, str(entry_id))
    return _keep(session, found)


def lock(session: Session, entry_id: int) -> CalendarEntry:
    """An entry, locked. Raises NotFound."""
    query = select(CalendarEntry).where(CalendarEntry.id == entry_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound("There is no such entry.")
    return found


def _keep(session: Session, found: CalendarEntry) -> CalendarEntry:
    session.add(found)
    session.flush()
    return found


# --- its day ----------------------------------------------------------------------------------------------------------


def work(session: Session, ref: str) -> None:
    """The timer's verb: the next portion. Safe to repeat."""
    found = lock(session, int(ref))
    now, policy = clock.now(), policies.policy(session, found.store_id, found.kind)
    if found.state not in ("planned", "going"):
        return
    if found.at > now:
        timers.set_timer(session, TIMER, ref, found.at)
        return
    if now > found.at + timedelta(seconds=policy.expires_s) or not policy.on:
        found.state, found.why, found.ended_at = "stopped", TOO_LATE if policy.on else announcing.NOT_SENT, now
        _keep(session, found)
        return
    found.state, found.started_at = "going", found.started_at or now
    at_once, pause = portion(found.per_minute)
    ids = calendar_queries.portion(session, found, at_once)
    _turns(session, found, ids)
    if len(ids) < at_once:
        found.state, found.ended_at = "done", now
    else:
        timers.set_timer(session, TIMER, ref, now + timedelta(seconds=pause))
    _keep(session, found)


def _turns(session: Session, found: CalendarEntry, ids: list[int]) -> None:
    until = clock.now() + timedelta(days=rules.COUNT_DAYS)
    for customer_id in ids:
        variant = rules.variant(found.id or 0, customer_id, found.share_b)
        session.add(CalendarPerson(entry_id=found.id or 0, customer_id=customer_id, variant=variant, counts_until=until))
        headline, body = (found.headline_b, found.body_b) if variant == "b" else (found.headline, found.body)
        fact = CalendarTurn(found.store_id, found.id or 0, customer_id, found.kind, variant, headline, tuple(paragraphs(body)))
        outbox.record(session, fact)
        found.after_id, found.said = customer_id, found.said + 1


def announce(session: Session, happened: Happened) -> None:
    """Owe the message on every channel of the store's policy, once for each person and entry. It is of no use later than the
    entry is.
    """
    said = happened.values
    store_id, kind, customer = said["store_id"], said["kind"], shoppers.customer(session, said["customer_id"])
    found, policy = calendar_queries.entry(session, said["entry_id"]), policies.policy(session, store_id, kind)
    names = {"store": store_id, "customer": customer.id or 0} | ({"order": _last_order(session, store_id, customer.email)} if kind == "win-back" else {"entry": found.id or 0})
    ends = found.at + timedelta(seconds=policy.expires_s)
    for channel in policy.channels:
        address = customer.email if channel in ("in-app", "webhook") else preferences.address_for(session, store_id, customer.email, channel)
        row = announcing.owed(kind, channel, address, happened, policy) | {
            "key": message_key(kind, channel=channel, recipient=address, **names), "store_id": store_id, "recipient_name": customer.name}  # fmt: skip
        row["expires_at"] = max(ends, row["due"])
        ident = announcing.keep(session, announcing.silenced(row, announcing.unreachable(session, store_id, channel, address)))
        mine = _p.entry_id == found.id, _p.customer_id == customer.id, _p.message_id.is_(None)
        if ident is not None:
            session.execute(sa.update(CalendarPerson).where(*mine).values(message_id=ident))


def _last_order(session: Session, store_id: int, address: str) -> int:
    last = shoppers.last_order(session, store_id, address)
    return last.id or 0 if last else 0


def untrue(session: Session, message: Message) -> str:
    """Why a message of an entry must not go any more; '' if it may."""
    said = outbox.load(session, message.event_id)
    if said.name != "CalendarTurn":
        return ""
    found = calendar_queries.entry(session, said.values["entry_id"])
    if found.state == "stopped":
        return STOPPED
    last = shoppers.last_order(session, found.store_id, shoppers.customer(session, said.values["customer_id"]).email)
    is_away = found.whom.get("who") == "away" or found.kind == "win-back"
    return "an order was placed meanwhile" if is_away and last is not None and last.placed_at >= said.at else ""
