"""Shoppers: people as a store's orders know them, told apart by their e-mail address."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.orders.models import Customer, Order

_c, _o = Customer.__table__.c, Order.__table__.c  # type: ignore[attr-defined]


def has_ordered(session: Session, store_id: int, address: str) -> bool:
    """Whether somebody with this address, in lower case, ever ordered from this store."""
    query = sa.select(_o.id).join(Customer, _c.id == _o.customer_id)
    return session.execute(query.where(_c.store_id == store_id, _c.email == address).limit(1)).first() is not None
