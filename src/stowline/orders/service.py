"""Verbs of orders: place, cancel, hold, and the stage counters that other rooms raise."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from stowline.catalog import queries as catalog
from stowline.catalog import service as goods
from stowline.core import clock, hooks, money, outbox
from stowline.core.errors import Conflict, Refused
from stowline.core.hot import Hot
from stowline.inventory import service as inventory
from stowline.orders import kits, queries
from stowline.orders.events import DemandDropped, HoldLifted, OrderCancelled, OrderEntered, OrderHeld, OrderPlaced
from stowline.orders.intake.shape import IncomingOrder
from stowline.orders.models import Customer, Order, OrderLine, SearchTerm
from stowline.orders.rules import STAGES, Counters, derive_state, why_not_cancel
from stowline.scanning import service as scanning
from stowline.stores.queries import Store

# For the proof of the invariants, which derives every state once more.
__all__ = ["Counters", "derive_state"]

_orders = Order.__table__  # type: ignore[attr-defined]
_lines = OrderLine.__table__  # type: ignore[attr-defined]
_COUNTERS = ("ordered", "cancelled", *STAGES)


def place(
    session: Session, store: Store, incoming: IncomingOrder, *, tell: bool = True, create_products: bool = False
) -> tuple[Order, bool]:
    """Take an order in: (order, whether it is new). The same ref of the same store again changes nothing.

    The order's currency, locale and time zone are frozen here. Raises Refused for a SKU nobody knows, unless
    `create_products`.
    """
    known = session.exec(select(Order).where(Order.store_id == store.id, Order.ref == incoming.ref)).one_or_none()
    if known is not None:
        return known, False
    products = _products(session, incoming, create=create_products)
    currency = incoming.currency or store.currency
    now = clock.now()
    placed_at = incoming.placed_at or now
    recipes = catalog.recipes(session, products.values())
    ordered = kits.units_of(incoming.lines, products, recipes)
    order = Order(
        store_id=store.id or 0, ref=incoming.ref, customer_id=_customer(session, store, incoming),
        customer_name=incoming.customer.name or incoming.address.name, email=incoming.customer.email,
        ship_name=incoming.address.name or incoming.customer.name, company=incoming.address.company,
        line1=incoming.address.line1, line2=incoming.address.line2, city=incoming.address.city,
        region=incoming.address.region, postcode=incoming.address.postcode, country=incoming.address.country,
        phone=incoming.address.phone, currency=currency, placed_at=placed_at, entered_at=now,
        ship_by=placed_at + timedelta(days=store.ship_within_days),
        priority=5 if incoming.priority is None else incoming.priority, locale=store.locale, time_zone=store.time_zone,
        platform=incoming.platform, tell=tell, note=incoming.note[:1000],
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
    return order, True


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


# --- stages -----------------------------------------------------------------------------------------------------------


def raise_stage(session: Session, order_id: int, stage: str, units: Mapping[int, int]) -> str:
    """Add (or take back, below zero) units to a stage of lines of one order: {line id: units}; the state after.

    The database's own checks keep ordered >= allocated >= released >= picked >= packed >= handed over >= returned;
    a change that would break them raises IntegrityError and undoes the transaction.
    """
    assert stage in STAGES
    for line_id, n in sorted(units.items()):
        _LINE[stage].later(session, i=line_id, n=n)
    row = _ORDER[stage].one(session, i=order_id, n=sum(units.values()))
    assert row is not None
    *counters, held, before = row
    state = derive_state(Counters(*counters), held=bool(held))
    if state != before:
        _STATE.later(session, i=order_id, s=state)
    return state


_LINE = {s: Hot(f"UPDATE order_line SET {s} = {s} + :n WHERE id = :i") for s in STAGES}  # noqa: S608  (own words)
_ORDER = {
    s: Hot(
        f"UPDATE orders SET {s} = {s} + :n WHERE id = :i RETURNING {', '.join(_COUNTERS)}, held, state"  # noqa: S608
    )
    for s in STAGES
}
_SUM = {s: Hot(f"UPDATE orders SET {s} = {s} + :n WHERE id = :i") for s in STAGES}  # noqa: S608
_STATE = Hot("UPDATE orders SET state = :s WHERE id = :i")


def raise_many(session: Session, stage: str, units: Mapping[int, Mapping[int, int]]) -> None:
    """The same for many orders in few statements: {order id: {line id: units}}."""
    if not units:
        return
    lines = [{"i": i, "n": n} for part in units.values() for i, n in part.items()]
    _LINE[stage].many(session, sorted(lines, key=lambda row: row["i"]))
    orders = [{"i": i, "n": sum(part.values())} for i, part in sorted(units.items())]
    _SUM[stage].many(session, orders)
    _rederive(session, list(units))


def _rederive(session: Session, order_ids: list[int]) -> None:
    for start in range(0, len(order_ids), 500):
        part = order_ids[start : start + 500]
        columns = [_orders.c[name] for name in _COUNTERS]
        rows = session.execute(sa.select(*columns, _orders.c.held, _orders.c.state, _orders.c.id)
                               .where(_orders.c.id.in_(part))).all()
        changed = [{"i": row.id, "s": state} for row in rows
                   if (state := derive_state(Counters(*row[:8]), held=bool(row.held))) != row.state]
        if changed:
            _STATE.many(session, changed)


# --- a person decides -------------------------------------------------------------------------------------------------


def cancel(session: Session, order_id: int, reason: str) -> Order:
    """Cancel an order that nobody has begun to pick; its promised stock goes to those who wait, at once.

    A cancelled order again: nothing changes. Raises Conflict once units are picked or gone.
    """
    products = _lock_stock(session, order_id)
    order = queries.lock(session, order_id)
    if order.state == "cancelled":
        return order
    no = why_not_cancel(Counters(*(getattr(order, name) for name in _COUNTERS)))
    if no:
        raise Conflict(f"Order {order.ref} cannot be cancelled. {no}")
    _mark_lines_held(session, order_id, held=True)
    hooks.tell(session, DemandDropped(order_id, products, "cancelled"))
    session.execute(sa.update(_lines).where(_lines.c.order_id == order_id).values(cancelled=_lines.c.ordered))
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(cancelled=_orders.c.ordered, held=""))
    _rederive(session, [order_id])
    outbox.record(session, OrderCancelled(order_id, order.ref, reason[:300]), subject=order_id)
    session.refresh(order)
    return order


def hold(session: Session, order_id: int, reason: str) -> Order:
    """Stop work on an order: its promised stock that is not yet released goes to others. Raises Refused, Conflict."""
    if not reason.strip():
        raise Refused("Say why the order is held.", where="reason")
    products = _lock_stock(session, order_id)
    order = queries.lock(session, order_id)
    if order.held:
        return order
    if order.released or order.state in ("cancelled", "handed_over", "returned"):
        raise Conflict(f"Order {order.ref} cannot be held: it is {order.state.replace('_', ' ')}.")
    _mark_lines_held(session, order_id, held=True)
    hooks.tell(session, DemandDropped(order_id, products, "held"))
    _set_held(session, order_id, reason.strip()[:300])
    outbox.record(session, OrderHeld(order_id, order.ref, reason.strip()[:300]), subject=order_id)
    session.refresh(order)
    return order


def lift_hold(session: Session, order_id: int) -> Order:
    """Let work on an order go on; it takes its place in line by the day it was placed."""
    products = _lock_stock(session, order_id)
    order = queries.lock(session, order_id)
    if not order.held:
        return order
    _set_held(session, order_id, "")
    outbox.record(session, HoldLifted(order_id, order.ref), subject=order_id)
    hooks.tell(session, OrderEntered(order_id, products))
    session.refresh(order)
    return order


def _set_held(session: Session, order_id: int, reason: str) -> None:
    session.execute(sa.update(_orders).where(_orders.c.id == order_id).values(held=reason))
    _mark_lines_held(session, order_id, held=bool(reason))
    _rederive(session, [order_id])


def _mark_lines_held(session: Session, order_id: int, *, held: bool) -> None:
    """A held line is served no stock, not even its own that was just given back."""
    session.execute(sa.update(_lines).where(_lines.c.order_id == order_id).values(held=held))


def _lock_stock(session: Session, order_id: int) -> tuple[int, ...]:
    """Stock levels are locked before orders, everywhere: so two verbs never wait for each other in a ring."""
    products = _product_ids(session, order_id)
    inventory.lock_levels(session, list(products))
    return products


def _product_ids(session: Session, order_id: int) -> tuple[int, ...]:
    query = select(OrderLine.product_id).where(OrderLine.order_id == order_id).distinct().order_by(col(OrderLine.product_id))
    return tuple(session.exec(query))
