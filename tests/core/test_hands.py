"""Short writes asked for on the event loop: all that wait in one commit, each with an answer of its own."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from stowline.core.db import Database, after_commit
from stowline.core.sqlite_writer import CommitFailedError


class Notebook:
    """A database of one table; writes go through the hands."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.commits = 0
        self.told: list[str] = []
        with self.database.transaction() as session:
            session.execute(sa.text("CREATE TABLE note (say VARCHAR(40) PRIMARY KEY)"))
        if self.database.is_sqlite:
            event.listen(self.database._writer_engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    def write(self, say: str) -> Callable[[], str]:
        def work() -> str:
            with self.database.transaction() as session:
                session.execute(sa.text("INSERT INTO note VALUES (:say)"), {"say": say})
                after_commit(session, lambda: self.told.append(say))
            return say

        return work

    def all(self) -> set[str]:
        with self.database.reading() as session:
            return set(session.execute(sa.text("SELECT say FROM note")).scalars())

    async def ask(self, *says: str) -> list[str | BaseException]:
        return await asyncio.gather(
            *(self.database.soon(self.write(say)) for say in says), return_exceptions=True
        )


@pytest.fixture
def notebook(fresh_database_url: str) -> Iterator[Notebook]:
    book = Notebook(fresh_database_url)
    yield book
    book.database.close()


@pytest.fixture
def file_book(tmp_path: Path) -> Iterator[Notebook]:
    book = Notebook(f"sqlite:///{tmp_path / 'notes.db'}")
    yield book
    book.database.close()


def test_everyone_gets_the_answer_to_what_they_asked(notebook: Notebook) -> None:
    says = [f"note {n}" for n in range(50)]
    assert asyncio.run(notebook.ask(*says)) == says
    assert notebook.all() == set(says)
    assert sorted(notebook.told) == sorted(says)


def test_one_that_fails_takes_nobody_along(notebook: Notebook) -> None:
    first, twin, last = asyncio.run(notebook.ask("a", "a", "b"))
    assert {str(first), str(last)} >= {"b"}
    assert sum(isinstance(one, IntegrityError) for one in (first, twin, last)) == 1
    assert notebook.all() == {"a", "b"}
    assert sorted(notebook.told) == ["a", "b"]


def test_what_waits_together_shares_a_commit(file_book: Notebook) -> None:
    """While the hands are held up, ten more ask; they are one commit."""
    go_on = threading.Event()

    def slow() -> None:
        go_on.wait(30)

    async def story() -> None:
        first = asyncio.ensure_future(file_book.database.soon(slow))
        rest = [asyncio.ensure_future(file_book.database.soon(file_book.write(str(n)))) for n in range(10)]
        await asyncio.sleep(0)  # all of them have asked now
        go_on.set()
        await asyncio.gather(first, *rest)

    before = file_book.commits
    asyncio.run(story())
    assert file_book.all() == {str(n) for n in range(10)}
    assert file_book.commits - before <= 2


def test_an_answer_is_given_when_another_program_can_read_it(file_book: Notebook, tmp_path: Path) -> None:
    async def story() -> list[tuple[str]]:
        await file_book.database.soon(file_book.write("kept"))
        with sqlite3.connect(tmp_path / "notes.db") as other:
            return other.execute("SELECT say FROM note").fetchall()

    assert asyncio.run(story()) == [("kept",)]


def test_a_commit_that_fails_is_everybodys_failure_and_nothing_is_told(file_book: Notebook) -> None:
    def disk_is_full(_connection: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    event.listen(file_book.database._writer_engine, "commit", disk_is_full)
    answers = asyncio.run(file_book.ask("a", "b"))
    event.remove(file_book.database._writer_engine, "commit", disk_is_full)
    assert [type(answer) for answer in answers] == [CommitFailedError] * 2
    assert file_book.told == []
    assert asyncio.run(file_book.ask("c")) == ["c"]
    assert file_book.all() == {"c"}


def test_closing_finishes_what_was_asked_for(file_book: Notebook, tmp_path: Path) -> None:
    async def story() -> None:
        asked = asyncio.ensure_future(file_book.database.soon(file_book.write("last")))
        await asyncio.sleep(0)
        await asyncio.to_thread(file_book.database.close)
        assert await asked == "last"

    asyncio.run(story())
    with sqlite3.connect(tmp_path / "notes.db") as other:
        assert other.execute("SELECT say FROM note").fetchall() == [("last",)]
