"""How an order may go out, what goes fast, and which line takes another's place."""

import sqlalchemy as sa
from alembic import op

revision = "alloc"
down_revision = "count_corrected"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("store", "orders"):
        op.add_column(table, sa.Column("ships", sa.String(length=10), server_default=sa.text("'complete'"), nullable=False))
        op.add_column(table, sa.Column("most_parcels", sa.Integer(), nullable=True))
    op.add_column("orders", sa.Column("expedite", sa.Boolean(), server_default=sa.text("FALSE"), nullable=False))
    # Said in SQL, which both databases read alike: a batch would copy the whole table on SQLite.
    op.execute("ALTER TABLE order_line ADD COLUMN substitute_for INTEGER REFERENCES order_line (id)")


def downgrade() -> None:
    """Lines that take another's place stay as lines."""
    with op.batch_alter_table("order_line") as batch:
        batch.drop_column("substitute_for")
    for name in ("expedite", "most_parcels", "ships"):
        op.drop_column("orders", name)
    for name in ("most_parcels", "ships"):
        op.drop_column("store", name)
