"""Returns: what comes back, what was found, and what was settled. Pictures lie in the database, which all processes share."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_WORD = {"server_default": text("''")}
_OPEN = text("state IN ('requested', 'approved', 'in_transit', 'received', 'inspected')")
_NUMBERED = text("tracking <> ''")
_COUNTS = text("undone_at IS NULL")


class Rma(SQLModel, table=True):
    """A return of one order. `state` follows `rules.AFTER`, `kind` says how it began (`rules.KINDS`).

    `key` names the request: the same one again is this return. `note` are the shopper's words, `why` those of whoever
    refused or withdrew it; `tracking` is the number it comes back under; `claim` what the carrier calls our claim for a
    lost parcel, `weight_g` what it weighed as it came. `counted_at`: all that came is counted.
    """

    __tablename__ = "rma"
    __table_args__ = (
        Index("ix_rma_order", "order_id", "id"),
        Index("ix_rma_store", "store_id", "id"),
        Index("ix_rma_state", "state", "id"),
        Index("ix_rma_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_rma_tracking", "tracking", sqlite_where=_NUMBERED, postgresql_where=_NUMBERED),
    )

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True, max_length=20)
    store_id: int = Field(foreign_key="store.id")
    order_id: int = Field(foreign_key="orders.id")
    order_ref: str = Field(max_length=100)
    kind: str = Field(max_length=12)
    state: str = Field(max_length=12)
    key: str = Field(unique=True, max_length=120)
    note: str = Field(default="", max_length=1000)
    why: str = Field(default="", max_length=500)
    free_label: bool = False
    asked_by: str = Field(max_length=120)
    decided_by: str = Field(default="", max_length=120)
    tracking: str = Field(default="", max_length=80)
    carrier: str = Field(default="", max_length=60)
    claim: str = Field(default="", max_length=120)
    parcel_id: int | None = Field(default=None, foreign_key="parcel.id", index=True)
    weight_g: int | None = None
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    counted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    inspected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RmaLine(SQLModel, table=True):
    """Units of an order line that are to come back, why, and what the shopper wants for them.

    `arrived` of them lie or lay here, `inspected` of those were judged; `spared` need not come back (lost, or the shopper
    keeps them); `settled` of them are paid back or replaced. Units of a product that is not on the order have no order line.
    """

    __tablename__ = "rma_line"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_rma_line_units"),
        CheckConstraint("arrived >= 0 AND spared >= 0 AND arrived + spared <= units", name="ck_rma_line_arrived"),
        CheckConstraint("inspected >= 0 AND inspected <= arrived", name="ck_rma_line_inspected"),
        CheckConstraint("settled >= 0 AND settled <= units", name="ck_rma_line_settled"),
        Index("ix_rma_line_order_line", "order_line_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rma_id: int = Field(foreign_key="rma.id", index=True)
    order_line_id: int | None = Field(default=None, foreign_key="order_line.id")
    product_id: int = Field(foreign_key="product.id", index=True)
    units: int
    reason: str = Field(max_length=12)
    outcome: str = Field(max_length=12)
    note: str = Field(default="", max_length=500, sa_column_kwargs=_WORD)
    exchange_id: int | None = Field(default=None, foreign_key="product.id")
    arrived: int = 0
    inspected: int = 0
    spared: int = 0
    settled: int = 0


class RmaArrival(SQLModel, table=True):
    """Units of a return that came, of one lot, one serial: where they were put down, and what is odd about them."""

    __tablename__ = "rma_arrival"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_rma_arrival_units"),
        Index("ix_rma_arrival_line", "line_id", sqlite_where=_COUNTS, postgresql_where=_COUNTS),
    )

    id: int | None = Field(default=None, primary_key=True)
    rma_id: int = Field(foreign_key="rma.id", index=True)
    line_id: int = Field(foreign_key="rma_line.id")
    product_id: int = Field(foreign_key="product.id")
    lot: str = Field(default="", max_length=20)
    serial: str = Field(default="", max_length=20)
    units: int
    location_id: int = Field(foreign_key="location.id")
    hint: str = Field(default="", max_length=300)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=120)
    scan_id: str | None = Field(default=None, max_length=64)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RmaInspection(SQLModel, table=True):
    """What units that came were found to be (`rules.GRADES`), what became of them (`rules.DISPOSITIONS`), and where they went."""

    __tablename__ = "rma_inspection"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_rma_inspection_units"),
        Index("ix_rma_inspection_line", "line_id", sqlite_where=_COUNTS, postgresql_where=_COUNTS),
        Index("ix_rma_inspection_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rma_id: int = Field(foreign_key="rma.id", index=True)
    line_id: int = Field(foreign_key="rma_line.id")
    product_id: int = Field(foreign_key="product.id")
    lot: str = Field(default="", max_length=20)
    serial: str = Field(default="", max_length=20)
    units: int
    grade: str = Field(max_length=12)
    disposition: str = Field(max_length=16)
    from_id: int = Field(foreign_key="location.id")
    to_id: int = Field(foreign_key="location.id")
    condition: str = Field(default="", max_length=8)
    note: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=120)
    scan_id: str | None = Field(default=None, max_length=64)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RmaPhoto(SQLModel, table=True):
    """A picture of what comes or came back: the shopper's (`by` is `shopper`), or one taken at the bench."""

    __tablename__ = "rma_photo"
    __table_args__ = (UniqueConstraint("rma_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    rma_id: int = Field(foreign_key="rma.id")
    line_id: int | None = Field(default=None, foreign_key="rma_line.id", index=True)
    by: str = Field(max_length=8)
    mime: str = Field(max_length=40)
    size: int
    sha256: str = Field(max_length=64)
    who: str = Field(max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    content: bytes = Field(sa_type=LargeBinary)


class RmaSettlement(SQLModel, table=True):
    """What the shopper got for units of a line. Amounts in minor units of the order's currency: `paid` for them, less the
    restocking `fee`, the `label` and a person's `cut`, is the `amount`. A refund names its instruction, an exchange its order.
    For `refunded` of the units nothing was paid: the shop had paid for them by itself.
    """

    __tablename__ = "rma_settlement"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_rma_settlement_units"),
        CheckConstraint("amount_minor >= 0 AND amount_minor + fee_minor + label_minor + cut_minor <= paid_minor",
                        name="ck_rma_settlement_amount"),
        CheckConstraint("fee_minor >= 0 AND label_minor >= 0 AND cut_minor >= 0", name="ck_rma_settlement_less"),
        Index("ix_rma_settlement_order_line", "order_line_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    rma_id: int = Field(foreign_key="rma.id", index=True)
    line_id: int = Field(foreign_key="rma_line.id", index=True)
    order_line_id: int = Field(foreign_key="order_line.id")
    units: int
    refunded: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    outcome: str = Field(max_length=12)
    paid_minor: int = Field(default=0, sa_type=BigInteger)
    fee_minor: int = Field(default=0, sa_type=BigInteger)
    label_minor: int = Field(default=0, sa_type=BigInteger)
    cut_minor: int = Field(default=0, sa_type=BigInteger)
    cut_why: str = Field(default="", max_length=300)
    amount_minor: int = Field(default=0, sa_type=BigInteger)
    instruction_id: int | None = Field(default=None, foreign_key="instruction.id", index=True)
    new_order_id: int | None = Field(default=None, foreign_key="orders.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    who: str = Field(max_length=120)


class ReturnPolicy(SQLModel, table=True):
    """What a store takes back and how: see `policy_rules.Policy`, which says what each means. A store without a row has
    the policy of the house.
    """

    __tablename__ = "return_policy"
    __table_args__ = (
        CheckConstraint("days >= 0 AND fault_days >= 0 AND lost_after_days >= 0", name="ck_return_policy_days"),
        CheckConstraint("restocking_percent BETWEEN 0 AND 100", name="ck_return_policy_restocking"),
        CheckConstraint("label_fee_minor >= 0 AND keep_below_minor >= 0", name="ck_return_policy_amounts"),
    )

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    days: int
    fault_days: int
    lost_after_days: int
    free_reasons: str = Field(max_length=80)
    outcomes: str = Field(max_length=80)
    approve: str = Field(max_length=8)
    lost: str = Field(max_length=8)
    exchange: str = Field(max_length=12)
    damaged_at_once: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    settle: str = Field(max_length=8)
    keep_below_minor: int = Field(default=0, sa_type=BigInteger)
    restocking_percent: int = 0
    label_fee_minor: int = Field(default=0, sa_type=BigInteger)
    photos_for: str = Field(default="damaged", max_length=80, sa_column_kwargs={"server_default": text("'damaged'")})
    changed_by: str = Field(max_length=120)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ReturnText(SQLModel, table=True):
    """What a store says in one of its languages to whoever sends something back: where to hand it in, how to pack it."""

    __tablename__ = "return_text"

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    locale: str = Field(primary_key=True, max_length=12)
    places: str = Field(default="", max_length=2000)
    packing: str = Field(default="", max_length=2000)
    changed_by: str = Field(max_length=120)
    changed_at: datetime = Field(sa_type=UtcDateTime)
