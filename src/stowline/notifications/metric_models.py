"""Messages added up by day, so that a month is read at once, and the alarms that stand or stood."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class MessageDay(SQLModel, table=True):
    """How many messages were owed on a day of the warehouse's, by where they stand now. `store_id` 0: of no store."""

    __tablename__ = "message_day"

    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    kind: str = Field(primary_key=True, max_length=40)
    channel: str = Field(primary_key=True, max_length=16)
    state: str = Field(primary_key=True, max_length=8)
    n: int


class MessageLatency(SQLModel, table=True):
    """How many messages that were sent on a day took so long from their event (see metric_rules.bucket), and the longest."""

    __tablename__ = "message_latency"

    day: date = Field(primary_key=True)
    store_id: int = Field(primary_key=True)
    bucket: int = Field(primary_key=True)
    n: int
    worst_s: int


class MessageAlarm(SQLModel, table=True):
    """An alarm from its beginning to its end. `standing` names it while it stands, so that there is one at a time."""

    __tablename__ = "message_alarm"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=20)
    say: str = Field(max_length=300)
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    standing: str | None = Field(default=None, unique=True, max_length=20)
