"""The first command that somebody tries may be an import: into a folder with nothing in it, or an empty database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import House, house_at, stowline

GOODS = "sku,name\nMUG,Mug\nCUP,\n"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Nothing there yet, not even a database."""
    with house_at(tmp_path, monkeypatch) as house:
        yield house


def test_the_tables_are_made_and_it_says_where(empty: House) -> None:
    said = stowline("import", "products", empty.write("goods.csv", GOODS), "--json")
    assert (said.json["accepted"], said.json["products"]) == (2, 2)
    assert said.err.startswith("There was no database yet, so it was made: ")
    assert str(empty.file) in said.err
    again = stowline("import", "products", empty.write("goods.csv", GOODS), "--json")
    assert (again.json["duplicates"], again.err) == (2, "")
    assert stowline("check", "--json").json["invariants"]


def test_a_product_without_a_name_is_taken_and_listed_for_completion(empty: House) -> None:
    stowline("import", "products", empty.write("goods.csv", GOODS), "--json")
    assert empty.rows("SELECT sku FROM product WHERE name = sku") == [("CUP",)]


def test_a_dry_run_makes_nothing(empty: House) -> None:
    said = stowline("import", "products", empty.write("goods.csv", GOODS), "--dry-run", "--json")
    assert said.refusal.startswith("The database has no tables yet")


def test_an_empty_postgresql_gets_its_tables_without_its_password_being_told(
    empty: House, monkeypatch: pytest.MonkeyPatch, fresh_postgres_url: str
) -> None:
    monkeypatch.setenv("STOWLINE_DATABASE_URL", fresh_postgres_url)
    said = stowline("import", "products", empty.write("goods.csv", GOODS), "--json")
    assert said.json["accepted"] == 2
    assert "There was no database yet" in said.err
    assert "@" not in said.err or ":" not in said.err.partition("@")[0].rpartition("//")[2]


def test_tables_of_somebody_else_are_left_alone(empty: House) -> None:
    with sqlite3.connect(empty.file) as connection:
        connection.execute("CREATE TABLE diary (day TEXT)")
    connection.close()
    said = stowline("import", "products", empty.write("goods.csv", GOODS), "--json")
    assert said.refusal.startswith("The database has no tables yet, or those of another version.")
    assert empty.rows("SELECT name FROM sqlite_master WHERE type = 'table'") == [("diary",)]


def test_a_file_that_cannot_be_read_makes_no_database(empty: House) -> None:
    assert stowline("import", "products", empty.write("goods.csv", GOODS), "--map", "nonsense").refusal
    assert not empty.file.exists()
