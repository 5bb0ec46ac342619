"""Verbs of looking at what came back: a grade, what becomes of it, and where it goes. Only `restock` makes units that may be
sold; who waits for them longest is promised them in the same transaction.
"""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation import service as allocation
from stowline.core import author, clock
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory import suggest
from stowline.inventory.queries import SCRAP, SUPPLIER
from stowline.orders import queries as orders
from stowline.returns import queries
from stowline.returns.events import UnitsInspected
from stowline.returns.models import Rma, RmaInspection, RmaLine
from stowline.returns.queries import ToInspect
from stowline.returns.rules import DISPOSITIONS, GRADES
from stowline.returns.steps import become, tell

HOLD, GOOD, DAMAGED = "hold", "good", "damaged"
INTO = {"restock": ("pick", "storage"), "refurbish": ("quarantine",), "quarantine": ("quarantine",)}
"""Kinds of bins that a disposition goes to; the others leave the house."""
_ENDS = {"scrap": SCRAP, "back_to_supplier": SUPPLIER}
_line = RmaLine.__table__  # type: ignore[attr-defined]


def suggested(session: Session, product_id: int, units: int, lot: str, disposition: str) -> str | None:
    """The bin for units with this disposition; None where it goes to none, or none has room."""
    if disposition not in INTO:
        return None
    try:
        return suggest.bin_for(session, product_id, units, lot, GOOD if disposition == "restock" else HOLD).code
    except NotFound:
        return None


def inspect(
    session: Session, rma: Rma, what: ToInspect, units: int, *, grade: str, disposition: str, to_id: int | None = None,
    note: str = "", scan_id: str | None = None,
) -> tuple[RmaInspection, list[tuple[str, int]]]:  # fmt: skip
    """Say what units are and put them where they go: what was written, and (order ref, units) of those who were promised
    them. The return and the product's level are locked.

    Raises Refused for a bin of the wrong kind, NotEnough where the units do not lie there any more.
    """
    if grade not in GRADES or disposition not in DISPOSITIONS:
        raise Refused(f"A grade is one of: {', '.join(GRADES)}; a disposition one of: {', '.join(DISPOSITIONS)}.", where="grade")
    if disposition == "restock" and what.strange:
        raise Refused("These did not leave with the order: they are not sold again. Put them into quarantine.", where="disposition")
    if what.units < units or units < 1:
        raise Conflict(f"{what.units:,} {what.name} wait to be looked at, not {units:,}.")
    to = _ENDS[disposition] if disposition in _ENDS else _bin(session, to_id, disposition)
    condition = GOOD if disposition == "restock" else DAMAGED if grade == "damaged" else HOLD
    with allocation.heard(session) as heard:
        inventory.move(session, product_id=what.product_id, from_id=what.location_id, to_id=to, qty=units, condition=HOLD,
                       to_condition=HOLD if to <= inventory.LAST_VIRTUAL else condition, lot=what.lot, serial=what.serial,
                       because="scrap" if disposition == "scrap" else "return")  # fmt: skip
    session.execute(sa.update(_line).where(_line.c.id == what.line_id).values(inspected=_line.c.inspected + units))
    session.get_one(RmaLine, what.line_id, populate_existing=True)
    row = RmaInspection(
        rma_id=rma.id or 0, line_id=what.line_id, product_id=what.product_id, lot=what.lot, serial=what.serial, units=units, grade=grade,
        disposition=disposition, from_id=what.location_id, to_id=to, condition=condition if disposition in INTO else "", note=note[:500],
        at=clock.now(), who=author.current().who, scan_id=scan_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    where = stock.location(session, to).code if disposition in INTO else ""
    tell(session, rma, UnitsInspected, what.sku, what.name, units, grade, disposition, where)
    return row, [(orders.order(session, one.order_id).ref, n) for one, n in heard]


def _bin(session: Session, to_id: int | None, disposition: str) -> int:
    if to_id is None:
        raise Refused("Say which bin they go to.", where="bin")
    place = stock.location(session, to_id)
    if place.kind not in INTO[disposition]:
        raise Refused(f"{place.code} is a {place.kind} bin. Choose a {' or '.join(INTO[disposition])} bin.", where="bin")
    return to_id


def take_back(session: Session, rma: Rma, inspection_id: int) -> None:
    """Undo of `inspect`: the units lie in the returns bin again, and whoever was promised them waits again.

    Raises Conflict where they went on since, or the return is settled.
    """
    row = session.get_one(RmaInspection, inspection_id)
    if row.undone_at is not None:
        return
    if queries.settlements(session, rma.id or 0) and rma.state != "received":
        raise Conflict(f"{rma.ref} is {queries.WORDS[rma.state].lower()}, and something was sent or paid for it.")
    if rma.state == "inspected":
        become(session, rma, "received", back=True)
    held = bool(row.lot) and inventory.is_held(session, row.product_id, row.lot)
    condition = HOLD if not row.condition or (row.condition == GOOD and held) else row.condition
    inventory.lose(session, product_id=row.product_id, from_id=row.to_id, to_id=row.from_id, qty=row.units, because="undo",
                   condition=condition, to_condition=HOLD, lot=row.lot, serial=row.serial, why="the inspection of a return was taken back")  # fmt: skip
    session.execute(sa.update(_line).where(_line.c.id == row.line_id).values(inspected=_line.c.inspected - row.units))
    session.get_one(RmaLine, row.line_id, populate_existing=True)
    row.undone_at = clock.now()
    session.add(row)
    session.flush()
