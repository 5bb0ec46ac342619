"""Adjustments with reasons, attachments and approval."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "adjustments"
down_revision = "counts"
branch_labels = None
depends_on = None

_WAITS = sa.text("state = 'waiting'")
_REASONS = (  # code, label, direction, goes_to, approve_above
    ("found", "Found", "in", "adjustment", 10),
    ("lost", "Lost", "out", "adjustment", 10),
    ("damaged", "Damaged, set aside", "out", "damaged", 10),
    ("expired", "Expired", "out", "scrap", 10),
    ("scrap", "Broken beyond use", "out", "scrap", 5),
    ("sample", "Sample", "out", "adjustment", 5),
    ("own-use", "Used by ourselves", "out", "adjustment", 5),
    ("theft", "Theft", "out", "adjustment", 0),
    ("correction", "Data correction", "either", "adjustment", 10),
    ("supplier", "Supplier sent something else", "either", "adjustment", 10),
)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    reasons = op.create_table(
        "adjust_reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("direction", sa.String(length=6), nullable=False),
        sa.Column("goes_to", sa.String(length=10), nullable=False),
        sa.Column("approve_above", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    names = ("code", "label", "direction", "goes_to", "approve_above")
    op.bulk_insert(reasons, [dict(zip(names, row, strict=True)) | {"active": True} for row in _REASONS])
    _adjustments()
    _attachments()


def _adjustments() -> None:
    op.create_table(
        "adjustment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        _word("lot", 20), _word("serial", 20),
        sa.Column("condition", sa.String(length=8), nullable=False),
        sa.Column("to_condition", sa.String(length=8), nullable=False),
        sa.Column("goes_to", sa.String(length=10), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        _word("note", 500),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        _word("device", 80),
        sa.Column("scan_id", sa.String(length=64), nullable=True),
        sa.Column("asked_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        _word("decided_by", 120), _word("decided_key", 40),
        sa.Column("decided_at", stowline.core.db.UtcDateTime(timezone=True), nullable=True),
        _word("decided_why", 200),
        sa.Column("move_id", sa.BigInteger(), nullable=True),
        sa.Column("back_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("units <> 0", name="ck_adjustment_units"),
        sa.CheckConstraint("state <> 'posted' OR move_id IS NOT NULL", name="ck_adjustment_posted"),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["reason"], ["adjust_reason.code"]),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_adjustment_waiting", "adjustment", ["id"], sqlite_where=_WAITS, postgresql_where=_WAITS)
    for column in ("product", "location"):
        op.create_index(f"ix_adjustment_{column}", "adjustment", [f"{column}_id", "id"])
    op.create_index("ix_adjustment_reason", "adjustment", ["reason", "id"])


def _attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("adjustment_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["adjustment_id"], ["adjustment.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_attachment_same", "attachment", ["adjustment_id", "sha256"], unique=True)


def downgrade() -> None:
    """Take it back: adjustments stay in the ledger, their reasons are forgotten."""
    for table in ("attachment", "adjustment", "adjust_reason"):
        op.drop_table(table)
