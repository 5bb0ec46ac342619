"""Consent to a delay, kept on the order; whether a store asks for it."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "consent"
down_revision = "back_in_stock"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("silence", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=14), nullable=False),
        sa.Column("asked_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "seq"),
    )
    op.create_index("ix_consent_offer", "consent", ["offer_id"])
    op.create_index("ix_consent_state", "consent", ["state", "due"])
    for name in ("us_rule", "lapse_cancels"):
        op.add_column("option_policy", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take it back: what shoppers agreed to is forgotten."""
    op.drop_table("consent")
    with op.batch_alter_table("option_policy") as batch:
        for name in ("lapse_cancels", "us_rule"):
            batch.drop_column(name)
