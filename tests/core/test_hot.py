"""Statements straight on the driver: one transaction with everything else, errors by the names that callers know."""

import contextlib
import threading
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from stowline.core import clock
from stowline.core.db import Database
from stowline.core.hot import Hot, moment

ADD = Hot("INSERT INTO jar (name, sweets) VALUES (:name, :sweets)")
TAKE = Hot("UPDATE jar SET sweets = sweets - :n WHERE name = :name")
NOTE = Hot("INSERT INTO diary (say) VALUES (:say)")
LEFT = Hot("SELECT sweets FROM jar WHERE name = :name")
NOW = Hot("SELECT at FROM clock_face")


@pytest.fixture
def jars(fresh_database_url: str) -> Iterator[Database]:
    database = Database(fresh_database_url)
    with database.transaction() as session:
        session.execute(sa.text("CREATE TABLE jar (name VARCHAR(20) PRIMARY KEY, sweets INTEGER CHECK (sweets >= 0))"))
        serial = "INTEGER PRIMARY KEY" if database.is_sqlite else "SERIAL PRIMARY KEY"
        session.execute(sa.text(f"CREATE TABLE diary (n {serial}, say VARCHAR(40))"))
        ADD.many(session, [{"name": "red", "sweets": 10}, {"name": "blue", "sweets": 10}])
    yield database
    database.close()


def left(database: Database, name: str) -> int:
    with database.reading() as session:
        row = LEFT.one(session, name=name)
    assert row is not None
    return int(row[0])


def test_it_says_how_many_rows_it_touched(jars: Database) -> None:
    with jars.transaction() as session:
        assert TAKE.run(session, n=1, name="red") == 1
        assert TAKE.run(session, n=1, name="green") == 0
    assert left(jars, "red") == 9


def test_it_goes_with_its_transaction(jars: Database) -> None:
    def change_of_mind(session: Session) -> None:
        TAKE.run(session, n=3, name="red")
        raise LookupError

    with pytest.raises(LookupError):
        jars.run(change_of_mind)
    assert left(jars, "red") == 10


def test_what_the_database_refuses_has_the_name_callers_know(jars: Database) -> None:
    with pytest.raises(IntegrityError), jars.transaction() as session:
        TAKE.run(session, n=11, name="red")
    with pytest.raises(IntegrityError), jars.transaction() as session:
        ADD.run(session, name="red", sweets=1)
    assert left(jars, "red") == 10


def test_a_moment_comes_back_as_it_went(jars: Database) -> None:
    now = clock.now()
    with jars.transaction() as session:
        session.execute(sa.text("CREATE TABLE clock_face (at TIMESTAMP WITH TIME ZONE)"))
        Hot("INSERT INTO clock_face VALUES (:at)").run(session, at=now)
    with jars.reading() as session:
        row = NOW.one(session)
        assert row is not None
        assert moment(row[0]) == now


def test_what_may_come_later_comes_before_whatever_follows(jars: Database) -> None:
    with jars.transaction() as session:
        TAKE.later(session, n=1, name="red")
        NOTE.later(session, say="one from red")
        assert TAKE.run(session, n=2, name="blue") == 1  # the same table: in order
        NOTE.later(session, say="two from blue")
        assert LEFT.one(session, name="red") == (9,)
        NOTE.later(session, say="looked")
        seen = session.execute(sa.text("SELECT say FROM diary ORDER BY n")).scalars().all()
        assert seen == ["one from red", "two from blue", "looked"]
        TAKE.later(session, n=3, name="red")
        NOTE.later(session, say="three from red")
        TAKE.later(session, n=4, name="red")
    assert (left(jars, "red"), left(jars, "blue")) == (2, 8)
    with jars.reading() as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM diary")).scalar_one() == 4


def test_writes_to_tables_of_their_own_travel_as_one_and_the_last_one_answers(jars: Database) -> None:
    with jars.transaction() as session:
        NOTE.later(session, say="nothing is green")
        assert TAKE.run(session, n=1, name="green") == 0
        NOTE.later(session, say="100% :sure")
        assert TAKE.run(session, n=1, name="red") == 1
    with jars.reading() as session:
        assert session.execute(sa.text("SELECT say FROM diary ORDER BY n")).scalars().all() == ["nothing is green", "100% :sure"]


def test_what_may_come_later_is_refused_with_the_transaction(jars: Database) -> None:
    with pytest.raises(IntegrityError), jars.transaction() as session:  # noqa: PT012  (one transaction)
        NOTE.later(session, say="this never was")
        TAKE.later(session, n=11, name="red")
    assert left(jars, "red") == 10
    with jars.reading() as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM diary")).scalar_one() == 0


def test_a_part_that_is_undone_takes_only_its_own_along(jars: Database) -> None:
    with jars.transaction() as session:
        TAKE.later(session, n=1, name="red")
        with contextlib.suppress(LookupError), session.begin_nested():
            TAKE.later(session, n=5, name="red")
            raise LookupError
        NOTE.later(session, say="one is gone")
    assert left(jars, "red") == 9


def test_two_who_lock_each_other_out_both_get_their_turn(fresh_postgres_url: str) -> None:
    """Each takes from both jars, in opposite order: PostgreSQL ends one of them, and `run` does it again."""
    database = Database(fresh_postgres_url)
    with database.transaction() as session:
        session.execute(sa.text("CREATE TABLE jar (name VARCHAR(20) PRIMARY KEY, sweets INTEGER CHECK (sweets >= 0))"))
        ADD.many(session, [{"name": "red", "sweets": 10}, {"name": "blue", "sweets": 10}])
    both_have_one = threading.Barrier(2)
    tries: list[str] = []

    def take(first: str, second: str) -> None:
        def work(session: Session) -> None:
            tries.append(first)
            TAKE.run(session, n=1, name=first)
            if tries.count(first) == 1:
                both_have_one.wait(30)
            TAKE.run(session, n=1, name=second)

        database.run(work)

    rivals = [threading.Thread(target=take, args=pair) for pair in (("red", "blue"), ("blue", "red"))]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(60)
    assert len(tries) == 3
    assert (left(database, "red"), left(database, "blue")) == (8, 8)
    database.close()


def test_a_connection_that_died_while_it_rested_is_replaced(
    fresh_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stowline.core.db.REST_S", 0)
    database = Database(fresh_postgres_url)
    with database.reading() as session:
        pid = session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    with psycopg.connect(fresh_postgres_url.replace("+psycopg", ""), autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 10000)", (pid,)).fetchone() == (True,)  # waits till it is gone
    with database.reading() as session:
        assert session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one() != pid
    database.close()
