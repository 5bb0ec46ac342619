"""What an order's shopper agreed to about a delay, each time it was asked."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Consent(SQLModel, table=True):
    """One question to the shopper of an order: may it be delayed until `told` (None: no date)?

    `kind` is first, further or undated; where `silence` counts as consent the shopper need not answer. States stand in
    `consent_rules.AFTER`. Until `due` the answer is waited for. `text` and `source` say how it was settled and by whom.
    """

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("order_id", "seq"), Index("ix_consent_state", "state", "due"), Index("ix_consent_offer", "offer_id"),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id")
    store_id: int = Field(foreign_key="store.id")
    offer_id: int = Field(foreign_key="offer.id")
    seq: int
    kind: str = Field(max_length=8)
    silence: bool
    told: date | None = None
    state: str = Field(default="asked", max_length=14)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    due: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    text: str = Field(default="", max_length=300)
    source: str = Field(default="", max_length=120)
