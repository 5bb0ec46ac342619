"""What a store says across its site for a while."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Banner(SQLModel, table=True):
    """A notice of the manager's: its text by language, from when to when (None: until it is taken down)."""

    __tablename__ = "store_banner"
    __table_args__ = (Index("ix_store_banner_store", "store_id", "begins_at"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    texts: dict[str, str] = Field(sa_type=JSON)
    begins_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_by: str = Field(max_length=120)
    made_at: datetime = Field(sa_type=UtcDateTime)
