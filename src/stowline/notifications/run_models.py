"""Runs: what a manager writes to many at once, and to whom it was when it was begun."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class NoteRun(SQLModel, table=True):
    """One text to a list of orders that is fixed when the run is made. `asked` says in plain values how they were chosen.

    States: draft (looked at), running, paused, stopped, finished. `done` of `total` orders were written to, in their order,
    `per_minute` at most.
    """

    __tablename__ = "note_run"

    id: int | None = Field(default=None, primary_key=True)
    state: str = Field(default="draft", max_length=8)
    subject: str = Field(max_length=120)
    body: str = Field(sa_type=Text)
    asked: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    per_minute: int = 60
    total: int = 0
    done: int = 0
    made_by: str = Field(max_length=120)
    made_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class NoteRunOrder(SQLModel, table=True):
    """The order at place `n` of a run, from 1."""

    __tablename__ = "note_run_order"

    run_id: int = Field(foreign_key="note_run.id", primary_key=True)
    n: int = Field(primary_key=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
