"""Whether the shopper of an order hears of it: an order imported in silence may be told of later."""

from sqlmodel import Session

from stowline.core import hooks, outbox
from stowline.core.errors import Conflict
from stowline.orders import queries
from stowline.orders.events import OrderEntered, TellingBegan
from stowline.orders.models import Order


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
    if order.state in ("cancelled", "handed_over", "delivered", "returned"):
        raise Conflict(f"Order {order.ref} is {order.state.replace('_', ' ')}; there is nothing left to tell.")
    order.tell = True
    session.add(order)
    session.flush()
    outbox.record(session, TellingBegan(order_id, order.ref), subject=order_id)
    hooks.tell(session, OrderEntered(order_id, ()))  # it may wait for stock: its shopper is owed that word too
    return order
