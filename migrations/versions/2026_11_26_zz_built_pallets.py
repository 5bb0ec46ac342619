"""Pallets that are built here, under SSCCs of our own."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "built_pallets"
down_revision = "sign_up_email"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "sscc_series",
        sa.Column("prefix", sa.String(12), nullable=False),
        sa.Column("upcoming", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("upcoming >= 0", name="ck_sscc_series_upcoming"),
        sa.PrimaryKeyConstraint("prefix"),
    )
    op.create_table(
        "built_pallet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sscc", sa.String(18), nullable=False),
        sa.Column("press", sa.String(64), nullable=False),
        sa.Column("purchase_order_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("apart_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["purchase_order_id"], ["purchase_order.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("press"),
        sa.UniqueConstraint("sscc"),
    )
    op.create_index("ix_built_pallet_purchase_order_id", "built_pallet", ["purchase_order_id"])
    op.create_table(
        "built_pallet_line",
        sa.Column("pallet_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("units > 0", name="ck_built_pallet_line_units"),
        sa.ForeignKeyConstraint(["pallet_id"], ["built_pallet.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("pallet_id", "product_id"),
    )
    op.create_index("ix_built_pallet_line_product_id", "built_pallet_line", ["product_id"])


def downgrade() -> None:
    """Take it back: pallets and the numbers drawn for them are forgotten."""
    op.execute("DELETE FROM printed_code WHERE kind = 'built-pallet'")
    for table in ("built_pallet_line", "built_pallet", "sscc_series"):
        op.drop_table(table)
