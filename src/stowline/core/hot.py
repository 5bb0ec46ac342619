"""Statements for the few places that run on every scan.

SQLAlchemy's Core spends several times as long on building and reading a small statement as SQLite does on carrying it
out. A `Hot` statement is written once, as text with `:names`, and runs straight on the driver's connection of the
session's own transaction; what it does commits and rolls back with everything else. Measured in `docs/speed.md`.

Use it only where a benchmark asks for it. Pending ORM changes are not flushed: flush before, where there are any.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

Params = Mapping[str, Any]
_NAME = re.compile(r"(?<!:):([a-z_]+)")


class Hot:
    """One statement. Parameters are `:names` of plain values; moments are aware datetimes."""

    __slots__ = ("_postgresql", "_sqlite")

    def __init__(self, sql: str) -> None:
        self._sqlite = sql
        self._postgresql = _NAME.sub(r"%(\1)s", sql.replace("%", "%%"))

    def one(self, session: Session, **values: Any) -> tuple[Any, ...] | None:  # noqa: ANN401  (plain values)
        """The first row, or None. Moments in it are what the driver gives: read them with `moment`."""
        row: tuple[Any, ...] | None = self._run(session, values).fetchone()
        return row

    def all(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Every row."""
        rows: list[tuple[Any, ...]] = self._run(session, values).fetchall()
        return rows

    def run(self, session: Session, **values: Any) -> int:  # noqa: ANN401
        """Carry it out: how many rows it touched."""
        return int(self._run(session, values).rowcount)

    def many(self, session: Session, rows: Sequence[Params]) -> None:
        """Carry it out for each of these parameters."""
        for row in rows:
            self._run(session, row)

    def _run(self, session: Session, values: Params) -> Any:  # noqa: ANN401  (the driver's own cursor)
        raw = session.info.get("raw")
        if raw is None:
            raw = session.info["raw"] = _raw(session)
        connection, is_sqlite = raw
        try:
            return connection.execute(self._sqlite if is_sqlite else self._postgresql, values)
        except (sqlite3.Error, psycopg.Error) as error:  # callers know SQLAlchemy's names for them
            kind = sqlite3.Error if is_sqlite else psycopg.Error
            raise DBAPIError.instance(self._sqlite, dict(values), error, kind) from error


def _raw(session: Session) -> tuple[Any, bool]:
    connection = session.connection()
    return connection.connection.driver_connection, connection.dialect.name == "sqlite"


def _text(moment: datetime) -> str:
    """A moment in the form in which SQLAlchemy stores it in SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


sqlite3.register_adapter(datetime, _text)  # the driver asks it for moments only; SQLAlchemy hands it text


def moment(value: Any) -> datetime:  # noqa: ANN401  (text from SQLite, an aware datetime from PostgreSQL)
    """A moment from a row."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    at: datetime = value.astimezone(UTC)
    return at
