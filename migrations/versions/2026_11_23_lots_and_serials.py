"""Lots, serials and expiry: what stock is told apart by; who made each move."""

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "lots"
down_revision = "spine"
branch_labels = None
depends_on = None

_IN_A_LOT = sa.text("lot <> ''")
_A_SERIAL = sa.text("serial <> ''")
_A_SERIAL_HERE = sa.text("serial <> '' AND qty > 0")


def _word(name: str, length: int = 20) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False)


def upgrade() -> None:
    _tell_products_apart()
    _widen_the_ledger()
    _new_balance()
    _new_parcel_line()
    for column in (_word("lot"), _word("serial")):
        op.add_column("pick_line", column)
    is_open = sa.text("state = 'open'")
    op.create_index("ix_pick_line_bin", "pick_line", ["from_id", "product_id"], sqlite_where=is_open,
                    postgresql_where=is_open)  # fmt: skip
    with op.batch_alter_table("count_request") as batch:
        batch.drop_index("ix_count_open")
        batch.add_column(_word("lot"))
        batch.add_column(_word("serial"))
        batch.add_column(sa.Column("missing", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch.create_index("ix_count_open", ["location_id", "product_id", "lot", "serial"], unique=True,
                           sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL"))  # fmt: skip
    op.execute(  # until now every unit on hold was one that a picker did not find
        "UPDATE count_request SET missing = COALESCE((SELECT SUM(b.qty) FROM balance b WHERE b.condition = 'hold'"
        " AND b.product_id = count_request.product_id AND b.location_id = count_request.location_id), 0)"
        " WHERE done_at IS NULL"
    )


def _tell_products_apart() -> None:
    with op.batch_alter_table("product") as batch:
        for name in ("lots", "serials", "expires", "fefo"):
            batch.add_column(_flag(name))
        batch.add_column(sa.Column("min_days_left", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "lot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("received_at", stowline.core.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("held", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("product_id", "code"),
    )
    ends = sa.text("expires_on IS NOT NULL")
    op.create_index("ix_lot_expires", "lot", ["expires_on"], sqlite_where=ends, postgresql_where=ends)


def _widen_the_ledger() -> None:
    """Columns are added in place: the ledger is long, and its triggers hang on the table."""
    for column in (_word("lot"), _word("serial"), _word("who", 120), _word("device", 80)):
        op.add_column("ledger", column)
    op.create_index("ix_ledger_lot", "ledger", ["product_id", "lot", "id"], sqlite_where=_IN_A_LOT,
                    postgresql_where=_IN_A_LOT)  # fmt: skip
    op.create_index("ix_ledger_serial", "ledger", ["product_id", "serial", "id"], sqlite_where=_A_SERIAL,
                    postgresql_where=_A_SERIAL)  # fmt: skip
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE TRIGGER ledger_final_truncate BEFORE TRUNCATE ON ledger "
                   "FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()")  # fmt: skip
        return
    op.execute(  # INSERT OR REPLACE deletes the old row without a word to the trigger on DELETE
        "CREATE TRIGGER ledger_final_replace BEFORE INSERT ON ledger "
        "WHEN EXISTS (SELECT 1 FROM ledger WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    )


def _new_balance() -> None:
    """The key grows, so the table is made anew and filled from the old one."""
    op.drop_index("ix_balance_location", "balance")
    _make_way("balance", "balance_pkey", "balance_location_id_fkey", "balance_product_id_fkey")
    op.create_table(
        "balance",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("location_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("condition", sa.String(length=8), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("bound", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("qty >= 0", name="ck_balance_qty"),
        sa.CheckConstraint("bound >= 0 AND bound <= qty", name="ck_balance_bound"),
        sa.CheckConstraint("serial = '' OR qty <= 1", name="ck_balance_serial"),
        sa.ForeignKeyConstraint(["location_id"], ["location.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("product_id", "location_id", "lot", "serial", "condition"),
    )
    op.execute(
        "INSERT INTO balance (product_id, location_id, lot, serial, condition, qty, bound)"
        " SELECT product_id, location_id, '', '', condition, qty, bound FROM balance_before"
    )
    op.drop_table("balance_before")
    there = sa.text("qty > 0")
    op.create_index("ix_balance_location", "balance", ["location_id", "product_id"], sqlite_where=there,
                    postgresql_where=there)  # fmt: skip
    op.create_index("ix_balance_serial", "balance", ["product_id", "serial"], unique=True, sqlite_where=_A_SERIAL_HERE,
                    postgresql_where=_A_SERIAL_HERE)  # fmt: skip


def _new_parcel_line() -> None:
    _make_way("parcel_line", "parcel_line_pkey", "parcel_line_order_line_id_fkey", "parcel_line_parcel_id_fkey",
              "parcel_line_product_id_fkey")  # fmt: skip
    op.create_table(
        "parcel_line",
        sa.Column("parcel_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("serial", sa.String(length=20), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.CheckConstraint("qty >= 0", name="ck_parcel_line_qty"),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"]),
        sa.ForeignKeyConstraint(["parcel_id"], ["parcel.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("parcel_id", "order_line_id", "lot", "serial"),
    )
    op.execute(
        "INSERT INTO parcel_line (parcel_id, order_line_id, lot, serial, product_id, qty)"
        " SELECT parcel_id, order_line_id, '', '', product_id, qty FROM parcel_line_before"
    )
    op.drop_table("parcel_line_before")


def _make_way(table: str, *constraints: str) -> None:
    """Put a table aside; PostgreSQL keeps the names of its constraints, which the new one needs."""
    op.rename_table(table, f"{table}_before")
    if op.get_bind().dialect.name == "postgresql":
        for name in constraints:
            op.execute(f"ALTER TABLE {table}_before RENAME CONSTRAINT {name} TO {name}_before")


def downgrade() -> None:
    """Lots and serials cannot be forgotten again: restore the backup from before instead."""
