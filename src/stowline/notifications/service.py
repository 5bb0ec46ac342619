"""Verbs of messages: owe one, withdraw it, say what became of it."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import offers, promises, sign_ups
from stowline.core import clock, timers
from stowline.core.config import settings
from stowline.core.errors import Conflict
from stowline.core.outbox import Happened
from stowline.notifications import queries, waits
from stowline.notifications import sign_ups as about_sign_up
from stowline.notifications.models import Message
from stowline.notifications.rules import Outcome, State, after, due_after, message_key
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.packing import queries as packing

TIMER = "message"
_messages = Message.__table__  # type: ignore[attr-defined]

# The policy of the first stores: which event owes its shopper which kind of message.
POLICY = {"OrderPlaced": "order-confirmed", "ParcelHandedOver": "shipped", "BackorderDue": "backorder-notice",
          "PromiseChanged": "delay-apology", "BackorderFilled": "stock-arrived"}


# What tells of a delay offers its shopper a choice, in the same transaction.
GOOD = ("earlier", "dated")
OFFERING = {"backorder-notice": "notice", "delay-apology": "apology"}


def announce(session: Session, happened: Happened) -> None:
    """An event that shoppers hear of: owe the message, once."""
    kind = "good-news" if happened.values.get("why") in GOOD and happened.name == "PromiseChanged" else POLICY[happened.name]
    order = orders.order(session, happened.values["order_id"])
    parcel_id = happened.values.get("parcel_id")
    facts = _facts(session, kind, order, happened)
    key = message_key(kind, channel="email", recipient=order.email, **facts)
    if parcel_id and queries.told_of_parcel(session, parcel_id):
        return  # handed over again after a late undo: this shopper knows already
    _owe(session, kind, key, order, happened, parcel_id)


def _facts(session: Session, kind: str, order: Order, happened: Happened) -> dict[str, str | int]:
    if kind == "shipped":
        return {"store": order.store_id, "parcel": f"{happened.values['parcel']}.{happened.values['time']}"}
    if kind == "backorder-notice":
        return {"store": order.store_id, "order": order.id or 0, "revision": 1}
    if kind in ("delay-apology", "good-news"):
        revision = f"{happened.values['line_id']}.{happened.values['revision']}"
        return {"store": order.store_id, "order": order.id or 0, "revision": revision}
    if kind == "stock-arrived":  # once; what was withdrawn with a mis-scan does not count
        return {"store": order.store_id, "order": order.id or 0, "time": 1 + queries.withdrawn(session, order.id or 0, kind)}
    return {"store": order.store_id, "order": order.id or 0}


def _owe(session: Session, kind: str, key: str, order: Order, happened: Happened, parcel_id: int | None) -> None:
    told = order.tell and happened.values.get("tell", True)  # telling that began since leaves the event as it was
    reason = "" if told else "imported in silence"
    reason = reason or ("" if order.email else "no e-mail address is known")
    due = clock.now() + _pause(kind)
    row = {
        "key": key, "kind": kind, "channel": "email", "recipient": order.email,
        "recipient_name": order.customer_name or order.ship_name, "store_id": order.store_id, "order_id": order.id,
        "order_ref": order.ref, "parcel_id": parcel_id, "event_id": happened.id, "scan_id": happened.scan_id,
        "state": State.SKIPPED if reason else State.HELD, "reason": reason, "due": due, "made_at": clock.now(),
        "attempt": 0, "subject": "", "html": "", "text": "", "short": "",
    }
    _keep(session, row)


def announce_back(session: Session, happened: Happened) -> None:
    """Somebody on the back-in-stock list has the turn: owe the message, once for each turn."""
    one = sign_ups.by_id(session, happened.values["sign_up_id"])
    key = message_key("back-in-stock", channel="email", recipient=one.email, signup=one.id or 0, time=happened.values["time"])
    now = clock.now()
    _keep(session, {
        "key": key, "kind": "back-in-stock", "channel": "email", "recipient": one.email, "recipient_name": "",
        "store_id": one.store_id, "order_id": None, "order_ref": "", "sign_up_id": one.id, "parcel_id": None,
        "event_id": happened.id, "scan_id": None, "state": State.HELD, "reason": "", "due": now, "made_at": now, "attempt": 0,
        "subject": "", "html": "", "text": "", "short": "",
    })  # fmt: skip


def announce_report(session: Session, happened: Happened) -> None:
    """A report goes to its supplier: owe the message, once. No store sends it, the house does."""
    said, now = happened.values, clock.now()
    key = message_key("delivery-report", channel="email", recipient=said["email"], report=said["report_id"])
    _keep(session, {
        "key": key, "kind": "delivery-report", "channel": "email", "recipient": said["email"], "recipient_name": said["supplier"],
        "store_id": None, "order_id": None, "order_ref": "", "report_id": said["report_id"], "parcel_id": None,
        "event_id": happened.id, "scan_id": None, "state": State.HELD, "reason": "", "due": now, "made_at": now, "attempt": 0,
        "subject": "", "html": "", "text": "", "short": "",
    })  # fmt: skip


def _keep(session: Session, row: dict[str, Any]) -> None:
    """Write a message that is owed, unless it stands there already."""
    if session.execute(sa.select(_messages.c.id).where(_messages.c.key == row["key"])).first() is not None:
        return
    message_id = session.execute(sa.insert(_messages).returning(_messages.c.id), row).scalar_one()
    if row["state"] == State.HELD:
        if row["kind"] in OFFERING and _is_news(session, row, message_id):
            offers.make(session, row["order_id"], OFFERING[row["kind"]], str(message_id))
        timers.set_timer(session, TIMER, str(message_id), row["due"])


def _is_news(session: Session, row: dict[str, Any], message_id: int) -> bool:
    """Whether a message brings an offer of its own. One apology tells of all lines that moved: another that is held for
    the same order, or has gone, brought the offer, and asked for consent to the delay once.
    """
    if row["kind"] != "delay-apology":
        return True
    mine = _messages.c.order_id == row["order_id"], _messages.c.kind == row["kind"], _messages.c.state == State.HELD
    another = session.execute(sa.select(_messages.c.id).where(*mine, _messages.c.id != message_id).limit(1)).first()
    return another is None and bool(promises.owed_news(session, row["order_id"]))


def _pause(kind: str) -> timedelta:
    return timedelta(seconds=due_after(kind, settings().message_grace_s))


def withdraw(session: Session, happened: Happened) -> None:
    """A handover was undone, stock taken back, or an order cancelled: what has not gone yet and is true no more is withdrawn."""
    rows = session.execute(sa.select(_messages.c.id).where(
        _messages.c.order_id == happened.values["order_id"], _messages.c.state == State.HELD)).scalars().all()
    for message_id in rows:
        message = queries.lock(session, message_id)
        why = untrue(session, message)
        if message.state == State.HELD and why:
            skip(session, message, why)


def untrue(session: Session, message: Message) -> str:
    """Why a message is not true any more; empty if it is. Locks the order, so that a cancellation is never overtaken."""
    if message.report_id is not None:
        return ""  # it tells how things stood when it was sent
    if message.order_id is None:
        return about_sign_up.untrue(session, message)
    order = orders.lock(session, message.order_id)
    if order.state == "cancelled":
        return "the order was cancelled"
    if message.kind == "shipped":
        parcel = packing.parcel(session, message.parcel_id or 0)
        return "" if parcel.state == "handed_over" else "the handover was undone"
    return _untrue_of_waiting(session, message, order)


def _untrue_of_waiting(session: Session, message: Message, order: Order) -> str:
    if message.kind == "stock-arrived":
        if order.handed_over >= order.ordered - order.cancelled:
            return "it has left already"
        return "" if waits.arrived(session, kits.sold(session, order.id or 0), order.id or 0) else queries.TAKEN_BACK
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
