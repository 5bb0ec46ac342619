"""An order as the API tells it."""

from typing import Any

from sqlmodel import Session

from stowline.orders import queries
from stowline.orders.models import Order
from stowline.stores import queries as stores


def told(session: Session, order: Order) -> dict[str, Any]:
    """The order of the public contract, without its parcels, which later rooms know."""
    return {
        "ref": order.ref, "store": stores.store(session, order.store_id).key, "state": order.state,
        "placed_at": order.placed_at, "currency": order.currency, "total_minor": order.total_minor,
        "lines": [
            {"sku": line.sku, "name": line.name, "quantity": line.ordered, "promised": line.allocated,
             "waiting": line.waiting, "picked": line.picked, "packed": line.packed, "handed_over": line.handed_over,
             "returned": line.returned, "cancelled": line.cancelled}
            for line in queries.lines(session, order.id or 0)
        ],
    }
