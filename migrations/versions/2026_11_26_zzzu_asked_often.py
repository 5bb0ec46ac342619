"""What shoppers find on the page of their order: answers to what is asked often, a telephone number and its hours."""

import sqlalchemy as sa
from alembic import op

revision = "asked_often"
down_revision = "self_service"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make it so."""
    op.add_column("snippet", sa.Column("public", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("store", sa.Column("support_phone", sa.String(40), nullable=False, server_default=sa.text("''")))
    op.add_column("store", sa.Column("support_hours", sa.String(120), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("store", "support_hours")
    op.drop_column("store", "support_phone")
    op.drop_column("snippet", "public")
