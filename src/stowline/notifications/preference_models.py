"""What a person wants to hear, how, and in which hours; and their consent to marketing, kept as evidence."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Preference(SQLModel, table=True):
    """Whether a person of a store wants one kind of message by one channel; where there is no row, the kind decides.

    `address` is the person's e-mail address, casefolded.
    """

    __tablename__ = "preference"
    __table_args__ = (UniqueConstraint("store_id", "address", "kind", "channel"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    address: str = Field(max_length=254)
    kind: str = Field(max_length=40)
    channel: str = Field(max_length=16)
    wanted: bool
    at: datetime = Field(sa_type=UtcDateTime)


class ReaderRow(SQLModel, table=True):
    """How a person of a store reads: language, time zone, quiet hours (minutes of the day, both or none), and a number
    for short messages in E.164 ("+4915112345678"). What was not said is '' or None. A number counts as the person's own
    once `verified_by` somebody.
    """

    __tablename__ = "reader"
    __table_args__ = (
        UniqueConstraint("store_id", "address"),
        CheckConstraint("quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439", name="ck_reader_quiet"),
        Index("ix_reader_phone", "phone"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    address: str = Field(max_length=254)
    locale: str = Field(default="", max_length=12)
    time_zone: str = Field(default="", max_length=60)
    quiet_from: int | None = None
    quiet_to: int | None = None
    phone: str = Field(default="", max_length=16)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verified_by: str = Field(default="", max_length=120)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class MarketingConsent(SQLModel, table=True):
    """A person agreed to marketing by one channel, or took it back: the newest row counts, none is ever changed.

    `text` is the sentence that was shown or said, word for word; `source` where ("preference centre", "by phone to
    Maja"), `evidence` what proves it (the page's address, an order's number).
    """

    __tablename__ = "marketing_consent"
    __table_args__ = (Index("ix_marketing_consent_person", "store_id", "address", "channel", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    address: str = Field(max_length=254)
    channel: str = Field(max_length=16)
    given: bool
    at: datetime = Field(sa_type=UtcDateTime)
    text: str = Field(sa_type=Text)
    source: str = Field(max_length=160)
    evidence: str = Field(default="", max_length=300)


class ConsentPolicy(SQLModel, table=True):
    """What a store does without consent on record: with `soft_opt_in` its own customers get marketing mail until they
    stop it (Directive 2002/58/EC, article 13(2)). A store without a row does not.
    """

    __tablename__ = "consent_policy"

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    soft_opt_in: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
