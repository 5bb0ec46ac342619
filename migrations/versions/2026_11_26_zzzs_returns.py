"""Returns: what comes back, what was found, what was settled, and by which rules."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "returns"
down_revision = "calendar"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def upgrade() -> None:
    """Make it so."""
    _return_policy()
    _rma()
    _rma_line()
    _rma_arrival()
    _rma_inspection()
    _rma_photo()
    _rma_settlement()


def _return_policy() -> None:
    op.create_table(
        "return_policy",
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("fault_days", sa.Integer(), nullable=False),
        sa.Column("lost_after_days", sa.Integer(), nullable=False),
        sa.Column("free_reasons", sa.String(80), nullable=False),
        sa.Column("outcomes", sa.String(80), nullable=False),
        sa.Column("approve", sa.String(8), nullable=False),
        sa.Column("lost", sa.String(8), nullable=False),
        sa.Column("exchange", sa.String(12), nullable=False),
        sa.Column("damaged_at_once", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("settle", sa.String(8), nullable=False),
        sa.Column("keep_below_minor", sa.BigInteger(), nullable=False),
        sa.Column("restocking_percent", sa.Integer(), nullable=False),
        sa.Column("label_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(120), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.CheckConstraint("days >= 0 AND fault_days >= 0 AND lost_after_days >= 0", name="ck_return_policy_days"),
        sa.CheckConstraint("label_fee_minor >= 0 AND keep_below_minor >= 0", name="ck_return_policy_amounts"),
        sa.CheckConstraint("restocking_percent BETWEEN 0 AND 100", name="ck_return_policy_restocking"),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["store.id"],
        ),
        sa.PrimaryKeyConstraint("store_id"),
    )


def _rma() -> None:
    op.create_table(
        "rma",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(20), nullable=False),
        sa.Column("store_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("order_ref", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("why", sa.String(500), nullable=False),
        sa.Column("free_label", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(120), nullable=False),
        sa.Column("decided_by", sa.String(120), nullable=False),
        sa.Column("tracking", sa.String(80), nullable=False),
        sa.Column("carrier", sa.String(60), nullable=False),
        sa.Column("claim", sa.String(120), nullable=False),
        sa.Column("parcel_id", sa.Integer(), nullable=True),
        sa.Column("weight_g", sa.Integer(), nullable=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=True),
        sa.Column("sent_at", _MOMENT, nullable=True),
        sa.Column("received_at", _MOMENT, nullable=True),
        sa.Column("counted_at", _MOMENT, nullable=True),
        sa.Column("inspected_at", _MOMENT, nullable=True),
        sa.Column("settled_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parcel_id"],
            ["parcel.id"],
        ),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["store.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index(
        "ix_rma_open",
        "rma",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state IN ('requested', 'approved', 'in_transit', 'received', 'inspected')"),
        postgresql_where=sa.text("state IN ('requested', 'approved', 'in_transit', 'received', 'inspected')"),
    )
    op.create_index("ix_rma_order", "rma", ["order_id", "id"], unique=False)
    op.create_index("ix_rma_parcel_id", "rma", ["parcel_id"], unique=False)
    op.create_index("ix_rma_state", "rma", ["state", "id"], unique=False)
    op.create_index("ix_rma_store", "rma", ["store_id", "id"], unique=False)
    op.create_index(
        "ix_rma_tracking",
        "rma",
        ["tracking"],
        unique=False,
        sqlite_where=sa.text("tracking <> ''"),
        postgresql_where=sa.text("tracking <> ''"),
    )


def _rma_line() -> None:
    op.create_table(
        "rma_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rma_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("note", sa.String(500), server_default=sa.text("''"), nullable=False),
        sa.Column("exchange_id", sa.Integer(), nullable=True),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("inspected", sa.Integer(), nullable=False),
        sa.Column("spared", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.CheckConstraint("arrived >= 0 AND spared >= 0 AND arrived + spared <= units", name="ck_rma_line_arrived"),
        sa.CheckConstraint("inspected >= 0 AND inspected <= arrived", name="ck_rma_line_inspected"),
        sa.CheckConstraint("settled >= 0 AND settled <= units", name="ck_rma_line_settled"),
        sa.CheckConstraint("units > 0", name="ck_rma_line_units"),
        sa.ForeignKeyConstraint(
            ["exchange_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rma_id"],
            ["rma.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rma_line_order_line", "rma_line", ["order_line_id"], unique=False)
    op.create_index("ix_rma_line_product_id", "rma_line", ["product_id"], unique=False)
    op.create_index("ix_rma_line_rma_id", "rma_line", ["rma_id"], unique=False)


def _rma_arrival() -> None:
    op.create_table(
        "rma_arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rma_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(20), nullable=False),
        sa.Column("serial", sa.String(20), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("hint", sa.String(300), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("scan_id", sa.String(64), nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.CheckConstraint("units > 0", name="ck_rma_arrival_units"),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["rma_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rma_id"],
            ["rma.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_rma_arrival_line",
        "rma_arrival",
        ["line_id"],
        unique=False,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index("ix_rma_arrival_rma_id", "rma_arrival", ["rma_id"], unique=False)


def _rma_inspection() -> None:
    op.create_table(
        "rma_inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rma_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(20), nullable=False),
        sa.Column("serial", sa.String(20), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(12), nullable=False),
        sa.Column("disposition", sa.String(16), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(8), nullable=False),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("scan_id", sa.String(64), nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.CheckConstraint("units > 0", name="ck_rma_inspection_units"),
        sa.ForeignKeyConstraint(
            ["from_id"],
            ["location.id"],
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["rma_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["product.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rma_id"],
            ["rma.id"],
        ),
        sa.ForeignKeyConstraint(
            ["to_id"],
            ["location.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rma_inspection_at", "rma_inspection", ["at"], unique=False)
    op.create_index(
        "ix_rma_inspection_line",
        "rma_inspection",
        ["line_id"],
        unique=False,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index("ix_rma_inspection_rma_id", "rma_inspection", ["rma_id"], unique=False)


def _rma_photo() -> None:
    op.create_table(
        "rma_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rma_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(8), nullable=False),
        sa.Column("mime", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["rma_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rma_id"],
            ["rma.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rma_id", "sha256"),
    )
    op.create_index("ix_rma_photo_line_id", "rma_photo", ["line_id"], unique=False)


def _rma_settlement() -> None:
    op.create_table(
        "rma_settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rma_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("label_minor", sa.BigInteger(), nullable=False),
        sa.Column("cut_minor", sa.BigInteger(), nullable=False),
        sa.Column("cut_why", sa.String(300), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("instruction_id", sa.Integer(), nullable=True),
        sa.Column("new_order_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(120), nullable=False),
        sa.CheckConstraint(
            "amount_minor >= 0 AND amount_minor + fee_minor + label_minor + cut_minor <= paid_minor",
            name="ck_rma_settlement_amount",
        ),
        sa.CheckConstraint("fee_minor >= 0 AND label_minor >= 0 AND cut_minor >= 0", name="ck_rma_settlement_less"),
        sa.CheckConstraint("units > 0", name="ck_rma_settlement_units"),
        sa.ForeignKeyConstraint(
            ["instruction_id"],
            ["instruction.id"],
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["rma_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["new_order_id"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rma_id"],
            ["rma.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rma_settlement_instruction_id", "rma_settlement", ["instruction_id"], unique=False)
    op.create_index("ix_rma_settlement_line_id", "rma_settlement", ["line_id"], unique=False)
    op.create_index("ix_rma_settlement_new_order_id", "rma_settlement", ["new_order_id"], unique=False)
    op.create_index("ix_rma_settlement_order_line", "rma_settlement", ["order_line_id"], unique=False)
    op.create_index("ix_rma_settlement_rma_id", "rma_settlement", ["rma_id"], unique=False)


def downgrade() -> None:
    """Take it back: returns are forgotten."""
    for table in ("rma_settlement", "rma_photo", "rma_inspection", "rma_arrival", "rma_line", "rma", "return_policy"):
        op.drop_table(table)
