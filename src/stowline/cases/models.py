"""Snippets, and tags that people give."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Snippet(SQLModel, table=True):
    """A ready answer under a key, one for each language. Its text has placeholders, which are checked when it is saved.
    A `public` one stands on the page of every order, its title as the question.
    """

    __tablename__ = "snippet"
    __table_args__ = (UniqueConstraint("key", "locale"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(max_length=40)
    locale: str = Field(max_length=12)
    title: str = Field(max_length=120)
    text: str = Field(sa_type=Text)
    public: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = Field(default="", max_length=120)


class Tag(SQLModel, table=True):
    """A word that a person gave to an order, a purchase order or a customer (`noun`), named by its row's id."""

    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("noun", "noun_id", "tag"), Index("ix_tag_tag", "noun", "tag", "noun_id"))

    id: int | None = Field(default=None, primary_key=True)
    noun: str = Field(max_length=16)
    noun_id: int
    tag: str = Field(max_length=40)
    by: str = Field(default="", max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
