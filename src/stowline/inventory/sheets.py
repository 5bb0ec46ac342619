"""Tables of counts: the sheets that counters fill, what stands on them, and the plan that asks for them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime
from stowline.inventory.models import LONGEST_LOT

OPEN, DONE, LEFT = "open", "done", "left"
# What became of an entry: it stands on an open sheet; book and bin agree; the difference was posted; goods moved at that
# moment, so it says nothing; it waits for somebody else's count; another count confirmed it, or another one was believed.
COUNTED, AGREED, POSTED, MOVED = "counted", "agreed", "posted", "moved"
SECOND, CONFIRMED, OUTVOTED = "second", "confirmed", "outvoted"


class CountSheet(SQLModel, table=True):
    """One count of one bin by one counter. `base` is a line of the ledger before the count began; `begun` and `seen` say
    how often each product of the bin had moved since then, at the beginning and at the last scan (JSON). `hand` is what
    the counter was asked (JSON). `scan_id` ended it.
    """

    __tablename__ = "count_sheet"
    __table_args__ = (
        Index("ix_count_sheet_open", "location_id", unique=True, sqlite_where=text("state = 'open'"),
              postgresql_where=text("state = 'open'")),
        Index("ix_count_sheet_holder", "holder", "state"),
        Index("ix_count_sheet_bin", "location_id", "done_at"),
        Index("ix_count_sheet_done", "done_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    location_id: int = Field(foreign_key="location.id")
    holder: str = Field(max_length=120)
    who: str = Field(max_length=120)
    state: str = Field(default=OPEN, max_length=8)
    begun_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    base: int = Field(default=0, sa_type=BigInteger)
    begun: str = Field(default="{}", sa_type=Text)
    seen: str = Field(default="{}", sa_type=Text)
    hand: str = Field(default="{}", sa_type=Text)
    scan_id: str | None = Field(default=None, max_length=64)


class CountEntry(SQLModel, table=True):
    """Units of one product (lot, serial) that a counter found, and what the books had there at that moment: `book`, of
    which `missing` were not found by a picker before. `moves` is how often it had moved by then (see the sheet's `seen`),
    `corrected` by how many units the books had been corrected since the sheet's `base`; what is corrected later changes
    `book` too, for goods do not move by it.
    `location_id` is the sheet's bin, but for a serial that the books had in another bin. `request_id` is the question that
    the entry raised, `decided_by` who answered it, `by_sheet` with which count.
    """

    __tablename__ = "count_entry"
    __table_args__ = (
        UniqueConstraint("sheet_id", "location_id", "product_id", "lot", "serial"),
        CheckConstraint("counted >= 0", name="ck_count_entry_counted"),
        Index("ix_count_entry_request", "request_id", sqlite_where=text("request_id IS NOT NULL"),
              postgresql_where=text("request_id IS NOT NULL")),
        Index("ix_count_entry_product", "product_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sheet_id: int = Field(foreign_key="count_sheet.id")
    location_id: int = Field(foreign_key="location.id")
    product_id: int = Field(foreign_key="product.id")
    lot: str = Field(default="", max_length=LONGEST_LOT)
    serial: str = Field(default="", max_length=LONGEST_LOT)
    counted: int = Field(default=0, sa_type=BigInteger)
    book: int = Field(default=0, sa_type=BigInteger)
    missing: int = Field(default=0, sa_type=BigInteger)
    moves: int = 0
    corrected: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    scans: int = 0
    at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default=COUNTED, max_length=10)
    posted: int = Field(default=0, sa_type=BigInteger)
    request_id: int | None = Field(default=None, foreign_key="count_request.id")
    by_sheet: int | None = None
    decided_by: str = Field(default="", max_length=120)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    @property
    def difference(self) -> int:
        """Units more (or, below zero, fewer) than the books had."""
        return self.counted - self.book


class CountPlan(SQLModel, table=True):
    """One row: how often bins are counted by class (days), how many a day and on which days of the week; which share of
    all picks makes a product A or B (percent); from which difference on somebody else must count (units, percent of the
    books); whether bins that the books emptied are looked into. `read_to` is the ledger's line up to which they were
    sought.
    """

    __tablename__ = "count_plan"

    id: int | None = Field(default=None, primary_key=True)
    a_days: int = 30
    b_days: int = 90
    c_days: int = 180
    a_share: int = 80
    b_share: int = 15
    per_day: int = 40
    work_days: str = Field(default="12345", max_length=7)
    second_units: int = 10
    second_percent: int = 25
    emptied: bool = True
    began_on: date | None = None
    planned_on: date | None = None
    read_to: int = Field(default=0, sa_type=BigInteger)
