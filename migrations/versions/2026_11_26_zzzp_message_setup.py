"""Setting up what a store tells. Stores that are there count as live: nothing of theirs changes, and nobody is asked."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "message_setup"
down_revision = "note_runs"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_BY = "before there was a set-up"


def upgrade() -> None:
    """Make it so."""
    table = op.create_table(
        "message_setup",
        sa.Column("store_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("said", "done", "tests")),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("live_at", _MOMENT, nullable=True),
        sa.Column("live_by", sa.String(120), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id"),
    )
    now = datetime.now(UTC)
    there = op.get_bind().execute(sa.text("SELECT id FROM store ORDER BY id")).scalars().all()
    op.bulk_insert(table, [{"store_id": one, "said": {}, "done": ["live"], "tests": {}, "changed_at": now, "changed_by": _BY, "live_at": now, "live_by": _BY} for one in there])


def downgrade() -> None:
    """Take it back: what was chosen and did not count yet is forgotten."""
    op.drop_table("message_setup")
