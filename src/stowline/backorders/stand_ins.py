"""Products that may take the place of what an order waits for, of which enough units are free for it now."""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.backorders import holds
from stowline.backorders.offer_rules import Line, Substitute
from stowline.catalog import queries as catalog
from stowline.core import clock
from stowline.inventory import queries as stock
from stowline.orders import queries as orders

MOST_LINES, MOST_EACH = 3, 2
"""A shopper chooses among few: the first lines that wait, each with its first choices."""


def candidates(session: Session, order_id: int) -> set[int]:
    """Every product that may be offered for this order; their levels are locked with the order's own."""
    waiting = {line.product_id for line in orders.lines(session, order_id) if line.waiting > 0 and line.kit_id is None}
    return {one.substitute_id for some in catalog.substitutes(session, waiting).values() for one in some} if waiting else set()


def found(session: Session, store_id: int, lines: Sequence[Line], offer_id: int | None) -> list[Substitute]:
    """The substitutes that can be had whole, units held for this offer counted as free for it."""
    wanting = [line for line in lines if not line.of_kit][:MOST_LINES]
    stands = catalog.substitutes(session, [line.product_id for line in wanting]) if wanting else {}
    if not stands:
        return []
    free = _free(session, store_id, {one.substitute_id for some in stands.values() for one in some}, offer_id)
    month = clock.now().month
    chosen = []
    for line in wanting:
        fit = [one for one in stands.get(line.product_id, ()) if one.fits(month) and free[one.substitute_id] >= line.waiting]
        chosen += [Substitute(line.id, one.substitute_id, one.sku, one.name) for one in fit[:MOST_EACH]]
    return chosen


def _free(session: Session, store_id: int, product_ids: set[int], offer_id: int | None) -> dict[int, int]:
    """Units that this store's order may take, what is kept for other stores left out."""
    held = holds.of_offer(session, offer_id) if offer_id else {}
    kept = allocation.kept(session, sorted(product_ids))
    free = {}
    for one in stock.for_sale(session, ids=product_ids):
        for_stores = kept.get(one.id, {})
        open_here = one.free - sum(for_stores.values()) + for_stores.get(store_id, 0)
        free[one.id] = max(0, open_here) + held.get(one.id, 0)
    return free
