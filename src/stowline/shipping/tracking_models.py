"""What carriers tell us: their keys, what they posted, and where each parcel has been."""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_KEPT = text("body IS NOT NULL")
_NUMBERED, _TOLD = text("number <> ''"), text("told <> ''")


class CarrierFeed(SQLModel, table=True):
    """The keys that one provider signs with. While a new one is brought in, `old_secret` counts too."""

    __tablename__ = "carrier_feed"

    provider: str = Field(primary_key=True, max_length=20)
    secret: str = Field(max_length=200)
    old_secret: str = Field(default="", max_length=200)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(default="", max_length=120)


class TrackingPost(SQLModel, table=True):
    """One signed post of a provider, byte for byte, and what became of it: see `tracking_rules.STATES`.

    `event_id` is the provider's own. `number` and `parcel_id` are what it was about; `say` is why it waits for a person.
    The body is dropped some time after it was worked; the row stays, so that the same event never counts twice.
    """

    __tablename__ = "tracking_post"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_tracking_post_state", "state", "id"),
        Index("ix_tracking_post_number", "number"),
        Index("ix_tracking_post_parcel", "parcel_id"),
        Index("ix_tracking_post_last", "provider", "id"),
        Index("ix_tracking_post_kept", "received_at", sqlite_where=_KEPT, postgresql_where=_KEPT),
    )

    id: int | None = Field(default=None, primary_key=True)
    provider: str = Field(max_length=20)
    event_id: str = Field(max_length=120)
    body: bytes | None = Field(sa_type=LargeBinary)
    body_hash: str = Field(max_length=64)
    received_at: datetime = Field(sa_type=UtcDateTime)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str = Field(default="new", max_length=12)
    number: str = Field(default="", max_length=80)
    carrier: str = Field(default="", max_length=60)
    parcel_id: int | None = Field(default=None, foreign_key="parcel.id")
    say: str = Field(default="", max_length=500)
    worked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str = Field(default="", max_length=120)


class ParcelTrack(SQLModel, table=True):
    """Where a parcel stands by its carrier: the last milestone, when and where it was reached, and the expected day.

    `carrier` and `number` are those of another carrier, noted by a person or a program; empty for the house's own label.
    """

    __tablename__ = "parcel_track"
    __table_args__ = (Index("ix_parcel_track_number", "number", unique=True, sqlite_where=_NUMBERED,
                            postgresql_where=_NUMBERED),)

    parcel_id: int = Field(primary_key=True, foreign_key="parcel.id")
    carrier: str = Field(default="", max_length=60)
    number: str = Field(default="", max_length=80)
    milestone: str = Field(default="", max_length=20)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    place: str = Field(default="", max_length=200)
    eta: date | None = None
    eta_said_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ParcelMilestone(SQLModel, table=True):
    """One detail of a parcel's way, kept once however often it is posted.

    `key` names the detail; `told` is the milestone that was made known with it (`MilestoneReached`), if any: each
    milestone of a parcel at most once.
    """

    __tablename__ = "parcel_milestone"
    __table_args__ = (
        UniqueConstraint("parcel_id", "key"),
        Index("ix_parcel_milestone_told", "parcel_id", "told", unique=True, sqlite_where=_TOLD, postgresql_where=_TOLD),
    )

    id: int | None = Field(default=None, primary_key=True)
    parcel_id: int = Field(foreign_key="parcel.id")
    key: str = Field(max_length=64)
    milestone: str = Field(max_length=20)
    at: datetime = Field(sa_type=UtcDateTime)
    place: str = Field(default="", max_length=200)
    say: str = Field(default="", max_length=300)
    source: str = Field(default="", max_length=120)
    heard_at: datetime = Field(sa_type=UtcDateTime)
    told: str = Field(default="", max_length=20)
