"""Reads of allocation: who is first in line, who is last, and why in words."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation.rules import Waiting
from stowline.orders.models import Order, OrderLine

_l, _o = OrderLine.__table__.c, Order.__table__.c  # type: ignore[attr-defined]


def first_in_line(session: Session, product_id: int, limit: int) -> list[Waiting]:
    """Eligible waiting lines of a product, in the order of service: priority, placed, id."""
    query = (
        sa.select(_l.id, _l.order_id, _l.ordered - _l.cancelled - _l.allocated)
        .where(_l.product_id == product_id, _l.held.is_(False), _l.ordered - _l.cancelled > _l.allocated)
        .order_by(_l.priority, _l.placed_at, _l.id)
        .limit(limit)
    )
    return [Waiting(*row) for row in session.execute(query)]


def served_by(session: Session, product_id: int, units: int) -> list[tuple[str, int]]:
    """(order ref, units) of the first three orders in line that this many units will serve."""
    query = (
        sa.select(_o.ref, _l.ordered - _l.cancelled - _l.allocated)
        .join(Order, _o.id == _l.order_id)
        .where(_l.product_id == product_id, _l.held.is_(False), _l.ordered - _l.cancelled > _l.allocated)
        .order_by(_l.priority, _l.placed_at, _l.id)
        .limit(3)
    )
    served = []
    for ref, wanted in session.execute(query):
        if units > 0:
            served.append((ref, min(units, wanted)))
        units -= wanted
    return served


def promised_to(session: Session, order_id: int) -> list[tuple[int, int, int]]:
    """(line id, product id, units) of an order's promises that are not bound to bins."""
    query = sa.select(_l.id, _l.product_id, _l.allocated - _l.released).where(
        _l.order_id == order_id, _l.allocated > _l.released
    )
    return [tuple(row) for row in session.execute(query)]


def last_in_line(session: Session, product_id: int) -> list[tuple[int, int, int]]:
    """(line id, order id, units) promised and not yet released, those last in line first."""
    query = (
        sa.select(_l.id, _l.order_id, _l.allocated - _l.released)
        .where(_l.product_id == product_id, _l.allocated > _l.released)
        .order_by(_l.priority.desc(), _l.placed_at.desc(), _l.id.desc())
        .limit(500)
    )
    return [tuple(row) for row in session.execute(query)]
