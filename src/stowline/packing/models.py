"""Parcels, what is in them, and how they look."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

LEFT = "handed_over_at IS NOT NULL"
OF_A_LOT, A_SERIAL = "lot <> ''", "serial <> ''"


class Parcel(SQLModel, table=True):
    """A box for one order. open (being packed) -> sealed -> labelled -> handed_over; see `rules.STATES`."""

    __tablename__ = "parcel"
    __table_args__ = (
        Index("ix_parcel_state", "state", "id"),
        Index("ix_parcel_left", "handed_over_at", "order_id", sqlite_where=text(LEFT), postgresql_where=text(LEFT)),
    )

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=60)
    order_id: int = Field(foreign_key="orders.id", index=True)
    n: int
    state: str = Field(default="open", max_length=12)
    from_id: int = Field(foreign_key="location.id")
    at_id: int = Field(foreign_key="location.id")
    tote_id: int | None = None
    weight_g: int | None = Field(default=None, sa_type=BigInteger)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    sealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handed_over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handovers: int = 0


class ParcelLine(SQLModel, table=True):
    """Units of an order line (of one lot, one serial) in a parcel."""

    __tablename__ = "parcel_line"
    __table_args__ = (
        CheckConstraint("qty >= 0", name="ck_parcel_line_qty"),
        Index("ix_parcel_line_lot", "product_id", "lot", sqlite_where=text(OF_A_LOT), postgresql_where=text(OF_A_LOT)),
        Index("ix_parcel_line_serial", "product_id", "serial", sqlite_where=text(A_SERIAL), postgresql_where=text(A_SERIAL)),
    )

    parcel_id: int = Field(primary_key=True, foreign_key="parcel.id")
    order_line_id: int = Field(primary_key=True, foreign_key="order_line.id")
    lot: str = Field(primary_key=True, max_length=20, default="")
    serial: str = Field(primary_key=True, max_length=20, default="")
    product_id: int = Field(foreign_key="product.id")
    qty: int


class ParcelPhoto(SQLModel, table=True):
    """A photograph of a packed box in two sizes, drawn anew; `width` and `height` are those of the small one, in px.

    It lies in the database, which is all that scaled-out processes share.
    """

    __tablename__ = "parcel_photo"
    __table_args__ = (UniqueConstraint("parcel_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: int = Field(foreign_key="parcel.id")
    mime: str = Field(max_length=40)
    sha256: str = Field(max_length=64)
    width: int
    height: int
    who: str = Field(default="", max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    content: bytes = Field(sa_type=LargeBinary)
    small: bytes = Field(sa_type=LargeBinary)
