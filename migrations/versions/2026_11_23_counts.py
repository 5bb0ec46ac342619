"""Counts: what was counted, by whom, and the variance that was posted."""

revision = "counts"
down_revision = "places"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
