"""An order as the API tells it."""

from typing import Any

from sqlmodel import Session

from stowline.orders import kits
from stowline.orders.kits import Sold
from stowline.orders.models import Order
from stowline.orders.queries import LineView
from stowline.stores import queries as stores


def told(session: Session, order: Order) -> dict[str, Any]:
    """The order of the public contract, without its parcels, which later rooms know.

    A kit is one line that counts whole kits; its `parts` are what is picked for it, with counters of their own.
    """
    return {
        "ref": order.ref, "store": stores.store(session, order.store_id).key, "state": order.state,
        "placed_at": order.placed_at, "currency": order.currency, "total_minor": order.total_minor,
        "lines": [_line(one) for one in kits.sold(session, order.id or 0)],
    }


def _line(one: Sold) -> dict[str, Any]:
    if not one.is_kit:
        return _stages(one)
    return _stages(one) | {"parts": [_stages(part) | {"per_kit": part.per_kit} for part in one.parts]}


def _stages(line: Sold | LineView) -> dict[str, Any]:
    return {"sku": line.sku, "name": line.name, "quantity": line.ordered, "promised": line.allocated,
            "waiting": line.waiting, "picked": line.picked, "packed": line.packed, "handed_over": line.handed_over,
            "returned": line.returned, "cancelled": line.cancelled}
