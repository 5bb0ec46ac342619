"""Units kept for one store, and units taken for urgent orders."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Reserve(SQLModel, table=True):
    """So many of a product's free units are kept for the orders of one store, until a moment (None: until it is ended).

    What its orders take is kept again when more comes: a reserve is a level, not an account.
    """

    __tablename__ = "reserve"
    __table_args__ = (CheckConstraint("units > 0", name="ck_reserve_units"), Index("ix_reserve_store", "store_id", "product_id"))

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    store_id: int = Field(primary_key=True, foreign_key="store.id")
    units: int
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_by: str = Field(max_length=120)
    made_at: datetime = Field(sa_type=UtcDateTime)


class Reallocation(SQLModel, table=True):
    """Units that were promised to one line and were given to another, more urgent one: by whom, and why."""

    __tablename__ = "reallocation"
    __table_args__ = (
        CheckConstraint("units > 0 AND from_line_id <> to_line_id", name="ck_reallocation_units"),
        Index("ix_reallocation_day", "store_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    product_id: int = Field(foreign_key="product.id")
    from_order_id: int = Field(foreign_key="orders.id")
    from_line_id: int = Field(foreign_key="order_line.id", index=True)
    to_order_id: int = Field(foreign_key="orders.id", index=True)
    to_line_id: int = Field(foreign_key="order_line.id")
    units: int
    why: str = Field(max_length=300)
    who: str = Field(max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
