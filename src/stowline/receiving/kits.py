"""A kit is never bought as one: its parts are."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.events import KitMade
from stowline.core.errors import Conflict
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine

_o, _n = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]


def on_kit_made(session: Session, fact: KitMade) -> None:
    """A product is sold as its parts from now on. Raises Conflict while a purchase order brings units of it."""
    query = (
        sa.select(_o.ref).join(PurchaseOrderLine, _n.purchase_order_id == _o.id)
        .where(_n.product_id == fact.product_id, _n.received < _n.quantity, _o.closed_at.is_(None)).limit(1)
    )  # fmt: skip
    ref = session.execute(query).scalar_one_or_none()
    if ref is not None:
        raise Conflict(f"Purchase order {ref} brings {fact.sku} as one piece. Close it first, then make {fact.sku} a kit.",
                       where="sku")
