"""Bins, the ledger of moves, and the balances it adds up to."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

# The virtual ends of the ledger have fixed ids, made by the first migration.
SUPPLIER, CUSTOMER, SCRAP, ADJUSTMENT = 1, 2, 3, 4


class Location(SQLModel, table=True):
    """A bin: a place with a code. `sequence` is its place on the walk. See `rules.KINDS` for kinds."""

    __tablename__ = "location"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=60)
    kind: str = Field(index=True, max_length=12)
    zone: str = Field(default="", max_length=20)
    sequence: int = Field(default=0, index=True)


class Balance(SQLModel, table=True):
    """Units of one product in one bin in one condition. `bound` of them are spoken for by pick lines and parcels."""

    __tablename__ = "balance"
    __table_args__ = (
        CheckConstraint("qty >= 0", name="ck_balance_qty"),
        CheckConstraint("bound >= 0 AND bound <= qty", name="ck_balance_bound"),
        Index("ix_balance_location", "location_id", "product_id", sqlite_where=text("qty > 0"),
              postgresql_where=text("qty > 0")),
    )

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    location_id: int = Field(primary_key=True, foreign_key="location.id")
    condition: str = Field(primary_key=True, max_length=8, default="good")
    qty: int = Field(default=0, sa_type=BigInteger)
    bound: int = Field(default=0, sa_type=BigInteger)


class Move(SQLModel, table=True):
    """One line of the ledger: units went from one place (and condition) to another, why, by which scan. Never changed."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("qty > 0", name="ck_ledger_qty"),
        CheckConstraint("from_id <> to_id OR from_condition <> to_condition", name="ck_ledger_ends"),
        Index("ix_ledger_product", "product_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    product_id: int = Field(foreign_key="product.id")
    from_id: int = Field(foreign_key="location.id")
    to_id: int = Field(foreign_key="location.id")
    from_condition: str = Field(default="good", max_length=8)
    to_condition: str = Field(default="good", max_length=8)
    qty: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=16)
    scan_id: str | None = Field(default=None, max_length=64)


class StockLevel(SQLModel, table=True):
    """Good units of a product anywhere in the house, and how many of them are promised. The row allocation locks."""

    __tablename__ = "stock_level"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="ck_level_on_hand"),
        CheckConstraint("promised >= 0 AND promised <= on_hand", name="ck_level_promised"),
    )

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    on_hand: int = Field(default=0, sa_type=BigInteger)
    promised: int = Field(default=0, sa_type=BigInteger)


class CountRequest(SQLModel, table=True):
    """A bin that somebody must count, and why."""

    __tablename__ = "count_request"
    __table_args__ = (Index("ix_count_open", "location_id", "product_id", unique=True,
                            sqlite_where=text("done_at IS NULL"), postgresql_where=text("done_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    location_id: int = Field(foreign_key="location.id")
    product_id: int = Field(foreign_key="product.id")
    why: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
