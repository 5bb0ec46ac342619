"""One transaction idiom for web, actors and command line: `with transaction() as session:`.

The block commits when it ends and rolls back when it raises. Services take the session and never commit.

PostgreSQL gives every transaction its own connection. SQLite has one writer at a time, so writers stand in one fair
queue inside the process (`core/sqlite_writer.py`) and those that wait together share one commit on disk; nobody
returns from the block before that commit is durable. No caller can tell the difference.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from sqlalchemy import DateTime, Engine, create_engine, event, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session as Session  # noqa: PLC0414  (rooms take the type from here)

from stowline.core.config import asset_dir, settings
from stowline.core.hands import Hands
from stowline.core.hot import keep_order
from stowline.core.sqlite_writer import SqliteWriter

Outcome = TypeVar("Outcome")

# What a fresh attempt may cure: serialization failure, deadlock, lock not available, a twin of a unique key.
_CURABLE = {"40001", "40P01", "55P03", "23505"}
_GUARD, _GUARD_TRIES = "23514", 3
# A CHECK that held the line: either we are wrong, or a rival committed between our read and our write. Who reads anew knows.
REST_S = 5
AT_THE_SAME_TIME = 4  # short writes of one process on PostgreSQL


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment. Stored as TIMESTAMPTZ, or as UTC text in SQLite; always read back aware, in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without zone: a naive time is a defect waiting for a summer-time change."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without time zone cannot be stored")
        at = value.astimezone(UTC)
        return at.replace(tzinfo=None) if dialect.name == "sqlite" else at

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class _Here(threading.local):
    """What this thread has under way: a transaction, and calls that wait for a commit shared by several."""

    open = False
    later: list[Callable[[], None]] | None = None


class Database:
    """One database by its URL: transactions, reads, and a clean end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._here = _Here()
        if self.is_sqlite:
            _make_file(url)
            self.engine = _sqlite_engine(url, begin="BEGIN", query_only=True)
            self._reader = self.engine
            self._writer_engine = _sqlite_engine(url, begin="BEGIN IMMEDIATE", query_only=False)
            self._writer = SqliteWriter(self._writer_engine)
            self._hands = Hands(self._together)
        else:
            self.engine = _postgresql_engine(url)
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._threads = ThreadPoolExecutor(AT_THE_SAME_TIME, "hands")  # a scan never waits behind a page

    @contextmanager
    def transaction(self, *, bulk: bool = False) -> Iterator[Session]:
        """A session whose work is committed, durably, when the block ends; rolled back if it raises.

        `bulk` marks long work (an import's batch) that should not make small writers wait for its commit.
        Raises RuntimeError when nested in the same thread: two commits would break "all or nothing".
        """
        here = self._here
        if here.open:
            raise RuntimeError("a transaction is open in this thread already; pass its session on")
        here.open = True
        after: list[Callable[[], None]] = []
        try:
            with self._writing(bulk=bulk) as session:
                session.info["after_commit"] = after
                yield session
        finally:
            here.open = False
        if here.later is not None:
            here.later += [call for call in after if call not in here.later]
            return
        for call in after:
            call()

    @contextmanager
    def _together(self) -> Iterator[None]:
        """SQLite: the transactions of this thread share one commit, which is on disk when the block ends."""
        later = self._here.later = []
        try:
            with self._writer.together():
                yield
        finally:
            self._here.later = None
        for call in later:
            call()

    async def soon(self, work: Callable[[], Outcome]) -> Outcome:
        """Have short work that writes done off the event loop; it opens its own transactions. See `core.hands`."""
        if self.is_sqlite:
            done: Outcome = await self._hands.do(work)
            return done
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    @contextmanager
    def _writing(self, *, bulk: bool) -> Iterator[Session]:
        if self.is_sqlite:
            with self._writer.turn(bulk=bulk) as session:
                yield session
        else:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads: one consistent view, never blocked by writers; the database refuses writes through it."""
        with Session(self._reader, expire_on_commit=False, autoflush=False) as session:
            yield session

    def run(self, work: Callable[[Session], Outcome], *, tries: int = 8) -> Outcome:
        """Do `work(session)` in a transaction, again from the start if a rival's lock, twin or change made it fail."""
        for tried in range(1, tries + 1):
            try:
                with self.transaction() as session:
                    return work(session)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if tried == tries or not (state in _CURABLE or (state == _GUARD and tried < _GUARD_TRIES)):
                    raise
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Give every connection back."""
        if self.is_sqlite:
            self._hands.stop()
            self._writer.close()
            self._writer_engine.dispose()
        else:
            self._threads.shutdown()
        self.engine.dispose()


def _postgresql_engine(url: str) -> Engine:
    """Connections are asked whether they still live only after a rest: asking each time costs a scan its tenth part."""
    engine = create_engine(url, pool_size=10, max_overflow=40)

    def rested(_connection: Any, record: Any) -> None:  # noqa: ANN401  (the driver's and the pool's own objects)
        record.info["rests_since"] = time.monotonic()

    def wake(connection: Any, record: Any, _proxy: Any) -> None:  # noqa: ANN401
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) < REST_S:
            return
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as gone:
            raise DisconnectionError from gone  # the pool takes another one

    keep_order(engine)
    event.listen(engine, "checkin", rested)
    event.listen(engine, "checkout", wake)
    return engine


def _make_file(url: str) -> None:
    """A new database file is its owner's alone: it holds addresses and hashes. SQLite gives its other files the same mode."""
    path = url.partition("sqlite:///")[2].partition("?")[0]
    if path and path != ":memory:":
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not Path(path).exists():
            Path(path).touch(mode=0o600)
            with closing(sqlite3.connect(path)) as first:  # later it could not be changed while somebody writes
                first.execute("PRAGMA journal_mode = WAL")


def _sqlite_engine(url: str, *, begin: str, query_only: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=16,
        max_overflow=64,
        connect_args={"check_same_thread": False, "timeout": 60},
    )

    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401  (the driver's own object)
        connection.isolation_level = None  # the driver must not begin by itself
        cursor = connection.cursor()
        for line in _PRAGMAS:
            cursor.execute(line)
        if query_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # nothing lost on power failure
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 60000",  # only other processes are ever waited for this way
    "PRAGMA cache_size = -32000",
    "PRAGMA temp_store = MEMORY",
)


@lru_cache(maxsize=1)
def database() -> Database:
    """The database of this process, by its settings."""
    return Database(settings().database())


def transaction(*, bulk: bool = False) -> Any:  # noqa: ANN401  (a context manager of Session)
    """`with transaction() as session:`; see `Database.transaction`."""
    return database().transaction(bulk=bulk)


def reading() -> Any:  # noqa: ANN401  (a context manager of Session)
    """`with reading() as session:`; see `Database.reading`."""
    return database().reading()


def run(work: Callable[[Session], Outcome]) -> Outcome:
    """See `Database.run`."""
    return database().run(work)


async def soon(work: Callable[[], Outcome]) -> Outcome:
    """See `Database.soon`."""
    return await database().soon(work)


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have `call` made once the session's transaction is durable; not at all if it rolls back."""
    after: list[Callable[[], None]] = session.info.setdefault("after_commit", [])
    if call not in after:
        after.append(call)


def forget() -> None:
    """Close this process's database and read settings anew; for tests and command-line programs."""
    if database.cache_info().currsize:
        database().close()
    database.cache_clear()
    settings.cache_clear()


def begin(url: str) -> str:
    """Make the schema where there is nothing at all yet: where that was, without a password; "" if anything stood there."""
    engine = create_engine(url)
    try:
        may_hold = not url.startswith("sqlite") or Path(engine.url.database or "").exists()  # to look would make the file
        if may_hold and inspect(engine).get_table_names():
            return ""
        upgrade(url)
        return engine.url.render_as_string(hide_password=True)
    finally:
        engine.dispose()


def upgrade(url: str) -> None:
    """Bring the schema at `url` to head (Alembic)."""
    from alembic import command  # noqa: PLC0415  (a second of imports that only this needs)
    from alembic.config import Config  # noqa: PLC0415

    if url.startswith("sqlite"):
        _make_file(url)
    config = Config()
    config.set_main_option("script_location", str(asset_dir("migrations")))
    config.attributes["url"] = url
    command.upgrade(config, "head")
