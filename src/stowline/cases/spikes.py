"""How many ask where their order is, day by day, and what most of those who ask wait for."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.cases import contact_log, spike_rules
from stowline.cases import contact_rules as rules
from stowline.cases.contact_models import Contact
from stowline.core import clock
from stowline.orders.queries import OrderLine, Product
from stowline.packing.queries import Parcel
from stowline.shipping import service as carriers
from stowline.shipping.queries import Label

DAY = timedelta(days=1)
MOST_ORDERS = 500
WHERE, LATE = "where-is-it", "why-late"  # keys of snippets that come with the house
_c, _l, _p = Contact.__table__.c, OrderLine.__table__.c, Parcel.__table__.c  # type: ignore[attr-defined]
_label, _product = Label.__table__.c, Product.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Day:
    """24 hours that end at `until`: contacts, orders shipped, contacts for each hundred of them."""

    until: datetime
    contacts: int
    orders: int
    rate: float | None


def days(session: Session, n: int = spike_rules.DAYS) -> list[Day]:
    """The last days, oldest first."""
    now = clock.now()
    asked = contact_log.asked_where(session, now - n * DAY, now, n)
    shipped = contact_log.shipped(session, now - n * DAY, now, n)
    return [Day(now - (n - 1 - i) * DAY, a, s, spike_rules.per_hundred(a, s)) for i, (a, s) in enumerate(zip(asked, shipped, strict=True))]


def reading(session: Session) -> tuple[int, int, str]:
    """How many asked in the last 24 hours, the most that is usual, and the sentence about it ("" while it is usual)."""
    now = clock.now()
    counted = contact_log.asked_where(session, now - (spike_rules.DAYS + 1) * DAY, now, spike_rules.DAYS + 1)
    today, before = counted[-1], counted[:-1]
    usual = spike_rules.usual(before)
    if not spike_rules.is_spike(today, before):
        return today, usual.most, ""
    why = " ".join(filter(None, (_product_of_most(session, now - DAY), _carrier_of_most(session, now - DAY))))
    return today, usual.most, f"{today:,} shoppers asked within a day where their order is; {usual.mean:.1f} a day are usual. {why}".strip()[:300]


def _orders(since: datetime) -> sa.Select[tuple[int]]:
    mine = _c.about == rules.WHERE, _c.at > since, _c.order_id.is_not(None)
    return sa.select(_c.order_id).where(*mine).order_by(_c.at.desc()).limit(MOST_ORDERS)


def _product_of_most(session: Session, since: datetime) -> str:
    """What at least half of those who ask have not got yet."""
    ids = set(session.execute(_orders(since)).scalars())
    waits = sa.select(_product.name, _l.order_id).join(Product, _product.id == _l.product_id).where(_l.order_id.in_(ids), _l.ordered - _l.cancelled > _l.handed_over).distinct()
    return _most(Counter(name for name, _ in session.execute(waits)), len(ids), "{n:,} of {of:,} wait for {name}.")


def _carrier_of_most(session: Session, since: datetime) -> str:
    """Who carries the parcels of at least half of those who ask."""
    ids = set(session.execute(_orders(since)).scalars())
    query = sa.select(_label.carrier, _p.order_id).join(Parcel, _p.id == _label.parcel_id)
    under_way = query.where(_p.order_id.in_(ids), _label.void_at.is_(None), _p.handed_over_at.is_not(None)).distinct()
    counted = Counter(carriers.carrier_name(one) for one, _ in session.execute(under_way))
    return _most(counted, len(ids), "{n:,} of {of:,} have a parcel with {name}.")


def _most(counted: Counter[str], of: int, say: str) -> str:
    [(name, n)] = counted.most_common(1) or [("", 0)]
    return say.format(n=n, of=of, name=name[:80]) if of and 2 * n >= of else ""


def snippet_key(session: Session) -> str:
    """The ready answer that fits most of those who ask now: why it is late where they wait for one product, else where it is."""
    return LATE if _product_of_most(session, clock.now() - DAY) else WHERE
