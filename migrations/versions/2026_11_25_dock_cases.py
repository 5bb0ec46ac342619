"""Cases at the dock, with photographs."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "dock_cases"
down_revision = "support"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "dock_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        _word("note", 500),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("purchase_order_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("scan_id", sa.String(length=64), nullable=True),
        _word("outcome", 500), _word("solved_by", 120),
        sa.Column("solved_at", _MOMENT, nullable=True),
        sa.CheckConstraint("state <> 'solved' OR outcome <> ''", name="ck_dock_case_outcome"),
        sa.ForeignKeyConstraint(["purchase_order_id"], ["purchase_order.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )  # fmt: skip
    op.create_index("ix_dock_case_state", "dock_case", ["state", "id"])
    op.create_index("ix_dock_case_order", "dock_case", ["purchase_order_id", "id"])
    op.create_index("ix_dock_case_product_id", "dock_case", ["product_id"])
    op.create_table(
        "dock_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["dock_case.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id", "sha256"),
    )


def downgrade() -> None:
    """Take it back: cases and their photographs are forgotten."""
    for table in ("dock_photo", "dock_case"):
        op.drop_table(table)
