"""Releasing work: binding orders to bins, totes and a pick list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, outbox
from stowline.core.errors import Conflict
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import Free, take_from
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.queries import LineView, Order
from stowline.picking import from_shelf, queries
from stowline.picking.events import OrderReleased
from stowline.picking.models import PickLine, PickList, Tote
from stowline.picking.rules import Stop
from stowline.scanning import service as scanning

LOOK_AT = 300  # ready orders that one release looks at, at the most
Plan = list[tuple[LineView, Free, int]]


def release_to_cart(session: Session, cart_code: str) -> int:
    """Release a wave onto a free cart: one order for each free tote; how many orders. Raises Conflict if none can be.

    Orders whose goods still stand at the dock are passed over: a bin is bound only where a picker can walk to.
    """
    cart = queries.cart_by_code(session, cart_code)
    if queries.open_list(session, cart_code) is not None:
        raise Conflict(f"{cart_code} has a pick list already.", code="taken")
    plans = _returning(session, cart.id or 0)
    plans += [(order, plan, tote) for tote, (order, plan) in zip(
        queries.free_totes(session, cart.id or 0), _releasable(session), strict=False)]
    if not plans:
        raise Conflict("No order is ready for a cart: what is promised still stands at the dock, or waits.", code="nothing")
    _open(session, cart_code, cart.id, None, plans)
    return len(plans)


def release_order(session: Session, ref: str) -> None:
    """Release one order to be picked by hand: into the staging place, or into the tote that holds its first part.

    Raises Conflict if it cannot be released now.
    """
    order = orders.lock(session, orders.by_ref(session, ref).id or 0)
    if order.state != "allocated":
        raise Conflict(f"Order {ref} cannot be picked now: it is {order.state.replace('_', ' ')}.", code="nothing")
    plan = _plan(session, order)
    if plan is None:
        raise Conflict(f"Goods of order {ref} still stand at the dock. Put them away first.", code="nothing")
    _open(session, ref, None, order.id, [(order, plan, queries.tote_of(session, order.id or 0))])


def _returning(session: Session, cart_id: int) -> list[tuple[Order, Plan, Tote]]:
    """Orders that ran short before and have their stock now: they go on in the tote that holds what was picked."""
    plans = []
    for tote in queries.totes_to_complete(session, cart_id):
        order = orders.lock(session, tote.order_id or 0)
        plan = _plan(session, order) if order.state == "allocated" else None
        if plan is not None:
            plans.append((order, plan, tote))
    return plans


def _releasable(session: Session) -> Iterator[tuple[Order, Plan]]:
    after, looked = None, 0
    while looked < LOOK_AT:
        page = queries.ready_orders(session, after=after, limit=25)
        begun = queries.totes_with(session, [order.id or 0 for order in page])  # theirs is the cart of that tote
        for order in page:
            locked = orders.lock(session, order.id or 0)
            fresh = locked.state == "allocated" and locked.picked <= locked.handed_over and order.id not in begun
            plan = _plan(session, locked) if fresh else None
            if plan is not None:
                yield locked, plan
        if len(page) < 25:
            return
        looked += len(page)
        after = (page[-1].priority, page[-1].serve_at, page[-1].id or 0)


def _plan(session: Session, order: Order) -> Plan | None:
    """Which bins serve an order, its slot of the backorder shelf first; None if they do not suffice, or if some of it
    stands at the dock. Binds them at once, so that the next order sees it.
    """
    lines = [line for line in orders.lines(session, order.id or 0) if line.allocated > line.released]
    kept = from_shelf.kept_for(session, order.id or 0)
    plan = from_shelf.planned(lines, kept)
    if plan is None:
        return None
    rest = _from_bins(session, lines, plan)
    if rest is None:
        return None
    for line, bin_, units in sorted(rest, key=lambda part: (part[0].product_id, part[1].key)):
        inventory.bind(session, product_id=line.product_id, location_id=bin_.location_id, qty=units, lot=bin_.lot,
                       serial=bin_.serial)
    from_shelf.consume(session, kept)
    return plan + rest


def _from_bins(session: Session, lines: list[LineView], have_already: Plan) -> Plan | None:
    """Which bins have the units that these lines still need; None if they do not suffice."""
    wanted = {line.id: line.allocated - line.released for line in lines}
    for line, _, units in have_already:
        wanted[line.id] -= units
    bins = stock.pickable(session, [line.product_id for line in lines if wanted[line.id]])
    plan: Plan = []
    for line in (line for line in lines if wanted[line.id]):
        have = bins.get(line.product_id, [])
        parts = take_from(have, wanted[line.id])
        if parts is None:
            return None
        plan.extend((line, bin_, units) for bin_, units in parts)
        bins[line.product_id] = _less(have, {b.key: n for b, n in parts})
    return plan


def _less(bins: list[Free], taken: dict[tuple[int, str, str], int]) -> list[Free]:
    left = (replace(b, qty=b.qty - taken.get(b.key, 0)) for b in bins)
    return [b for b in left if b.qty > 0]


def _open(
    session: Session, task: str, cart_id: int | None, order_id: int | None,
    plans: Sequence[tuple[Order, Plan, Tote | None]],
) -> None:
    hand = stock.first_of_kind(session, "staging").id if cart_id is None else None
    pick_list = PickList(task=task, cart_id=cart_id, order_id=order_id, lines=sum(len(plan) for _, plan, _ in plans),
                         released_at=clock.now())
    session.add(pick_list)
    session.flush()
    rows = [
        {"pick_list_id": pick_list.id, "order_id": order.id, "order_line_id": line.id, "product_id": line.product_id,
         "from_id": bin_.location_id, "to_id": tote.location_id if tote else hand, "tote_id": tote.id if tote else None,
         "sequence": bin_.sequence, "qty": units, "lot": bin_.lot, "serial": bin_.serial}
        for order, plan, tote in plans for line, bin_, units in plan
    ]
    session.execute(sa.insert(PickLine), rows)
    for order, plan, tote in plans:
        if tote is not None:
            tote.order_id = order.id
            session.add(tote)
        _released(session, order, plan, task, tote.code if tote else "")
    session.flush()
    scanning.let_go(session, *(f"pack:{tote.code}" for _, _, tote in plans if tote))  # whoever packed what was in it before


def _released(session: Session, order: Order, plan: Plan, task: str, tote: str) -> None:
    units: dict[int, int] = {}
    for line, _, n in plan:
        units[line.id] = units.get(line.id, 0) + n
    order_service.raise_stage(session, order.id or 0, "released", units)
    outbox.record(session, OrderReleased(order.id or 0, order.ref, task, tote), subject=order.id)


def extend(session: Session, stop: Stop) -> int:
    """After a short pick: bind what the line has been promised anew, and add it to the same list; units bound.

    Never from the bin that ran short: the picker just stood there.
    """
    order = orders.lock(session, stop.order_id)
    lines = [line for line in orders.lines(session, stop.order_id)
             if line.id == stop.order_line_id and line.allocated > line.released]
    if not lines:
        return 0
    kept = sum(one.units for one in from_shelf.kept_for(session, stop.order_id) if one.line_id == stop.order_line_id)
    wanted = lines[0].allocated - lines[0].released - kept
    bins = stock.pickable(session, [stop.product_id]).get(stop.product_id, [])
    parts = take_from([bin_ for bin_ in bins if bin_.location_id != stop.from_id], wanted)
    if parts is None:
        return 0
    for bin_, units in parts:
        inventory.bind(session, product_id=stop.product_id, location_id=bin_.location_id, qty=units, lot=bin_.lot,
                       serial=bin_.serial)
        session.add(PickLine(pick_list_id=stop.pick_list_id, order_id=stop.order_id, order_line_id=stop.order_line_id,
                             product_id=stop.product_id, from_id=bin_.location_id, to_id=stop.to_id,
                             tote_id=stop.tote_id, sequence=bin_.sequence, qty=units, lot=bin_.lot, serial=bin_.serial))
    session.execute(sa.text("UPDATE pick_list SET lines = lines + :n WHERE id = :i"),
                    {"n": len(parts), "i": stop.pick_list_id})
    session.flush()
    order_service.raise_stage(session, order.id or 0, "released", {stop.order_line_id: wanted})
    return wanted
