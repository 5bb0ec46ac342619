"""Suppliers for managers: what they owe us, and how far their word and their lorries were apart."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock
from stowline.desk import words
from stowline.desk.queries import receiving as purchases
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import velocity
from stowline.receiving import queries as receiving
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine, Supplier

_s, _o, _n = Supplier.__table__.c, PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
HISTORY = timedelta(days=365)
MOST_ORDERS, MOST_SLIPS = 50, 30
Row = dict[str, Any]


def page(session: Session, text: str, place: Place) -> Page[Supplier]:
    """Suppliers by name."""
    query = select(Supplier)
    if text:
        query = query.where(sa.or_(starts_with(_s.name, text), starts_with(_s.email, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Supplier]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_s.name], after, descending=backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.name,))


def rows(session: Session, found: Sequence[Supplier]) -> list[Row]:
    """The rows of the sheet: open and late purchase orders of each."""
    ids = [one.id for one in found]
    lacking = sa.select(_n.id).where(_n.purchase_order_id == _o.id, _n.received < _n.quantity).exists()
    late = sa.func.coalesce(sa.func.sum(sa.case((_o.expected_to < velocity.today(), 1), else_=0)), 0)
    query = sa.select(_o.supplier_id, sa.func.count(), late).where(_o.supplier_id.in_(ids), _o.closed_at.is_(None), lacking)
    owed = {row[0]: (int(row[1]), int(row[2])) for row in session.execute(query.group_by(_o.supplier_id))}
    return [{"id": one.id, "name": one.name, "email": one.email, "over": one.over_percent, "open": owed.get(one.id or 0, (0, 0))[0],
             "late": owed.get(one.id or 0, (0, 0))[1]} for one in found]  # fmt: skip


def one(session: Session, supplier: Supplier) -> Row:
    """One supplier: latest purchase orders, and how late goods came against what was told first."""
    query = select(PurchaseOrder).where(PurchaseOrder.supplier_id == supplier.id).order_by(_o.id.desc()).limit(MOST_ORDERS)
    orders = purchases.rows(session, list(session.exec(query)))
    came = receiving.arrival_history(session, clock.now() - HISTORY, limit=MOST_SLIPS, supplier_id=supplier.id)
    slips = [_slip(one) for one in came]
    known = sorted(one["slip"] for one in slips if one["slip"] is not None)
    middle = known[len(known) // 2] if known else None
    return {"supplier": rows(session, [supplier])[0], "orders": orders, "slips": slips, "middle": middle, "known": len(known)}


def _slip(came: receiving.Came) -> Row:
    """What was told first of a line, and when it was in."""
    last = velocity.day_of(came.last_at)
    return {"ref": came.ref, "told": words.window(came.told_from, came.told_to) or "no date", "came": words.day(last), "units": came.units,
            "revisions": came.revision, "slip": (last - came.told_to).days if came.told_to else None}  # fmt: skip
