"""What grows for years and is asked for by day, from an index each: parcels that left, contacts to be answered."""

import sqlalchemy as sa
from alembic import op

revision = "parcels_that_left"
down_revision = "accounts"
branch_labels = None
depends_on = None

_LEFT, _OPEN = sa.text("handed_over_at IS NOT NULL"), sa.text("handled_at IS NULL")


def upgrade() -> None:
    """Make it so."""
    op.create_index("ix_parcel_left", "parcel", ["handed_over_at", "order_id"], sqlite_where=_LEFT, postgresql_where=_LEFT)
    op.create_index("ix_contact_open", "contact", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_contact_open", "contact")
    op.drop_index("ix_parcel_left", "parcel")
