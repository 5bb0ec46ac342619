"""The change feed of stock and the webhooks that it is sent to."""

revision = "stock_feed"
down_revision = "adjustments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled by the change that needs it."""


def downgrade() -> None:
    """Take it back."""
