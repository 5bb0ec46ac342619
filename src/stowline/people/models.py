"""Staff, their sessions, API tokens, failed sign-ins and the audit. Secrets are stored as hashes only."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class User(SQLModel, table=True):
    """A person who works here. `roles` are names apart by a blank; an inactive user cannot sign in."""

    __tablename__ = "user"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    email: str | None = Field(default=None, unique=True, max_length=254)
    password_hash: str | None = Field(default=None, max_length=200)
    badge: str | None = Field(default=None, unique=True, max_length=64)
    pin_hash: str | None = Field(default=None, max_length=200)
    roles: str = Field(default="", max_length=120)
    active: bool = Field(default=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class StaffSession(SQLModel, table=True):
    """One sign-in on one device. `csrf` is the token that forms of this session carry."""

    __tablename__ = "staff_session"

    id: int | None = Field(default=None, primary_key=True)
    secret_hash: str = Field(unique=True, max_length=64)
    user_id: int = Field(foreign_key="user.id", index=True)
    csrf: str = Field(max_length=64)
    device: str = Field(default="", max_length=200)
    created_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A program's key. `scopes` are names apart by a blank; `last_used_at` is right to about a minute; `made_by` is the
    person who made it, None at the command line.
    """

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120)
    secret_hash: str = Field(unique=True, max_length=64)
    scopes: str = Field(max_length=120)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_by: int | None = Field(default=None, foreign_key="user.id")


class SignInFailure(SQLModel, table=True):
    """A wrong password or PIN, for the throttle; kept for a day."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index("ix_sign_in_failure_account", "account", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    account: str = Field(max_length=300)
    address: str = Field(max_length=64)
    at: datetime = Field(sa_type=UtcDateTime, index=True)


class Audit(SQLModel, table=True):
    """Who did what to people, sessions and tokens, and when."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    who: str = Field(max_length=160)
    what: str = Field(max_length=60)
    detail: str = Field(default="", max_length=400)
