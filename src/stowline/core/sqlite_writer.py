"""SQLite's single writer, made fair and quick.

Every writer of this process waits in one queue, first come first served. The writer whose turn it is works on the one
write connection under a savepoint of its own. When others wait already, it hands the connection on without
committing; the last of such a group commits for all, and only then does any of them return. So eight scans that
arrive together cost one fsync, a failing one undoes only its own savepoint, and nobody is answered before the disk has
everything. If the commit itself fails, every writer of the group gets the failure and nothing of the group is kept.
The same where SQLite gives the whole transaction up by itself, as it may when the disk is full or breaks.

A `bulk` writer never joins a group: those before it are committed first, so that they do not wait for its long work.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from stowline.core.hot import Line

GROUP_LIMIT = 32


class CommitFailedError(RuntimeError):
    """The commit that this writer shared did not reach the disk; nothing of it is kept."""


class _Turn:
    __slots__ = ("bulk", "comes")

    def __init__(self, *, bulk: bool) -> None:
        self.bulk = bulk
        self.comes = threading.Event()


class _Group:
    __slots__ = ("done", "error", "size")

    def __init__(self) -> None:
        self.size = 0
        self.done = threading.Event()
        self.error: BaseException | None = None


class SqliteWriter:
    """The queue and the one write connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._mutex = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._busy = False
        self._group: _Group | None = None
        self._together = 0  # the thread whose turns share one commit now

    @contextmanager
    def turn(self, *, bulk: bool) -> Iterator[Session]:
        """Wait for the turn, give a session on the write connection, return when its work is on disk.

        Inside `together` of the same thread it returns at once, and the disk comes when that block ends.
        """
        if self._together == threading.get_ident():
            with self._savepoint() as session:
                yield session
            return
        with self._member(bulk=bulk), self._savepoint() as session:
            yield session

    @contextmanager
    def together(self) -> Iterator[None]:
        """Wait for one turn and keep it: all turns of this thread inside are on disk when the block ends."""
        with self._member(bulk=False):
            self._together = threading.get_ident()
            try:
                yield
            finally:
                self._together = 0

    @contextmanager
    def _member(self, *, bulk: bool) -> Iterator[None]:
        """From the turn to the commit that this member shares with others."""
        self._take_turn(_Turn(bulk=bulk))
        try:
            group = self._open_group()
        except BaseException:
            self._pass_on()
            raise
        try:
            yield
        finally:
            self._leave(group, bulk=bulk)
        if group.error is not None:
            raise CommitFailedError("the database could not keep this change; nothing of it is stored") from group.error

    @contextmanager
    def _savepoint(self) -> Iterator[Session]:
        """A savepoint of this writer alone; the disk comes at the end of the group.

        The session joins it with a savepoint of its own only when it is first used; hot statements need no session.
        """
        raw = self._raw()
        raw.execute("SAVEPOINT writer")
        try:
            session = Session(self._connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
            session.info["line"] = Line(raw, is_sqlite=True)
            try:
                yield session
                if session.in_transaction():
                    session.commit()
            finally:
                if session.in_transaction() or session.identity_map:
                    session.close()
            raw.execute("RELEASE writer")
        except BaseException:
            if raw.in_transaction:
                raw.execute("ROLLBACK TO writer")
                raw.execute("RELEASE writer")
            raise

    def _raw(self) -> sqlite3.Connection:
        assert self._connection is not None
        raw = self._connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return raw

    def close(self) -> None:
        """Give the write connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _take_turn(self, turn: _Turn) -> None:
        with self._mutex:
            if not self._busy:
                self._busy = True
                return
            self._waiting.append(turn)
        turn.comes.wait()

    def _open_group(self) -> _Group:
        if self._group is None:
            if self._connection is None:
                self._connection = self._engine.connect()
            self._connection.begin()
            self._group = _Group()
        return self._group

    def _leave(self, group: _Group, *, bulk: bool) -> None:
        group.size += 1
        heir = None
        ends = bulk or group.size >= GROUP_LIMIT or not self._raw().in_transaction
        with self._mutex:
            if self._waiting and not ends and not self._waiting[0].bulk:
                heir = self._waiting.popleft()
        if heir is not None:
            heir.comes.set()
            group.done.wait()
            return
        self._commit(group)
        group.done.set()
        self._pass_on()

    def _commit(self, group: _Group) -> None:
        assert self._connection is not None
        transaction = self._connection.get_transaction()
        try:
            if transaction is None or not self._raw().in_transaction:
                raise sqlite3.OperationalError("the database gave the transaction up by itself")  # noqa: TRY301  (one way out)
            transaction.commit()
        except BaseException as error:  # noqa: BLE001  (every member of the group must learn of it)
            group.error = error
            self._connection.invalidate(error)
            self._connection.close()
            self._connection = None
        self._group = None

    def _pass_on(self) -> None:
        with self._mutex:
            heir = self._waiting.popleft() if self._waiting else None
            self._busy = heir is not None
        if heir is not None:
            heir.comes.set()
