"""Lots, serials and expiry: what stock is told apart by; and who made each move."""

revision = "lots"
down_revision = "spine"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
