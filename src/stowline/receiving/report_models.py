"""Discrepancy reports that were sent to suppliers."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class SupplierReport(SQLModel, table=True):
    """What a supplier was told came otherwise than ordered: the report as it stood when `who` sent it, never changed.

    `lines` are JSON, a list of `rules.Discrepancy`; `press` names the press of the key that sent it.
    """

    __tablename__ = "supplier_report"
    __table_args__ = (
        UniqueConstraint("purchase_order_id", "n"),
        Index("ix_supplier_report_supplier", "supplier_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    purchase_order_id: int = Field(foreign_key="purchase_order.id")
    supplier_id: int = Field(foreign_key="supplier.id")
    n: int
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=120)
    email: str = Field(max_length=254)
    press: str = Field(unique=True, max_length=64)
    expected: str = Field(max_length=60)
    lines: str = Field(sa_type=Text)
