"""Sequences under way, and how each store paces them."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "sequences"
down_revision = "recipient_index"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "sequence_pace",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("long_days", sa.Integer(), nullable=False),
        sa.Column("every_from", sa.Integer(), nullable=False),
        sa.Column("every_to", sa.Integer(), nullable=False),
        sa.Column("cart_again_h", sa.Integer(), nullable=False),
        sa.Column("away_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id"),
    )
    op.create_table(
        "sequence_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(160), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("next_at", _MOMENT, nullable=False),
        sa.Column("last_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("why", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sequence", "subject"),
    )
    op.create_index("ix_sequence_run_due", "sequence_run", ["next_at", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_sequence_run_order", "sequence_run", ["order_id"])
    op.create_index("ix_sequence_run_person", "sequence_run", ["store_id", "address"])


def downgrade() -> None:
    """Take it back: who was written to in which sequence is forgotten."""
    op.drop_table("sequence_run")
    op.drop_table("sequence_pace")
