"""Policies of messages, manners, caps and breakers; what a message needs to be held back, expire, be digested or forced."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "message_policies"
down_revision = "channels"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_FRESH = ("address", "expires_at", "told_in_id", "forced", "copy_of_id")


def upgrade() -> None:
    op.create_table(
        "message_policy",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id", "kind"),
    )
    op.create_table(
        "message_manners",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_to", sa.Integer(), nullable=True),
        sa.Column("cap", sa.Integer(), nullable=False, server_default=sa.text("2")),
        sa.Column("cap_days", sa.Integer(), nullable=False, server_default=sa.text("7")),
        sa.Column("digest", sa.Boolean(), nullable=False, server_default=sa.text("TRUE")),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id"),
    )
    op.create_table(
        "cap_turn",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id", "channel", "address"),
    )
    op.create_table(
        "breaker",
        sa.Column("provider", sa.String(200), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("open_until", _MOMENT, nullable=True),
        sa.Column("say", sa.String(500), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("provider"),
    )
    with op.batch_alter_table("message") as table:
        table.add_column(sa.Column("address", sa.String(254), nullable=False, server_default=sa.text("''")))
        table.add_column(sa.Column("expires_at", _MOMENT, nullable=True))
        table.add_column(sa.Column("told_in_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("copy_of_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("forced", sa.String(300), nullable=False, server_default=sa.text("''")))
        table.create_foreign_key("fk_message_told_in_id", "message", ["told_in_id"], ["id"])
        table.create_foreign_key("fk_message_copy_of_id", "message", ["copy_of_id"], ["id"])
    op.execute("UPDATE message SET address = lower(trim(recipient))")
    op.create_index("ix_message_address", "message", ["address", "id"])


def downgrade() -> None:
    """Take it back: what stores said of kinds is forgotten."""
    op.drop_index("ix_message_address", "message")
    with op.batch_alter_table("message") as table:
        table.drop_constraint("fk_message_told_in_id", type_="foreignkey")
        table.drop_constraint("fk_message_copy_of_id", type_="foreignkey")
        for name in _FRESH:
            table.drop_column(name)
    for table_name in ("breaker", "cap_turn", "message_manners", "message_policy"):
        op.drop_table(table_name)
