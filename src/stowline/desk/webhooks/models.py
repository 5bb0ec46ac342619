"""Who is told of changed stock, and what came of each try."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Webhook(SQLModel, table=True):
    """An address that is told of changed stock, how far it has been told (`cursor`), and how that goes.

    `secret` signs what is posted. `tries` counts failures in a row since `failing_since`; nothing is posted before
    `next_at`. One worker at a time posts: the one that set `busy_until`. One that is not `active` says `why`.
    """

    __tablename__ = "webhook"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(unique=True, max_length=500)
    secret: str = Field(max_length=100)
    store_id: int | None = Field(default=None, foreign_key="store.id")
    active: bool = True
    why: str = Field(default="", max_length=300)
    cursor: int = Field(default=0, sa_type=BigInteger)
    tries: int = 0
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    busy_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(default="", max_length=120)


class WebhookTry(SQLModel, table=True):
    """One post: what the address answered (`status`, None where no answer came), in words, and how long it took."""

    __tablename__ = "webhook_try"
    __table_args__ = (Index("ix_webhook_try", "webhook_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    webhook_id: int = Field(foreign_key="webhook.id")
    at: datetime = Field(sa_type=UtcDateTime)
    status: int | None = None
    say: str = Field(max_length=300)
    items: int
    took_ms: int
