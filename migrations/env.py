"""Alembic's way to the database: the product's own settings, or the URL that `stowline.core.db.upgrade` hands over."""

import sqlalchemy as sa
from alembic import context
from sqlalchemy.pool import NullPool

from stowline.core.config import settings
from stowline.tables import metadata


def url() -> str:
    """The database to migrate."""
    return context.config.attributes.get("url") or settings().database()


def run() -> None:
    """Migrate in one transaction, so that a failed migration leaves nothing behind."""
    engine = sa.create_engine(url(), poolclass=NullPool)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
            connection.rollback()
        context.configure(connection=connection, target_metadata=metadata(), render_as_batch=sqlite, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
