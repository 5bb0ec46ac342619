"""Instructions to shops, and where each store hears them."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "instructions"
down_revision = "avail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shop_door",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("old_secret", sa.String(length=100), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("rest_until", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("made_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id"),
    )
    op.create_table(
        "instruction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_ref", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("say", sa.String(length=300), nullable=False),
        sa.Column("ref", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("busy_until", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("made_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_minor >= 0", name="ck_instruction_amount"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(
        "ix_instruction_open",
        "instruction",
        ["state", "id"],
        sqlite_where=sa.text("state IN ('owed', 'sent', 'dead', 'refused')"),
        postgresql_where=sa.text("state IN ('owed', 'sent', 'dead', 'refused')"),
    )
    op.create_index("ix_instruction_order", "instruction", ["order_id", "id"])
    op.create_index("ix_instruction_store", "instruction", ["store_id", "id"])


def downgrade() -> None:
    """Take it back: what was told to shops and shoppers is forgotten."""
    for table in (
        "instruction",
        "shop_door",
    ):
        op.drop_table(table)
