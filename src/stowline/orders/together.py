"""What is ordered together: products that stand on the same orders, as a shop's similar items."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.orders.models import Order, OrderLine

MOST_PRODUCTS, MOST_ORDERS, OFTEN = 5, 100, 2
_l, _o = OrderLine.__table__.c, Order.__table__.c  # type: ignore[attr-defined]


def often(session: Session, store_id: int, product_ids: Sequence[int], limit: int = 12) -> list[int]:
    """Products on at least two other orders of this store together with one of these, most often first.

    Bounded: the newest 100 orders of each of at most five products are looked at. A kit's parts do not count.
    """
    near: set[int] = set()
    for product_id in list(dict.fromkeys(product_ids))[:MOST_PRODUCTS]:
        newest = sa.select(_l.order_id).where(_l.product_id == product_id).order_by(_l.order_id.desc()).limit(MOST_ORDERS)
        near.update(session.execute(newest).scalars())
    count = sa.func.count(sa.distinct(_l.order_id))
    query = (
        sa.select(_l.product_id).join(Order, _o.id == _l.order_id)
        .where(_l.order_id.in_(sorted(near)), _o.store_id == store_id, _l.kit_id.is_(None), _l.product_id.not_in(list(product_ids)))
        .group_by(_l.product_id).having(count >= OFTEN).order_by(count.desc(), _l.product_id).limit(limit)
    )  # fmt: skip
    return list(session.execute(query).scalars()) if near else []
