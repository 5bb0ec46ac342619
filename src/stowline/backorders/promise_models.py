"""Promises: every one that was ever made for a waiting line, the one that stands, and what became of it."""

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Promise(SQLModel, table=True):
    """The days in which what a line waits for leaves the house, as known at a moment; never changed. No days: no date
    yet. `source` and `samples` say what the days rest on, `arrival` which delivery brings the last unit.
    """

    __tablename__ = "promise"
    __table_args__ = (UniqueConstraint("order_line_id", "revision"), Index("ix_promise_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    order_line_id: int = Field(foreign_key="order_line.id")
    revision: int
    at: datetime = Field(sa_type=UtcDateTime)
    p50: date | None = None
    p90: date | None = None
    cause: str = Field(max_length=300)
    source: str = Field(max_length=8)
    samples: int
    arrival: str = Field(default="", max_length=100)


class Standing(SQLModel, table=True):
    """The last promise of a line (`revision`), the deliveries that serve it (JSON, a list of [ref, units]), and what the
    shopper was told: `told_*` by message `told_in`; `news_*` is a change that is announced and not told yet. `first_*` is
    the promise that what happens is measured by: the first that was told, until then the first that had days.
    """

    __tablename__ = "promise_standing"
    __table_args__ = (
        Index("ix_promise_standing_order", "order_id"),
        Index("ix_promise_standing_product", "product_id", "arrival"),
    )

    order_line_id: int = Field(primary_key=True, foreign_key="order_line.id")
    order_id: int = Field(foreign_key="orders.id")
    product_id: int = Field(foreign_key="product.id")
    revision: int
    p50: date | None = None
    p90: date | None = None
    arrival: str = Field(default="", max_length=100)
    arrivals: str = Field(sa_type=Text)
    supplier: str = Field(default="", max_length=200)
    source: str = Field(max_length=8)
    samples: int
    first_p50: date | None = None
    first_p90: date | None = None
    first_told: bool = False
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_in: int | None = None
    told_p50: date | None = None
    told_p90: date | None = None
    news_revision: int = 0
    news_p90: date | None = None


class PromiseDue(SQLModel, table=True):
    """The promises on a product are to be made anew, and why. `say` is what shoppers are told about the delivery `ref`."""

    __tablename__ = "promise_due"

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    cause: str = Field(max_length=300)
    ref: str = Field(default="", max_length=100)
    say: str = Field(default="", max_length=1000)
    ageing: bool = False


class LeadTime(SQLModel, table=True):
    """What was learned: how many days a supplier (`ref`, 0: all of them) was off its word, or how many working days a
    store (`ref`, 0: all) took from receipt to handover: JSON, a list of [days, likelihood], out of `n` cases.
    """

    __tablename__ = "lead_time"

    kind: str = Field(primary_key=True, max_length=8)
    ref: int = Field(primary_key=True)
    n: int
    days: str = Field(sa_type=Text)
    learned_at: datetime = Field(sa_type=UtcDateTime)


class PromiseOutcome(SQLModel, table=True):
    """How a promise was kept: the days that were told (or, `told` false, that nobody heard of), the day the last unit was
    here and the day it left; `working_days` is our own part of it.
    """

    __tablename__ = "promise_outcome"
    __table_args__ = (Index("ix_promise_outcome_day", "handed_on", "order_line_id"),)

    order_line_id: int = Field(primary_key=True, foreign_key="order_line.id")
    order_id: int = Field(foreign_key="orders.id", index=True)
    store_id: int = Field(foreign_key="store.id")
    supplier: str = Field(default="", max_length=200)
    p50: date | None = None
    p90: date | None = None
    told: bool
    filled_on: date
    handed_on: date
    working_days: int
