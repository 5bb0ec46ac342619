"""Runs of the integrity proof and what each invariant said."""

revision = "proofs"
down_revision = "stock_feed"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
