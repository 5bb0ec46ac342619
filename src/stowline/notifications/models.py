"""Messages to shoppers: each a row from the moment it is owed to the moment its fate is known."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Message(SQLModel, table=True):
    """One message. `key` names the business fact, recipient, kind and channel: there is one row for each, ever.

    States: held (until `due`), sending, sent, skipped, unknown (the answer was lost after the mail went out), dead.
    `reason` says why in words; the rendering is kept as it was sent. It is about an order, about a sign-up of the
    back-in-stock list, or about a report to a supplier, which no store sends. `mark` is the left half of its Message-ID. `address` is the recipient for comparing, in
    lower case. It is of no use after `expires_at`. One that waited for the cap may have been told in another
    (`told_in_id`); a person's copy of one that went names it (`copy_of_id`); one of a run names the run. `forced` is why somebody overruled what
    held it back.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_order", "order_id", "id"),
        Index("ix_message_state", "state", "id"),
        Index("ix_message_made", "made_at"),
        Index("ix_message_sent", "sent_at"),
        Index("ix_message_copy", "copy_of_id", sqlite_where=text("copy_of_id IS NOT NULL"), postgresql_where=text("copy_of_id IS NOT NULL")),
        Index("ix_message_run", "run_id", "order_id", sqlite_where=text("run_id IS NOT NULL"), postgresql_where=text("run_id IS NOT NULL")),
        Index("ix_message_address", "address", "id"),
        Index("ix_message_mark", "mark", sqlite_where=text("mark <> ''"), postgresql_where=text("mark <> ''")),
        Index("ix_message_open", "state", "claimed_at", sqlite_where=text("state = 'sending'"),
              postgresql_where=text("state = 'sending'")),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=300)
    mark: str = Field(default="", max_length=32, sa_column_kwargs={"server_default": text("''")})
    kind: str = Field(max_length=40)
    channel: str = Field(max_length=16)
    recipient: str = Field(max_length=254)
    address: str = Field(default="", max_length=254, sa_column_kwargs={"server_default": text("''")})
    recipient_name: str = Field(default="", max_length=300)
    store_id: int | None = Field(default=None, foreign_key="store.id")
    order_id: int | None = Field(default=None, foreign_key="orders.id")
    order_ref: str = Field(default="", max_length=100)
    sign_up_id: int | None = Field(default=None, foreign_key="sign_up.id", index=True)
    report_id: int | None = Field(default=None, foreign_key="supplier_report.id", index=True)
    parcel_id: int | None = Field(default=None, foreign_key="parcel.id")
    run_id: int | None = Field(default=None, foreign_key="note_run.id")
    event_id: int = Field(foreign_key="outbox.id")
    scan_id: str | None = Field(default=None, max_length=64)
    state: str = Field(default="held", max_length=8)
    reason: str = Field(default="", max_length=500)
    due: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_in_id: int | None = Field(default=None, foreign_key="message.id")
    copy_of_id: int | None = Field(default=None, foreign_key="message.id")
    forced: str = Field(default="", max_length=300, sa_column_kwargs={"server_default": text("''")})
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempt: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime)
    subject: str = Field(default="", sa_type=Text)
    html: str = Field(default="", sa_type=Text)
    text: str = Field(default="", sa_type=Text)
    short: str = Field(default="", sa_type=Text)
