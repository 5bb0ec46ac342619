"""Another address for an order that has not left. Which parcels have a label, this room does not know: who asks looks, with
the order locked, and a label is made with the order locked, too.
"""

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import outbox
from stowline.core.errors import Conflict
from stowline.orders import queries
from stowline.orders.events import AddressChanged
from stowline.orders.models import Order

OVER = ("cancelled", "handed_over", "delivered", "returned")
_orders = Order.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Address:
    """Whom and where to, within the country that the order goes to."""

    ship_name: str
    line1: str
    city: str
    postcode: str = ""
    line2: str = ""
    company: str = ""
    region: str = ""


def change_address(session: Session, order_id: int, address: Address, *, by: str) -> tuple[str, ...]:
    """Send what has not left of an order to this address: the fields that are new, none if it is the same.

    The diary names the fields, not what stands in them. Raises Conflict where nothing is left to go out.
    """
    order = queries.lock(session, order_id)
    if order.state in OVER:
        raise Conflict(f"Order {order.ref} is {order.state.replace('_', ' ')}; nothing of it is left to go out.")
    new = {name: value for name, value in asdict(address).items() if getattr(order, name) != value}
    if not new:
        return ()
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(new))
    outbox.record(session, AddressChanged(order_id, order.ref, ", ".join(_WORDS[name] for name in new), by[:120]), subject=order_id)
    session.refresh(order)
    return tuple(new)


_WORDS = {"ship_name": "name", "company": "company", "line1": "street", "line2": "second line", "city": "city", "region": "region",
          "postcode": "postcode"}  # fmt: skip
