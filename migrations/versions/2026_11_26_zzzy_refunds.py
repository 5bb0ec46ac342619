"""What shops paid back, and the shop's own numbers of orders and of what was sold."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "shop_refunds"
down_revision = "parcel_photos"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_NO_WORD, _NONE = sa.text("''"), sa.text("0")
_WAITS, _SOLD, _OUT, _ORDER = (sa.text(said) for said in ("order_id IS NULL", "shop_line <> ''", "take_out > 0", "shop_id <> ''"))


def upgrade() -> None:
    """Make it so. The CHECK comes with its column, so that SQLite need not copy the table."""
    op.add_column("orders", sa.Column("shop_id", sa.String(100), server_default=_NO_WORD, nullable=False))
    op.create_index("ix_orders_shop", "orders", ["store_id", "shop_id"], sqlite_where=_ORDER, postgresql_where=_ORDER)
    op.add_column("order_line", sa.Column("shop_line", sa.String(100), server_default=_NO_WORD, nullable=False))
    op.execute(
        "ALTER TABLE order_line ADD COLUMN take_out INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_line_take_out CHECK (take_out >= 0 AND take_out <= picked - handed_over)"
    )
    op.create_index("ix_line_shop", "order_line", ["shop_line"], sqlite_where=_SOLD, postgresql_where=_SOLD)
    op.create_index("ix_line_take_out", "order_line", ["order_id"], sqlite_where=_OUT, postgresql_where=_OUT)
    op.add_column("rma_settlement", sa.Column("refunded", sa.Integer(), server_default=_NONE, nullable=False))
    _refunds()


def _refunds() -> None:
    op.create_table(
        "shop_refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("platform", sa.String(20), nullable=False),
        sa.Column("shop_id", sa.String(100), nullable=False),
        sa.Column("shop_order", sa.String(100), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("amount", sa.String(40), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("heard_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "platform", "shop_id"),
    )
    op.create_index("ix_shop_refund_order_id", "shop_refund", ["order_id"])
    op.create_index("ix_shop_refund_waits", "shop_refund", ["store_id", "shop_order"], sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_table(
        "shop_refund_line",
        sa.Column("refund_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("off", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("off >= 0 AND gone >= 0", name="ck_shop_refund_line_units"),
        sa.ForeignKeyConstraint(["refund_id"], ["shop_refund.id"]),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.PrimaryKeyConstraint("refund_id", "order_line_id"),
    )
    op.create_index("ix_shop_refund_line_order_line_id", "shop_refund_line", ["order_line_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("shop_refund_line")
    op.drop_table("shop_refund")
    op.drop_column("rma_settlement", "refunded")
    op.drop_index("ix_line_take_out", "order_line")
    op.drop_index("ix_line_shop", "order_line")
    with op.batch_alter_table("order_line") as table:
        table.drop_constraint("ck_line_take_out", type_="check")
        table.drop_column("take_out")
        table.drop_column("shop_line")
    op.drop_index("ix_orders_shop", "orders")
    op.drop_column("orders", "shop_id")
