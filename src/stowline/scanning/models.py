"""The scan log, the directory of printed codes, leases on tasks, and where a task's holder stands."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Scan(SQLModel, table=True):
    """One scan and the answer it got. `effect` is what an undo needs; `undone_by` the scan that took it back."""

    __tablename__ = "scan"
    __table_args__ = (Index("ix_scan_task", "task", "holder", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    scan_id: str = Field(unique=True, max_length=64)
    task: str = Field(max_length=200)
    holder: str = Field(max_length=120)
    who: str = Field(max_length=120)
    device: str = Field(default="", max_length=80)
    code: str = Field(max_length=600)
    quantity: int
    scanned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    at: datetime = Field(sa_type=UtcDateTime)
    fate: str = Field(max_length=10)
    reply: str = Field(sa_type=Text)
    effect: str | None = Field(default=None, sa_type=Text)
    undone_by: str | None = Field(default=None, max_length=64)


class PrintedCode(SQLModel, table=True):
    """A code that stands on a bin, tote, cart, order, parcel, manifest or return, and what it means.

    Rooms enter their codes here when they make them, so that any scan is one look-up. Products and badges are looked
    up in their own rooms, in the same statement.
    """

    __tablename__ = "printed_code"
    __table_args__ = (UniqueConstraint("code", "kind", "ref"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=200)
    kind: str = Field(max_length=20)
    ref: int
    label: str = Field(max_length=200)


class Lease(SQLModel, table=True):
    """Who works on a task, and until when unless they scan again."""

    __tablename__ = "task_lease"

    task: str = Field(primary_key=True, max_length=200)
    holder: str = Field(max_length=120)
    label: str = Field(max_length=120)
    until: datetime = Field(sa_type=UtcDateTime)


class Step(SQLModel, table=True):
    """What a holder has in hand on a task of several steps (put away: which product, how many)."""

    __tablename__ = "task_step"

    task: str = Field(primary_key=True, max_length=200)
    holder: str = Field(primary_key=True, max_length=120)
    body: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
