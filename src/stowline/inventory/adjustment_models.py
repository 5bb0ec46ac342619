"""Adjustments: why the books may change without a scan of goods, who asked, who decided, and what they had to show."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, text, true
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime
from stowline.inventory.models import EMPTY, LONGEST_LOT


class AdjustReason(SQLModel, table=True):
    """A reason that an adjustment may have.

    `direction`: units come in, go out, or either. `goes_to`: where those that go out are booked (the virtual ends
    adjustment and scrap, or the same bin in condition damaged). More units than `approve_above` need a second person
    (0: always, None: never). One that is not `active` is no longer offered.
    """

    __tablename__ = "adjust_reason"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)
    label: str = Field(max_length=60)
    direction: str = Field(max_length=6)
    goes_to: str = Field(max_length=10)
    approve_above: int | None = None
    active: bool = Field(default=True, sa_column_kwargs={"server_default": true()})


class Adjustment(SQLModel, table=True):
    """A change of the books that somebody asked for. `units` is signed; `asked_by` and `decided_key` tell people apart
    as sessions and tokens do ("u3", "t5"), names are what is shown. `move_id` is its line of the ledger, `back_id` the
    line that took it back.
    """

    __tablename__ = "adjustment"
    __table_args__ = (
        CheckConstraint("units <> 0", name="ck_adjustment_units"),
        CheckConstraint("state <> 'posted' OR move_id IS NOT NULL", name="ck_adjustment_posted"),
        Index("ix_adjustment_waiting", "id", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
        Index("ix_adjustment_product", "product_id", "id"),
        Index("ix_adjustment_location", "location_id", "id"),
        Index("ix_adjustment_reason", "reason", "id"),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    location_id: int = Field(foreign_key="location.id")
    lot: str = Field(default="", max_length=LONGEST_LOT, sa_column_kwargs=EMPTY)
    serial: str = Field(default="", max_length=LONGEST_LOT, sa_column_kwargs=EMPTY)
    condition: str = Field(max_length=8)
    to_condition: str = Field(max_length=8)
    goes_to: str = Field(max_length=10)
    units: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=20, foreign_key="adjust_reason.code")
    note: str = Field(default="", max_length=500, sa_column_kwargs=EMPTY)
    state: str = Field(max_length=10)
    who: str = Field(max_length=120)
    asked_by: str = Field(max_length=40)
    device: str = Field(default="", max_length=80, sa_column_kwargs=EMPTY)
    scan_id: str | None = Field(default=None, max_length=64)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str = Field(default="", max_length=120, sa_column_kwargs=EMPTY)
    decided_key: str = Field(default="", max_length=40, sa_column_kwargs=EMPTY)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_why: str = Field(default="", max_length=200, sa_column_kwargs=EMPTY)
    move_id: int | None = Field(default=None, sa_type=BigInteger)
    back_id: int | None = Field(default=None, sa_type=BigInteger)

    @property
    def ref(self) -> str:
        """What people call it: ADJ-12."""
        return f"ADJ-{self.id}"


class Attachment(SQLModel, table=True):
    """A photograph or a PDF that an adjustment has to show. The bytes lie in the database, so that a backup has them."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_same", "adjustment_id", "sha256", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    adjustment_id: int = Field(foreign_key="adjustment.id")
    name: str = Field(max_length=120)
    mime: str = Field(max_length=40)
    size: int
    sha256: str = Field(max_length=64)
    who: str = Field(max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    content: bytes = Field(sa_type=LargeBinary)
