"""One transaction idiom, the same promises on SQLite and on PostgreSQL: all or nothing, and rivals try again."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import Session

from stowline.core.db import Database, UtcDateTime, after_commit

PATIENCE_S = 30
JAR = sa.Table(
    "jar",
    sa.MetaData(),
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("units", sa.Integer, sa.CheckConstraint("units >= 0", name="ck_jar_units")),
    sa.Column("at", UtcDateTime),
)


@pytest.fixture
def shelf(fresh_database_url: str) -> Iterator[Database]:
    """A database with a shelf of jars: two of them, with 10 units each."""
    database = Database(fresh_database_url)
    with database.transaction() as session:
        JAR.create(session.connection())
        session.execute(sa.insert(JAR), [{"name": "salt", "units": 10}, {"name": "rice", "units": 10}])
    yield database
    database.close()


def units(shelf: Database) -> dict[str, int]:
    with shelf.reading() as session:
        return {name: count for name, count in session.execute(sa.select(JAR.c.name, JAR.c.units))}  # noqa: C416  (rows, typed)


def take(session: Session, name: str, count: int = 1) -> None:
    session.execute(sa.update(JAR).where(JAR.c.name == name).values(units=JAR.c.units - count))


def test_a_block_that_raises_leaves_everything_as_it_was(shelf: Database) -> None:
    told: list[str] = []
    with pytest.raises(ZeroDivisionError), shelf.transaction() as session:  # noqa: PT012  (one transaction)
        take(session, "salt")
        after_commit(session, lambda: told.append("taken"))
        raise ZeroDivisionError
    assert (units(shelf), told) == ({"salt": 10, "rice": 10}, [])


def test_what_waits_for_the_commit_is_called_once_and_sees_it(shelf: Database) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(units(shelf)["salt"])

    with shelf.transaction() as session:
        after_commit(session, look)
        after_commit(session, look)
        take(session, "salt")
        assert seen == []
    assert seen == [9]


def test_a_transaction_inside_another_is_refused_and_the_outer_one_goes_on(shelf: Database) -> None:
    with shelf.transaction() as session:
        take(session, "salt")
        with pytest.raises(RuntimeError, match="pass its session on"), shelf.transaction():
            pass
    assert units(shelf)["salt"] == 9


def test_many_hands_take_each_unit_once(shelf: Database) -> None:
    def try_to_take(_: int) -> bool:
        try:
            shelf.run(lambda session: take(session, "salt"))
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(8) as hands:
        taken = list(hands.map(try_to_take, range(16)))
    assert (sum(taken), units(shelf)["salt"]) == (10, 0)


def test_reading_waits_for_no_writer_and_sees_only_what_is_committed(shelf: Database) -> None:
    with shelf.transaction() as session:
        take(session, "salt")
        session.flush()
        with ThreadPoolExecutor(1) as reader:
            assert reader.submit(units, shelf).result(PATIENCE_S)["salt"] == 10
    assert units(shelf)["salt"] == 9


def test_reading_sees_one_moment_however_long_it_takes(shelf: Database) -> None:
    with shelf.reading() as session:
        before = session.execute(sa.select(sa.func.sum(JAR.c.units))).scalar_one()
        with shelf.transaction() as writer:
            take(writer, "salt", 4)
        assert session.execute(sa.select(sa.func.sum(JAR.c.units))).scalar_one() == before
    assert sum(units(shelf).values()) == before - 4


def test_reading_writes_nothing(shelf: Database) -> None:
    with pytest.raises(DBAPIError), shelf.reading() as session:
        take(session, "salt")
    assert units(shelf) == {"salt": 10, "rice": 10}


def test_two_who_make_the_same_thing_both_get_it_and_there_is_one(shelf: Database) -> None:
    both_looked = threading.Barrier(2) if not shelf.is_sqlite else threading.Barrier(1)
    looked = threading.local()

    def find_or_make(session: Session) -> str:
        known = session.execute(sa.select(JAR.c.name).where(JAR.c.name == "tea")).scalar()
        if not getattr(looked, "yes", False):
            looked.yes = True
            both_looked.wait(PATIENCE_S)
        if known is None:
            session.execute(sa.insert(JAR), {"name": "tea", "units": 1})
        return "tea"

    with ThreadPoolExecutor(2) as makers:
        assert list(makers.map(lambda _: shelf.run(find_or_make), range(2))) == ["tea", "tea"]
    assert units(shelf)["tea"] == 1


def test_two_who_lock_each_other_out_both_get_through(shelf: Database) -> None:
    both_have_one = threading.Barrier(2) if not shelf.is_sqlite else threading.Barrier(1)
    waited = threading.local()

    def take_both(names: tuple[str, str]) -> None:
        def work(session: Session) -> None:
            take(session, names[0])
            if not getattr(waited, "yes", False):
                waited.yes = True
                both_have_one.wait(PATIENCE_S)
            take(session, names[1])

        shelf.run(work)

    with ThreadPoolExecutor(2) as hands:
        list(hands.map(take_both, [("salt", "rice"), ("rice", "salt")]))
    assert units(shelf) == {"salt": 8, "rice": 8}


def test_who_took_what_a_rival_had_taken_meanwhile_looks_again(shelf: Database) -> None:
    looked, taken = threading.Event(), threading.Event()

    def take_all(session: Session) -> int:
        seen = session.execute(sa.select(JAR.c.units).where(JAR.c.name == "salt")).scalar_one()
        if not shelf.is_sqlite:
            looked.set()
            assert taken.wait(PATIENCE_S)
        take(session, "salt", seen)
        return int(seen)

    def rival() -> None:
        if not shelf.is_sqlite:
            assert looked.wait(PATIENCE_S)
            shelf.run(lambda session: take(session, "salt", 4))
        taken.set()

    with ThreadPoolExecutor(2) as hands:
        mine, _ = hands.submit(shelf.run, take_all), hands.submit(rival)
        assert mine.result() == (10 if shelf.is_sqlite else 6)
    assert units(shelf)["salt"] == 0


@pytest.mark.parametrize("wrong", ["a refusal", "a broken rule"])
def test_what_no_second_try_can_cure_is_soon_given_up(shelf: Database, wrong: str) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(wrong)
        take(session, "salt", 11 if wrong == "a broken rule" else 1)
        raise ZeroDivisionError

    with pytest.raises((ZeroDivisionError, IntegrityError)):
        shelf.run(work)
    assert len(tries) == (3 if wrong == "a broken rule" and not shelf.is_sqlite else 1)
    assert units(shelf)["salt"] == 10


@pytest.mark.postgres
def test_trying_again_ends(fresh_postgres_url: str) -> None:
    database = Database(fresh_postgres_url)
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        session.execute(sa.text("DO $$ BEGIN RAISE EXCEPTION 'rival' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(DBAPIError, match="rival"):
        database.run(work, tries=3)
    database.close()
    assert len(tries) == 3


@pytest.mark.parametrize("hours", [0, 5.5, -8])
def test_a_moment_comes_back_as_the_same_moment_in_utc(shelf: Database, hours: float) -> None:
    at = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=timezone(timedelta(hours=hours)))
    with shelf.transaction() as session:
        session.execute(sa.update(JAR).values(at=at))
    with shelf.reading() as session:
        back = session.execute(sa.select(JAR.c.at).limit(1)).scalar_one()
        found = session.execute(sa.select(JAR.c.name).where(JAR.c.at <= at)).all()
    assert (back, back.utcoffset(), len(found)) == (at, timedelta(0), 2)


def test_a_moment_without_its_zone_is_refused(shelf: Database) -> None:
    naive = datetime(2026, 3, 29, 2, 30, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StatementError, match="without time zone"), shelf.transaction() as session:
        session.execute(sa.update(JAR).values(at=naive))
    assert units(shelf) == {"salt": 10, "rice": 10}


def test_a_new_database_has_its_folder_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "not" / "there" / "yet" / "stowline.db"
    database = Database(f"sqlite:///{file}")
    with database.transaction() as session:
        JAR.create(session.connection())
        assert {found.stat().st_mode & 0o077 for found in [file.parent, *file.parent.iterdir()]} == {0}
    database.close()
    assert file.exists()
