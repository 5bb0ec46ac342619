"""An event that shoppers hear of becomes the messages that are owed: one row for each kind and channel, ever."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import offers, promises
from stowline.cases import queries as cases
from stowline.core import clock, timers
from stowline.core.config import settings
from stowline.core.outbox import Happened
from stowline.notifications import back, channel_settings, policy_rules, preferences
from stowline.notifications.books import Books
from stowline.notifications.models import Message
from stowline.notifications.policy_rules import OrderFacts, Policy
from stowline.notifications.preference_rules import plain
from stowline.notifications.rules import KINDS, State, due_after, mark, message_key
from stowline.orders import shoppers
from stowline.orders.queries import Order
from stowline.packing import queries as packing

TIMER = "message"
OFFERING = {"backorder-notice": "notice", "delay-apology": "apology"}
"""What tells of a delay offers its shopper a choice, in the same transaction."""
AFTER_ALL = ("thank-you", "feedback", "follow-up")
"""What is said once, after the whole order has come."""
NOT_SENT = "this store does not send it"
NOBODY = {"email": "no e-mail address is known", "sms": "no telephone number is known", "whatsapp": "no telephone number is known"}
_messages = Message.__table__  # type: ignore[attr-defined]


def announce(session: Session, happened: Happened) -> None:
    """An event that shoppers hear of: owe what its store's policies say, once."""
    books = Books(session)
    for kind in kinds_heard(happened):
        for row in decide(books, kind, books.order(happened.values["order_id"]), happened):
            keep(session, row)


def kinds_heard(happened: Happened) -> list[str]:
    """The kinds of message that an event may owe."""
    return [kind for kind in policy_rules.kinds_of(happened.name, happened.values) if kind in KINDS]


def decide(books: Books, kind: str, order: Order, happened: Happened) -> Iterator[dict[str, Any]]:
    """The messages of a kind that are owed because of an event, one for each channel: held, or skipped with the reason.
    Nothing is written.
    """
    session, policy = books.session, books.policy(order.store_id, kind)
    if not policy.on and not policy_rules.DEFAULTS[kind].on:
        return  # nobody expects it
    if not back.is_told(session, kind, order, happened):
        return
    parcel_id = _parcel_id(session, happened)
    if kind == "item-processed" and not _holds_what_waited(books, order, parcel_id):
        return
    if kind in AFTER_ALL and not _all_came(books, order):
        return  # the parcel that comes last tells of it
    why = _why_not(session, policy, order, happened)
    facts = facts_of(books, kind, order, happened)
    for channel in policy.channels:
        if kind == "shipped" and books.told_of_parcel(parcel_id or 0, channel):
            continue  # handed over again after a late undo: this shopper knows already
        address = order.email or order.ref if channel in ("in-app", "webhook") else books.address(order, channel)
        row = owed(kind, channel, address, happened, policy, books.now()) | {
            "key": message_key(kind, channel=channel, recipient=address, **facts), "store_id": order.store_id, "order_id": order.id,
            "order_ref": order.ref, "parcel_id": parcel_id, "run_id": facts.get("run"), "recipient_name": order.customer_name or order.ship_name,
        }  # fmt: skip
        yield silenced(row, why or unreachable(session, order.store_id, channel, address))


def unreachable(session: Session, store_id: int, channel: str, address: str) -> str:
    """Why nothing can go by this channel; '' if it can."""
    if channel not in ("email", "in-app") and channel not in channel_settings.available(session, store_id):
        return f"this store has no {channel_settings.NAMES[channel]} that is switched on"
    return "" if address else NOBODY.get(channel, "no address is known")


def recipient(session: Session, order: Order, channel: str) -> str:
    """Where an order's shopper is told by this channel; '' if nowhere. On the order's own page and to the shop: always."""
    if channel in ("in-app", "webhook"):
        return order.email or order.ref
    return preferences.address_for(session, order.store_id, order.email, channel)


def _parcel_id(session: Session, happened: Happened) -> int | None:
    found = happened.values.get("parcel_id")
    if found is None and happened.name == "ParcelPacked":
        return packing.parcel_by_code(session, happened.values["parcel"]).id
    return found


def _holds_what_waited(books: Books, order: Order, parcel_id: int | None) -> bool:
    """Whether a parcel holds anything that stock came for while the order waited."""
    came = {one.values["sku"] for one in books.diary(order.id or 0) if one.name == "BackorderFilled"}
    return bool(came) and any(one.sku in came for one in packing.contents(books.session, parcel_id or 0))


def _all_came(books: Books, order: Order) -> bool:
    """Whether nothing of an order has yet to leave, and each of its parcels came to its end."""
    ended = {one.values["parcel_id"] for one in books.diary(order.id or 0)
             if one.name == "MilestoneReached" and one.values["milestone"] in ("delivered", "returned_to_sender")}  # fmt: skip
    left = order.handed_over >= order.ordered - order.cancelled
    return left and all(one.id in ended for one in packing.parcels_of(books.session, order.id or 0) if one.state == "handed_over")


def _why_not(session: Session, policy: Policy, order: Order, happened: Happened) -> str:
    """Why a store does not tell of it; '' if it does."""
    if not (order.tell and happened.values.get("tell", True)):  # telling that began since leaves the event as it was
        return "imported in silence"
    if not policy.on:
        return NOT_SENT
    if policy.conditions == policy_rules.Conditions():
        return ""
    unmet = policy_rules.unmet(policy.conditions, order_facts(session, order))
    return f"policy: {unmet}" if unmet else ""


def order_facts(session: Session, order: Order) -> OrderFacts:
    """What conditions look at."""
    return OrderFacts(order.total_minor, order.country, frozenset(cases.tags(session, "order", [order.id or 0])[order.id or 0]),
                      shoppers.is_first(session, order))


# -- what makes a message one of its kind ----------------------------------------------------------------------------

_Fact = Callable[[Books, str, Order, Happened], str | int]


def _parcel(books: Books, kind: str, order: Order, happened: Happened) -> str | int:
    """A parcel that is closed again after what was told of it was withdrawn is told of anew."""
    _ = order
    code = str(happened.values["parcel"])
    if kind == "shipped":
        return f"{code}.{happened.values['time']}"
    again = books.reopened(_parcel_id(books.session, happened) or 0, kind) if happened.name == "ParcelPacked" else 0
    return f"{code}.{again}" if again else code


def _revision(books: Books, kind: str, order: Order, happened: Happened) -> str | int:
    _ = books, order
    return 1 if kind == "backorder-notice" else f"{happened.values['line_id']}.{happened.values['revision']}"


def _time(books: Books, kind: str, order: Order, happened: Happened) -> str | int:
    """Once; what was withdrawn with a mis-scan does not count."""
    _ = happened
    return 1 + books.withdrawn(order.id or 0, kind)


def _return(books: Books, order: Order, happened: Happened) -> str:
    rma = back.about(books.session, order, happened)
    return rma.ref if rma else ""


_FACTS: dict[str, _Fact] = {
    "store": lambda _books, _kind, order, _happened: order.store_id,
    "order": lambda _books, _kind, order, _happened: order.id or 0,
    "parcel": _parcel, "revision": _revision, "time": _time,
    "product": lambda _books, _kind, _order, happened: happened.values["product_id"],
    "return": lambda books, _kind, order, happened: _return(books, order, happened),
    "answer": lambda _books, _kind, _order, happened: happened.values["entry_id"],
    "case": lambda _books, _kind, _order, happened: f"{happened.values['case_id']}.{happened.id}",
    "run": lambda _books, _kind, _order, happened: happened.values["run_id"],
    "step": lambda _books, _kind, _order, happened: happened.values["step"],
}  # fmt: skip


def facts_of(books: Books, kind: str, order: Order, happened: Happened) -> dict[str, str | int]:
    """The facts that name a message of this kind about an order."""
    return {name: _FACTS[name](books, kind, order, happened) for name in KINDS[kind].names}


# -- the row ---------------------------------------------------------------------------------------------------------


def owed(kind: str, channel: str, recipient: str, happened: Happened, policy: Policy, now: datetime | None = None) -> dict[str, Any]:
    """A message that is owed because of an event, from `now` on: all columns but its key and what it is about."""
    now = now or clock.now()
    grace = settings().message_grace_s if policy.grace_s is None else policy.grace_s
    due = now + timedelta(seconds=policy.delay_s + due_after(kind, grace))
    return {
        "kind": kind, "channel": channel, "recipient": recipient, "address": plain(recipient), "recipient_name": "",
        "store_id": None, "order_id": None, "order_ref": "", "sign_up_id": None, "report_id": None, "parcel_id": None, "run_id": None,
        "event_id": happened.id, "scan_id": happened.scan_id, "state": State.HELD, "reason": "", "due": due,
        "expires_at": due + timedelta(seconds=policy.expires_s), "made_at": now, "attempt": 0, "forced": "",
        "subject": "", "html": "", "text": "", "short": "",
    }  # fmt: skip


def silenced(row: dict[str, Any], why: str) -> dict[str, Any]:
    """The message that will not go, and why; as it was where there is no reason."""
    return row | {"state": State.SKIPPED, "reason": why} if why else row


def keep(session: Session, row: dict[str, Any]) -> int | None:
    """Write a message that is owed, unless it stands there already: its id if it is new."""
    if session.execute(sa.select(_messages.c.id).where(_messages.c.key == row["key"])).first() is not None:
        return None
    message_id = int(session.execute(sa.insert(_messages).returning(_messages.c.id), row | {"mark": mark(row["key"])}).scalar_one())
    if row["state"] == State.HELD:
        if row["kind"] in OFFERING and row["channel"] == "email" and not row.get("copy_of_id") and _is_news(session, row, message_id):
            offers.make(session, row["order_id"], OFFERING[row["kind"]], str(message_id))
        timers.set_timer(session, TIMER, str(message_id), row["due"])
    return message_id


def _is_news(session: Session, row: dict[str, Any], message_id: int) -> bool:
    """Whether a message brings an offer of its own. One apology tells of all lines that moved: another that is held for
    the same order, or has gone, brought the offer, and asked for consent to the delay once.
    """
    if row["kind"] != "delay-apology":
        return True
    mine = _messages.c.order_id == row["order_id"], _messages.c.kind == row["kind"], _messages.c.state == State.HELD
    another = session.execute(sa.select(_messages.c.id).where(*mine, _messages.c.id != message_id).limit(1)).first()
    return another is None and bool(promises.owed_news(session, row["order_id"]))


def pending(session: Session, order_id: int) -> Iterator[int]:
    """Ids of the messages of an order that have yet to go."""
    query = sa.select(_messages.c.id).where(_messages.c.order_id == order_id, _messages.c.state == State.HELD)
    yield from session.execute(query.limit(500)).scalars()
