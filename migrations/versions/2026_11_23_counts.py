"""Counts: what was counted, by whom, and the variance that was posted."""

import sqlalchemy as sa
from alembic import op

from stowline.core.db import UtcDateTime

revision = "counts"
down_revision = "places"
branch_labels = None
depends_on = None

_OPEN, _OPEN_BIN = sa.text("done_at IS NULL"), sa.text("product_id IS NULL AND done_at IS NULL")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _sheets()
    _requests()
    _entries()
    _plan()


def _sheets() -> None:
    op.create_table(
        "count_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        _moment("begun_at"),
        _moment("done_at", nullable=True),
        sa.Column("base", sa.BigInteger(), nullable=False),
        sa.Column("begun", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("hand", sa.Text(), nullable=False),
        sa.Column("scan_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    is_open = sa.text("state = 'open'")
    op.create_index("ix_count_sheet_open", "count_sheet", ["location_id"], unique=True, sqlite_where=is_open,
                    postgresql_where=is_open)  # fmt: skip
    op.create_index("ix_count_sheet_holder", "count_sheet", ["holder", "state"])
    op.create_index("ix_count_sheet_bin", "count_sheet", ["location_id", "done_at"])
    op.create_index("ix_count_sheet_done", "count_sheet", ["done_at"])


def _requests() -> None:
    """A request may be for a whole bin; it says what asked for it, who, how urgent it is, and what ended it."""
    with op.batch_alter_table("count_request") as batch:
        batch.drop_index("ix_count_open")
        batch.alter_column("product_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("kind", sa.String(length=8), server_default=sa.text("'short'"), nullable=False))
        batch.add_column(sa.Column("priority", sa.Integer(), server_default=sa.text("2"), nullable=False))
        batch.add_column(sa.Column("who", sa.String(length=120), server_default=sa.text("''"), nullable=False))
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("round", sa.Integer(), server_default=sa.text("1"), nullable=False))
        batch.add_column(sa.Column("sheet_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("ended_by", sa.String(length=120), server_default=sa.text("''"), nullable=False))
        batch.create_foreign_key("count_request_sheet_id_fkey", "count_sheet", ["sheet_id"], ["id"])
        batch.create_index("ix_count_open", ["location_id", "product_id", "lot", "serial"], unique=True,
                           sqlite_where=_OPEN, postgresql_where=_OPEN)  # fmt: skip
        batch.create_index("ix_count_open_bin", ["location_id"], unique=True, sqlite_where=_OPEN_BIN,
                           postgresql_where=_OPEN_BIN)  # fmt: skip


def _entries() -> None:
    op.create_table(
        "count_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("book", sa.BigInteger(), nullable=False),
        sa.Column("missing", sa.BigInteger(), nullable=False),
        sa.Column("moves", sa.Integer(), nullable=False),
        sa.Column("scans", sa.Integer(), nullable=False),
        _moment("at"),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("posted", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=True),
        sa.Column("by_sheet", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        _moment("decided_at", nullable=True),
        sa.CheckConstraint("counted >= 0", name="ck_count_entry_counted"),
        sa.ForeignKeyConstraint(["sheet_id"], ["count_sheet.id"]),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["request_id"], ["count_request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sheet_id", "location_id", "product_id", "lot", "serial"),
    )
    asked = sa.text("request_id IS NOT NULL")
    op.create_index("ix_count_entry_request", "count_entry", ["request_id"], sqlite_where=asked, postgresql_where=asked)
    op.create_index("ix_count_entry_product", "count_entry", ["product_id", "id"])


def _plan() -> None:
    numbers = ("a_days", "b_days", "c_days", "a_share", "b_share", "per_day", "second_units", "second_percent")
    plan = op.create_table(
        "count_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.Column("work_days", sa.String(length=7), nullable=False),
        sa.Column("emptied", sa.Boolean(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("read_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    row = dict(zip(numbers, (30, 90, 180, 80, 15, 40, 10, 25), strict=True))
    op.bulk_insert(plan, [{"id": 1, **row, "work_days": "12345", "emptied": True, "read_to": 0}])


def downgrade() -> None:
    for table in ("count_plan", "count_entry"):
        op.drop_table(table)
    op.execute("DELETE FROM count_request WHERE product_id IS NULL")
    with op.batch_alter_table("count_request") as batch:
        batch.drop_index("ix_count_open_bin")
        batch.drop_index("ix_count_open")
        batch.drop_constraint("count_request_sheet_id_fkey", type_="foreignkey")
        for name in ("ended_by", "sheet_id", "round", "due_on", "who", "priority", "kind"):
            batch.drop_column(name)
        batch.alter_column("product_id", existing_type=sa.Integer(), nullable=False)
        batch.create_index("ix_count_open", ["location_id", "product_id", "lot", "serial"], unique=True,
                           sqlite_where=_OPEN, postgresql_where=_OPEN)  # fmt: skip
    op.drop_table("count_sheet")
