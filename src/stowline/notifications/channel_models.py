"""How each store reaches its shoppers beside mail: gateways by URL, one webhook, and what was read in the portal."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class ChannelSetting(SQLModel, table=True):
    """A store's gateway for one channel (sms, whatsapp, push): an Apprise URL with `{to}` in it. It holds the gateway's
    password, so it is never shown whole again.
    """

    __tablename__ = "channel_setting"
    __table_args__ = (UniqueConstraint("store_id", "channel"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    channel: str = Field(max_length=16)
    url: str = Field(max_length=1000)
    active: bool = True
    changed_at: datetime = Field(sa_type=UtcDateTime)
    changed_by: str = Field(default="", max_length=120)


class MessageHook(SQLModel, table=True):
    """The address at which a store hears its messages as webhooks. `secret` signs; `old_secret` signs too until
    `old_until`. One that is not `active` says `why`.
    """

    __tablename__ = "message_hook"

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id", unique=True)
    url: str = Field(max_length=500)
    secret: str = Field(max_length=100)
    old_secret: str = Field(default="", max_length=100)
    old_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    active: bool = True
    why: str = Field(default="", max_length=300)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(default="", max_length=120)


class MessageHookTry(SQLModel, table=True):
    """One post of a message: what the address answered (`status`, None where no answer came), in words, how long it took."""

    __tablename__ = "message_hook_try"
    __table_args__ = (Index("ix_message_hook_try", "hook_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    hook_id: int = Field(foreign_key="message_hook.id")
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
    at: datetime = Field(sa_type=UtcDateTime)
    status: int | None = None
    say: str = Field(max_length=300)
    took_ms: int


class InAppRead(SQLModel, table=True):
    """When a shopper said that a message in the portal was read."""

    __tablename__ = "in_app_read"

    message_id: int = Field(primary_key=True, foreign_key="message.id")
    at: datetime = Field(sa_type=UtcDateTime)
