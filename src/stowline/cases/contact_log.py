"""Reads of contacts: the log, and how many ask where their order is."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.cases import contact_rules as rules
from stowline.cases.contact_models import Contact
from stowline.core.errors import NotFound
from stowline.orders.queries import Order
from stowline.packing.queries import Parcel
from stowline.stores.queries import Store

_c, _p = Contact.__table__.c, Parcel.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


def listed(session: Session, after: int, limit: int) -> Row:
    """Contacts from after an id, oldest first, and the id to go on after."""
    rows = _rows(session, col(Contact.id) > after, limit)
    return {"contacts": rows, "after": rows[-1]["id"] if len(rows) == limit else None}


def one(session: Session, ident: int) -> Row:
    """A contact. Raises NotFound."""
    found = _rows(session, col(Contact.id) == ident, 1)
    if not found:
        raise NotFound("There is no such contact.")
    return found[0]


def _rows(session: Session, where: sa.ColumnElement[bool], limit: int) -> list[Row]:
    query = select(Contact, Order.ref, Store.key).join(Order, col(Order.id) == Contact.order_id, isouter=True).join(Store, col(Store.id) == Contact.store_id, isouter=True)
    return [_told(one, ref, key) for one, ref, key in session.exec(query.where(where).order_by(col(Contact.id)).limit(limit))]


def _told(one: Contact, ref: str | None, key: str | None) -> Row:
    return {
        "id": one.id, "store": key, "order": ref, "channel": one.channel, "source": one.source, "kind": one.about, "why": one.why, "corrected_by": one.about_by,
        "email": one.address, "name": one.name, "subject": one.subject, "text": one.text, "ref": one.ref, "at": one.at, "answers": one.answers or None,
        "handled_at": one.handled_at, "testimonial": one.testimonial_at is not None,
    }  # fmt: skip


def of_order(session: Session, order_id: int, most: int = 20) -> list[Contact]:
    """What was said about an order, newest first."""
    return list(session.exec(select(Contact).where(Contact.order_id == order_id).order_by(col(Contact.id).desc()).limit(most)))


def asked_where(session: Session, since: datetime, until: datetime, days: int) -> list[int]:
    """How many asked where their order is in each of the spans of 24 hours that end at `until`, oldest first."""
    found = session.execute(sa.select(_c.at).where(_c.about == rules.WHERE, _c.at > since, _c.at <= until).limit(MOST)).scalars()
    return _by_day(found, until, days)


def shipped(session: Session, since: datetime, until: datetime, days: int) -> list[int]:
    """How many orders left with their carriers in each of these spans, counted to 50,000 a span; an order in two parcels counts once
    a span. A walk along one index, however many parcels there are.
    """
    ends = [until - n * DAY for n in reversed(range(days))]
    spans = [sa.select(_p.order_id).where(_p.handed_over_at > max(since, end - DAY), _p.handed_over_at <= end).distinct().limit(MOST_A_DAY).subquery() for end in ends]
    counted = [sa.select(sa.func.count()).select_from(one).scalar_subquery() for one in spans]
    return [int(n) for n in session.execute(sa.select(*counted)).one()]


MOST, MOST_A_DAY = 200_000, 50_000
DAY = timedelta(days=1)


def _by_day(moments: Any, until: datetime, days: int) -> list[int]:  # noqa: ANN401  (an iterable of moments)
    counted = [0] * days
    for moment in moments:
        n = (until - moment) // DAY
        if 0 <= n < days:
            counted[days - 1 - n] += 1
    return counted
