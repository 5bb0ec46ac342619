"""Which pick lists need units that lie in a bin: for whoever wants to take them elsewhere."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.inventory.events import UnitsNeeded
from stowline.picking.models import PickLine, PickList

_lines, _lists = PickLine.__table__, PickList.__table__  # type: ignore[attr-defined]


def on_needed(session: Session, fact: UnitsNeeded) -> None:
    """Name the pick lists that these units are for, those that need most first: "6 on CART-2"."""
    units = sa.func.sum(_lines.c.qty - _lines.c.picked)
    query = (
        sa.select(_lists.c.task, units)
        .join(_lists, _lists.c.id == _lines.c.pick_list_id)
        .where(_lines.c.from_id == fact.location_id, _lines.c.product_id == fact.product_id, _lines.c.lot == fact.lot,
               _lines.c.serial == fact.serial, _lines.c.state == "open", _lines.c.qty > _lines.c.picked)
        .group_by(_lists.c.task)
        .order_by(units.desc(), _lists.c.task)
        .limit(5)
    )  # fmt: skip
    fact.tasks.extend(f"{int(n):,} on {task}" for task, n in session.execute(query))
