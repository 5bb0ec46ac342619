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
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

Params = Mapping[str, Any]
FEW = 20
_NAME = re.compile(r"(?<!:):([a-z_]+)")
_TARGET = re.compile(r"\s*(?:UPDATE|INSERT INTO|DELETE FROM) ([a-z_]+)")


class Hot:
    """One statement. Parameters are `:names` of plain values; moments are aware datetimes."""

    __slots__ = ("sql", "target", "text")

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.text = _driver_text(sql)
        writes = _TARGET.match(sql)
        self.target = writes[1] if writes else None

    def one(self, session: Session, **values: Any) -> tuple[Any, ...] | None:  # noqa: ANN401  (plain values)
        """The first row, or None. Moments in it are what the driver gives: read them with `moment`."""
        row: tuple[Any, ...] | None = _line(session).send(self, values).fetchone()
        return row

    def all(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        """Every row."""
        rows: list[tuple[Any, ...]] = _line(session).send(self, values).fetchall()
        return rows

    def run(self, session: Session, **values: Any) -> int:  # noqa: ANN401
        """Carry it out: how many rows it touched."""
        return int(_line(session).send(self, values).rowcount)

    def later(self, session: Session, **values: Any) -> None:  # noqa: ANN401
        """Carry it out before anything else in this transaction, and before its commit; nobody waits for its count.

        SQLite does it at once. To PostgreSQL it travels together with the next statement; so what the database refuses
        is raised there.
        """
        self.many(session, [values])

    def many(self, session: Session, rows: Sequence[Params]) -> None:
        """The same for each of these parameters."""
        line = _line(session)
        if line.is_sqlite:
            for row in rows:
                line.send(self, row)
        else:
            line.waiting += [(self, row) for row in rows]


class Columns:
    """One write for many rows at once, whose parameters travel as columns: PostgreSQL gets one statement, written with
    `unnest(:name, …)`; SQLite, which carries out a small statement faster than it reads lists, `each` row its own.
    """

    __slots__ = ("columns", "each")

    def __init__(self, columns: str, each: Hot) -> None:
        self.columns = Hot(columns)
        self.each = each

    def run(self, session: Session, rows: Sequence[Params], **same: Any) -> None:  # noqa: ANN401
        """Carry it out for these rows; `same` parameters are those of all rows. Few rows travel one by one."""
        if _line(session).is_sqlite or len(rows) < FEW:
            self.each.many(session, [{**row, **same} for row in rows])
            return
        listed = {name: [row[name] for row in rows] for name in rows[0]}
        self.columns.run(session, **listed, **same)


class Line:
    """The driver's connection of a session's transaction, and what still waits to travel on it."""

    __slots__ = ("connection", "is_sqlite", "waiting")

    def __init__(self, connection: Any, *, is_sqlite: bool) -> None:  # noqa: ANN401  (either driver's)
        self.connection = connection
        self.is_sqlite = is_sqlite
        self.waiting: list[tuple[Hot, Params]] = []

    def send(self, statement: Hot, values: Params) -> Any:  # noqa: ANN401
        """Carry out what waits and then this statement: its cursor. Raises SQLAlchemy's errors."""
        try:
            if self.is_sqlite:
                return self.connection.execute(statement.sql, values)
            if not self.waiting:
                return self.connection.execute(statement.text, values)
            return self._send_all(statement, values)
        except (sqlite3.Error, psycopg.Error) as error:  # callers know SQLAlchemy's names for them
            kind = sqlite3.Error if self.is_sqlite else psycopg.Error
            raise DBAPIError.instance(statement.sql, dict(values), error, kind) from error

    def send_waiting(self) -> None:
        """Carry out what waits."""
        if self.waiting:
            self.send(*self.waiting.pop())

    def _send_all(self, statement: Hot, values: Params) -> Any:  # noqa: ANN401
        """One statement where each writes to a table of its own, so that none needs to see another; else in order."""
        waiting, self.waiting = self.waiting, []
        together = (*(hot for hot, _ in waiting), statement)
        targets = {hot.target for hot in together}
        if None not in targets and len(targets) == len(together):
            named = {f"{name}_{n}": value for n, (_, row) in enumerate(waiting) for name, value in row.items()}
            return self.connection.execute(_as_one(together), {**named, **values})
        with self.connection.pipeline():
            for hot, row in waiting:
                self.connection.execute(hot.text, row)
            return self.connection.execute(statement.text, values)


@lru_cache(maxsize=200)
def _as_one(together: tuple[Hot, ...]) -> str:
    """Several writes as one statement: all but the last as parts of its WITH, their parameters numbered."""
    *parts, last = together
    numbered = (_driver_text(hot.sql, f"_{n}") for n, hot in enumerate(parts))
    return f"WITH {', '.join(f'w{n} AS ({text})' for n, text in enumerate(numbered))} {last.text}"


def _driver_text(sql: str, suffix: str = "") -> str:
    """A statement as PostgreSQL's driver wants it; the suffix goes behind each parameter's name."""
    return _NAME.sub(rf"%(\g<1>{suffix})s", sql.replace("%", "%%"))


def _line(session: Session) -> Line:
    line: Line | None = session.info.get("line")
    if line is not None and session.in_nested_transaction():
        session.connection()  # a savepoint begins when its connection is first asked for
    if line is None:
        connection = session.connection()
        raw = connection.connection.driver_connection
        line = session.info["line"] = Line(raw, is_sqlite=connection.dialect.name == "sqlite")
        connection.info["line"] = line
    return line


def keep_order(engine: Engine) -> None:
    """Have what waits on a line of this engine carried out before anything that SQLAlchemy sends on it."""

    def send(connection: Connection, *_: object) -> None:
        line = connection.info.get("line")
        if line is not None:
            line.send_waiting()

    def drop(connection: Connection, *_: object) -> None:
        line = connection.info.get("line")
        if line is not None:
            line.waiting.clear()

    for name in ("before_cursor_execute", "commit", "savepoint", "release_savepoint"):
        event.listen(engine, name, send)
    for name in ("rollback", "rollback_savepoint"):
        event.listen(engine, name, drop)


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
