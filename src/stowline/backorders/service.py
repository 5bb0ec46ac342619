"""Verbs of backorders."""

from datetime import timedelta

from sqlmodel import Session

from stowline.backorders.events import BackorderDue
from stowline.core import clock, outbox, timers
from stowline.core.config import settings
from stowline.orders import queries as orders
from stowline.orders.events import OrderEntered

TIMER = "backorder-notice"


def on_entered(session: Session, fact: OrderEntered) -> None:
    """An order with waiting units: look again when its shopper is owed a word."""
    order = orders.order(session, fact.order_id)
    session.refresh(order)
    if order.tell and order.ordered - order.cancelled > order.allocated:
        due = clock.now() + timedelta(seconds=settings().backorder_notice_after_s)
        timers.set_timer(session, TIMER, str(fact.order_id), due)


def still_waiting(session: Session, ref: str) -> None:
    """The timer's verb: if units still wait, say so; else nothing is owed."""
    order = orders.lock(session, int(ref))
    units = order.ordered - order.cancelled - order.allocated
    if units > 0 and not order.held:
        outbox.record(session, BackorderDue(order.id or 0, order.ref, units), subject=order.id)
