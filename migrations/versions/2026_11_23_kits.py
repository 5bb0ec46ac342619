"""Kits: sold as one, picked as their parts."""

revision = "kits"
down_revision = "proofs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
