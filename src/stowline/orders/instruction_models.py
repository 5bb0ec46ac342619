"""What the shop is told to do with money, and where each shop hears it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_OPEN = text("state IN ('owed', 'sent', 'dead', 'refused')")


class Instruction(SQLModel, table=True):
    """One thing that a shop does about an order: pay back, give credit, send faster. We move no money.

    `key` names the business fact: there is one row for it, ever, and the shop gets it with each try. States stand in
    `instruction_rules.AFTER`. `amount_minor` and `lines` (sku, name, quantity, amount_minor) are in the currency's minor
    units. `ref` is what the shop calls it; `note` is a person's who settled it by hand. One worker posts at a time: the
    one that set `busy_until`.
    """

    __tablename__ = "instruction"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="ck_instruction_amount"),
        Index("ix_instruction_order", "order_id", "id"),
        Index("ix_instruction_store", "store_id", "id"),
        Index("ix_instruction_open", "state", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    order_id: int = Field(foreign_key="orders.id")
    order_ref: str = Field(max_length=100)
    kind: str = Field(max_length=16)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(max_length=3)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    why: str = Field(default="", max_length=300)
    key: str = Field(unique=True, max_length=120)
    state: str = Field(default="owed", max_length=12)
    say: str = Field(default="", max_length=300)
    ref: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=500)
    settled_by: str = Field(default="", max_length=120)
    tries: int = 0
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    busy_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShopDoor(SQLModel, table=True):
    """Where a store hears instructions: one address for each store.

    `secret` signs what is posted; while a new one is brought in, `old_secret` signs too. `tries` counts failures in a
    row; nothing is posted before `rest_until`. One that is not `active` says `why`.
    """

    __tablename__ = "shop_door"

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    url: str = Field(max_length=500)
    secret: str = Field(max_length=100)
    old_secret: str = Field(default="", max_length=100)
    active: bool = True
    why: str = Field(default="", max_length=300)
    tries: int = 0
    rest_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(default="", max_length=120)
