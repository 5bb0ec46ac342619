"""Suppliers, what was agreed with them over time, and what came in when."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

import stowline.core.db

revision = "arrivals"
down_revision = "alloc"
branch_labels = None
depends_on = None

_MOMENT = stowline.core.db.UtcDateTime(timezone=True)
_NONE = sa.text("0")
_AT_ONCE = 500


def upgrade() -> None:
    _suppliers()
    _lines()
    _revisions()
    _receipts()


def _suppliers() -> None:
    op.create_table(
        "supplier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), server_default=sa.text("''"), nullable=False),
        sa.Column("language", sa.String(length=10), server_default=sa.text("''"), nullable=False),
        sa.Column("over_percent", sa.Integer(), server_default=_NONE, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.CheckConstraint("over_percent >= 0 AND over_percent <= 100", name="ck_supplier_over"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    with op.batch_alter_table("purchase_order") as table:
        table.add_column(sa.Column("supplier_id", sa.Integer(), nullable=True))
        table.create_foreign_key("fk_purchase_order_supplier", "supplier", ["supplier_id"], ["id"])
        table.create_index("ix_purchase_order_supplier_id", ["supplier_id"])
    op.execute(
        "INSERT INTO supplier (name, created_at) SELECT supplier, MIN(created_at) FROM purchase_order"
        " WHERE supplier <> '' GROUP BY supplier"
    )
    op.execute("UPDATE purchase_order SET supplier_id = (SELECT s.id FROM supplier s WHERE s.name = purchase_order.supplier)")


def _lines() -> None:
    with op.batch_alter_table("purchase_order_line") as table:
        table.add_column(sa.Column("over", sa.Integer(), server_default=_NONE, nullable=False))
        table.add_column(sa.Column("damaged", sa.Integer(), server_default=_NONE, nullable=False))
        table.drop_constraint("ck_po_line_received", type_="check")
        table.create_check_constraint("ck_po_line_received", "quantity >= 0 AND received >= 0 AND received <= quantity")
        table.create_check_constraint("ck_po_line_over", "over >= 0 AND damaged >= 0 AND damaged <= received + over")


def _revisions() -> None:
    made = op.create_table(
        "purchase_order_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purchase_order_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("expected_from", sa.Date(), nullable=True),
        sa.Column("expected_to", sa.Date(), nullable=True),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["purchase_order_id"], ["purchase_order.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("purchase_order_id", "n"),
    )
    for rows in _in_parts(_first_revisions()):
        op.bulk_insert(made, rows)


def _first_revisions() -> list[dict[str, Any]]:
    """What every purchase order that is there already asks for now."""
    day = {name: sa.Date() for name in ("expected_from", "expected_to")}
    orders = sa.text("SELECT id, created_at, expected_from, expected_to FROM purchase_order ORDER BY id")
    lines = sa.text("SELECT l.purchase_order_id, p.sku, l.quantity FROM purchase_order_line l"
                    " JOIN product p ON p.id = l.product_id ORDER BY l.purchase_order_id, l.position")  # fmt: skip
    asked: dict[int, list[tuple[str, int]]] = {}
    for order_id, sku, units in op.get_bind().execute(lines):
        asked.setdefault(order_id, []).append((sku, units))
    return [
        {"purchase_order_id": row.id, "n": 1, "at": row.created_at, "who": "Stowline", "why": "As entered",
         "expected_from": row.expected_from, "expected_to": row.expected_to, "lines": json.dumps(asked.get(row.id, []))}
        for row in op.get_bind().execute(orders.columns(id=sa.Integer(), created_at=_MOMENT, **day))
    ]  # fmt: skip


def _receipts() -> None:
    made = op.create_table(
        "goods_receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("purchase_order_line_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=8), nullable=False),
        sa.Column("who", sa.String(length=120), nullable=False),
        sa.Column("scan_id", sa.String(length=64), nullable=True),
        sa.Column("undone_at", _MOMENT, nullable=True),
        sa.CheckConstraint("units > 0", name="ck_goods_receipt_units"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["purchase_order_line_id"], ["purchase_order_line.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_goods_receipt_line", "goods_receipt", ["purchase_order_line_id", "at"])
    op.create_index("ix_goods_receipt_at", "goods_receipt", ["at"])
    op.create_index("ix_goods_receipt_scan", "goods_receipt", ["scan_id"])
    for rows in _in_parts(_what_came()):
        op.bulk_insert(made, rows)


def _what_came() -> list[dict[str, Any]]:
    """What was received before this was kept, on the day of the last receipt that the diary knows of that line."""
    diary = sa.text("SELECT body, at FROM outbox WHERE name = 'GoodsReceived' ORDER BY id").columns(body=sa.Text(), at=_MOMENT)
    last: dict[tuple[str, str], Any] = {}
    for body, at in op.get_bind().execute(diary):
        said = json.loads(body)
        last[said["purchase_order"], said["sku"]] = at
    lines = sa.text("SELECT l.id, l.product_id, l.received, o.ref, o.created_at, p.sku FROM purchase_order_line l"
                    " JOIN purchase_order o ON o.id = l.purchase_order_id JOIN product p ON p.id = l.product_id"
                    " WHERE l.received > 0 ORDER BY l.id").columns(id=sa.Integer(), product_id=sa.Integer(), received=sa.Integer(),
                                                                 ref=sa.String(), created_at=_MOMENT, sku=sa.String())  # fmt: skip
    return [
        {"at": last.get((row.ref, row.sku), row.created_at), "purchase_order_line_id": row.id, "product_id": row.product_id,
         "units": row.received, "condition": "good", "who": "Stowline", "scan_id": None, "undone_at": None}
        for row in op.get_bind().execute(lines)
    ]  # fmt: skip


def _in_parts(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]


def downgrade() -> None:
    """Take it back: what was agreed and when it came is forgotten."""
    for table in ("goods_receipt", "purchase_order_revision"):
        op.drop_table(table)
    with op.batch_alter_table("purchase_order_line") as table:
        table.drop_constraint("ck_po_line_over", type_="check")
        table.drop_column("over")
        table.drop_column("damaged")
    with op.batch_alter_table("purchase_order") as table:
        table.drop_index("ix_purchase_order_supplier_id")
        table.drop_constraint("fk_purchase_order_supplier", type_="foreignkey")
        table.drop_column("supplier_id")
    op.drop_table("supplier")
