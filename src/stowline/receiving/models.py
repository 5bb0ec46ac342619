"""Purchase orders and what came of them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Supplier(SQLModel, table=True):
    """Who we buy from; the same name is the same supplier. Up to `over_percent` more than ordered is taken in unasked."""

    __tablename__ = "supplier"
    __table_args__ = (CheckConstraint("over_percent >= 0 AND over_percent <= 100", name="ck_supplier_over"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True, max_length=200)
    email: str = Field(default="", max_length=254, sa_column_kwargs={"server_default": text("''")})
    language: str = Field(default="", max_length=10, sa_column_kwargs={"server_default": text("''")})
    over_percent: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = Field(sa_type=UtcDateTime)


class PurchaseOrder(SQLModel, table=True):
    """Goods we ordered from a supplier, expected within a range of days. `closed_at` when nothing more will come.

    `supplier` is the name as it stands on the order; without one there is no `supplier_id`.
    """

    __tablename__ = "purchase_order"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True, max_length=100)
    supplier: str = Field(max_length=200)
    supplier_id: int | None = Field(default=None, foreign_key="supplier.id", index=True)
    expected_from: date | None = None
    expected_to: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class PurchaseOrderLine(SQLModel, table=True):
    """Units of a product on a purchase order, and how many have come: `received` of what was ordered, `over` more than
    that; `damaged` of both together came damaged. A revision may bring `quantity` down to what was received, even to none.
    """

    __tablename__ = "purchase_order_line"
    __table_args__ = (
        CheckConstraint("quantity >= 0 AND received >= 0 AND received <= quantity", name="ck_po_line_received"),
        CheckConstraint("over >= 0 AND damaged >= 0 AND damaged <= received + over", name="ck_po_line_over"),
    )

    id: int | None = Field(default=None, primary_key=True)
    purchase_order_id: int = Field(foreign_key="purchase_order.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    position: int
    quantity: int
    received: int = 0
    over: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    damaged: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class PurchaseOrderRevision(SQLModel, table=True):
    """What was agreed with the supplier, from `at` on: revision 1 at entry, never changed. Lines are JSON, a list of
    [SKU, units].
    """

    __tablename__ = "purchase_order_revision"
    __table_args__ = (UniqueConstraint("purchase_order_id", "n"),)

    id: int | None = Field(default=None, primary_key=True)
    purchase_order_id: int = Field(foreign_key="purchase_order.id")
    n: int
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=120)
    why: str = Field(max_length=200)
    expected_from: date | None = None
    expected_to: date | None = None
    lines: str = Field(sa_type=Text)


class GoodsReceipt(SQLModel, table=True):
    """Units that came in, when, and in what condition; blind ones have no line. An undone one stays, with `undone_at`."""

    __tablename__ = "goods_receipt"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_goods_receipt_units"),
        Index("ix_goods_receipt_line", "purchase_order_line_id", "at"),
        Index("ix_goods_receipt_at", "at"),
        Index("ix_goods_receipt_scan", "scan_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    purchase_order_line_id: int | None = Field(default=None, foreign_key="purchase_order_line.id")
    product_id: int = Field(foreign_key="product.id")
    units: int
    condition: str = Field(max_length=8)
    who: str = Field(max_length=120)
    scan_id: str | None = Field(default=None, max_length=64)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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
