"""Verbs of orders: place, cancel, hold; the changes of a placed order and the stage counters have files of their own."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, select

from stowline.catalog import queries as catalog
from stowline.catalog import service as goods
from stowline.core import clock, hooks, money, outbox
from stowline.core.errors import Conflict, Refused
from stowline.orders import kits, queries, refunds
from stowline.orders.changing import allow_substitutes, cancel_units, expedite, set_priority, set_shipping, swap
from stowline.orders.events import (
    DemandDropped,
    HoldLifted,
    OrderCancelled,
    OrderEntered,
    OrderHeld,
    OrderPlaced,
    OrderSettled,
    RestCancelled,
)
from stowline.orders.intake.shape import IncomingOrder
from stowline.orders.models import Customer, Order, OrderLine, SearchTerm
from stowline.orders.rules import WHOLE, Counters, Way, derive_state, serve_at, why_not_cancel
from stowline.orders.stages import COUNTERS, count_parcel, lock_stock, raise_many, raise_stage, rederive
from stowline.scanning import service as scanning
from stowline.stores.queries import Store

# Counters, Way and derive_state for the proof of the invariants, which derives every state once more; the rest live by their noun.
__all__ = ["Counters", "Way", "allow_substitutes", "cancel_units", "count_parcel", "derive_state", "expedite", "lock_stock", "raise_many", "raise_stage", "set_priority", "set_shipping", "swap"]

_orders = Order.__table__  # type: ignore[attr-defined]
_lines = OrderLine.__table__  # type: ignore[attr-defined]


def place(
    session: Session, store: Store, incoming: IncomingOrder, *, tell: bool = True, create_products: bool = False
) -> tuple[Order, bool]:
    """Take an order in: (order, whether it is new). The same ref of the same store again changes nothing.

    The order's currency, locale and time zone are frozen here; the store's where nothing was said. Raises Refused for
    a SKU nobody knows, unless `create_products`.
    """
    known = session.exec(select(Order).where(Order.store_id == store.id, Order.ref == incoming.ref)).one_or_none()
    if known is not None:
        return known, False
    products = _products(session, incoming, create=create_products)
    currency, now = incoming.currency or store.currency, clock.now()
    placed_at = incoming.placed_at or now
    ship_by = placed_at + timedelta(days=store.ship_within_days)
    recipes = catalog.recipes(session, products.values())
    ordered = kits.units_of(incoming.lines, products, recipes)
    ships, most_parcels = _way(store, incoming, has_kits=bool(recipes))
    order = Order(
        store_id=store.id or 0, ref=incoming.ref, customer_id=_customer(session, store, incoming),
        customer_name=incoming.customer.name or incoming.address.name, email=incoming.customer.email,
        ship_name=incoming.address.name or incoming.customer.name, company=incoming.address.company,
        line1=incoming.address.line1, line2=incoming.address.line2, city=incoming.address.city,
        region=incoming.address.region, postcode=incoming.address.postcode, country=incoming.address.country,
        phone=incoming.address.phone, currency=currency, placed_at=placed_at, entered_at=now,
        ship_by=ship_by, serve_at=serve_at(store.serves, placed_at, ship_by),
        priority=5 if incoming.priority is None else incoming.priority, locale=incoming.locale or store.locale,
        time_zone=incoming.time_zone or store.time_zone, platform=incoming.platform, shop_id=incoming.external_id or "",
        tell=tell, note=incoming.note[:1000], ships=ships, most_parcels=most_parcels,
        total_minor=sum(money.line_total(line.unit_price, line.quantity, currency) for line in incoming.lines),
        ordered=ordered, state=derive_state(Counters(ordered)),
    )
    session.add(order)
    session.flush()
    picked = kits.write_lines(session, order, incoming.lines, products, recipes)
    _find_by(session, order.id or 0, [order.ref, order.email, *order.customer_name.split(), *order.ship_name.split()])
    scanning.print_code(session, order.ref, "order", order.id or 0, f"order {order.ref}")
    hooks.tell(session, OrderEntered(order.id or 0, picked))
    session.refresh(order)
    outbox.record(session, OrderPlaced(order.id or 0, order.ref, store.key, order.ordered,
                                       order.ordered - order.allocated, tell), subject=order.id)
    hooks.tell(session, OrderSettled(order.id or 0, placed=True))
    refunds.on_placed(session, order, incoming.refunds)
    session.refresh(order)
    return order, True


def _way(store: Store, incoming: IncomingOrder, *, has_kits: bool) -> tuple[str, int | None]:
    """How an order may go out: as was said with it, else as the store's do. Raises Refused where a kit would be split."""
    if not has_kits:
        return (incoming.ships, incoming.most_parcels) if incoming.ships else (store.ships, store.most_parcels)
    if incoming.ships not in (None, WHOLE.ships):
        raise Refused("The order has a kit, which is never split: it ships complete.", where="ships")
    return WHOLE.ships, None


def _products(session: Session, incoming: IncomingOrder, *, create: bool) -> dict[str, int]:
    skus = [line.sku for line in incoming.lines]
    ids = catalog.ids_of(session, skus)
    missing = [(n, line) for n, line in enumerate(incoming.lines) if line.sku not in ids]
    if missing and create:
        goods.add_products(session, [(line.sku, line.name) for _, line in missing])
        ids = catalog.ids_of(session, skus)
    elif missing:
        n, line = missing[0]
        raise Refused(f"There is no product {line.sku}. Add it to the catalogue first.", where=f"lines[{n}].sku")
    return ids


def _customer(session: Session, store: Store, incoming: IncomingOrder) -> int | None:
    email = incoming.customer.email.lower()
    if not email:
        return None
    table = Customer.__table__  # type: ignore[attr-defined]
    name = incoming.customer.name or incoming.address.name
    insert = _insert(session, table).values(store_id=store.id, email=email, name=name)
    session.execute(insert.on_conflict_do_nothing(index_elements=["store_id", "email"]))
    query = sa.select(table.c.id).where(table.c.store_id == store.id, table.c.email == email)
    return int(session.execute(query).scalar_one())


def _insert(session: Session, table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
    if session.connection().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def add_search_term(session: Session, order_id: int, term: str) -> None:
    """Have an order found by this word too (a tracking number)."""
    _find_by(session, order_id, [term])


def _find_by(session: Session, order_id: int, words: Sequence[str]) -> None:
    terms = sorted({word.lower()[:120] for word in words if word})
    if terms:
        insert = _insert(session, SearchTerm.__table__)  # type: ignore[attr-defined]
        session.execute(insert.on_conflict_do_nothing(), [{"term": t, "order_id": order_id} for t in terms])


# --- a person decides -------------------------------------------------------------------------------------------------


def cancel(session: Session, order_id: int, reason: str) -> Order:
    """Cancel an order that nobody has begun to pick; its promised stock goes to those who wait, at once. Of one that
    went out in part the rest is cancelled.

    A cancelled order again: nothing changes. Raises Conflict while units are in hand, and once all are gone.
    """
    products = lock_stock(session, order_id)
    order = queries.lock(session, order_id)
    if order.state == "cancelled":
        return order
    no = why_not_cancel(Counters(*(getattr(order, name) for name in COUNTERS)))
    if no:
        raise Conflict(f"Order {order.ref} cannot be cancelled. {no}")
    _mark_lines_held(session, order_id, held=True)
    hooks.tell(session, DemandDropped(order_id, products, "cancelled"))
    for table, key in ((_lines, _lines.c.order_id), (_orders, _orders.c.id)):
        rest = table.c.ordered - table.c.handed_over
        session.execute(sa.update(table).where(key == order_id).values(cancelled=rest))
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(held=""))
    rederive(session, [order_id])
    if order.handed_over:
        units = order.ordered - order.cancelled - order.handed_over
        outbox.record(session, RestCancelled(order_id, order.ref, units, reason[:300]), subject=order_id)
    else:
        outbox.record(session, OrderCancelled(order_id, order.ref, reason[:300]), subject=order_id)
    session.refresh(order)
    return order


def hold(session: Session, order_id: int, reason: str) -> Order:
    """Stop work on an order: its promised stock that is not yet released goes to others. Raises Refused, Conflict."""
    if not reason.strip():
        raise Refused("Say why the order is held.", where="reason")
    products = lock_stock(session, order_id)
    order = queries.lock(session, order_id)
    if order.held:
        return order
    if order.released > order.handed_over or order.state in ("cancelled", "handed_over", "returned"):
        raise Conflict(f"Order {order.ref} cannot be held: it is {order.state.replace('_', ' ')}.")
    _mark_lines_held(session, order_id, held=True)
    hooks.tell(session, DemandDropped(order_id, products, "held"))
    _set_held(session, order_id, reason.strip()[:300])
    outbox.record(session, OrderHeld(order_id, order.ref, reason.strip()[:300]), subject=order_id)
    session.refresh(order)
    return order


def lift_hold(session: Session, order_id: int) -> Order:
    """Let work on an order go on; it takes its place in line by the day it was placed."""
    products = lock_stock(session, order_id)
    order = queries.lock(session, order_id)
    if not order.held:
        return order
    _set_held(session, order_id, "")
    outbox.record(session, HoldLifted(order_id, order.ref), subject=order_id)
    hooks.tell(session, OrderEntered(order_id, products))
    hooks.tell(session, OrderSettled(order_id))
    session.refresh(order)
    return order


def _set_held(session: Session, order_id: int, reason: str) -> None:
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(held=reason))
    _mark_lines_held(session, order_id, held=bool(reason))
    rederive(session, [order_id])


def _mark_lines_held(session: Session, order_id: int, *, held: bool) -> None:
    """A held line is served no stock, not even its own that was just given back."""
    session.execute(sa.update(_lines).where(_lines.c.order_id == order_id).values(held=held))
