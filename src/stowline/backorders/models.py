"""The backorder shelf: its slots, and what lies there (or still at the dock) for which order line."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

LIVE = "state IN ('open', 'on_shelf')"
EMPTY = {"server_default": text("''")}


class ShelfSlot(SQLModel, table=True):
    """A slot of the backorder shelf, which is a bin of kind `backorder`; it is kept for one order, or for none."""

    __tablename__ = "shelf_slot"

    location_id: int = Field(primary_key=True, foreign_key="location.id")
    order_id: int | None = Field(default=None, foreign_key="orders.id", unique=True)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShelfLine(SQLModel, table=True):
    """Units (of one lot, one serial) that came for an order line and are kept for it: `slot_id` is where they are to
    lie, None for the pack bench; `at_id` where they lie now. See `rules.BECOMES` for the states.
    """

    __tablename__ = "shelf_line"
    __table_args__ = (
        CheckConstraint("qty > 0", name="ck_shelf_line_qty"),
        Index("ix_shelf_line_order", "order_id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        Index("ix_shelf_line_at", "at_id", "product_id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        Index("ix_shelf_line_slot", "slot_id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        Index("ix_shelf_line_line", "order_line_id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id")
    order_line_id: int = Field(foreign_key="order_line.id")
    product_id: int = Field(foreign_key="product.id")
    lot: str = Field(default="", max_length=20, sa_column_kwargs=EMPTY)
    serial: str = Field(default="", max_length=20, sa_column_kwargs=EMPTY)
    slot_id: int | None = Field(default=None, foreign_key="location.id")
    at_id: int = Field(foreign_key="location.id")
    qty: int
    state: str = Field(default="open", max_length=8)
    since: datetime = Field(sa_type=UtcDateTime)
