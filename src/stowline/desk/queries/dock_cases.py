"""Cases at the dock for managers, and what a delivery was not as ordered."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog import queries as catalog
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.receiving import cases
from stowline.receiving.case_models import DockCase
from stowline.receiving.models import PurchaseOrder

VIEWS = {"open": "Open", "solved": "Solved", "all": "All"}
_c, _o = DockCase.__table__.c, PurchaseOrder.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place) -> Page[DockCase]:
    """Cases: the open ones oldest first, others newest first; found by owner, purchase order or what was noted."""
    query = select(DockCase)
    if view != "all":
        query = query.where(_c.state == view)
    if text:
        orders = sa.select(_o.id).where(_o.ref == text)
        query = query.where(sa.or_(starts_with(_c.owner, text), starts_with(_c.note, text), _c.purchase_order_id.in_(orders)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[DockCase]:  # noqa: FBT001
        down = backwards != (view != "open")
        return list(session.execute(ordered(query, [_c.id], after, descending=down, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,))


def rows(session: Session, found: Sequence[DockCase]) -> list[Row]:
    """The rows of the sheet."""
    counted = cases.photo_counts(session, [one.id or 0 for one in found])
    orders = [one.purchase_order_id for one in found if one.purchase_order_id]
    refs = dict(session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_(orders))).all())
    goods = catalog.by_ids(session, [one.product_id for one in found if one.product_id])
    made = []
    for one in found:
        product = goods.get(one.product_id or 0)
        made.append({
            "ref": one.ref, "what": cases.KINDS[one.kind], "open": one.state == "open", "note": one.note, "units": one.units,
            "order": refs.get(one.purchase_order_id or 0), "sku": product.sku if product else None, "name": product.name if product else None,
            "owner": one.owner, "opened_by": one.opened_by, "opened_at": one.opened_at, "outcome": one.outcome,
            "solved_by": one.solved_by, "solved_at": one.solved_at, "photos": counted.get(one.id or 0, 0),
        })  # fmt: skip
    return made


def one(session: Session, ref: str) -> Row:
    """One case with its photographs. Raises NotFound."""
    case = cases.by_ref(session, ref)
    return {"case": rows(session, [case])[0], "photos": cases.photos(session, case), "most_photos": cases.MOST}
