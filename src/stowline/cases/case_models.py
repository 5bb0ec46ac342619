"""Shoppers' cases on their orders: what is wrong, who sees to it, what was said, and the photographs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_UNDER_WAY = text("state <> 'closed'")
_OPEN = text("state = 'open'")
_JUDGED = text("judged_at IS NOT NULL")


class Case(SQLModel, table=True):
    """One concern of a shopper about an order (`case_rules.KINDS`, `case_rules.STATES`); at most one of a kind is under way.

    `lines` are the order lines it is about (none: all of it). `owner` sees to it, "" while nobody does. `due_at` is when it
    should be answered, `spoke_at` when anybody last said something. A shopper judges it once (`verdict`: good or bad).
    """

    __tablename__ = "shopper_case"
    __table_args__ = (
        Index("ix_shopper_case_one", "order_id", "kind", unique=True, sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY),
        Index("ix_shopper_case_order", "order_id", "id"),
        Index("ix_shopper_case_state", "state", "due_at", "id"),
        Index("ix_shopper_case_owner", "owner_id", "due_at", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_shopper_case_judged", "judged_at", "id", sqlite_where=_JUDGED, postgresql_where=_JUDGED),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    order_id: int = Field(foreign_key="orders.id")
    kind: str = Field(max_length=16)
    state: str = Field(max_length=8)
    lines: list[int] = Field(sa_type=JSON)
    source: str = Field(max_length=12)
    owner: str = Field(default="", max_length=120)
    owner_id: int | None = Field(default=None, foreign_key="user.id")
    opened_by: str = Field(max_length=120)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    spoke_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    solved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    solved_by: str = Field(default="", max_length=120)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened: int = 0
    verdict: str = Field(default="", max_length=4)
    verdict_text: str = Field(default="", sa_type=Text)
    judged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"Q-{self.id}"


class CaseEntry(SQLModel, table=True):
    """Something that was said in a case. `author` is shopper, staff or note (staff among themselves); `who` of the staff.

    `key` makes it one of a kind: a form that is sent twice, a contact that is told twice, is kept once.
    """

    __tablename__ = "case_entry"
    __table_args__ = (UniqueConstraint("key"), Index("ix_case_entry_case", "case_id", "id"), Index("ix_case_entry_order", "order_id", "at"))

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="shopper_case.id")
    order_id: int = Field(foreign_key="orders.id")
    key: str = Field(max_length=120)
    author: str = Field(max_length=8)
    who: str = Field(default="", max_length=120)
    text: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    contact_id: int | None = Field(default=None, foreign_key="contact.id", index=True)


class CasePhoto(SQLModel, table=True):
    """A photograph that a shopper sent with an entry, drawn anew; it lies in the database, as all that processes share."""

    __tablename__ = "case_photo"
    __table_args__ = (UniqueConstraint("case_id", "sha256"), Index("ix_case_photo_order", "order_id"))

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="shopper_case.id")
    order_id: int = Field(foreign_key="orders.id")
    entry_id: int = Field(foreign_key="case_entry.id")
    mime: str = Field(max_length=40)
    size: int
    width: int
    height: int
    sha256: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
    content: bytes = Field(sa_type=LargeBinary)


class CasePolicy(SQLModel, table=True):
    """How a store keeps its cases: working hours to an answer by kind, hours from solved to closed, and what shoppers' pages
    say while many ask (`busy`: off, spike or on; `busy_words`: language to sentence, none for the house's own).
    """

    __tablename__ = "case_policy"

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    hours: dict[str, int] = Field(sa_type=JSON)
    close_after_h: int
    busy: str = Field(max_length=8)
    busy_words: dict[str, Any] = Field(sa_type=JSON)
    changed_by: str = Field(default="", max_length=120)
    changed_at: datetime = Field(sa_type=UtcDateTime)
