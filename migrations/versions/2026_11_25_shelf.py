"""The backorder shelf: its slots, and what is kept there, or at the dock, for order lines."""

import sqlalchemy as sa
from alembic import op

from stowline.core.db import UtcDateTime

revision = "shelf"
down_revision = "alloc_urgent"
branch_labels = None
depends_on = None
LIVE = sa.text("state IN ('open', 'on_shelf')")


def upgrade() -> None:
    op.create_table(
        "shelf_slot",
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("location_id"),
        sa.UniqueConstraint("order_id"),
    )
    op.create_table(
        "shelf_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=20), server_default=sa.text("''"), nullable=False),
        sa.Column("serial", sa.String(length=20), server_default=sa.text("''"), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=True),
        sa.Column("at_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.CheckConstraint("qty > 0", name="ck_shelf_line_qty"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["slot_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["at_id"], ["location.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns in (("order", ["order_id"]), ("at", ["at_id", "product_id"]), ("line", ["order_line_id"])):
        op.create_index(f"ix_shelf_line_{name}", "shelf_line", columns, sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_index("ix_shelf_line_slot", "shelf_line", ["slot_id"], sqlite_where=LIVE, postgresql_where=LIVE)


def downgrade() -> None:
    op.drop_table("shelf_line")
    op.drop_table("shelf_slot")
