"""The one function that promises stock, and the two that take promises back."""

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import Session

from stowline.allocation import queries
from stowline.allocation.events import BackorderFilled, PromiseTakenBack
from stowline.allocation.rules import serve
from stowline.core import outbox
from stowline.core.errors import Conflict
from stowline.inventory import feed
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.events import StockFreed, StockLeaving
from stowline.orders import service as orders
from stowline.orders.events import DemandDropped, OrderEntered

AT_ONCE = 500


def on_entered(session: Session, fact: OrderEntered) -> None:
    """A new order takes its place in line; what is free goes to the line's head, which may be another order."""
    promises = fill(session, fact.product_ids, quiet_for=fact.order_id)
    feed.mark(session, [product_id for product_id, units in promises.items() if not units])


def on_freed(session: Session, fact: StockFreed) -> None:
    """Good units came: fill waiting lines in the same transaction."""
    fill(session, fact.product_ids)


def fill(session: Session, product_ids: Iterable[int], *, quiet_for: int = 0) -> dict[int, int]:
    """Promise free stock of these products to eligible waiting lines, first in line first, all that can be promised:
    units by product.

    An order that gets units it had to wait for has a BackorderFilled in its diary; `quiet_for` is an order that is
    just being placed, whose first promise is no news.
    """
    free = inventory.lock_levels(session, list(product_ids))
    promises: dict[int, int] = {}
    units: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for product_id, left in sorted(free.items()):
        promised = 0
        while left > promised:
            waiting = queries.first_in_line(session, product_id, AT_ONCE)
            served = serve(waiting, left - promised)
            if not served:
                break
            for line, take in served:
                units[line.order_id][line.line_id] += take
                promised += take
                if line.order_id != quiet_for:
                    _tell(session, line.order_id, product_id, take)
            if len(waiting) < AT_ONCE or promised >= left:
                break
            orders.raise_many(session, "allocated", units)  # so that the next look sees who was served
            units.clear()
        promises[product_id] = promised
    orders.raise_many(session, "allocated", units)
    inventory.promise(session, promises)
    return promises


def _tell(session: Session, order_id: int, product_id: int, units: int) -> None:
    fact = BackorderFilled(order_id, stock.sku(session, product_id), units)
    outbox.record(session, fact, subject=order_id)


def on_dropped(session: Session, fact: DemandDropped) -> None:
    """An order is cancelled or held: what was promised to it goes to those who wait."""
    inventory.lock_levels(session, list(fact.product_ids))
    given: dict[int, int] = defaultdict(int)
    back: dict[int, int] = {}
    for line_id, product_id, units in queries.promised_to(session, fact.order_id):
        back[line_id] = -units
        given[product_id] -= units
    feed.mark(session, set(fact.product_ids) - set(given))
    if not back:
        return
    orders.raise_stage(session, fact.order_id, "allocated", back)
    inventory.promise(session, given)
    fill(session, given)


def on_leaving(session: Session, fact: StockLeaving) -> None:
    """Good units are about to leave the count: free that many."""
    take_back(session, fact.product_id, fact.units, fact.why)


def take_back(session: Session, product_id: int, units: int, why: str) -> None:
    """Units of a product are about to leave the count (an undone receipt, a short pick): free that many.

    What is free already goes first, then promises to the lines last in line that are not released yet. Raises Conflict
    if released pick lines need the units.
    """
    short = units - inventory.lock_levels(session, [product_id]).get(product_id, 0)
    if short <= 0:
        return
    for line_id, order_id, promised in queries.last_in_line(session, product_id):
        if short <= 0:
            break
        take = min(short, promised)
        orders.raise_stage(session, order_id, "allocated", {line_id: -take})
        fact = PromiseTakenBack(order_id, stock.sku(session, product_id), take, why)
        outbox.record(session, fact, subject=order_id)
        inventory.promise(session, {product_id: -take})
        short -= take
    if short > 0:
        raise Conflict("These units are on pick lists already. Stop the picks first.")
