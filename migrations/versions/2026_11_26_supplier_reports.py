"""Discrepancy reports that were sent to suppliers; a message may be about one, and is then no store's."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "supplier_reports"
down_revision = "dock_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_order_id", sa.Integer(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("press", sa.String(64), nullable=False),
        sa.Column("expected", sa.String(60), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_order_id"], ["purchase_order.id"]),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("press"),
        sa.UniqueConstraint("purchase_order_id", "n"),
    )
    op.create_index("ix_supplier_report_supplier", "supplier_report", ["supplier_id", "id"])
    with op.batch_alter_table("message") as table:
        table.alter_column("store_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("report_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_message_report", "supplier_report", ["report_id"], ["id"])
        table.create_index("ix_message_report_id", ["report_id"])


def downgrade() -> None:
    """Take it back: what suppliers were told is forgotten."""
    op.execute("DELETE FROM message WHERE report_id IS NOT NULL")
    with op.batch_alter_table("message") as table:
        table.drop_index("ix_message_report_id")
        table.drop_constraint("fk_message_report", type_="foreignkey")
        table.drop_column("report_id")
        table.alter_column("store_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("supplier_report")
