"""What the database itself refuses: CHECKs, unique keys and triggers that the promises rest on; are they still there?

A query over the data shows that nothing is wrong now; these show that it cannot have been wrong for a moment. Somebody
who restores a dump or works on the tables by hand may lose them without any row being wrong yet.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlmodel import Session

from stowline.desk.integrity.invariant import Finding, Invariant

CHECKS = {
    "balance": ("ck_balance_qty", "ck_balance_bound", "ck_balance_serial"),
    "stock_level": ("ck_level_on_hand", "ck_level_promised"),
    "ledger": ("ck_ledger_qty", "ck_ledger_ends"),
    "order_line": ("ck_line_ordered", "ck_line_allocated", "ck_line_released", "ck_line_picked", "ck_line_packed",
                   "ck_line_handed_over", "ck_line_returned", "ck_line_take_out"),
    "pick_line": ("ck_pick_line_picked",),
    "parcel_line": ("ck_parcel_line_qty",),
    "shelf_line": ("ck_shelf_line_qty",),
    "purchase_order_line": ("ck_po_line_received", "ck_po_line_over"),
    "goods_receipt": ("ck_goods_receipt_units",),
}  # fmt: skip
KEYS = {
    "balance": ("product_id, serial", "product_id, location_id, lot, serial, condition"),
    "scan": ("scan_id",),
    "orders": ("store_id, ref",),
    "message": ("key",),
    "supplier_report": ("press",),
    "arrival_unit": ("sscc",),
    "built_pallet": ("sscc", "press"),
    "sign_up": ("store_id, product_id, email",),
    "intake_error": ("key",),
    "shop_refund": ("store_id, platform, shop_id",),
    "receipt": ("event_id, reaction",),
    "tote": ("order_id",),
    "shelf_slot": ("order_id", "location_id"),
    "pick_list": ("task",),
    "task_lease": ("task",),
    "label": ("parcel_id",),
    "manifest_parcel": ("parcel_id",),
}
TRIGGERS = {
    "sqlite": ("ledger_final_update", "ledger_final_delete", "ledger_final_replace"),
    "postgresql": ("ledger_final", "ledger_final_truncate"),
}


def _guards(session: Session) -> Finding:
    """Guards that are not in the database, or are switched off."""
    found = Finding()
    looked = sa.inspect(session.connection())
    for table, names in CHECKS.items():
        have: Iterable[object] = [one["name"] for one in looked.get_check_constraints(table)]
        for name in set(names) - set(have):
            found.add(f"{table} has no CHECK {name}")
    for table, columns in KEYS.items():
        for missing in set(columns) - _unique(looked, table):
            found.add(f"{table} takes the same ({missing}) twice")
    for name in sorted(set(TRIGGERS[session.connection().dialect.name]) - _triggers(session)):
        found.add(f"the ledger has no trigger {name}: its lines can be changed")
    return found


def _unique(looked: sa.Inspector, table: str) -> set[str]:
    """The unique keys of a table, each as its columns."""
    keys: list[Sequence[str | None]] = [one["column_names"] for one in looked.get_unique_constraints(table)]
    keys += [one["column_names"] for one in looked.get_indexes(table) if one["unique"]]
    keys.append(looked.get_pk_constraint(table)["constrained_columns"])
    return {", ".join(str(name) for name in columns) for columns in keys}


def _triggers(session: Session) -> set[str]:
    """The triggers on the ledger that are switched on."""
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'ledger'::regclass AND tgenabled IN ('O', 'A')",
    }[session.connection().dialect.name]
    return set(session.execute(sa.text(query)).scalars())


GUARDS = (
    Invariant(
        "the guards stand",
        "The CHECKs, unique keys and triggers by which the database itself refuses a wrong row are there and switched on.",
        "Restore them: run “stowline migrate” on a fresh database and compare, or restore the last backup.",
        ask=_guards,
    ),
)
