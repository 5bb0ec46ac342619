"""A number that was counted knows which corrections of the books it has seen."""

import sqlalchemy as sa
from alembic import op

revision = "count_corrected"
down_revision = "token_maker"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("count_entry") as table:
        table.add_column(sa.Column("corrected", sa.BigInteger(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("count_entry") as table:
        table.drop_column("corrected")
