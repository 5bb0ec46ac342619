"""Shoppers' cases on their orders, and reviews of what they got."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "cases"
down_revision = "return_texts"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_UNDER_WAY = sa.text("state <> 'closed'")
_OPEN = sa.text("state = 'open'")
_JUDGED = sa.text("judged_at IS NOT NULL")
_WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Make it so."""
    _case()
    _entries()
    _photos()
    _policy()
    _review()


def _case() -> None:
    op.create_table(
        "shopper_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("owner", sa.String(120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("opened_by", sa.String(120), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("spoke_at", _MOMENT, nullable=False),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("solved_at", _MOMENT, nullable=True),
        sa.Column("solved_by", sa.String(120), nullable=False),
        sa.Column("closed_at", _MOMENT, nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(4), nullable=False),
        sa.Column("verdict_text", sa.Text(), nullable=False),
        sa.Column("judged_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_shopper_case_one", "shopper_case", ["order_id", "kind"], unique=True, sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY)
    op.create_index("ix_shopper_case_order", "shopper_case", ["order_id", "id"])
    op.create_index("ix_shopper_case_state", "shopper_case", ["state", "due_at", "id"])
    op.create_index("ix_shopper_case_owner", "shopper_case", ["owner_id", "due_at", "id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_index("ix_shopper_case_judged", "shopper_case", ["judged_at", "id"], sqlite_where=_JUDGED, postgresql_where=_JUDGED)


def _entries() -> None:
    op.create_table(
        "case_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("author", sa.String(8), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["shopper_case.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_case_entry_case", "case_entry", ["case_id", "id"])
    op.create_index("ix_case_entry_order", "case_entry", ["order_id", "at"])
    op.create_index("ix_case_entry_contact_id", "case_entry", ["contact_id"])


def _photos() -> None:
    op.create_table(
        "case_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["shopper_case.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["case_entry.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "sha256"),
    )
    op.create_index("ix_case_photo_order", "case_photo", ["order_id"])


def _policy() -> None:
    op.create_table(
        "case_policy",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("close_after_h", sa.Integer(), nullable=False),
        sa.Column("busy", sa.String(8), nullable=False),
        sa.Column("busy_words", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.PrimaryKeyConstraint("store_id"),
    )


def _review() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("locale", sa.String(12), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(120), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT, nullable=True),
        sa.Column("settled_by", sa.String(120), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="ck_review_stars"),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"]),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_line_id"),
    )
    op.create_index("ix_review_product", "review", ["product_id", "state", "id"])
    op.create_index("ix_review_order", "review", ["order_id"])
    op.create_index("ix_review_waiting", "review", ["id"], sqlite_where=_WAITS, postgresql_where=_WAITS)
    op.create_index("ix_review_state", "review", ["state", "id"])


def downgrade() -> None:
    """Take it back."""
    for table in ("review", "case_policy", "case_photo", "case_entry", "shopper_case"):
        op.drop_table(table)
