"""Sums of messages by day, how long they took, alarms; and the ways to find messages by when they were owed or sent."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "message_metrics"
down_revision = "sequences"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_index("ix_message_made", "message", ["made_at"])
    op.create_index("ix_message_sent", "message", ["sent_at"])
    op.create_index("ix_message_copy", "message", ["copy_of_id"], sqlite_where=sa.text("copy_of_id IS NOT NULL"),
                    postgresql_where=sa.text("copy_of_id IS NOT NULL"))  # fmt: skip
    op.create_index("ix_mail_report_at", "mail_report", ["at"])
    op.create_table(
        "message_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "store_id", "kind", "channel", "state"),
    )
    op.create_table(
        "message_latency",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("worst_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "store_id", "bucket"),
    )
    op.create_table(
        "message_alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("say", sa.String(300), nullable=False),
        sa.Column("began_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("standing", sa.String(20), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("standing"),
    )


def downgrade() -> None:
    """Take it back: the sums are added up anew by the next run."""
    for table in ("message_alarm", "message_latency", "message_day"):
        op.drop_table(table)
    op.drop_index("ix_mail_report_at", "mail_report")
    for name in ("ix_message_copy", "ix_message_sent", "ix_message_made"):
        op.drop_index(name, "message")
