"""How far setting up what a store tells has come, and since when it counts."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class MessageSetup(SQLModel, table=True):
    """Setting up one store's messages. `said` holds what was chosen and does not count yet (see `setup_rules.Draft`), `done` the
    steps that were saved, `tests` by channel what a test last went through (`of`) and when (`at`). Without `live_at`
    nobody has put it in force, nor said that it is right as it is.
    """

    __tablename__ = "message_setup"

    store_id: int = Field(foreign_key="store.id", primary_key=True)
    said: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    done: list[str] = Field(default_factory=list, sa_type=JSON)
    tests: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = Field(default="", max_length=120)
    live_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    live_by: str = Field(default="", max_length=120)
