"""What shop pages may ask and show of stock; products that may not be ordered while none is free."""

import sqlalchemy as sa
from alembic import op

revision = "avail"
down_revision = "arrivals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("backorderable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("store", sa.Column("public_availability", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("store", sa.Column("units_shown", sa.String(8), server_default=sa.text("'none'"), nullable=False))
    op.add_column("store", sa.Column("notices_per_unit", sa.Integer(), server_default=sa.text("2"), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("store") as table:
        for name in ("notices_per_unit", "units_shown", "public_availability"):
            table.drop_column(name)
    with op.batch_alter_table("product") as table:
        table.drop_column("backorderable")
