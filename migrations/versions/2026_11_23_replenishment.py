"""Pick faces, and how much each bin and product is picked a day."""

revision = "replenishment"
down_revision = "kits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
