"""Digests: what waited for the cap goes as one message, so that a reader who had enough hears the rest at once, once.

A message that was folded into a digest is skipped, keeps its rendering, and names the digest it was told in.
"""

import re
from collections.abc import Callable
from typing import Any

from sqlmodel import Session, col, select

from stowline.core import clock, outbox, timers
from stowline.notifications import announcing, gates, policies, service
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered
from stowline.notifications.rules import KINDS, Outcome, State, after, message_key
from stowline.orders import queries as orders
from stowline.stores import queries as stores

KIND = "digest"
MOST = 8
_LINK = re.compile(r"\s*https?://\S+")
Write = Callable[[Session, Message], Rendered]


def fold(session: Session, message: Message, write: Write) -> int | None:
    """Put a message that waited for the cap, and others like it to the same reader, into one digest: its id. None where
    there is nothing to put together. The caller holds the message's lock, and its turn under the cap.
    """
    if not may_fold(message) or not policies.manners(session, message.store_id).digest:
        return None
    others = [one for one in _others(session, message) if not service.untrue(session, one)]
    if not others:
        return None
    made = _owe(session, message)
    for one in (message, *others):
        _tell_in(session, one, made, write(session, one))
    return made


def may_fold(message: Message) -> bool:
    """Whether a message waited for the cap and is of a kind that may be told in a digest."""
    foldable = message.store_id is not None and message.kind != KIND and not message.forced
    return foldable and not KINDS[message.kind].transactional and message.reason.startswith(gates.CAPPED)


def _others(session: Session, message: Message) -> list[Message]:
    marketing = [kind.name for kind in KINDS.values() if not kind.transactional and kind.name != KIND]
    query = select(Message).where(
        Message.address == message.address, Message.store_id == message.store_id, Message.channel == message.channel,
        Message.state == State.HELD, Message.id != message.id, col(Message.kind).in_(marketing),
        col(Message.reason).startswith(gates.CAPPED), Message.forced == "",
    )  # fmt: skip
    return list(session.exec(query.order_by(col(Message.id)).limit(MOST - 1).with_for_update(skip_locked=True)))


def _owe(session: Session, message: Message) -> int:
    policy = policies.policy(session, message.store_id, KIND)
    happened = outbox.load(session, message.event_id)
    row = announcing.owed(KIND, message.channel, message.recipient, happened, policy)
    key = message_key(KIND, channel=message.channel, recipient=message.recipient, store=message.store_id or 0, first=message.id or 0)
    made = announcing.keep(session, row | {"key": key, "store_id": message.store_id, "recipient_name": message.recipient_name, "due": clock.now()})
    assert made is not None, "a message is folded once, and never again"
    return made


def _tell_in(session: Session, one: Message, digest: int, rendered: Rendered) -> None:
    one.state, one.reason, one.told_in_id = after(one.state, Outcome.WITHDRAWN), f"told in message {digest}", digest
    one.subject, one.html, one.text, one.short = rendered.subject, rendered.html, rendered.text, rendered.short
    timers.cancel(session, announcing.TIMER, str(one.id))
    session.add(one)
    session.flush()


def parts_of(session: Session, message: Message, *, sure: bool = False) -> list[Message]:
    """What a digest tells of and is still true, first owed first. `sure`: locks the orders and what else calls it off, so
    that a cancellation is never overtaken.
    """
    query = select(Message).where(Message.told_in_id == message.id).order_by(col(Message.id)).limit(MOST)
    found = session.exec(query).all()
    for one in found if sure else ():
        service.hold(session, one)
    seen = {} if sure else {one.id: orders.order(session, one.order_id) for one in found if one.order_id is not None}
    return [one for one in found if not service.untrue(session, one, seen.get(one.id))]


def tells(session: Session, message: Message, *, sure: bool = False) -> tuple[int, ...]:
    """The ids of what a digest tells of; nothing for any other kind."""
    return tuple(one.id or 0 for one in parts_of(session, message, sure=sure)) if message.kind == KIND else ()


def untrue(session: Session, message: Message) -> str:
    """Why a digest must not go; empty if any of what it tells is true."""
    return "" if parts_of(session, message, sure=True) else "nothing of it is true any more"


def facts(session: Session, message: Message, page: Callable[[int], str]) -> dict[str, Any]:
    """What a digest says; `page` is the address of an order's own page."""
    store = stores.store(session, message.store_id or 0)
    notes = [{"subject": one.subject, "say": _LINK.sub("", one.short), "url": page(one.order_id) if one.order_id else store.url}
             for one in parts_of(session, message)]  # fmt: skip
    return {"zone": store.time_zone, "customer_name": message.recipient_name, "status_url": store.url, "notes": notes}
