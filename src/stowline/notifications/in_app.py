"""Messages in the portal: those of an order, newest first, and what its shopper has read."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock, rows
from stowline.notifications.channel_models import InAppRead
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.rules import State

CHANNEL = "in-app"
_read = InAppRead.__table__  # type: ignore[attr-defined]


def of_order(session: Session, order_id: int, most: int = 50) -> list[Message]:
    """The messages that an order's page shows, newest first."""
    query = select(Message).where(Message.order_id == order_id, Message.channel == CHANNEL, Message.state == State.SENT)
    return list(session.exec(query.order_by(col(Message.sent_at).desc(), col(Message.id).desc()).limit(most)))


def of_person(session: Session, store_id: int, address: str, most: int) -> list[Message]:
    """The newest messages that a store's pages show to somebody."""
    mine = Message.store_id == store_id, Message.address == plain(address), Message.channel == CHANNEL, Message.state == State.SENT
    return list(session.exec(select(Message).where(*mine).order_by(col(Message.sent_at).desc(), col(Message.id).desc()).limit(most)))


def read_of(session: Session, message_ids: Sequence[int]) -> set[int]:
    """Which of these were read."""
    return set(session.execute(sa.select(_read.c.message_id).where(_read.c.message_id.in_(message_ids))).scalars())


def mark_read(session: Session, order_id: int, *, up_to: int) -> int:
    """The shopper has read the messages that the page of this order showed, `up_to` the newest of them: how many were new."""
    shown = [one.id or 0 for one in of_order(session, order_id) if (one.id or 0) <= up_to]
    fresh = [one for one in shown if one not in read_of(session, shown)]
    return sum(rows.insert_new(session, _read, {"message_id": one, "at": clock.now()}, returning="message_id") is not None for one in fresh)
