"""What each store wants told, and what keeps messages from going: caps that are counted, channels that fail."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class MessagePolicy(SQLModel, table=True):
    """What a store says of one kind otherwise than the house does (see policy_rules.told)."""

    __tablename__ = "message_policy"

    store_id: int = Field(foreign_key="store.id", primary_key=True)
    kind: str = Field(max_length=40, primary_key=True)
    said: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class MessageManners(SQLModel, table=True):
    """How politely a store writes: quiet hours as minutes of the reader's day (None: none), and at most `cap` capped
    messages (0: no cap) to one address and channel in `cap_days`. `digest`: what waits for the cap goes as one message.
    """

    __tablename__ = "message_manners"

    store_id: int = Field(foreign_key="store.id", primary_key=True)
    quiet_from: int | None = None
    quiet_to: int | None = None
    cap: int = Field(default=2, ge=0, sa_column_kwargs={"server_default": text("2")})
    cap_days: int = Field(default=7, ge=1, sa_column_kwargs={"server_default": text("7")})
    digest: bool = Field(default=True, sa_column_kwargs={"server_default": text("TRUE")})


class CapTurn(SQLModel, table=True):
    """A row to lock: capped messages to one address take turns, so that two senders never both see room for one."""

    __tablename__ = "cap_turn"

    store_id: int = Field(foreign_key="store.id", primary_key=True)
    channel: str = Field(max_length=16, primary_key=True)
    address: str = Field(max_length=254, primary_key=True)


class Breaker(SQLModel, table=True):
    """A provider that failed: how often in a row, and until when nobody tries it. No row: it works."""

    __tablename__ = "breaker"

    provider: str = Field(primary_key=True, max_length=200)
    failures: int = 0
    open_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    say: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=UtcDateTime)
