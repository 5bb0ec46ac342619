"""The ledger of a product for a spreadsheet: every move with who made it, on which device, by which scan."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.desk.queries.keyset import SIZE
from stowline.inventory.models import Location, Move

_m = Move.__table__.c  # type: ignore[attr-defined]
_from, _to = Location.__table__.alias("source"), Location.__table__.alias("target")  # type: ignore[attr-defined]
HEAD = (
    "move", "at", "sku", "units", "from_bin", "to_bin", "from_condition", "to_condition", "lot", "serial", "reason", "who",
    "device", "scan_id",
)  # fmt: skip


def exported(sku: str) -> Iterator[list[tuple[Any, ...]]]:
    """Moves, newest first, in portions, each read by itself. Raises NotFound for a SKU nobody knows."""
    with db.reading() as session:
        product_id = catalog.product_by_sku(session, sku).id
    before: int | None = None
    while True:
        query = (
            sa.select(_m.id, _m.at, sa.literal(sku), _m.qty, _from.c.code, _to.c.code, _m.from_condition, _m.to_condition, _m.lot,
                      _m.serial, _m.reason, _m.who, _m.device, _m.scan_id)
            .join(_from, _from.c.id == _m.from_id)
            .join(_to, _to.c.id == _m.to_id)
            .where(_m.product_id == product_id, *([_m.id < before] if before is not None else []))
            .order_by(_m.id.desc())
            .limit(SIZE * 10)
        )  # fmt: skip
        with db.reading() as session:
            rows = [tuple(row) for row in session.execute(query)]
        yield rows
        if len(rows) < SIZE * 10:
            return
        before = rows[-1][0]
