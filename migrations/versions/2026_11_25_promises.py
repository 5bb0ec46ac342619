"""Promises: every one that was made for a waiting line, the one that stands, what is due, what was learned, how they were kept."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "promises"
down_revision = "instructions"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("p50", sa.Date(), nullable=True),
        sa.Column("p90", sa.Date(), nullable=True),
        sa.Column("cause", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("arrival", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_line_id", "revision"),
    )
    _standing()
    _due_and_learned()
    _outcome()
    # those who wait already are promised something when the timer runs first
    op.execute("INSERT INTO promise_due (product_id, cause, ref, say, ageing) SELECT DISTINCT product_id, "
               "'promises began', '', '', FALSE FROM order_line WHERE ordered - cancelled > allocated")  # fmt: skip


def _standing() -> None:
    op.create_table(
        "promise_standing",
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("p50", sa.Date(), nullable=True),
        sa.Column("p90", sa.Date(), nullable=True),
        sa.Column("arrival", sa.String(length=100), nullable=False),
        sa.Column("arrivals", sa.Text(), nullable=False),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("samples", sa.Integer(), nullable=False),
        sa.Column("first_p50", sa.Date(), nullable=True),
        sa.Column("first_p90", sa.Date(), nullable=True),
        sa.Column("first_told", sa.Boolean(), nullable=False),
        sa.Column("told_at", _MOMENT, nullable=True),
        sa.Column("told_in", sa.Integer(), nullable=True),
        sa.Column("told_p50", sa.Date(), nullable=True),
        sa.Column("told_p90", sa.Date(), nullable=True),
        sa.Column("news_revision", sa.Integer(), nullable=False),
        sa.Column("news_p90", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("order_line_id"),
    )
    op.create_index("ix_promise_standing_order", "promise_standing", ["order_id"])
    op.create_index("ix_promise_standing_product", "promise_standing", ["product_id", "arrival"])


def _due_and_learned() -> None:
    op.create_table(
        "promise_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=300), nullable=False),
        sa.Column("ref", sa.String(length=100), nullable=False),
        sa.Column("say", sa.String(length=1000), nullable=False),
        sa.Column("ageing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lead_time",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("learned_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref"),
    )


def _outcome() -> None:
    op.create_table(
        "promise_outcome",
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("p50", sa.Date(), nullable=True),
        sa.Column("p90", sa.Date(), nullable=True),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("filled_on", sa.Date(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("order_line_id"),
    )
    op.create_index("ix_promise_outcome_day", "promise_outcome", ["handed_on", "order_line_id"])
    op.create_index("ix_promise_outcome_order_id", "promise_outcome", ["order_id"])


def downgrade() -> None:
    for table in ("promise_outcome", "lead_time", "promise_due", "promise_standing", "promise"):
        op.drop_table(table)
