"""How each store serves its orders, orders that go out in parts, and units kept for one store."""

import sqlalchemy as sa
from alembic import op

revision = "alloc_policies"
down_revision = "promises"
branch_labels = None
depends_on = None

WAITS = {"sqlite_where": sa.text("allocated < ordered - cancelled"), "postgresql_where": sa.text("ordered - cancelled > allocated")}


def upgrade() -> None:
    op.add_column("store", sa.Column("serves", sa.String(length=10), server_default=sa.text("'placed'"), nullable=False))
    op.add_column("orders", sa.Column("parcels", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        "UPDATE orders SET parcels = (SELECT COUNT(*) FROM parcel WHERE order_id = orders.id AND state <> 'open')"
        " WHERE id IN (SELECT order_id FROM parcel WHERE state <> 'open')"
    )
    for table in ("orders", "order_line"):
        long_ago = sa.text("'1970-01-01 00:00:00.000000'")
        op.add_column(table, sa.Column("serve_at", sa.DateTime(timezone=True), server_default=long_ago, nullable=False))
        op.execute(f"UPDATE {table} SET serve_at = placed_at")  # noqa: S608  (our own names)
    _indexes("serve_at")
    op.create_table(
        "reserve",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units > 0", name="ck_reserve_units"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("product_id", "store_id"),
    )
    op.create_index("ix_reserve_store", "reserve", ["store_id", "product_id"])


def _indexes(at: str) -> None:
    op.drop_index("ix_line_waiting", "order_line")
    op.create_index("ix_line_waiting", "order_line", ["product_id", "held", "priority", at, "id"], **WAITS)  # type: ignore[arg-type]
    op.drop_index("ix_orders_state", "orders")
    op.create_index("ix_orders_state", "orders", ["state", "priority", at, "id"])


def downgrade() -> None:
    op.drop_table("reserve")
    _indexes("placed_at")
    for table in ("order_line", "orders"):
        op.drop_column(table, "serve_at")
    op.drop_column("orders", "parcels")
    op.drop_column("store", "serves")
