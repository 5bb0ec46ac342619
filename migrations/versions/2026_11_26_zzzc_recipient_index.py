"""Messages are found by their address alone: the index of recipients as they were written goes."""

from alembic import op

revision = "recipient_index"
down_revision = "bounces"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_message_recipient", "message")


def downgrade() -> None:
    """Take it back."""
    op.create_index("ix_message_recipient", "message", ["recipient", "id"])
