"""Closing an order: it has come, and its shopper was asked whether all is well. How long it took is measured then, once."""

from datetime import datetime

from sqlmodel import Session

from stowline.core import outbox
from stowline.notifications import queries
from stowline.notifications.events import OrderClosed
from stowline.orders import queries as orders

KIND = "follow-up"
MOST_READ = 5_000


def close(session: Session, message_id: int) -> None:
    """The question whether all is well went: the order is closed, with the time from its placing to its last parcel at the
    door. Of several channels the first that goes closes it, so nobody needs its lock. Safe to repeat.
    """
    message = queries.message(session, message_id)
    if message.order_id is None or queries.first_of_kind(session, message.order_id, KIND) != message_id:
        return
    order = orders.order(session, message.order_id)
    diary = outbox.diary(session, message.order_id, limit=MOST_READ)
    came = [datetime.fromisoformat(one.values["at"]) for one in diary if one.name == "MilestoneReached" and one.values["milestone"] == "delivered"]
    if came and all(one.name != "OrderClosed" for one in diary):
        took = max(0, round((max(came) - order.placed_at).total_seconds()))
        outbox.record(session, OrderClosed(order.id or 0, order.ref, took), subject=order.id)
