"""Whether the shopper of an order hears of it: an order imported in silence may be told of later."""

from contextlib import suppress

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, hooks, outbox, timers
from stowline.core.errors import Conflict
from stowline.orders import queries
from stowline.orders.events import OrderEntered, TellingBegan
from stowline.orders.models import Order
from stowline.orders.rules import OPEN

TIMER, AT_ONCE = "begin-telling", 20
OVER = ("cancelled", "handed_over", "delivered", "returned")
_o = Order.__table__.c  # type: ignore[attr-defined]


def begin_telling(session: Session, order_id: int) -> Order:
    """From now on the shopper hears of this order; what happened before stays untold.

    An order that is told of already: nothing changes. Raises Conflict where no e-mail address is known, or where
    nothing will happen any more.
    """
    order = queries.lock(session, order_id)
    if order.tell:
        return order
    if not order.email:
        raise Conflict(f"Nobody can be told of order {order.ref}: no e-mail address is known.")
    if order.state in OVER:
        raise Conflict(f"Order {order.ref} is {order.state.replace('_', ' ')}; there is nothing left to tell.")
    order.tell = True
    session.add(order)
    session.flush()
    outbox.record(session, TellingBegan(order_id, order.ref), subject=order_id)
    hooks.tell(session, OrderEntered(order_id, ()))  # it may wait for stock: its shopper is owed that word too
    return order


def begin_for_store(session: Session, store_id: int) -> None:
    """From now on the shoppers of all open orders of a store hear of them, a few orders at a time. Safe to repeat."""
    timers.set_timer(session, TIMER, str(store_id), clock.now())


def go_on(session: Session, ref: str) -> None:
    """The timer's verb: the next few orders, and the next run while there are any."""
    query = sa.select(_o.id).where(_o.store_id == int(ref), _o.tell.is_(False), _o.email != "", _o.state.in_(OPEN))
    found = list(session.execute(query.order_by(_o.id).limit(AT_ONCE)).scalars())
    for order_id in found:
        with suppress(Conflict):  # it ended meanwhile
            begin_telling(session, order_id)
    if len(found) == AT_ONCE:
        timers.set_timer(session, TIMER, ref, clock.now())
