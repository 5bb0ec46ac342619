"""Addresses that are not written to, and what was reported about mails."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "suppressions"
down_revision = "preferences"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("scope", sa.String(12), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT, nullable=True),
        sa.Column("standing", sa.String(320), nullable=True),
        sa.Column("lifted_at", _MOMENT, nullable=True),
        sa.Column("lifted_by", sa.String(120), nullable=False),
        sa.Column("lifted_why", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("standing"),
    )
    op.create_index("ix_suppression_address", "suppression", ["address", "channel"])
    op.create_table(
        "mail_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("store_id", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("scope", sa.String(14), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("say", sa.String(500), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kept_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_mail_report_address", "mail_report", ["address", "at"])
    op.create_index("ix_mail_report_message_id", "mail_report", ["message_id"])
    op.create_index("ix_message_recipient", "message", ["recipient", "id"])


def downgrade() -> None:
    """Take it back: whoever was not written to would be written to again."""
    op.drop_index("ix_message_recipient", "message")
    op.drop_table("mail_report")
    op.drop_table("suppression")
