"""The migrations, run from empty, make exactly the tables that the models describe; on both databases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, create_engine, inspect
from sqlalchemy.schema import MetaData

from stowline import tables
from stowline.core.config import asset_dir
from stowline.core.db import upgrade

DATED = re.compile(r"\d{4}_\d{2}_\d{2}_[a-z0-9_]+\.py")


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _differences(connection: Connection, metadata: MetaData) -> list[str]:
    """What Alembic would still change, and the CHECKs, which it does not compare, that are missing or have no name."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    changes = [str(change) for change in compare_metadata(context, metadata)]
    return changes + sorted(_checks_of(metadata) - _checks_in(connection))


def _checks_of(metadata: MetaData) -> set[str]:
    return {
        f"CHECK {table.name}.{constraint.name}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def _checks_in(connection: Connection) -> set[str]:
    found = inspect(connection)
    return {
        f"CHECK {table}.{constraint['name']}"
        for table in found.get_table_names()
        for constraint in found.get_check_constraints(table)
    }


def test_migrations_from_empty_equal_the_models(fresh_database_url: str) -> None:
    upgrade(fresh_database_url)
    with _connected(fresh_database_url) as connection:
        assert inspect(connection).get_table_names()
        assert _differences(connection, tables.metadata()) == []


def test_a_second_upgrade_changes_nothing(fresh_database_url: str) -> None:
    upgrade(fresh_database_url)
    upgrade(fresh_database_url)
    with _connected(fresh_database_url) as connection:
        assert _differences(connection, tables.metadata()) == []


def test_there_is_one_line_of_migrations() -> None:
    script = ScriptDirectory(str(asset_dir("migrations")))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_every_migration_carries_its_date_and_says_what_it_is_for() -> None:
    files = sorted((asset_dir("migrations") / "versions").glob("*.py"))
    script = ScriptDirectory(str(asset_dir("migrations")))
    assert files
    assert [file.name for file in files if not DATED.fullmatch(file.name)] == []
    assert [revision.revision for revision in script.walk_revisions() if not revision.doc] == []


def test_every_table_has_a_primary_key_and_a_plain_name() -> None:
    odd = [
        name
        for name, table in tables.metadata().tables.items()
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not list(table.primary_key.columns)
    ]
    assert odd == []
