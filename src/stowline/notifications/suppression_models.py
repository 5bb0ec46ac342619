"""Addresses that are not written to, and what was reported about mails that went out."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Suppression(SQLModel, table=True):
    """An address that is not written to: by one channel, for all messages or for marketing, of one store or of all.

    `scope` is "all" or "marketing"; no `store_id` means every store. `address` is casefolded. It ends at `until` (None:
    it does not end by itself) or when somebody lifts it. `standing` names what it stands for while nobody has, so that
    there is one at a time; what was lifted stays, with its reason.
    """

    __tablename__ = "suppression"
    __table_args__ = (Index("ix_suppression_address", "address", "channel"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=16)
    address: str = Field(max_length=254)
    scope: str = Field(max_length=12)
    store_id: int | None = Field(default=None, foreign_key="store.id")
    why: str = Field(max_length=300)
    source: str = Field(max_length=40)
    at: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    standing: str | None = Field(default=None, unique=True, max_length=320)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lifted_by: str = Field(default="", max_length=120)
    lifted_why: str = Field(default="", max_length=300)


class MailReport(SQLModel, table=True):
    """What a mail server, a provider or a mailbox reported about one mail: hard or soft bounce, or a complaint.

    `key` is the reporter's own id of it, so that one that comes twice counts once. `scope` is "marketing" or
    "transactional" where the message is known.
    """

    __tablename__ = "mail_report"
    __table_args__ = (Index("ix_mail_report_address", "address", "at"), Index("ix_mail_report_at", "at"))

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=200)
    source: str = Field(max_length=40)
    channel: str = Field(default="email", max_length=16)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    store_id: int | None = Field(default=None, foreign_key="store.id")
    address: str = Field(max_length=254)
    kind: str = Field(max_length=10)
    scope: str = Field(default="", max_length=14)
    code: str = Field(default="", max_length=20)
    say: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=UtcDateTime)
    kept_at: datetime = Field(sa_type=UtcDateTime)


class BounceMailbox(SQLModel, table=True):
    """How far a mailbox of bounces was read: its last mail's number, which counts as long as `validity` stays (RFC 3501,
    2.3.1.1); when it was read last, and what the trouble was since.
    """

    __tablename__ = "bounce_mailbox"

    name: str = Field(primary_key=True, max_length=300)
    validity: int = Field(default=0, sa_type=BigInteger)
    uid: int = Field(default=0, sa_type=BigInteger)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trouble: str = Field(default="", max_length=300)
