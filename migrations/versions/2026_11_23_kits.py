"""Kits: sold as one, picked as their parts."""

import sqlalchemy as sa
from alembic import op

revision = "kits"
down_revision = "proofs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kit_part",
        sa.Column("kit_id", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("kit_id <> part_id", name="ck_kit_part_other"),
        sa.CheckConstraint("units > 0", name="ck_kit_part_units"),
        sa.ForeignKeyConstraint(["kit_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["part_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("kit_id", "part_id"),
    )
    op.create_index("ix_kit_part_part_id", "kit_part", ["part_id"])
    _new_order_kit()
    # Said in SQL, which both databases read alike: a batch would copy the whole table on SQLite.
    op.execute("ALTER TABLE order_line ADD COLUMN kit_id INTEGER REFERENCES order_kit (id)")
    op.add_column("order_line", sa.Column("per_kit", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_index(
        "ix_line_kit", "order_line", ["kit_id"],
        sqlite_where=sa.text("kit_id IS NOT NULL AND allocated < ordered - cancelled"),
        postgresql_where=sa.text("kit_id IS NOT NULL AND ordered - cancelled > allocated"),
    )  # fmt: skip


def _new_order_kit() -> None:
    op.create_table(
        "order_kit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_order_kit_quantity"),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_order_kit_order_id", "order_kit", ["order_id"])
    op.create_index("ix_order_kit_product_id", "order_kit", ["product_id"])


def downgrade() -> None:
    """Lines of kits stay as lines; what they were sold as is forgotten."""
    op.drop_index("ix_line_kit", "order_line")
    with op.batch_alter_table("order_line") as batch:
        batch.drop_column("per_kit")
        batch.drop_column("kit_id")
    op.drop_table("order_kit")
    op.drop_table("kit_part")
