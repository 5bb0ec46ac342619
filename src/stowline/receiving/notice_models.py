"""Arrival notices: what a supplier says is on its way, packed how."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_WORD = {"server_default": text("''")}


class Arrival(SQLModel, table=True):
    """One notice (ASN) of a supplier. States: announced, arriving (some of it is in), received, closed."""

    __tablename__ = "arrival"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True, max_length=64)
    purchase_order_id: int | None = Field(default=None, foreign_key="purchase_order.id", index=True)
    supplier: str = Field(max_length=200)
    supplier_id: int | None = Field(default=None, foreign_key="supplier.id", index=True)
    expected_on: date | None = None
    carrier: str = Field(default="", max_length=100, sa_column_kwargs=_WORD)
    state: str = Field(max_length=10, index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class ArrivalUnit(SQLModel, table=True):
    """A pallet or carton under its SSCC; a carton may stand on a pallet (`parent_id`). `received_at` once it is in."""

    __tablename__ = "arrival_unit"

    id: int | None = Field(default=None, primary_key=True)
    arrival_id: int = Field(foreign_key="arrival.id", index=True)
    sscc: str = Field(unique=True, max_length=18)
    kind: str = Field(max_length=6)
    parent_id: int | None = Field(default=None, foreign_key="arrival_unit.id", index=True)
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    scan_id: str | None = Field(default=None, max_length=64)


class ArrivalContent(SQLModel, table=True):
    """Units of a product in a pallet or carton, with what they are told apart by where the notice says it."""

    __tablename__ = "arrival_content"
    __table_args__ = (CheckConstraint("units > 0", name="ck_arrival_content_units"),)

    id: int | None = Field(default=None, primary_key=True)
    unit_id: int = Field(foreign_key="arrival_unit.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    units: int
    lot: str = Field(default="", max_length=20, sa_column_kwargs=_WORD)
    expires_on: date | None = None
