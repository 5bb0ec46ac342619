"""How far the mailbox of bounces was read."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "bounces"
down_revision = "message_policies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bounce_mailbox",
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    """Take it back: the mailbox is read from its beginning, which changes nothing that is kept."""
    op.drop_table("bounce_mailbox")
