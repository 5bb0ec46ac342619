"""The change feed of stock and the webhooks that it is sent to; when a product is low; lots by what lies there."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "stock_feed"
down_revision = "adjustments"
branch_labels = None
depends_on = None

_UNTOLD = sa.text("NOT told")
_OF_A_LOT = sa.text("lot <> '' AND qty > 0")
_PACKED_LOT, _PACKED_SERIAL = sa.text("lot <> ''"), sa.text("serial <> ''")
_HELD = sa.text("held <> ''")
_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    """What is in the house already counts as changed: the first poller gets it all."""
    op.add_column("product", sa.Column("low_at", sa.Integer(), nullable=True))
    op.add_column("stock_level", sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_level_untold", "stock_level", ["product_id"], sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)
    op.create_index("ix_balance_lot", "balance", ["product_id", "lot"], sqlite_where=_OF_A_LOT, postgresql_where=_OF_A_LOT)
    op.create_index("ix_lot_held", "lot", ["product_id", "code"], sqlite_where=_HELD, postgresql_where=_HELD)
    op.create_index("ix_parcel_line_lot", "parcel_line", ["product_id", "lot"], sqlite_where=_PACKED_LOT,
                    postgresql_where=_PACKED_LOT)  # fmt: skip
    op.create_index("ix_parcel_line_serial", "parcel_line", ["product_id", "serial"], sqlite_where=_PACKED_SERIAL,
                    postgresql_where=_PACKED_SERIAL)  # fmt: skip
    _feed()
    _webhooks()


def _feed() -> None:
    op.create_table(
        "stock_feed",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id"),
    )
    op.create_index("ix_stock_feed_number", "stock_feed", ["number"], unique=True)
    end = op.create_table(
        "stock_feed_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(end, [{"id": 1, "number": 0}])
    op.create_table(
        "stock_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failing_since", _MOMENT, nullable=True),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("busy_until", _MOMENT, nullable=True),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("url"),
    )
    op.create_table(
        "webhook_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("say", sa.String(length=300), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_webhook_try", "webhook_try", ["webhook_id", "id"])


def downgrade() -> None:
    for table in ("webhook_try", "webhook", "stock_mark", "stock_feed_end", "stock_feed"):
        op.drop_table(table)
    op.drop_index("ix_parcel_line_serial", "parcel_line")
    op.drop_index("ix_parcel_line_lot", "parcel_line")
    op.drop_index("ix_lot_held", "lot")
    op.drop_index("ix_balance_lot", "balance")
    op.drop_index("ix_level_untold", "stock_level")
    for table, column in (("stock_level", "told"), ("product", "low_at")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
