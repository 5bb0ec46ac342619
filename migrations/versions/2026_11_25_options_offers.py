"""Offers to shoppers who wait, stock held for them, what each store offers."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "offers"
down_revision = "shelf"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "option_policy",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("bonus_percent", sa.Integer(), nullable=False),
        sa.Column("expedite", sa.Boolean(), nullable=False),
        sa.CheckConstraint("bonus_percent BETWEEN 0 AND 100", name="ck_option_policy_bonus"),
        sa.CheckConstraint("days BETWEEN 1 AND 60", name="ck_option_policy_days"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id"),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("because", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("made_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("ends_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("choice", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("chosen_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("chosen_by", sa.String(length=120), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("ended_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_offer_ends", "offer", ["state", "ends_at"])
    op.create_index("ix_offer_order", "offer", ["order_id", "id"])
    op.create_table(
        "stock_hold",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("until", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units > 0", name="ck_stock_hold_units"),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("offer_id", "product_id"),
    )
    op.create_index("ix_stock_hold_product", "stock_hold", ["product_id", "offer_id"])


def downgrade() -> None:
    """Take it back: what was told to shops and shoppers is forgotten."""
    for table in (
        "stock_hold",
        "offer",
        "option_policy",
    ):
        op.drop_table(table)
