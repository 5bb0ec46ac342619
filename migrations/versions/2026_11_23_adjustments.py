"""Adjustments with reasons, attachments and approval."""

revision = "adjustments"
down_revision = "counts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
