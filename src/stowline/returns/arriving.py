"""Verbs of goods that come back: the parcel is here, its units are counted into a returns bin, on hold until somebody looks.

Units that left with the order are counted as returned there. Goods that did not (another product, a serial that is not the
order's) are taken in too, so that nothing lies about, but they count for nobody, and a person sees why.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import author, clock
from stowline.core.errors import Conflict, NotFound
from stowline.inventory import lots
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import CUSTOMER
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.queries import Order
from stowline.packing import queries as packing
from stowline.returns import locks, queries, rules, service, settling
from stowline.returns.events import ReturnArrived, ReturnCounted, ReturnInspected
from stowline.returns.models import Rma, RmaArrival, RmaLine
from stowline.returns.rules import Wish, returnable
from stowline.returns.steps import become, tell

_line = RmaLine.__table__  # type: ignore[attr-defined]
HOLD = "hold"
BIN = "RETURNS-1"


def arrive(session: Session, ref: str, *, approve: bool = False) -> Rma:
    """The parcel of a return is here. With `approve`, one that nobody decided yet is approved with it. The same again
    changes nothing. Raises Conflict for one that is refused, withdrawn or settled.
    """
    order, rma = locks.take(session, ref)
    if rma.state in {"received", "inspected"}:
        return rma
    if rma.state == "requested" and approve:
        service.decide(session, order, rma)
    become(session, rma, "received")
    tell(session, rma, ReturnArrived)
    return rma


def go_back(session: Session, ref: str, before: str) -> None:
    """Undo of `arrive`: it is on its way still. Raises Conflict once units of it are counted."""
    _, rma = locks.take(session, ref)
    if any(line.arrived for line in queries.lines(session, rma.id or 0)):
        raise Conflict(f"Units of {ref} are counted. Take those back first.")
    become(session, rma, "in_transit" if before == "in_transit" else "approved", back=True)


def of_parcel(session: Session, parcel_id: int) -> Rma:
    """The return of a parcel that came back as it left: the open one, or a new one for all in it that is not back yet.

    It is approved with it: the goods are here. Raises Conflict for a parcel that never left, or is back whole.
    """
    parcel = packing.parcel(session, parcel_id)
    if parcel.state != "handed_over":
        raise Conflict(f"Parcel {parcel.code} is {parcel.state.replace('_', ' ')}: it has not left.")
    known = queries.open_of_parcel(session, parcel_id)
    if known is not None:
        return known
    order = orders.order(session, parcel.order_id)
    can = {line.line_id: line.units for line in service.eligible(session, order).lines}
    wishes = [Wish(line_id, min(units, can.get(line_id, 0)), "other", "refund", note=f"Came back in parcel {parcel.code}")
              for line_id, units in packing.units_in(session, parcel_id).items() if can.get(line_id)]  # fmt: skip
    if not wishes:
        raise Conflict(f"All that was in parcel {parcel.code} is back, or in another return. Scan the code of that return.")
    before = len([one for one in queries.of_order(session, parcel.order_id) if one.parcel_id == parcel_id])
    rma = service.request(session, order, wishes, key=f"parcel:{parcel_id}:{before}", by=author.current().who, staff=True, kind="brought_back")
    rma.parcel_id, rma.free_label = parcel_id, True
    session.add(rma)
    session.flush()
    return service.approve(session, rma.ref)


# --- counting -----------------------------------------------------------------------------------------------------------


def line_for(session: Session, rma: Rma, product_id: int, units: int, *, lot: str = "", serial: str = "") -> RmaLine | None:
    """The line of a return that so many units of a product (lot, serial) belong to; None where they are none of the order's.

    More than was asked for, and what was not asked for, belongs to it as far as it left with the order and is not back yet.
    """
    fits = [one for one in queries.lines(session, rma.id or 0) if one.product_id == product_id and one.order_line_id and _is_of(session, one.order_line_id, lot, serial)]
    first = next((one for one in fits if one.to_come >= units), None)
    if first is not None:
        return session.get_one(RmaLine, first.id)
    spoken = queries.awaited(session, rma.order_id)
    for line in orders.lines(session, rma.order_id):
        mine = next((one for one in fits if one.order_line_id == line.id), None)
        here = mine.to_come if mine else 0
        more = returnable(line.handed_over, line.returned, spoken.get(line.id, 0))
        if line.product_id == product_id and here + more >= units and _is_of(session, line.id, lot, serial):
            return _more(session, rma, mine, line.id, product_id, units - here)
    return None


def _is_of(session: Session, order_line_id: int, lot: str, serial: str) -> bool:
    """Whether units of this lot, with this serial, left with a line."""
    if serial:
        return serial in queries.serials_sent(session, order_line_id)
    return not lot or lot in queries.lots_sent(session, order_line_id)


def _more(session: Session, rma: Rma, mine: queries.LineView | None, order_line_id: int, product_id: int, units: int) -> RmaLine:
    """Units that came beyond what was asked for."""
    if mine is not None:
        row = session.get_one(RmaLine, mine.id)
        row.units += units
    else:
        row = RmaLine(rma_id=rma.id or 0, order_line_id=order_line_id, product_id=product_id, units=units, reason="other",
                      outcome="refund", note="Came without being asked for")  # fmt: skip
    session.add(row)
    session.flush()
    return row


def stranger(session: Session, rma: Rma, product_id: int, units: int) -> RmaLine:
    """A line for goods that did not leave with the order: nothing is owed for them."""
    row = RmaLine(rma_id=rma.id or 0, order_line_id=None, product_id=product_id, units=units, reason="other", outcome="refund")
    session.add(row)
    session.flush()
    return row


def count(session: Session, rma: Rma, line: RmaLine, units: int, *, lot: str = "", serial: str = "", hint: str = "", scan_id: str | None = None) -> RmaArrival:
    """Units came: they lie in the returns bin, on hold. The return is locked. Raises Conflict for a serial that lies here."""
    place = returns_bin(session)
    if lot:
        lots.know(session, line.product_id, lot)
    inventory.move(session, product_id=line.product_id, from_id=CUSTOMER, to_id=place, qty=units, because="return", condition=HOLD,
                   lot=lot, serial=serial)  # fmt: skip
    _change(session, line.id or 0, arrived=units)
    if line.order_line_id is not None:
        order_service.raise_stage(session, rma.order_id, "returned", {line.order_line_id: units})
    row = RmaArrival(rma_id=rma.id or 0, line_id=line.id or 0, product_id=line.product_id, lot=lot, serial=serial, units=units,
                     location_id=place, hint=hint[:300], at=clock.now(), who=author.current().who, scan_id=scan_id)  # fmt: skip
    session.add(row)
    session.flush()
    return row


def uncount(session: Session, rma: Rma, arrival_id: int) -> None:
    """Undo of `count`. Raises Conflict where the units were looked at since."""
    row = session.get_one(RmaArrival, arrival_id)
    if row.undone_at is not None:
        return
    line = session.get_one(RmaLine, row.line_id, populate_existing=True)
    if line.arrived - line.inspected < row.units:
        raise Conflict("These units were looked at already. Take that back first.")
    inventory.move(session, product_id=row.product_id, from_id=row.location_id, to_id=CUSTOMER, qty=row.units, because="undo", condition=HOLD,
                   lot=row.lot, serial=row.serial)  # fmt: skip
    _change(session, line.id or 0, arrived=-row.units)
    if line.order_line_id is not None:
        order_service.raise_stage(session, rma.order_id, "returned", {line.order_line_id: -row.units})
    row.undone_at = clock.now()
    session.add(row)
    session.flush()


def _change(session: Session, line_id: int, **by: int) -> None:
    values: dict[str, Any] = {name: _line.c[name] + n for name, n in by.items()}
    session.execute(sa.update(_line).where(_line.c.id == line_id).values(values))
    session.get_one(RmaLine, line_id, populate_existing=True)


def returns_bin(session: Session) -> int:
    """Where goods that come back are put down; a site without such a bin gets one."""
    try:
        return stock.first_of_kind(session, "returns").id or 0
    except NotFound:
        return inventory.add_location(session, BIN, "returns").id or 0


def all_counted(session: Session, order: Order, rma: Rma) -> None:
    """Nothing more comes of this return: what is sent on receipt goes out now. Raises Conflict where nothing came at all."""
    lines = queries.lines(session, rma.id or 0)
    if rma.counted_at is not None:
        return
    if not any(line.arrived for line in lines):
        raise Conflict(f"Nothing of {rma.ref} is counted. Scan what is in the box, or press “Undo” if it is the wrong return.")
    rma.counted_at = clock.now()
    session.add(rma)
    session.flush()
    tell(session, rma, ReturnCounted, sum(line.arrived for line in lines), sum(line.units - line.spared for line in lines))
    settling.on_counted(session, order, rma)
    look_if_inspected(session, order, rma)


def count_on(session: Session, rma: Rma) -> None:
    """Undo of `all_counted`. Raises Conflict once goods went out for it, or it is settled."""
    if rma.state != "received" or queries.settlements(session, rma.id or 0):
        raise Conflict(f"{rma.ref} is counted, and something was sent or paid for it.")
    rma.counted_at = None
    session.add(rma)
    session.flush()


def look_if_inspected(session: Session, order: Order, rma: Rma) -> None:
    """Where all that came is counted and looked at, the return is inspected, and settled as far as the policy says."""
    lines = queries.lines(session, rma.id or 0)
    if rma.state != "received" or rma.counted_at is None or any(line.to_inspect for line in lines):
        return
    become(session, rma, "inspected")
    tell(session, rma, ReturnInspected, sum(line.inspected for line in lines))
    settling.on_inspected(session, order, rma)


def weighed(session: Session, ref: str, grams: int) -> Rma:
    """What the parcel of a return weighs as it arrives; `weight_hint` says whether something is missing."""
    _, rma = locks.take(session, ref)
    if rma.weight_g != grams:
        rma.weight_g = grams
        session.add(rma)
        session.flush()
    return rma


def weight_hint(session: Session, rma: Rma) -> str:
    """Whether the parcel is much lighter than the goods that are to be in it: words for a person, '' where it is not."""
    lines = queries.lines(session, rma.id or 0)
    weights = {one.id: one.weight_g for one in catalog.by_ids(session, {line.product_id for line in lines}).values()}
    known = [(weights.get(line.product_id), line.units - line.spared) for line in lines]
    if rma.weight_g is None or any(weight is None for weight, _ in known):
        return ""
    return rules.weight_gap(rma.weight_g, sum((weight or 0) * units for weight, units in known))
