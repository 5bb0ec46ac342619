"""What shops paid back, each refund under the shop's own number of it, and what that meant for an order's lines."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

WAITS = text("order_id IS NULL")


class ShopRefund(SQLModel, table=True):
    """A refund that a shop made. One that came before its order (`shop_order` is the shop's number of it) waits for it.

    `lines` are as the shop said them; `amount` is its own figure ("12.50 EUR"), for display.
    """

    __tablename__ = "shop_refund"
    __table_args__ = (
        UniqueConstraint("store_id", "platform", "shop_id"),
        Index("ix_shop_refund_waits", "store_id", "shop_order", sqlite_where=WAITS, postgresql_where=WAITS),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    platform: str = Field(max_length=20)
    shop_id: str = Field(max_length=100)
    shop_order: str = Field(max_length=100)
    order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    amount: str = Field(default="", max_length=40)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    at: datetime = Field(sa_type=UtcDateTime)
    heard_at: datetime = Field(sa_type=UtcDateTime)


class ShopRefundLine(SQLModel, table=True):
    """What a refund meant for a line: units that are not sent any more (`off`; cancelled, or to be put back), and units that
    had left already (`gone`).
    """

    __tablename__ = "shop_refund_line"
    __table_args__ = (CheckConstraint("off >= 0 AND gone >= 0", name="ck_shop_refund_line_units"),)

    refund_id: int = Field(primary_key=True, foreign_key="shop_refund.id")
    order_line_id: int = Field(primary_key=True, foreign_key="order_line.id", index=True)
    off: int = Field(default=0, sa_type=BigInteger)
    gone: int = Field(default=0, sa_type=BigInteger)
