"""The column "why, or what is next" of a page of orders: each state's own words, read for all of them together."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import queries as allocation
from stowline.backorders import queries as backorders
from stowline.core import outbox
from stowline.desk import words
from stowline.desk.queries import promises
from stowline.orders import queries
from stowline.orders.models import Order, OrderLine
from stowline.packing.models import Parcel
from stowline.picking import queries as picking
from stowline.picking.models import PickLine, PickList
from stowline.receiving import queries as receiving
from stowline.scanning import queries as scanning
from stowline.shipping import queries as shipping
from stowline.shipping import service as carriers

_l = OrderLine.__table__.c  # type: ignore[attr-defined]
_c, _n, _w = Parcel.__table__.c, PickLine.__table__.c, PickList.__table__.c  # type: ignore[attr-defined]
_e = outbox.Event.__table__.c  # type: ignore[attr-defined]


def reasons(session: Session, orders: Sequence[Order]) -> dict[int, str]:
    """A sentence for each order by its id."""
    ids: dict[str, list[int]] = {}
    for order in orders:
        ids.setdefault(order.state, []).append(order.id or 0)
    found = {order.id or 0: order.held for order in orders if order.state == "on_hold"}
    found |= dict.fromkeys(ids.get("allocated", []), "Ready: the next free cart takes it")
    found |= _waiting(session, [*ids.get("backordered", []), *ids.get("part_allocated", [])])
    found |= _picking(session, [*ids.get("released", []), *ids.get("picking", [])])
    found |= _at_the_bench(session, ids.get("picked", []))
    found |= _parcels(session, [*ids.get("packed", []), *ids.get("handed_over", [])])
    return found | _cancelled(session, ids.get("cancelled", []))


def _waiting(session: Session, ids: list[int]) -> dict[int, str]:
    """The first waiting line of each order, its place and what brings it."""
    if not ids:
        return {}
    first = (
        sa.select(_l.order_id, sa.func.min(_l.id).label("line"), sa.func.count().label("lines"))
        .where(_l.order_id.in_(ids), _l.ordered - _l.cancelled > _l.allocated)
        .group_by(_l.order_id)
        .subquery()
    )
    query = (
        sa.select(_l.order_id, _l.id, _l.product_id, _l.name, first.c.lines)
        .join(first, first.c.line == _l.id)
    )
    rows = session.execute(query).all()
    places = queries.places_in_line(session, [row.id for row in rows])
    due = receiving.incoming(session, [row.product_id for row in rows])
    why = allocation.why(session, [row.id for row in rows], places)
    standing = backorders.standing(session, [row.id for row in rows])
    coming = {row.id: promises.coming(places[row.id], standing.get(row.id), due.get(row.product_id, [])) for row in rows}
    return {row.order_id: _one_waits(row, coming[row.id], why[row.id]) for row in rows}


def _one_waits(row: sa.Row[tuple[int, int, int, str, int]], coming: str, why: list[str]) -> str:
    more = f"; {words.units(row.lines - 1, 'more line waits', 'more lines wait')}" if row.lines > 1 else ""
    return f"{row.name}: {words.waits(why, [coming])}{more}"


def _picking(session: Session, ids: list[int]) -> dict[int, str]:
    """Which cart or hand, how far, and whose."""
    if not ids:
        return {}
    query = (
        sa.select(_n.order_id, _w.task, _w.cart_id, sa.func.max(_w.lines), sa.func.max(_w.lines_done))
        .join(PickList, _w.id == _n.pick_list_id)
        .where(_n.order_id.in_(ids), _w.closed_at.is_(None))
        .group_by(_n.order_id, _w.task, _w.cart_id)
    )
    rows = session.execute(query).all()
    totes = picking.totes_with(session, [row.order_id for row in rows])
    held = scanning.leases(session, [f"pick:{row.task}" for row in rows])
    found = {}
    for order_id, task, cart_id, lines, done in rows:
        tote = totes.get(order_id)
        where = f"{task}, tote {tote.number} {tote.color}" if tote and cart_id else "By hand"
        lease = held.get(f"pick:{task}")
        whose = lease.label if lease else "nobody at it"
        found[order_id] = f"{where}; {done:,} of {words.units(lines, 'line')} picked, {whose}"
    return dict.fromkeys(ids, "Its pick list is closed; goods are still missing") | found


def _at_the_bench(session: Session, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    totes = picking.totes_with(session, ids)
    held = scanning.leases(session, [f"pack:{tote.code}" for tote in totes.values()])
    found = dict.fromkeys(ids, "Picked by hand, stands in staging")
    for order_id, tote in totes.items():
        lease = held.get(f"pack:{tote.code}")
        found[order_id] = f"{tote.code}, {f'being packed by {lease.label}' if lease else 'waits for the pack bench'}"
    return found


def _parcels(session: Session, ids: list[int]) -> dict[int, str]:
    """The last parcel of each order, its label and its manifest."""
    if not ids:
        return {}
    last = sa.select(_c.order_id, sa.func.max(_c.id).label("last"), sa.func.count().label("n")).where(
        _c.order_id.in_(ids)).group_by(_c.order_id).subquery()  # fmt: skip
    query = sa.select(_c.order_id, _c.id, _c.code, _c.state, _c.handed_over_at, last.c.n).join(last, last.c.last == _c.id)
    rows = session.execute(query).all()
    labels = shipping.live_labels(session, [row.id for row in rows])
    found = {}
    for order_id, parcel_id, code, state, left_at, n in rows:
        label = labels.get(parcel_id)
        carrier = carriers.carrier_name(label.carrier) if label else ""
        name = code if n == 1 else f"{code}, parcel {n}"
        if state == "handed_over":
            found[order_id] = f"{name} left with {carrier} {words.day(left_at) if left_at else ''}".rstrip()
        elif label:
            found[order_id] = f"{name} waits for {carrier} in the ship lane"
        else:
            found[order_id] = f"{name} is closed, its label is not printed yet" if state == "sealed" else f"{name} is open"
    return found


def _cancelled(session: Session, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    query = sa.select(_e.subject, _e.body).where(_e.subject.in_(ids), _e.name == "OrderCancelled").order_by(_e.id)
    return {subject: words.capital(msgspec.json.decode(body)["reason"] or "no reason was given")[:-1]
            for subject, body in session.execute(query)}
