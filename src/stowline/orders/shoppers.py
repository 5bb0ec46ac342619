"""Shoppers: people as a store's orders know them, told apart by their e-mail address."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.orders.models import Customer, Order

_c, _o = Customer.__table__.c, Order.__table__.c  # type: ignore[attr-defined]


def has_ordered(session: Session, store_id: int, address: str) -> bool:
    """Whether somebody with this address, in lower case, ever ordered from this store."""
    query = sa.select(_o.id).join(Customer, _c.id == _o.customer_id)
    return session.execute(query.where(_c.store_id == store_id, _c.email == address).limit(1)).first() is not None


def is_first(session: Session, order: Order) -> bool:
    """Whether the shopper of this order never ordered from its store before; of a stranger nobody knows."""
    if order.customer_id is None:
        return False
    earlier = _o.customer_id == order.customer_id, _o.id != order.id, _o.placed_at <= order.placed_at
    return session.execute(sa.select(_o.id).where(*earlier).limit(1)).first() is None


def last_order(session: Session, store_id: int, address: str) -> Order | None:
    """The newest order that somebody with this address, in any letter case, placed in this store."""
    query = select(Order).join(Customer, _c.id == _o.customer_id).where(_c.store_id == store_id, _c.email == address.strip().lower())
    return session.exec(query.order_by(_o.placed_at.desc(), _o.id.desc()).limit(1)).first()


def orders_of(session: Session, address: str, store_ids: Sequence[int], most: int = 200) -> list[Order]:
    """The newest orders of somebody with this address in these stores."""
    query = select(Order).join(Customer, _c.id == _o.customer_id).where(_c.store_id.in_(store_ids), _c.email == address.strip().lower())
    return list(session.exec(query.order_by(_o.placed_at.desc(), _o.id.desc()).limit(most)))


def last_orders(session: Session, *, after: int = 0, limit: int = 500) -> list[tuple[int, Order | None]]:
    """Customers in order of id, from after one, each with the newest order that they placed (None: none)."""
    newest = sa.select(_o.id).where(_o.customer_id == _c.id).order_by(_o.placed_at.desc(), _o.id.desc()).limit(1).scalar_subquery()
    rows = session.execute(sa.select(_c.id, newest.label("order_id")).where(_c.id > after).order_by(_c.id).limit(limit)).all()
    ids = [row.order_id for row in rows if row.order_id is not None]
    found = {one.id: one for one in session.exec(select(Order).where(_o.id.in_(ids)))}
    return [(row.id, found.get(row.order_id)) for row in rows]
