"""What shoppers say to the house: replies by mail, calls, chats, each once."""

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_OPEN = text("handled_at IS NULL")
_LOOSE = text("order_id IS NULL AND handled_at IS NULL")
_TESTIMONIAL = text("testimonial_at IS NOT NULL")


class Contact(SQLModel, table=True):
    """Something that a shopper said. `key` names it (a mail's Message-ID, a program's own ref), so that it is kept once.

    `address` is the sender's, in lower case. `about` is one of `contact_rules.ABOUT`, `why` the reason in words, and
    `about_by` who corrected it. `answers` is the kind of our message that it replies to ("" where that is not known). `source` is
    mailbox, http or api. A testimonial has the note on its author's consent.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("ix_contact_order", "order_id", "id"),
        Index("ix_contact_address", "address", "id"),
        Index("ix_contact_about", "about", "at"),
        Index("ix_contact_open", "id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_contact_loose", "id", sqlite_where=_LOOSE, postgresql_where=_LOOSE),
        Index("ix_contact_testimonial", "testimonial_at", "id", sqlite_where=_TESTIMONIAL, postgresql_where=_TESTIMONIAL),
    )

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=80)
    store_id: int | None = Field(default=None, foreign_key="store.id")
    order_id: int | None = Field(default=None, foreign_key="orders.id")
    message_id: int | None = Field(default=None, foreign_key="message.id")
    answers: str = Field(default="", max_length=40)
    channel: str = Field(max_length=16)
    source: str = Field(max_length=12)
    ref: str = Field(default="", max_length=100)
    address: str = Field(default="", max_length=254)
    name: str = Field(default="", max_length=200)
    subject: str = Field(default="", max_length=300)
    text: str = Field(default="", sa_type=Text)
    about: str = Field(max_length=12)
    why: str = Field(default="", max_length=300)
    about_by: str = Field(default="", max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    kept_at: datetime = Field(sa_type=UtcDateTime)
    kept_by: str = Field(default="", max_length=120)
    handled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handled_by: str = Field(default="", max_length=120)
    testimonial_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    testimonial_by: str = Field(default="", max_length=120)
    consent_note: str = Field(default="", max_length=300)
