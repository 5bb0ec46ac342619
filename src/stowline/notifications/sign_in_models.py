"""Links by which a shopper signs in to their account."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class SignInLink(SQLModel, table=True):
    """A link that somebody asked for with this address, whoever they are. The link itself is kept nowhere: `mark` is a random
    part of what it is made of, and without the key of the house nobody makes it. `purpose`: sign-in or erase.
    """

    __tablename__ = "sign_in_link"
    __table_args__ = (Index("ix_sign_in_link_address", "store_id", "address", "asked_at"), Index("ix_sign_in_link_expires", "expires_at"))

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    address: str = Field(max_length=254)
    locale: str = Field(max_length=12)
    purpose: str = Field(max_length=8)
    mark: str = Field(max_length=64)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
