"""What may take a product's place, which lines agreed to it, and stock taken for urgent orders."""

import sqlalchemy as sa
from alembic import op

revision = "alloc_urgent"
down_revision = "alloc_policies"
branch_labels = None
depends_on = None

AGREED = {"sqlite_where": sa.text("substitutes_ok AND allocated < ordered - cancelled"),
          "postgresql_where": sa.text("substitutes_ok AND ordered - cancelled > allocated")}  # fmt: skip


def upgrade() -> None:
    op.add_column("store", sa.Column("urgent_units_per_day", sa.Integer(), server_default=sa.text("20"), nullable=False))
    op.add_column("order_line", sa.Column("substitutes_ok", sa.Boolean(), server_default=sa.text("FALSE"), nullable=False))
    op.create_index("ix_line_substitutes", "order_line", ["product_id"], **AGREED)  # type: ignore[arg-type]
    op.create_table(
        "substitute",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("from_month", sa.Integer(), nullable=True),
        sa.Column("to_month", sa.Integer(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("product_id <> substitute_id", name="ck_substitute_other"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["substitute_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id", "substitute_id"),
    )
    op.create_index("ix_substitute_substitute_id", "substitute", ["substitute_id"])
    _reallocation()


def _reallocation() -> None:
    op.create_table(
        "reallocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("from_order_id", sa.Integer(), nullable=False),
        sa.Column("from_line_id", sa.Integer(), nullable=False),
        sa.Column("to_order_id", sa.Integer(), nullable=False),
        sa.Column("to_line_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units > 0 AND from_line_id <> to_line_id", name="ck_reallocation_units"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["from_order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["from_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["to_order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["to_line_id"], ["order_line.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reallocation_day", "reallocation", ["store_id", "at"])
    op.create_index("ix_reallocation_from_line_id", "reallocation", ["from_line_id"])
    op.create_index("ix_reallocation_to_order_id", "reallocation", ["to_order_id"])


def downgrade() -> None:
    op.drop_table("reallocation")
    op.drop_table("substitute")
    op.drop_index("ix_line_substitutes", "order_line")
    op.drop_column("order_line", "substitutes_ok")
    op.drop_column("store", "urgent_units_per_day")
