"""Who waits for whom: levels, then the order, then the return; so two verbs never wait for each other in a ring."""

from collections.abc import Iterable

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.inventory import service as inventory
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.returns import queries
from stowline.returns.models import Rma


def take(session: Session, ref: str, *, more: Iterable[int] = ()) -> tuple[Order, Rma]:
    """A return and its order, locked, with the levels of all that it names and of `more` products. Raises NotFound."""
    rma = queries.by_ref(session, ref)
    named = {one.product_id for one in queries.lines(session, rma.id or 0)}
    named |= {one.exchange_id for one in queries.lines(session, rma.id or 0) if one.exchange_id}
    order = of_order(session, rma.order_id, {*named, *more})
    return order, queries.lock(session, ref)


def of_order(session: Session, order_id: int, product_ids: Iterable[int]) -> Order:
    """An order, locked, with the levels of these products and of the parts of those that are kits."""
    ids = set(product_ids)
    parts = {part.product_id for recipe in catalog.recipes(session, ids).values() for part in recipe}
    inventory.lock_levels(session, sorted(ids | parts))
    return orders.lock(session, order_id)
