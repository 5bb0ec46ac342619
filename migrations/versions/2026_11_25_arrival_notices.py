"""Arrival notices of suppliers: pallets and cartons under their SSCC, and what is in them."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "arrival_notices"
down_revision = "offers"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    _notices()
    _units()


def _notices() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("purchase_order_id", sa.Integer(), nullable=True),
        sa.Column("supplier", sa.String(length=200), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        _word("carrier", 100),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["purchase_order_id"], ["purchase_order.id"]),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    for column in ("purchase_order_id", "supplier_id", "state"):
        op.create_index(f"ix_arrival_{column}", "arrival", [column])


def _units() -> None:
    op.create_table(
        "arrival_unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("arrival_id", sa.Integer(), nullable=False),
        sa.Column("sscc", sa.String(length=18), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("received_at", _MOMENT, nullable=True),
        sa.Column("scan_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["arrival_id"], ["arrival.id"]),
        sa.ForeignKeyConstraint(["parent_id"], ["arrival_unit.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sscc"),
    )
    op.create_table(
        "arrival_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        _word("lot", 20),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.CheckConstraint("units > 0", name="ck_arrival_content_units"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["arrival_unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for table, column in (("arrival_unit", "arrival_id"), ("arrival_unit", "parent_id"), ("arrival_content", "unit_id"),
                          ("arrival_content", "product_id")):  # fmt: skip
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Take it back: notices are forgotten, what came of them stays."""
    for table in ("arrival_content", "arrival_unit", "arrival"):
        op.drop_table(table)
