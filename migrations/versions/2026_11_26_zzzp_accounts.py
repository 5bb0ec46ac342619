"""Accounts: since when a customer has one in their shop."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "accounts"
down_revision = "message_setup"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it so."""
    with op.batch_alter_table("customer") as table:
        table.add_column(sa.Column("registered_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it back: who has an account is forgotten."""
    with op.batch_alter_table("customer") as table:
        table.drop_column("registered_at")
