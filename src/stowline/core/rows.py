"""Writing a row unless it stands there already, the same way on both databases."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_new(session: Session, table: sa.Table, row: Mapping[str, Any], *, returning: str = "id") -> int | None:
    """The new row's id (or another column of whole numbers); None where a unique value of it is taken already."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    made = session.execute(insert.values(**row).on_conflict_do_nothing().returning(table.c[returning])).scalar_one_or_none()
    return None if made is None else int(made)
