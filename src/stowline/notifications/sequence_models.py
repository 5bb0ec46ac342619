"""Sequences under way, how each store paces them, and the baskets that shops tell of, as they stood last."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

OPEN = "ended_at IS NULL"


class SequenceRun(SQLModel, table=True):
    """One sequence for one subject ("order:5:product:7"), once ever: `step` messages are owed so far, the last at
    `last_at`, and the next is due at `next_at` until `ended_at`, for the reason `why`. `address` is the person's, casefolded.
    `trouble` is what went wrong with its last step.
    """

    __tablename__ = "sequence_run"
    __table_args__ = (
        UniqueConstraint("sequence", "subject"),
        Index("ix_sequence_run_due", "next_at", "id", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_sequence_run_order", "order_id"),
        Index("ix_sequence_run_person", "store_id", "address"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sequence: str = Field(max_length=20)
    subject: str = Field(max_length=160)
    store_id: int = Field(foreign_key="store.id")
    order_id: int | None = Field(default=None, foreign_key="orders.id")
    product_id: int | None = Field(default=None, foreign_key="product.id")
    address: str = Field(default="", max_length=254)
    step: int = 0
    began_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: str = Field(default="", max_length=200)
    trouble: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": text("''")})


class SequencePace(SQLModel, table=True):
    """How a store paces its sequences (see sequence_rules.Pace); a store without a row does as the house does."""

    __tablename__ = "sequence_pace"

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    long_days: int
    every_from: int
    every_to: int
    cart_again_h: int
    away_days: int


class Basket(SQLModel, table=True):
    """One basket of a store under the shop's own name for it. `lines` are [{"sku", "name", "quantity", "total_minor"}], money in
    minor units; `url` is where it is gone on with. `updated_at` is when the shop says it was touched last, `seen_at` when
    we heard of it. `time` counts how often it was filled; it is over from `ended_at` on, for the reason `why`.
    """

    __tablename__ = "basket"
    __table_args__ = (UniqueConstraint("store_id", "ref"), Index("ix_basket_seen", "seen_at"))

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    ref: str = Field(max_length=100)
    address: str = Field(max_length=254)
    name: str = Field(default="", max_length=300)
    lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_type=BigInteger)
    url: str = Field(default="", max_length=1000)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    time: int = 1
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    why: str = Field(default="", max_length=100)
