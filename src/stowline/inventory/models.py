"""Bins, the ledger of moves, and the balances it adds up to."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

# The virtual ends of the ledger have fixed ids, made by the first migration.
SUPPLIER, CUSTOMER, SCRAP, ADJUSTMENT = 1, 2, 3, 4
LONGEST_LOT = 20  # characters of a lot or a serial: what GS1 allows in (10) and (21)
HERE = "serial <> '' AND qty > 0"
OF_A_LOT = "lot <> '' AND qty > 0"
HELD = "held <> ''"
UNTOLD = "NOT told"
ASKED, ASKED_BIN = "done_at IS NULL", "product_id IS NULL AND done_at IS NULL"
EMPTY: dict[str, Any] = {"server_default": text("''")}


class Location(SQLModel, table=True):
    """A bin: a place with a code. `sequence` is its place on the walk. See `rules.KINDS` for kinds.

    `aisle`, `bay` and `level` (from the floor up) are its address, `x_mm` and `y_mm` where its front stands on the map:
    to the right of and down from the building's corner. `max_…` limit what it takes (None: no limit), `mixing` what may lie together (see
    `fit.MIXING`; '' is the rule of its zone). A bin that is not `active` is closed: nothing is put into it.
    """

    __tablename__ = "location"
    __table_args__ = (Index("ix_location_zone", "zone", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=60)
    kind: str = Field(index=True, max_length=12)
    zone: str = Field(default="", max_length=20)
    sequence: int = Field(default=0, index=True)
    aisle: str = Field(default="", max_length=12, sa_column_kwargs=EMPTY)
    bay: int | None = None
    level: int | None = None
    x_mm: int | None = None
    y_mm: int | None = None
    max_units: int | None = None
    max_weight_g: int | None = None
    max_volume_cm3: int | None = None
    mixing: str = Field(default="", max_length=12, sa_column_kwargs=EMPTY)
    active: bool = Field(default=True, sa_column_kwargs={"server_default": true()})


class Zone(SQLModel, table=True):
    """A part of the building. `mixing` is the rule of its bins that have none of their own ('': any goods), `sequence`
    its place on the walk.
    """

    __tablename__ = "zone"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)
    name: str = Field(default="", max_length=60)
    mixing: str = Field(default="", max_length=12)
    sequence: int = 0


class Lot(SQLModel, table=True):
    """A lot of a product, where the product is told apart by lots. `held` says why none of it may be sold (recall)."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("product_id", "code"),
        Index("ix_lot_held", "product_id", "code", sqlite_where=text(HELD), postgresql_where=text(HELD)),
        Index("ix_lot_expires", "expires_on", sqlite_where=text("expires_on IS NOT NULL"),
              postgresql_where=text("expires_on IS NOT NULL")),
    )

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")
    code: str = Field(max_length=LONGEST_LOT)
    expires_on: date | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    held: str = Field(default="", max_length=200)


class Balance(SQLModel, table=True):
    """Units of one product in one bin: of one lot, one serial, in one condition (lot and serial are '' where the product
    is not told apart by them). `bound` of them are spoken for by pick lines and parcels.
    """

    __tablename__ = "balance"
    __table_args__ = (
        CheckConstraint("qty >= 0", name="ck_balance_qty"),
        CheckConstraint("bound >= 0 AND bound <= qty", name="ck_balance_bound"),
        CheckConstraint("serial = '' OR qty <= 1", name="ck_balance_serial"),
        Index("ix_balance_serial", "product_id", "serial", unique=True, sqlite_where=text(HERE),
              postgresql_where=text(HERE)),
        Index("ix_balance_location", "location_id", "product_id", sqlite_where=text("qty > 0"),
              postgresql_where=text("qty > 0")),
        Index("ix_balance_lot", "product_id", "lot", sqlite_where=text(OF_A_LOT), postgresql_where=text(OF_A_LOT)),
    )

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    location_id: int = Field(primary_key=True, foreign_key="location.id")
    lot: str = Field(primary_key=True, max_length=LONGEST_LOT, default="")
    serial: str = Field(primary_key=True, max_length=LONGEST_LOT, default="")
    condition: str = Field(primary_key=True, max_length=8, default="good")
    qty: int = Field(default=0, sa_type=BigInteger)
    bound: int = Field(default=0, sa_type=BigInteger)


class Move(SQLModel, table=True):
    """One line of the ledger: units went from one place (and condition) to another, why, who, by which scan. Never
    changed.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("qty > 0", name="ck_ledger_qty"),
        CheckConstraint("from_id <> to_id OR from_condition <> to_condition", name="ck_ledger_ends"),
        Index("ix_ledger_product", "product_id", "id"),
        Index("ix_ledger_lot", "product_id", "lot", "id", sqlite_where=text("lot <> ''"), postgresql_where=text("lot <> ''")),
        Index("ix_ledger_serial", "product_id", "serial", "id", sqlite_where=text("serial <> ''"),
              postgresql_where=text("serial <> ''")),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    product_id: int = Field(foreign_key="product.id")
    from_id: int = Field(foreign_key="location.id")
    to_id: int = Field(foreign_key="location.id")
    lot: str = Field(default="", max_length=LONGEST_LOT, sa_column_kwargs=EMPTY)
    serial: str = Field(default="", max_length=LONGEST_LOT, sa_column_kwargs=EMPTY)
    from_condition: str = Field(default="good", max_length=8)
    to_condition: str = Field(default="good", max_length=8)
    qty: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=16)
    scan_id: str | None = Field(default=None, max_length=64)
    who: str = Field(default="", max_length=120, sa_column_kwargs=EMPTY)
    device: str = Field(default="", max_length=80, sa_column_kwargs=EMPTY)


class StockLevel(SQLModel, table=True):
    """Good units of a product anywhere in the house, and how many of them are promised. The row allocation locks.

    Whatever changes it sets `told` to false in the same statement; the change feed sets it once it has numbered the
    change (`feed`).
    """

    __tablename__ = "stock_level"
    __table_args__ = (
        Index("ix_level_untold", "product_id", sqlite_where=text(UNTOLD), postgresql_where=text(UNTOLD)),
        CheckConstraint("on_hand >= 0", name="ck_level_on_hand"),
        CheckConstraint("promised >= 0 AND promised <= on_hand", name="ck_level_promised"),
    )

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    on_hand: int = Field(default=0, sa_type=BigInteger)
    promised: int = Field(default=0, sa_type=BigInteger)
    told: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class StockFeed(SQLModel, table=True):
    """The place of a product in the change feed: the number of its last change, and when it got it."""

    __tablename__ = "stock_feed"
    __table_args__ = (Index("ix_stock_feed_number", "number", unique=True),)

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    number: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UtcDateTime)


class StockFeedEnd(SQLModel, table=True):
    """One row: the last number of the change feed. Whoever numbers changes holds its lock until the commit."""

    __tablename__ = "stock_feed_end"

    id: int | None = Field(default=None, primary_key=True)
    number: int = Field(default=0, sa_type=BigInteger)


class StockMark(SQLModel, table=True):
    """A product whose waiting or incoming units changed while its level did not. The feed numbers it and drops the mark."""

    __tablename__ = "stock_mark"

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="product.id")


class DailyPick(SQLModel, table=True):
    """What was picked of a product from a bin on a day (the warehouse's): how often, how many units. `velocity` adds it
    up from the ledger. A pick that is undone counts against the day of the undo, which may so fall below zero.
    """

    __tablename__ = "daily_pick"
    __table_args__ = (Index("ix_daily_pick_product", "product_id", "day"),)

    day: date = Field(primary_key=True)
    product_id: int = Field(primary_key=True, foreign_key="product.id")
    location_id: int = Field(primary_key=True, foreign_key="location.id")
    picks: int = 0
    units: int = Field(default=0, sa_type=BigInteger)


class PickMark(SQLModel, table=True):
    """One row: how far `velocity` has read the ledger. Lines up to `counted` are in the daily picks; those up to `seen`
    may be counted as soon as every transaction of PostgreSQL below `number` has ended.
    """

    __tablename__ = "pick_mark"

    id: int | None = Field(default=None, primary_key=True)
    counted: int = Field(default=0, sa_type=BigInteger)
    seen: int = Field(default=0, sa_type=BigInteger)
    number: int = Field(default=0, sa_type=BigInteger)
    graded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Velocity(SQLModel, table=True):
    """How often a product was picked within the last four weeks, its grade by that (A, B or C, see `pace.grades`), and the
    units that will probably be picked within the days to cover. A product without a row was not picked: C.
    """

    __tablename__ = "velocity"
    __table_args__ = (Index("ix_velocity_grade", "grade", "product_id"),)

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    picks: int
    units: int = Field(sa_type=BigInteger)
    grade: str = Field(max_length=1)
    expected: int = Field(default=0, sa_type=BigInteger)


class PickFace(SQLModel, table=True):
    """A bin that a product is picked from. It is filled up to `max_units` once fewer than `min_units` are free in it, or
    when more are promised or expected to sell.
    """

    __tablename__ = "pick_face"
    __table_args__ = (
        CheckConstraint("min_units >= 0 AND max_units > 0 AND min_units <= max_units", name="ck_pick_face_units"),
        Index("ix_pick_face_location", "location_id"),
    )

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    location_id: int = Field(primary_key=True, foreign_key="location.id")
    min_units: int
    max_units: int


class RefillDue(SQLModel, table=True):
    """A product whose pick faces were low, or held less than is expected, when `needs` last looked at all of them."""

    __tablename__ = "refill_due"

    product_id: int = Field(primary_key=True, foreign_key="product.id")


class CountRequest(SQLModel, table=True):
    """A bin that somebody must count, and why. What a picker did not find names its product: `missing` of its units on
    hold there may not exist. `kind` says what asked for it (`tally.KINDS`), `priority` 1 comes first, `who` asked; from
    the second `round` on nobody counts who counted in an earlier one. It ends with the count `sheet_id`, or `ended_by`
    somebody without one.
    """

    __tablename__ = "count_request"
    __table_args__ = (
        Index("ix_count_open", "location_id", "product_id", "lot", "serial", unique=True,
              sqlite_where=text(ASKED), postgresql_where=text(ASKED)),
        Index("ix_count_open_bin", "location_id", unique=True, sqlite_where=text(ASKED_BIN), postgresql_where=text(ASKED_BIN)),
    )

    id: int | None = Field(default=None, primary_key=True)
    location_id: int = Field(foreign_key="location.id")
    product_id: int | None = Field(default=None, foreign_key="product.id")
    lot: str = Field(default="", max_length=LONGEST_LOT, sa_column_kwargs=EMPTY)
    serial: str = Field(default="", max_length=LONGEST_LOT, sa_column_kwargs=EMPTY)
    missing: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": text("0")})
    why: str = Field(max_length=200)
    at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    kind: str = Field(default="surprise", max_length=8, sa_column_kwargs={"server_default": text("'short'")})
    priority: int = Field(default=3, sa_column_kwargs={"server_default": text("2")})
    who: str = Field(default="", max_length=120, sa_column_kwargs=EMPTY)
    due_on: date | None = None
    round: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    sheet_id: int | None = Field(default=None, foreign_key="count_sheet.id")
    ended_by: str = Field(default="", max_length=120, sa_column_kwargs=EMPTY)
