"""Zones, coordinates, capacity and mixing rules of bins."""

revision = "places"
down_revision = "lots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
