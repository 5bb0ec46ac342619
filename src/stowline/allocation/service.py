"""The one function that promises stock, and the two that take promises back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlmodel import Session

from stowline.allocation import queries
from stowline.allocation.events import BackorderFilled, PromiseTakenBack
from stowline.allocation.rules import FOR_ALL, Waiting, give_back, open_to, serve
from stowline.core import clock, outbox, timers
from stowline.core.errors import Conflict
from stowline.inventory import feed
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.events import StockFreed, StockLeaving
from stowline.orders import service as orders
from stowline.orders.events import DemandDropped, OrderEntered

FEW = 3
SUBSTITUTES = "substitute"  # timer: free units of a product may take another's place
Served = list[tuple[Waiting, int]]


@contextmanager
def heard(session: Session) -> Iterator[Served]:
    """Which lines `fill` serves within the block, with the units of each, in the order of service."""
    served: Served = []
    session.info["served"] = served
    try:
        yield served
    finally:
        del session.info["served"]


def on_entered(session: Session, fact: OrderEntered) -> None:
    """A new order takes its place in line; what is free goes to the line's head, which may be another order."""
    may_come = queries.substitutes_for(session, fact.order_id)  # locked with the rest, in order, before they are needed
    promises = fill(session, (*fact.product_ids, *may_come), quiet_for=fact.order_id)
    feed.mark(session, [product_id for product_id in fact.product_ids if not promises[product_id]])


def on_freed(session: Session, fact: StockFreed) -> None:
    """Good units came: fill waiting lines in the same transaction. What nobody waits for may take another's place soon."""
    fill(session, fact.product_ids)
    for product_id in queries.wanted_as_substitute(session, fact.product_ids):
        timers.set_timer(session, SUBSTITUTES, str(product_id), clock.now())


def fill(session: Session, product_ids: Iterable[int], *, quiet_for: int = 0) -> dict[int, int]:
    """Promise free stock of these products to eligible waiting lines, first in line first, all that can be promised:
    units by product.

    An order that gets units it had to wait for has a BackorderFilled in its diary; `quiet_for` is an order that is
    just being placed, whose first promise is no news.
    """
    levels = inventory.lock_levels(session, list(product_ids))
    free = {product_id: units for product_id, units in sorted(levels.items()) if units > 0}
    units: dict[int, dict[int, int]] = defaultdict(dict)
    promises = dict.fromkeys(levels, 0)
    everybody = dict(_served(session, free))
    for product_id, served in everybody.items():
        promises[product_id] = sum(take for _, take in served)
        for line, take in served:
            units[line.order_id][line.line_id] = take
    orders.raise_many(session, "allocated", units)
    inventory.promise(session, promises)
    _tell(session, everybody, quiet_for)
    return promises


def _served(session: Session, free: dict[int, int]) -> Iterator[tuple[int, Served]]:
    """Who gets what, product by product. Many products are asked for together: an arrival of thousands is one pass."""
    kept = queries.kept(session, list(free)) if free else {}
    plain = [product_id for product_id in free if product_id not in kept]
    many = queries.first_in_lines(session, plain) if len(plain) > FEW else None
    for product_id, units in free.items():
        if product_id in kept:
            yield product_id, _serve_stores(session, product_id, units, kept[product_id])
        elif many is None:
            yield product_id, serve(queries.first_in_line(session, product_id, units), units)
        elif product_id in many:
            yield product_id, serve(many[product_id], units)


def _serve_stores(session: Session, product_id: int, free: int, kept: dict[int, int]) -> Served:
    """Where units are kept for stores: first what is open to all, in line; then what only those stores may take."""
    served = serve(queries.first_of_stores(session, product_id), free, kept, leave=sum(kept.values()))
    left = free - sum(take for _, take in served)
    taken = {line.line_id for line, _ in served}
    stores = [store_id for store_id, units in open_to(left, kept).items() if store_id != FOR_ALL and units]
    if not stores:
        return served
    rest = (line for line in queries.first_of_stores(session, product_id, stores) if line.line_id not in taken)
    return [*served, *serve(rest, left, kept)]


def _tell(session: Session, everybody: dict[int, Served], quiet_for: int) -> None:
    session.info.get("served", []).extend(one for served in everybody.values() for one in served)
    told = [(product_id, line.order_id, units) for product_id, served in everybody.items() for line, units in served
            if line.order_id != quiet_for]  # fmt: skip
    skus = stock.skus(session, {product_id for product_id, *_ in told}) if told else {}
    outbox.record_all(session, [(BackorderFilled(order_id, skus[product_id], n), order_id) for product_id, order_id, n in told])


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


def take_back(session: Session, product_id: int, units: int, why: str, *, first: Collection[int] = ()) -> None:
    """Units of a product are about to leave the count (an undone receipt, a short pick): free that many.

    What is free already goes first, then promises that are not released yet: of the lines in `first`, then of the lines
    last in line, those whose units are on the shelf after all others. Raises Conflict if released pick lines need them.
    """
    short = units - inventory.lock_levels(session, [product_id]).get(product_id, 0)
    if short <= 0:
        return
    lost = give_back(queries.last_in_line(session, product_id, first), short)
    if sum(n for _, n in lost) < short:
        raise Conflict("These units are on pick lists already. Stop the picks first.")
    back: dict[int, dict[int, int]] = defaultdict(dict)
    for line, n in lost:
        back[line.order_id][line.line_id] = -n
    orders.raise_many(session, "allocated", back)
    inventory.promise(session, {product_id: -short})
    sku = stock.sku(session, product_id)
    outbox.record_all(session, [(PromiseTakenBack(line.order_id, sku, n, why), line.order_id) for line, n in lost])
