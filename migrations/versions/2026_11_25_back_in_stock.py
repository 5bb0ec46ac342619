"""The back-in-stock list; a message may be about a sign-up instead of an order."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "back_in_stock"
down_revision = "arrival_notices"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.create_table(
        "sign_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("told_at", _MOMENT, nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "product_id", "email"),
    )
    op.create_index("ix_sign_up_waiting", "sign_up", ["product_id", "since", "id"], sqlite_where=_WAITING, postgresql_where=_WAITING)
    op.create_index("ix_sign_up_product", "sign_up", ["product_id", "since", "id"])
    op.create_table(
        "restock",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.CheckConstraint("told >= 0", name="ck_restock_told"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id"),
    )
    with op.batch_alter_table("message") as table:
        table.alter_column("order_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("sign_up_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_message_sign_up", "sign_up", ["sign_up_id"], ["id"])
        table.create_index("ix_message_sign_up_id", ["sign_up_id"])


def downgrade() -> None:
    op.execute("DELETE FROM message WHERE order_id IS NULL")
    with op.batch_alter_table("message") as table:
        table.drop_index("ix_message_sign_up_id")
        table.drop_constraint("fk_message_sign_up", type_="foreignkey")
        table.drop_column("sign_up_id")
        table.alter_column("order_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("restock")
    op.drop_table("sign_up")
