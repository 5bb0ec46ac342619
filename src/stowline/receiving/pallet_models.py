"""Pallets that were built here, under SSCCs of our own."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class SsccSeries(SQLModel, table=True):
    """The next number to be drawn under a GS1 company prefix: drawn in the transaction that uses it, so none is lost."""

    __tablename__ = "sscc_series"
    __table_args__ = (CheckConstraint("upcoming >= 0", name="ck_sscc_series_upcoming"),)

    prefix: str = Field(primary_key=True, max_length=12)
    upcoming: int = Field(default=0, sa_type=BigInteger)


class BuiltPallet(SQLModel, table=True):
    """A pallet that somebody built at the dock; `apart_at` once it was taken apart. `press` names the press that built it."""

    __tablename__ = "built_pallet"

    id: int | None = Field(default=None, primary_key=True)
    sscc: str = Field(unique=True, max_length=18)
    press: str = Field(unique=True, max_length=64)
    purchase_order_id: int | None = Field(default=None, foreign_key="purchase_order.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=120)
    apart_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BuiltPalletLine(SQLModel, table=True):
    """Units of a product on a pallet that was built here."""

    __tablename__ = "built_pallet_line"
    __table_args__ = (CheckConstraint("units > 0", name="ck_built_pallet_line_units"),)

    pallet_id: int = Field(foreign_key="built_pallet.id", primary_key=True)
    product_id: int = Field(foreign_key="product.id", primary_key=True, index=True)
    units: int
