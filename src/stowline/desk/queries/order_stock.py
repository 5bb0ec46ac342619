"""Stock and shipping of one order, as managers decide about it."""

from typing import Any

from sqlmodel import Session

from stowline.allocation import urgent
from stowline.allocation.urgent import Loss
from stowline.catalog import queries as catalog
from stowline.core import clock
from stowline.desk import words
from stowline.desk.queries.orders import customer
from stowline.desk.queries.orders import urgent as urgent_now
from stowline.orders import queries as orders
from stowline.orders.models import Order
from stowline.stores import queries as stores

SHIPS = {"complete": "Complete: everything together", "parts": "In parts: what is there goes, the rest follows",
         "at_most": "In at most so many parcels: the last one with all the rest"}  # fmt: skip
Row = dict[str, Any]


def view(session: Session, order: Order, losses: list[Loss]) -> Row:
    """Everything the page shows."""
    store = stores.store(session, order.store_id)
    lines = orders.lines(session, order.id or 0)
    return {
        "order": {"ref": order.ref, "store": store.name, "store_key": store.key, "state": order.state, "customer": customer(order),
                  "priority": order.priority, "fast": order.expedite, "urgent": urgent_now(order), "most_parcels": order.most_parcels, "parcels": order.parcels},
        "open": order.state not in ("cancelled", "handed_over", "delivered", "returned"),
        "ships": [{"value": key, "label": label, "chosen": key == order.ships} for key, label in SHIPS.items()],
        "losses": [{"ref": one.order_ref, "customer": one.customer or "no name", "name": one.name, "sku": one.sku, "units": one.units}
                   for one in losses],
        "units": sum(one.units for one in losses), "left": urgent.left_today(session, store), "limit": store.urgent_units_per_day,
        "lacks": sum(line.waiting for line in lines), "lines": _lines(session, lines),
    }  # fmt: skip


def _lines(session: Session, lines: list[orders.LineView]) -> list[Row]:
    """Lines for which there are substitutes, or whose shopper agreed to one; at most 100."""
    stands = catalog.substitutes(session, [line.product_id for line in lines if line.kit_id is None])
    month = clock.now().month
    rows = []
    for line in lines:
        some = stands.get(line.product_id, []) if line.kit_id is None else []
        if some or line.substitutes_ok:
            named = [one.name + ("" if one.fits(month) else " (not in season)") for one in some]
            rows.append({"id": line.id, "sku": line.sku, "name": line.name, "waiting": line.waiting, "agreed": line.substitutes_ok,
                         "stands": words.joined(named[:5]) or "none"})  # fmt: skip
    return rows[:100]
