"""Shoppers: people as a store's orders know them, told apart by their e-mail address."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock, rows
from stowline.core.errors import NotFound
from stowline.orders.models import Customer, Order

__all__ = ["Customer"]

_c, _o = Customer.__table__.c, Order.__table__.c  # type: ignore[attr-defined]


def register(session: Session, store_id: int, address: str, name: str) -> tuple[int, bool]:
    """Somebody opened an account in a shop: the customer's id, and whether that is new. Again: nothing changes."""
    email = address.strip().lower()
    rows.insert_new(session, Customer.__table__, {"store_id": store_id, "email": email, "name": name})  # type: ignore[attr-defined]
    mine = _c.store_id == store_id, _c.email == email
    begun = sa.update(Customer).where(*mine, _c.registered_at.is_(None)).values(registered_at=clock.now()).returning(_c.id)
    new = session.execute(begun).first() is not None
    if new and name:
        session.execute(sa.update(Customer).where(*mine, _c.name == "").values(name=name))
    return int(session.execute(sa.select(_c.id).where(*mine)).scalar_one()), new


def customer(session: Session, customer_id: int) -> Customer:
    """A customer by their id. Raises NotFound."""
    found = session.get(Customer, customer_id)
    if found is None:
        raise NotFound("There is no such customer.")
    return found


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


# --- in their account -------------------------------------------------------------------------------------------------


def by_address(session: Session, store_id: int, address: str) -> Customer | None:
    """The customer of a store with this address, in any letter case; None where it knows nobody by it."""
    return session.exec(select(Customer).where(Customer.store_id == store_id, Customer.email == address.strip().lower())).one_or_none()


def rename(session: Session, customer_id: int, name: str) -> None:
    """What a customer wants to be called. Orders keep the name that they were placed with."""
    session.execute(sa.update(Customer).where(_c.id == customer_id).values(name=name))


def set_payment(session: Session, customer_id: int, payment: str) -> None:
    """How a customer pays, as the shop tells it."""
    session.execute(sa.update(Customer).where(_c.id == customer_id).values(payment=payment))


def order_ids(session: Session, customer_id: int, most: int) -> list[int]:
    """The newest orders of a customer."""
    query = sa.select(_o.id).where(_o.customer_id == customer_id).order_by(_o.placed_at.desc(), _o.id.desc())
    return list(session.execute(query.limit(most)).scalars())
