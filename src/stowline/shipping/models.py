"""Labels and manifests."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Label(SQLModel, table=True):
    """The label of a parcel: one at most is live. A reprint draws the same row again."""

    __tablename__ = "label"
    __table_args__ = (Index("ix_label_live", "parcel_id", unique=True, sqlite_where=text("void_at IS NULL"),
                            postgresql_where=text("void_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: int = Field(foreign_key="parcel.id")
    carrier: str = Field(max_length=40)
    service: str = Field(max_length=40)
    tracking: str = Field(unique=True, max_length=60)
    sscc: str = Field(unique=True, max_length=18)
    made_at: datetime = Field(sa_type=UtcDateTime)
    void_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Manifest(SQLModel, table=True):
    """Parcels handed to a carrier together."""

    __tablename__ = "manifest"

    id: int | None = Field(default=None, primary_key=True)
    ref: str = Field(unique=True, max_length=60)
    carrier: str = Field(max_length=40)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class ManifestParcel(SQLModel, table=True):
    """A parcel on a manifest, from its handover scan on."""

    __tablename__ = "manifest_parcel"

    parcel_id: int = Field(primary_key=True, foreign_key="parcel.id")
    manifest_id: int = Field(foreign_key="manifest.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
