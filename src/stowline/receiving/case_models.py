"""Cases at the dock: goods that do not belong, boxes that nobody knows. Each has an owner until it is solved."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_WORD = {"server_default": text("''")}


class DockCase(SQLModel, table=True):
    """Something at the dock that a person has to see to. Kinds: unknown-box, wrong-item, damaged, other; open or solved."""

    __tablename__ = "dock_case"
    __table_args__ = (
        CheckConstraint("state <> 'solved' OR outcome <> ''", name="ck_dock_case_outcome"),
        Index("ix_dock_case_state", "state", "id"),
        Index("ix_dock_case_order", "purchase_order_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=12)
    state: str = Field(max_length=8)
    note: str = Field(default="", max_length=500, sa_column_kwargs=_WORD)
    units: int = 0
    purchase_order_id: int | None = Field(default=None, foreign_key="purchase_order.id")
    product_id: int | None = Field(default=None, foreign_key="product.id", index=True)
    owner: str = Field(max_length=120)
    owner_id: int | None = Field(default=None, foreign_key="user.id")
    opened_by: str = Field(max_length=120)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    scan_id: str | None = Field(default=None, max_length=64)
    outcome: str = Field(default="", max_length=500, sa_column_kwargs=_WORD)
    solved_by: str = Field(default="", max_length=120, sa_column_kwargs=_WORD)
    solved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"CASE-{self.id}"


class DockPhoto(SQLModel, table=True):
    """A photograph of a case; it lies in the database, which is all that scaled-out processes share."""

    __tablename__ = "dock_photo"
    __table_args__ = (UniqueConstraint("case_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dock_case.id")
    mime: str = Field(max_length=40)
    size: int
    sha256: str = Field(max_length=64)
    who: str = Field(max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    content: bytes = Field(sa_type=LargeBinary)
