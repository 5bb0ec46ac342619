"""How a store's orders are served and shipped: kept with the store, copied onto each order when it is placed.

A new order of service holds for the orders that are open already, too: they are ranked anew in portions, each in a
transaction of its own. How an order ships is its own from the day it was placed.
"""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, hooks, timers
from stowline.core.errors import Refused
from stowline.inventory import service as inventory
from stowline.orders.events import PlacesChanged
from stowline.orders.models import Order, OrderLine
from stowline.orders.rules import OPEN, SERVES, serve_at, why_not_ships
from stowline.stores import queries as stores
from stowline.stores import service as store_service
from stowline.stores.queries import Store

TIMER = "rank-orders"
AT_ONCE = 200
_orders, _lines = Order.__table__, OrderLine.__table__  # type: ignore[attr-defined]


def set_policy(
    session: Session, store: Store, *, serves: str, ships: str, most_parcels: int | None, urgent_units_per_day: int | None = None
) -> None:
    """Say how a store's orders are served (`SERVES`) and ship (`SHIPS`), and how many units a day may be taken for urgent
    ones (None: as before). Raises Refused for what there is not.
    """
    if serves not in SERVES:
        raise Refused(f"Orders are served by {' or '.join(SERVES)}.", where="serves")
    most_parcels = most_parcels if ships == "at_most" else None
    no = why_not_ships(ships, most_parcels)
    if no:
        raise Refused(no, where="most_parcels" if ships == "at_most" else "ships")
    anew = store.serves != serves
    urgent = store.urgent_units_per_day if urgent_units_per_day is None else urgent_units_per_day
    store_service.set_policy(session, store, serves=serves, ships=ships, most_parcels=most_parcels, urgent_units_per_day=urgent)
    if anew:
        timers.set_timer(session, TIMER, f"{store.id}:0", clock.now())


def rank(session: Session, ref: str) -> None:
    """The timer's verb: 200 open orders of a store, from after an id, take their place in line; then the next ones."""
    store_id, _, after = ref.partition(":")
    store = stores.store(session, int(store_id))
    theirs = (_orders.c.store_id == store.id, _orders.c.state.in_(OPEN), _orders.c.id > int(after))
    ids = list(session.execute(sa.select(_orders.c.id).where(*theirs).order_by(_orders.c.id).limit(AT_ONCE)).scalars())
    if not ids:
        return
    products = list(session.execute(sa.select(_lines.c.product_id).where(_lines.c.order_id.in_(ids)).distinct()).scalars())
    inventory.lock_levels(session, products)
    rows = session.execute(sa.select(_orders.c.id, _orders.c.placed_at, _orders.c.ship_by).where(_orders.c.id.in_(ids))
                           .order_by(_orders.c.id).with_for_update()).all()  # fmt: skip
    for order_id, placed_at, ship_by in rows:
        at = serve_at(store.serves, placed_at, ship_by)
        session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(serve_at=at))
        session.execute(sa.update(_lines).where(_lines.c.order_id == order_id).values(serve_at=at))
    hooks.tell(session, PlacesChanged(tuple(sorted(products)), "the store serves in another order"))
    if len(ids) == AT_ONCE:
        timers.set_timer(session, TIMER, f"{store.id}:{ids[-1]}", clock.now())
