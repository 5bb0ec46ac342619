"""Baskets that shops tell of; and what went wrong in a sequence's step."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "baskets"
down_revision = "messages_of_runs"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Make it so."""
    op.create_table(
        "basket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(100), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.String(1000), nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("time", sa.Integer(), nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("why", sa.String(100), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "ref"),
    )
    op.create_index("ix_basket_seen", "basket", ["seen_at"])
    with op.batch_alter_table("sequence_run") as table:
        table.add_column(sa.Column("trouble", sa.String(300), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    """Take it back: baskets are forgotten."""
    with op.batch_alter_table("sequence_run") as table:
        table.drop_column("trouble")
    op.drop_table("basket")
