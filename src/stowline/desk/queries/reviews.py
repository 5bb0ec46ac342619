"""Reviews for the desk: those to decide first."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.cases import review_rules
from stowline.cases.review_models import Review
from stowline.catalog import queries as catalog
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.orders.models import Order
from stowline.stores import queries as stores

VIEWS = {"waiting": "To decide", "approved": "Shown", "refused": "Refused", "all": "All"}
CHIPS = {"waiting": "warn", "approved": "ok", "refused": "bad", "erased": "done"}
_r, _o = Review.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


def page(session: Session, view: str, place: Place) -> Page[Review]:
    """Reviews: those to decide oldest first, others newest first."""
    query = sa.select(Review) if view == "all" else sa.select(Review).where(_r.state == view)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Review]:  # noqa: FBT001
        down = backwards != (view != "waiting")
        return list(session.execute(ordered(query, [_r.id], after, descending=down, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,))


def rows(session: Session, found: Sequence[Review]) -> list[Row]:
    """The rows of the list."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    refs = dict(session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_([one.order_id for one in found]))).all())
    goods = catalog.by_ids(session, [one.product_id for one in found])
    return [
        {
            "id": one.id, "stars": one.stars, "text": one.text, "name": one.name, "sku": goods[one.product_id].sku, "product": goods[one.product_id].name, "order": refs[one.order_id],
            "store": shops[one.store_id].name, "store_key": shops[one.store_id].key, "at": one.changed_at, "state": one.state, "kind": CHIPS[one.state],
            "word": review_rules.STATES[one.state], "reason": one.reason, "answer": one.answer, "answered_by": one.answered_by, "settled_by": one.settled_by,
        }
        for one in found
    ]  # fmt: skip
