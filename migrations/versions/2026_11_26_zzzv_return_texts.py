"""What a store says to whoever sends something back, and for which reasons it wants to see a photograph."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "return_texts"
down_revision = "asked_often"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it so."""
    op.create_table(
        "return_text",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(length=12), nullable=False),
        sa.Column("places", sa.String(length=2000), nullable=False),
        sa.Column("packing", sa.String(length=2000), nullable=False),
        sa.Column("changed_by", sa.String(length=120), nullable=False),
        sa.Column("changed_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id", "locale"),
    )
    op.add_column("return_policy", sa.Column("photos_for", sa.String(length=80), nullable=False, server_default=sa.text("'damaged'")))
