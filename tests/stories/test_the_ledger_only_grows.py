"""Nobody changes the ledger: not through the ORM, not by hand with SQL, on either database; nor the books below nothing."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, select

from stowline.inventory.models import Move
from tests.asserts import accepted
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_lots_and_serials import put, two_bins

ROWS = "SELECT * FROM ledger ORDER BY id"
EVERYWHERE = (
    "UPDATE ledger SET qty = qty + 1",
    "UPDATE ledger SET who = 'nobody' WHERE id = (SELECT MAX(id) FROM ledger)",
    "UPDATE ledger SET id = id",
    "DELETE FROM ledger",
    "DELETE FROM ledger WHERE id = (SELECT MAX(id) FROM ledger)",
    ("INSERT INTO ledger (id, at, product_id, from_id, to_id, from_condition, to_condition, qty, reason)"
    " SELECT id, at, product_id, from_id, to_id, from_condition, to_condition, 99, reason FROM ledger WHERE true"
    " ON CONFLICT (id) DO UPDATE SET qty = excluded.qty"),
    "DELETE FROM product",  # nothing cascades into it
    "DELETE FROM location WHERE id IN (SELECT from_id FROM ledger)",
)
ONLY = {
    "sqlite": (
        "INSERT OR REPLACE INTO ledger SELECT * FROM ledger",
        ("REPLACE INTO ledger (id, at, product_id, from_id, to_id, from_condition, to_condition, qty, reason)"
        " SELECT id, at, product_id, from_id, to_id, from_condition, to_condition, 99, reason FROM ledger"),
        "UPDATE OR REPLACE ledger SET id = 1",
        "UPDATE OR IGNORE ledger SET qty = 7",
    ),
    "postgresql": (
        "TRUNCATE ledger",
        "TRUNCATE product CASCADE",
        "MERGE INTO ledger AS l USING product AS p ON p.id = l.product_id WHEN MATCHED THEN UPDATE SET qty = 7",
        "MERGE INTO ledger AS l USING product AS p ON p.id = l.product_id WHEN MATCHED THEN DELETE",
    ),
}
BELOW_NOTHING = (
    "UPDATE balance SET qty = -1 WHERE bound = 0",
    "UPDATE balance SET bound = qty + 1",
    "UPDATE balance SET bound = -1",
    "UPDATE stock_level SET on_hand = -1",
    "UPDATE stock_level SET promised = on_hand + 1",
    ("INSERT INTO balance (product_id, location_id, lot, serial, condition, qty, bound)"
    " SELECT product_id, location_id, lot, 'S-1', condition, 2, 0 FROM balance WHERE serial = ''"),
    ("INSERT INTO balance (product_id, location_id, lot, serial, condition, qty, bound)"
    " SELECT product_id, 1, lot, serial, condition, 1, 0 FROM balance WHERE serial <> '' AND qty > 0"),
    ("INSERT INTO ledger (at, product_id, from_id, to_id, from_condition, to_condition, qty, reason)"
    " SELECT at, product_id, from_id, to_id, from_condition, to_condition, 0, reason FROM ledger"),
    ("INSERT INTO ledger (at, product_id, from_id, to_id, from_condition, to_condition, qty, reason)"
    " SELECT at, product_id, from_id, from_id, from_condition, from_condition, 1, reason FROM ledger"),
)


@pytest.fixture
def books(house: House) -> Iterator[Connection]:
    """The database of a house with goods, by hand, as whoever has its password could open it."""
    maja = house.tablet("maja")
    maja.add_product("MUG")
    maja.add_product("CAM", serials=True)
    near, far = two_bins(house)
    put(house, "MUG", near, 3)
    put(house, "CAM", far, 1, serial="S-7")
    accepted(maja.scan("receive:", "MUG", 2))
    engine = sa.create_engine(house.url)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def test_no_statement_changes_or_deletes_a_line(books: Connection) -> None:
    before = books.exec_driver_sql(ROWS).all()
    assert len(before) == 3
    for deed in (*EVERYWHERE, *ONLY[books.dialect.name]):
        with pytest.raises(DBAPIError, match=r"append-only|(?i:foreign key)"), books.begin_nested():
            books.exec_driver_sql(deed)
        assert books.exec_driver_sql(ROWS).all() == before, deed


def test_the_refusal_says_why(books: Connection) -> None:
    for deed in ("UPDATE ledger SET qty = 9", "DELETE FROM ledger"):
        with pytest.raises(DBAPIError, match="the ledger is append-only"), books.begin_nested():
            books.exec_driver_sql(deed)


def test_the_orm_neither(books: Connection) -> None:
    with Session(books, join_transaction_mode="create_savepoint") as session:
        move = session.exec(select(Move).limit(1)).one()
        move.qty = 99
        with pytest.raises(DBAPIError, match="the ledger is append-only"):
            session.flush()
        session.rollback()
        session.delete(session.exec(select(Move).limit(1)).one())
        with pytest.raises(DBAPIError, match="the ledger is append-only"):
            session.flush()
        session.rollback()


def test_no_statement_takes_the_books_below_nothing_or_a_serial_to_two_places(books: Connection) -> None:
    for deed in BELOW_NOTHING:
        with pytest.raises(IntegrityError, match=r"(?i)check constraint|unique"), books.begin_nested():
            books.exec_driver_sql(deed)


def test_a_line_may_be_written_all_the_same(house: House, books: Connection) -> None:
    """The guards refuse what they should, not everything."""
    maja: Tablet = house.tablet("maja")
    books.rollback()
    accepted(maja.scan("receive:", "MUG", 2))
    assert len(books.exec_driver_sql(ROWS).all()) == 4
    house.prove()
