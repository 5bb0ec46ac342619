"""Verbs of messages: owe one, withdraw it, say what became of it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import offers, promises, sign_ups
from stowline.core import clock, outbox, timers
from stowline.core.errors import Conflict
from stowline.core.outbox import Happened
from stowline.notifications import (
    back,
    baskets,
    case_mails,
    communication,
    getting_ready,
    policies,
    policy_rules,
    queries,
    runs,
    sign_in,
    waits,
    win_back,
)
from stowline.notifications import sign_ups as about_sign_up
from stowline.notifications.announcing import NOT_SENT, OFFERING, TIMER, keep, owed, pending, silenced
from stowline.notifications.calendar_models import CalendarEntry
from stowline.notifications.models import Message
from stowline.notifications.rules import Outcome, State, after, message_key
from stowline.notifications.run_models import NoteRun
from stowline.notifications.sequence_models import Basket
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.packing import queries as packing

MOST_READ = 5_000
_UNTRUE = {sign_in.KIND: sign_in.untrue, win_back.KIND: win_back.untrue, "news": communication.untrue, "greeting-card": communication.untrue, baskets.KIND: baskets.untrue}
_UNTRUE_OF_ORDER = {"return-received": back.untrue, getting_ready.KIND: getting_ready.untrue}
_CALLED_OFF_BY: dict[str, tuple[Any, str]] = {
    runs.KIND: (NoteRun, "run_id"), "news": (CalendarEntry, "entry_id"), "greeting-card": (CalendarEntry, "entry_id"),
    win_back.KIND: (CalendarEntry, "entry_id"), baskets.KIND: (Basket, "basket_id"),
}  # fmt: skip


def announce_back(session: Session, happened: Happened) -> None:
    """Somebody on the back-in-stock list has the turn: owe the message, once for each turn."""
    one = sign_ups.by_id(session, happened.values["sign_up_id"])
    key = message_key("back-in-stock", channel="email", recipient=one.email, signup=one.id or 0, time=happened.values["time"])
    policy = policies.policy(session, one.store_id, "back-in-stock")
    row = owed("back-in-stock", "email", one.email, happened, policy) | {"key": key, "store_id": one.store_id, "sign_up_id": one.id, "scan_id": None}
    keep(session, silenced(row, "" if policy.on else NOT_SENT))


def announce_report(session: Session, happened: Happened) -> None:
    """A report goes to its supplier: owe the message, once. No store sends it, the house does."""
    said = happened.values
    key = message_key("delivery-report", channel="email", recipient=said["email"], report=said["report_id"])
    row = owed("delivery-report", "email", said["email"], happened, policies.policy(session, None, "delivery-report"))
    keep(session, row | {"key": key, "recipient_name": said["supplier"], "report_id": said["report_id"], "scan_id": None})


def withdraw(session: Session, happened: Happened) -> None:
    """A handover was undone, stock taken back, or an order cancelled: what has not gone yet and is true no more is withdrawn."""
    order = orders.lock(session, happened.values["order_id"])
    for message_id in list(pending(session, order.id or 0)):
        message = queries.lock(session, message_id)
        why = "" if message.forced else untrue(session, message, order)
        if message.state == State.HELD and why:
            skip(session, message, why)


def hold(session: Session, message: Message) -> None:
    """Share the lock of what may call a message off beside its order (its run, its entry of the calendar, its basket) until
    the transaction ends: who stops it waits, or is seen by `untrue`.
    """
    table, name = _CALLED_OFF_BY.get(message.kind, (None, ""))
    ident = outbox.load(session, message.event_id).values.get(name) if table is not None else None
    if table is not None and ident is not None:
        session.execute(sa.select(table).where(table.id == ident).with_for_update(read=True).execution_options(populate_existing=True))


def untrue(session: Session, message: Message, order: Order | None = None) -> str:
    """Why a message is not true any more; empty if it is. Locks the order, so that a cancellation is never overtaken, unless
    the caller hands it over: locked already, or for a first look.
    """
    if message.report_id is not None:
        return ""  # it tells how things stood when it was sent
    if message.order_id is None:
        if message.kind in _UNTRUE:
            return _UNTRUE[message.kind](session, message)
        return about_sign_up.untrue(session, message) if message.sign_up_id is not None else ""
    order = order or orders.lock(session, message.order_id)
    if message.kind in case_mails.KINDS:
        return case_mails.untrue(session, message)
    if order.state == "cancelled":
        return "the order was cancelled"
    if message.kind == runs.KIND:
        return runs.untrue(session, message)
    if message.parcel_id is not None:
        return _untrue_of_parcel(session, message)
    return _untrue_of_waiting(session, message, order)


def _untrue_of_parcel(session: Session, message: Message) -> str:
    state = packing.parcel(session, message.parcel_id or 0).state
    left = state == "handed_over"
    if message.kind in ("packed", "item-processed"):
        return "it has left already" if left else queries.OPENED if state == "open" else ""
    if not left:
        return "the handover was undone"
    told = [kind for kind in queries.kinds_told(session, message.parcel_id or 0, message.channel)
            if policy_rules.RANK.get(kind, -1) > policy_rules.RANK.get(message.kind, 99)]
    if told:
        return f"the shopper was told already that it is further along: {told[0]}"
    late = policy_rules.overtaken(message.kind, _reached(session, message))
    return f"it is further along by now: {late.replace('_', ' ')}" if late else ""


def _reached(session: Session, message: Message) -> list[str]:
    """The milestones that a message's parcel has reached."""
    said = outbox.diary(session, message.order_id or 0, limit=MOST_READ)
    return [one.values["milestone"] for one in said if one.name == "MilestoneReached" and one.values["parcel_id"] == message.parcel_id]


def _untrue_of_waiting(session: Session, message: Message, order: Order) -> str:
    if message.kind == "stock-arrived":
        if order.handed_over >= order.ordered - order.cancelled:
            return "it has left already"
        return "" if waits.arrived(session, kits.sold(session, order.id or 0), order.id or 0) else queries.TAKEN_BACK
    if message.kind in _UNTRUE_OF_ORDER:
        return _UNTRUE_OF_ORDER[message.kind](session, message, order)
    waiting = order.ordered - order.cancelled > order.allocated
    if message.kind in OFFERING and offers.chosen_since(session, order.id or 0, message.made_at):
        return "the shopper has chosen what becomes of it"
    if message.kind in OFFERING and not waiting:
        return "nothing waits any more"
    if message.kind == "delay-apology" and not promises.owed_news(session, order.id or 0):
        return "the shopper was told of no earlier day than stands now"
    if message.kind == "good-news" and not waits.sooner(session, order.id or 0):
        return "it is no news any more"
    return ""


def skip(session: Session, message: Message, why: str) -> None:
    """It will not go, and why."""
    message.state = after(message.state, Outcome.WITHDRAWN)
    message.reason = why
    timers.cancel(session, TIMER, str(message.id))
    session.add(message)
    session.flush()


def put_off(session: Session, message: Message, until: datetime, why: str) -> None:
    """It goes later, and why."""
    message.due, message.reason = until, why[:500]
    timers.set_timer(session, TIMER, str(message.id), until)
    session.add(message)
    session.flush()


def send_again(session: Session, message_id: int, *, arrived: bool = False) -> Message:
    """A person decides about a message that is dead or not certain: it goes once more, or it had arrived.

    Raises Conflict for a message in any other state.
    """
    message = queries.lock(session, message_id)
    if message.state not in (State.DEAD, State.UNKNOWN):
        raise Conflict(f"This message is {message.state}; only one that is dead or not certain can be settled by hand.")
    if arrived and message.state == State.UNKNOWN:
        message.state, message.reason = after(message.state, Outcome.CONFIRMED), "a person found that it had arrived"
    else:
        message.state, message.reason = after(message.state, Outcome.REPLAYED), "sent again by hand"
        message.attempt, message.due = 0, clock.now()
        timers.set_timer(session, TIMER, str(message.id), message.due)
    session.add(message)
    session.flush()
    return message
