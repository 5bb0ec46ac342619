"""SQLite's writers share commits: nobody is answered before the disk has it, nobody suffers for another's mistake."""

import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlmodel import Session

from stowline.core.db import Database, after_commit
from stowline.core.sqlite_writer import GROUP_LIMIT, CommitFailedError
from tests.services import clean_env

PATIENCE_S = 30


class Slips:
    """A pad of numbered slips in a database file, written by many hands at once."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.database = Database(f"sqlite:///{file}")
        self.commits = 0
        with self.database.transaction() as session:
            session.execute(sa.text("CREATE TABLE slip (n INTEGER PRIMARY KEY AUTOINCREMENT, say TEXT UNIQUE)"))
        event.listen(self.database._writer_engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    def write(self, say: str) -> None:
        with self.database.transaction() as session:
            put(session, say)

    def on_disk(self) -> list[str]:
        """What another process would read, in the order in which it was written."""
        with sqlite3.connect(self.file) as other:
            found = [say for (say,) in other.execute("SELECT say FROM slip ORDER BY n")]
        other.close()
        return found

    @property
    def queue(self) -> int:
        return len(self.database._writer._waiting)

    def wait_for_queue(self, length: int) -> None:
        seen = threading.Event()
        for _ in range(PATIENCE_S * 200):
            if self.queue >= length:
                return
            seen.wait(0.005)
        raise AssertionError(f"{self.queue} writers wait, not {length}")


def put(session: Session, say: str) -> None:
    session.execute(sa.text("INSERT INTO slip (say) VALUES (:say)"), {"say": say})


@pytest.fixture
def slips(tmp_path: Path) -> Iterator[Slips]:
    made = Slips(tmp_path / "slips.db")
    yield made
    made.database.close()


@pytest.fixture
def hands() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2 * GROUP_LIMIT) as pool:
        yield pool


@contextmanager
def somebody_writes(
    slips: Slips, hands: ThreadPoolExecutor, say: str = "first", *, bulk: bool = False
) -> Iterator[Future[None]]:
    """A writer whose turn lasts until the block ends, so that others have to queue behind it."""
    begun, go_on = threading.Event(), threading.Event()

    def work() -> None:
        with slips.database.transaction(bulk=bulk) as session:
            put(session, say)
            begun.set()
            assert go_on.wait(PATIENCE_S)

    one = hands.submit(work)
    assert begun.wait(PATIENCE_S)
    try:
        yield one
    finally:
        go_on.set()


def queue_up(slips: Slips, hands: ThreadPoolExecutor, *says: str) -> list[Future[None]]:
    """Writers who come one after the other and all have to wait."""
    made = []
    for say in says:
        before = slips.queue
        made.append(hands.submit(slips.write, say))
        slips.wait_for_queue(before + 1)
    return made


def names(count: int) -> list[str]:
    return [f"slip {n:02}" for n in range(count)]


# ---------------------------------------------------------------- together, in order


def test_those_who_wait_together_share_one_commit(slips: Slips, hands: ThreadPoolExecutor) -> None:
    with somebody_writes(slips, hands) as first:
        waiting = queue_up(slips, hands, *names(8))
        assert slips.commits == 0
    for one in [first, *waiting]:
        one.result(PATIENCE_S)
    assert slips.commits == 1
    assert slips.on_disk() == ["first", *names(8)]


def test_who_comes_first_writes_first(slips: Slips, hands: ThreadPoolExecutor) -> None:
    says = names(GROUP_LIMIT + 8)
    with somebody_writes(slips, hands):
        waiting = queue_up(slips, hands, *says)
    for one in waiting:
        one.result(PATIENCE_S)
    assert slips.on_disk() == ["first", *says]
    assert slips.commits == 2  # a group has an end, so that its first member is not kept waiting for ever


def test_an_import_makes_nobody_wait_for_its_commit(slips: Slips, hands: ThreadPoolExecutor) -> None:
    with somebody_writes(slips, hands, "small one") as small:
        importing, done = threading.Event(), threading.Event()

        def import_file() -> None:
            with slips.database.transaction(bulk=True) as session:
                importing.set()
                assert done.wait(PATIENCE_S)
                put(session, "import")

        bulk = hands.submit(import_file)
        slips.wait_for_queue(1)
    assert importing.wait(PATIENCE_S)
    small.result(PATIENCE_S)  # answered while the import still works
    assert slips.on_disk() == ["small one"]
    done.set()
    bulk.result(PATIENCE_S)
    assert slips.on_disk() == ["small one", "import"]


# ---------------------------------------------------------------- an answer means it is there


def test_nobody_is_answered_before_the_disk_has_it(slips: Slips, hands: ThreadPoolExecutor) -> None:
    last_but_one = threading.Event()
    with somebody_writes(slips, hands) as first:

        def last() -> None:
            with slips.database.transaction() as session:
                put(session, "last")
                last_but_one.set()
                assert slips.on_disk() == []
                assert not first.done()  # its work is finished, its commit is not

        ending = hands.submit(last)
        slips.wait_for_queue(1)
    ending.result(PATIENCE_S)
    first.result(PATIENCE_S)
    assert last_but_one.is_set()
    assert slips.on_disk() == ["first", "last"]


def test_whoever_reads_after_an_answer_sees_it(slips: Slips, hands: ThreadPoolExecutor) -> None:
    def write_and_read(say: str) -> bool:
        slips.write(say)
        with slips.database.reading() as session:
            return session.execute(sa.text("SELECT 1 FROM slip WHERE say = :say"), {"say": say}).first() is not None

    assert all(hands.map(write_and_read, names(200)))


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    program = """
        import sys, threading
        import sqlalchemy as sa
        from stowline.core.db import Database

        database = Database(f"sqlite:///{sys.argv[1]}")
        with database.transaction() as session:
            session.execute(sa.text("CREATE TABLE slip (say TEXT)"))

        def write(who):
            for n in range(100000):
                with database.transaction() as session:
                    session.execute(sa.text("INSERT INTO slip VALUES (:say)"), {"say": f"{who}.{n}"})
                sys.stdout.write(f"{who}.{n}\\n")

        for who in range(6):
            threading.Thread(target=write, args=(who,)).start()
    """
    file = tmp_path / "killed.db"
    words = [sys.executable, "-u", "-c", textwrap.dedent(program), str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=clean_env()) as child:
        assert child.stdout is not None
        answered = [child.stdout.readline().strip() for _ in range(100)]
        child.send_signal(signal.SIGKILL)
        answered += [line.strip() for line in child.stdout if line.endswith("\n")]
    with sqlite3.connect(file) as other:
        kept = {say for (say,) in other.execute("SELECT say FROM slip")}
        whole = other.execute("PRAGMA integrity_check").fetchone()
    other.close()
    assert len(answered) >= 100
    assert set(answered) - kept == set()
    assert whole == ("ok",)


# ---------------------------------------------------------------- one fails


def test_one_that_fails_takes_no_other_down(slips: Slips, hands: ThreadPoolExecutor) -> None:
    slips.write("taken")
    with somebody_writes(slips, hands) as first:
        good = queue_up(slips, hands, "before")
        [twin] = queue_up(slips, hands, "taken")
        good += queue_up(slips, hands, "after")
    with pytest.raises(sa.exc.IntegrityError):
        twin.result(PATIENCE_S)
    for one in [first, *good]:
        one.result(PATIENCE_S)
    assert slips.on_disk() == ["taken", "first", "before", "after"]
    assert slips.commits == 2


def test_all_of_a_failed_writer_is_undone_and_nothing_else(slips: Slips, hands: ThreadPoolExecutor) -> None:
    def half_way() -> None:
        with slips.database.transaction() as session:
            put(session, "half")
            raise ZeroDivisionError

    with somebody_writes(slips, hands) as first:
        failing = hands.submit(half_way)
        slips.wait_for_queue(1)
        good = queue_up(slips, hands, "whole")
    with pytest.raises(ZeroDivisionError):
        failing.result(PATIENCE_S)
    first.result(PATIENCE_S)
    good[0].result(PATIENCE_S)
    assert slips.on_disk() == ["first", "whole"]


def test_a_transaction_that_sqlite_gives_up_is_told_to_all_who_shared_it(
    slips: Slips, hands: ThreadPoolExecutor
) -> None:
    slips.write("taken")

    def broken() -> None:
        with slips.database.transaction() as session:
            session.execute(sa.text("INSERT OR ROLLBACK INTO slip (say) VALUES ('taken')"))

    with somebody_writes(slips, hands) as first:
        breaking = hands.submit(broken)
        slips.wait_for_queue(1)
        after = queue_up(slips, hands, "after")
    with pytest.raises(sa.exc.DBAPIError):
        breaking.result(PATIENCE_S)
    with pytest.raises(CommitFailedError, match="nothing of it is stored"):
        first.result(PATIENCE_S)
    after[0].result(PATIENCE_S)
    assert slips.on_disk() == ["taken", "after"]


def test_a_full_disk_is_told_and_the_next_writer_goes_on(slips: Slips) -> None:
    with slips.database.transaction() as session:
        pages = session.execute(sa.text("PRAGMA page_count")).scalar_one()
        session.execute(sa.text(f"PRAGMA max_page_count = {pages + 2}"))
    with pytest.raises((sa.exc.OperationalError, CommitFailedError)), slips.database.transaction() as session:
        put(session, "too much " * 4000)
    slips.write("a little")
    assert slips.on_disk() == ["a little"]


def test_what_must_wait_for_the_commit_does_and_a_failure_calls_it_off(slips: Slips) -> None:
    seen: list[list[str]] = []
    with slips.database.transaction() as session:
        after_commit(session, lambda: seen.append(slips.on_disk()))
        put(session, "rung")
        assert seen == []
    assert seen == [["rung"]]
    with pytest.raises(sa.exc.IntegrityError), slips.database.transaction() as session:  # noqa: PT012  (one transaction)
        after_commit(session, lambda: seen.append([]))
        put(session, "rung")
    assert seen == [["rung"]]


def test_a_transaction_inside_another_is_refused(slips: Slips) -> None:
    with slips.database.transaction() as session:
        put(session, "outer")
        with pytest.raises(RuntimeError, match="pass its session on"), slips.database.transaction():
            pass
    assert slips.on_disk() == ["outer"]


def test_reading_refuses_to_write(slips: Slips) -> None:
    with slips.database.reading() as session, pytest.raises(sa.exc.OperationalError, match="readonly"):
        put(session, "smuggled")
    assert slips.on_disk() == []
