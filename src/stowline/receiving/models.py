"""Purchase orders and what came of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class PurchaseOrder(SQLModel, table=True):
    """Goods we ordered from a supplier, expected within a range of days. `closed_at` when nothing more will come."""

    __tablename__ = "purchase_order"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True, max_length=100)
    supplier: str = Field(max_length=200)
    expected_from: date | None = None
    expected_to: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class PurchaseOrderLine(SQLModel, table=True):
    """Units of a product on a purchase order, and how many have come."""

    __tablename__ = "purchase_order_line"
    __table_args__ = (
        CheckConstraint("quantity > 0 AND received >= 0 AND received <= quantity", name="ck_po_line_received"),
    )

    id: int | None = Field(default=None, primary_key=True)
    purchase_order_id: int = Field(foreign_key="purchase_order.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    position: int
    quantity: int
    received: int = 0


class PutAwayOverride(SQLModel, table=True):
    """Units that somebody put into another bin than the suggested one (`advised_id`, with the suggestion's reason)."""

    __tablename__ = "put_away_override"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    product_id: int = Field(foreign_key="product.id")
    units: int
    lot: str = Field(default="", max_length=20)
    advised_id: int = Field(foreign_key="location.id")
    location_id: int = Field(foreign_key="location.id")
    why: str = Field(max_length=200)
    who: str = Field(max_length=120)
    scan_id: str = Field(unique=True, max_length=64)
