"""What shoppers may change by themselves, and which order went with which."""

import sqlalchemy as sa
from alembic import op

revision = "self_service"
down_revision = "my_account"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it so."""
    op.add_column("store", sa.Column("self_service", sa.String(16), nullable=False, server_default=sa.text("'until_picked'")))
    op.add_column("orders", sa.Column("merged_into", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("orders", "merged_into")
    op.drop_column("store", "self_service")
