"""The calendar of what a store says to many."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "calendar"
down_revision = "baskets"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Make it so."""
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("headline", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("headline_b", sa.String(120), nullable=False),
        sa.Column("body_b", sa.Text(), nullable=False),
        sa.Column("share_b", sa.Integer(), nullable=False),
        sa.Column("whom", sa.JSON(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(120), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_calendar_entry_store", "calendar_entry", ["store_id", "at", "id"])
    op.create_table(
        "calendar_person",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("variant", sa.String(1), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("counts_until", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["calendar_entry.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.PrimaryKeyConstraint("entry_id", "customer_id"),
    )
    op.create_index("ix_calendar_person_customer_id", "calendar_person", ["customer_id"])
    op.create_index("ix_calendar_person_message_id", "calendar_person", ["message_id"])


def downgrade() -> None:
    """Take it back: the calendar is forgotten."""
    op.drop_table("calendar_person")
    op.drop_table("calendar_entry")
