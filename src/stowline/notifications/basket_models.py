"""Baskets that shops tell of, as they stood last."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


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
