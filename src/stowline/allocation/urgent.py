"""Stock for an urgent order: units that others were promised and nobody has on a pick list, from those last in line.

There is a limit a day for each store, and a record of each unit: who lost it, who got it, who decided, and why. The order
has the first priority from then on, so that it is picked and packed before others too.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import queries
from stowline.allocation.events import StockTaken, StockTakenFor
from stowline.allocation.models import Reallocation
from stowline.core import clock, outbox
from stowline.core.errors import Conflict, Refused
from stowline.orders import queries as order_reads
from stowline.orders import service as orders
from stowline.orders.queries import URGENT, Order
from stowline.stores import queries as stores
from stowline.stores.queries import Store


@dataclass(frozen=True, slots=True)
class Loss:
    """Units that an order would lose, or lost, to an urgent one."""

    line_id: int
    order_id: int
    order_ref: str
    customer: str
    to_line_id: int
    product_id: int
    sku: str
    name: str
    units: int


def plan(session: Session, order: Order, whose: Collection[int] | None = None) -> list[Loss]:
    """Who would lose what for an order, as it stands now; of these orders only, where some are named."""
    losses = []
    given: dict[int, int] = defaultdict(int)
    for line in queries.lacks(session, order.id or 0):
        wanted = line.units
        for has in queries.takeable(session, line.product_id, order):
            if whose is not None and has.order_id not in whose:
                continue
            take = min(wanted, has.units - given[has.line_id])
            if take > 0:
                losses.append(Loss(has.line_id, has.order_id, has.order_ref, has.customer, line.line_id, line.product_id,
                                   line.sku, line.name, take))  # fmt: skip
                given[has.line_id] += take
                wanted -= take
    return losses


def left_today(session: Session, store: Store) -> int:
    """Units that may still be taken for a store's urgent orders on this day, in the store's own time zone."""
    zone = ZoneInfo(store.time_zone)
    midnight = datetime.combine(clock.now().astimezone(zone).date(), time(), zone)
    return max(0, store.urgent_units_per_day - queries.taken_since(session, store.id or 0, midnight))


def take_for(session: Session, order_id: int, *, why: str, who: str) -> list[Loss]:
    """Give an order what others were promised, as `plan` says: who lost what. Again, once it lacks nothing: nothing.

    Raises Refused without a reason, Conflict for an order that is held or done, beyond the day's limit, and where
    nobody has units that could be taken.
    """
    why = " ".join(why.split())
    if not why or len(why) > 300:
        raise Refused("Say why this order is urgent, in at most 300 characters.", where="reason")
    orders.lock_stock(session, order_id)
    order = order_reads.order(session, order_id)
    store = stores.lock(session, order.store_id)
    whose = {loss.order_id for loss in plan(session, order)}
    order_reads.lock_all(session, {order_id, *whose})
    losses = plan(session, order, whose)  # what was released meanwhile is not taken
    if not _lacks(session, order):
        return []
    _may(session, order, store, losses)
    _move(session, order, losses)
    _write_down(session, order, losses, why, who)
    orders.set_priority(session, order_id, URGENT)
    return losses


def _lacks(session: Session, order: Order) -> bool:
    if order.state in ("cancelled", "handed_over", "delivered", "returned"):
        raise Conflict(f"Order {order.ref} is {order.state.replace('_', ' ')}; it needs no stock.")
    if order.held:
        raise Conflict(f"Order {order.ref} is on hold. Lift the hold first.")
    return bool(queries.lacks(session, order.id or 0))


def _may(session: Session, order: Order, store: Store, losses: list[Loss]) -> None:
    units, left = sum(loss.units for loss in losses), left_today(session, store)
    if not losses:
        raise Conflict(f"Nobody has units of what order {order.ref} lacks that are not on a pick list already.")
    if units > left:
        raise Conflict(f"{units:,} units would be taken, and of the {store.urgent_units_per_day:,} that {store.name} may take"
                       f" in a day {left:,} are left. Wait until tomorrow, or raise the limit in the store's settings.")


def _move(session: Session, order: Order, losses: list[Loss]) -> None:
    back: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    mine: dict[int, int] = defaultdict(int)
    for loss in losses:
        back[loss.order_id][loss.line_id] -= loss.units
        mine[loss.to_line_id] += loss.units
    orders.raise_many(session, "allocated", back)
    orders.raise_many(session, "allocated", {order.id or 0: mine})


def _write_down(session: Session, order: Order, losses: list[Loss], why: str, who: str) -> None:
    now = clock.now()
    rows = [{"store_id": order.store_id, "product_id": loss.product_id, "from_order_id": loss.order_id,
             "from_line_id": loss.line_id, "to_order_id": order.id, "to_line_id": loss.to_line_id, "units": loss.units,
             "why": why, "who": who[:120], "at": now} for loss in losses]  # fmt: skip
    session.execute(sa.insert(Reallocation), rows)
    for loss in losses:
        taken = StockTaken(loss.order_id, loss.sku, loss.name, loss.units, order.ref, who, why)
        outbox.record(session, taken, subject=loss.order_id)
        given = StockTakenFor(order.id or 0, loss.sku, loss.name, loss.units, loss.order_ref, who, why)
        outbox.record(session, given, subject=order.id)
