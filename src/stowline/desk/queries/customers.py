"""Customers: the list with what waits for them, one of them with orders, tags and what they want to hear of."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.cases import queries as cases
from stowline.core.errors import NotFound
from stowline.desk.erasure import is_erased
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.notifications import consents, preferences, unsubscribe
from stowline.notifications.preference_rules import CHOSEN, WAYS
from stowline.orders.models import Customer, Order
from stowline.stores import queries as stores

_c, _o = Customer.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
VIEWS = {"backorder": "With backorders", "all": "All"}
_WAITS = _o.ordered - _o.cancelled > _o.allocated
Row = dict[str, Any]


def page(session: Session, view: str, text: str, tag: str, place: Place) -> Page[Any]:
    """Customers, newest first; text is the beginning of an e-mail address or a name."""
    query = sa.select(_c.id, _c.store_id, _c.email, _c.name)
    if view == "backorder":
        query = query.where(sa.select(_o.id).where(_o.customer_id == _c.id, _WAITS).exists())
    if text:
        query = query.where(sa.or_(_c.email.startswith(text.lower(), autoescape=True), starts_with(_c.name, text)))
    if tag:
        query = query.where(_c.id.in_(cases.tagged(session, "customer", tag)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Any]:  # noqa: FBT001
        return session.execute(ordered(query, [_c.id], after, descending=not backwards, most=most)).all()

    return walk(place, fetch, lambda row: (row.id,))


def rows(session: Session, found: Sequence[Any]) -> list[Row]:
    """The rows of the sheet: how many orders, how many wait, the tags."""
    ids = [row.id for row in found]
    shops = {shop.id: shop.name for shop in stores.all_stores(session)}
    tags = cases.tags(session, "customer", ids)
    sums = (sa.func.count(), sa.func.sum(sa.case((_WAITS, 1), else_=0)), sa.func.max(_o.placed_at))
    query = sa.select(_o.customer_id, *sums).where(_o.customer_id.in_(ids)).group_by(_o.customer_id)
    counted = {ident: (int(n), int(waits), last) for ident, n, waits, last in session.execute(query)}
    return [
        {"id": row.id, "name": row.name or row.email, "email": row.email, "store": shops.get(row.store_id, ""), "tags": tags[row.id],
         "orders": counted.get(row.id, (0, 0, None))[0], "waiting": counted.get(row.id, (0, 0, None))[1],
         "last": counted.get(row.id, (0, 0, None))[2]}
        for row in found
    ]  # fmt: skip


def _wishes(session: Session, row: Any) -> Row:  # noqa: ANN401  (a row)
    """The person's own page, and what of their consent is on record."""
    found = consents.history(session, row.store_id, row.email)
    reads = preferences.reader(session, row.store_id, row.email)
    return {"phone": reads.phone, "own_phone": reads.own_phone, "erased": is_erased(row.email),
            "ways": [{"value": way, "label": WAYS[way], "chosen": False} for way in CHOSEN],
            "preferences_href": unsubscribe.preferences_path(row.store_id, row.email),
            "consents": [{"at": one.at, "way": WAYS.get(one.channel, one.channel), "given": one.given, "text": one.text, "source": one.source} for one in found]}  # fmt: skip


def one(session: Session, ident: int) -> Row:
    """One customer with the last 50 orders. Raises NotFound."""
    row = session.execute(sa.select(_c.id, _c.store_id, _c.email, _c.name).where(_c.id == ident)).one_or_none()
    if row is None:
        raise NotFound("There is no such customer.")
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    query = sa.select(_o.ref, _o.state, _o.placed_at, _o.total_minor, _o.currency, (_o.ordered - _o.cancelled - _o.allocated).label("waits"))
    found = session.execute(query.where(_o.customer_id == ident).order_by(_o.placed_at.desc(), _o.id.desc()).limit(50))
    shop = shops[row.store_id]
    return {
        "customer": rows(session, [row])[0],
        **_wishes(session, row),
        "orders": [{"ref": o.ref, "store_key": shop.key, "state": o.state, "placed_at": o.placed_at, "total": o.total_minor,
                    "currency": o.currency, "waiting": o.waits} for o in found],
    }  # fmt: skip
