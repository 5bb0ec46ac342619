"""The calendar of what a store says to many: entries, and who was written to because of one."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class CalendarEntry(SQLModel, table=True):
    """One thing that a store says on a day: news, a card, "we miss you". `whom` says in plain values who gets it.

    States: draft (looked at), planned, going, done, stopped (`why`). Of a hundred people `share_b` read the other headline
    and body. Customers are gone through by id: `after_id` is the last one, `said` were written to.
    """

    __tablename__ = "calendar_entry"
    __table_args__ = (Index("ix_calendar_entry_store", "store_id", "at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    kind: str = Field(max_length=40)
    at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="draft", max_length=8)
    headline: str = Field(max_length=120)
    body: str = Field(sa_type=Text)
    headline_b: str = Field(default="", max_length=120)
    body_b: str = Field(default="", sa_type=Text)
    share_b: int = 0
    whom: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    per_minute: int = 60
    after_id: int = 0
    said: int = 0
    why: str = Field(default="", max_length=200)
    made_by: str = Field(max_length=120)
    made_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CalendarPerson(SQLModel, table=True):
    """A customer whose turn it was in an entry, which variant it was (a, b), and the message that was owed. What they do until
    `counts_until` counts as its outcome.
    """

    __tablename__ = "calendar_person"

    entry_id: int = Field(foreign_key="calendar_entry.id", primary_key=True)
    customer_id: int = Field(foreign_key="customer.id", primary_key=True, index=True)
    variant: str = Field(max_length=1)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    counts_until: datetime = Field(sa_type=UtcDateTime)
