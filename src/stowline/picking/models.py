"""Carts with totes, pick lists and their lines."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Cart(SQLModel, table=True):
    """What one picker pushes."""

    __tablename__ = "cart"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=60)


class Tote(SQLModel, table=True):
    """A box on a cart, with a number and a painted colour. It is a bin too. It holds one order, or none."""

    __tablename__ = "tote"
    __table_args__ = (UniqueConstraint("cart_id", "number"), UniqueConstraint("order_id"))

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=60)
    cart_id: int = Field(foreign_key="cart.id")
    number: int
    color: str = Field(max_length=10)
    location_id: int = Field(foreign_key="location.id")
    order_id: int | None = Field(default=None, foreign_key="orders.id")


class PickList(SQLModel, table=True):
    """The walk of one picker: a wave on a cart, or one order by hand. `at_id` is the bin the picker stands at."""

    __tablename__ = "pick_list"
    __table_args__ = (Index("ix_pick_list_open", "task", unique=True, sqlite_where=text("closed_at IS NULL"),
                            postgresql_where=text("closed_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    task: str = Field(max_length=200)
    cart_id: int | None = Field(default=None, foreign_key="cart.id")
    order_id: int | None = Field(default=None, foreign_key="orders.id")
    at_id: int | None = Field(default=None, foreign_key="location.id")
    lines: int
    lines_done: int = 0
    released_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PickLine(SQLModel, table=True):
    """Units of one order line (of one lot, one serial) to take from one bin. open -> done | short | dropped."""

    __tablename__ = "pick_line"
    __table_args__ = (
        CheckConstraint("qty > 0 AND picked >= 0 AND picked <= qty", name="ck_pick_line_picked"),
        Index("ix_pick_line_walk", "pick_list_id", "sequence", "id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        Index("ix_pick_line_list", "pick_list_id"),
        Index("ix_pick_line_bin", "from_id", "product_id", sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    pick_list_id: int = Field(foreign_key="pick_list.id")
    order_id: int = Field(foreign_key="orders.id", index=True)
    order_line_id: int = Field(foreign_key="order_line.id")
    product_id: int = Field(foreign_key="product.id")
    from_id: int = Field(foreign_key="location.id")
    to_id: int = Field(foreign_key="location.id")
    lot: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": text("''")})
    serial: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": text("''")})
    tote_id: int | None = Field(default=None, foreign_key="tote.id")
    sequence: int
    qty: int
    picked: int = 0
    state: str = Field(default="open", max_length=8)
