"""Verbs of receiving: enter a purchase order, receive, close."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.allocation import service as allocation
from stowline.backorders import holds, promises, shelf, shelf_reads
from stowline.catalog import kits
from stowline.catalog import queries as catalog
from stowline.core import clock, hooks, outbox
from stowline.core.errors import Conflict, Refused
from stowline.inventory import feed, lots
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.events import StockLeaving
from stowline.inventory.queries import SUPPLIER
from stowline.receiving import queries, receipts, revisions, suppliers
from stowline.receiving.events import GoodsReceived, PurchaseOrderClosed, PurchaseOrderEntered, SupplyChanged
from stowline.receiving.hand import Came
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine
from stowline.receiving.revisions import revise
from stowline.receiving.rules import DAMAGED, GOOD, HOLD
from stowline.scanning import service as scanning

__all__ = ["close", "enter", "receive", "reopen", "revise", "take_back"]
_lines = PurchaseOrderLine.__table__  # type: ignore[attr-defined]


def enter(
    session: Session, *, ref: str, supplier: str, lines: Sequence[tuple[str, int]],
    expected_from: date | None = None, expected_to: date | None = None,
) -> tuple[PurchaseOrder, bool]:
    """Take a purchase order of (SKU, units) in: (order, whether it is new). The same ref again changes nothing.

    Raises Refused for an unknown SKU, no lines, or a range of days that ends before it begins.
    """
    known = session.exec(select(PurchaseOrder).where(PurchaseOrder.ref == ref)).one_or_none()
    if known is not None:
        return known, False
    if not lines:
        raise Refused("A purchase order has at least one line.", where="lines")
    revisions.refuse_days(expected_from, expected_to)
    ids = catalog.ids_of(session, [sku for sku, _ in lines])
    for n, (sku, _) in enumerate(lines):
        if sku not in ids:
            raise Refused(f"There is no product {sku}. Add it to the catalogue first.", where=f"lines[{n}].sku")
    kits.refuse(session, ids.values(), "is not bought as one")
    order = PurchaseOrder(ref=ref, supplier=supplier, supplier_id=suppliers.named(session, supplier),
                          expected_from=expected_from, expected_to=expected_to or expected_from, created_at=clock.now())
    session.add(order)
    session.flush()
    session.execute(sa.insert(_lines), [
        {"purchase_order_id": order.id, "product_id": ids[sku], "position": n, "quantity": units}
        for n, (sku, units) in enumerate(lines, 1)
    ])
    revisions.begin(session, order, lines)
    feed.mark(session, ids.values())
    scanning.print_code(session, ref, "purchase-order", order.id or 0, f"purchase order {ref}")
    outbox.record(session, PurchaseOrderEntered(ref, supplier, sum(units for _, units in lines)))
    promises.alone(session, ids.values())
    _tell(session, ids.values(), f"{ref} was ordered from {supplier or 'a supplier'}", ref)
    return order, True


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of units that came: (order ref, units) of the first three orders served, the order lines that got any,
    what is kept for the shelf, and why the lot is on hold, if it is: then nobody is served.
    """

    served: list[tuple[str, int]]
    line_ids: list[int]
    intake: shelf.Intake
    held: str


def receive(
    session: Session, *, product_id: int, sku: str, name: str, came: Came, line_id: int | None, ref: str, over: int = 0,
    damaged: bool = False,
) -> Receipt:  # fmt: skip
    """Units arrive at the dock, count at once, serve who waits, and are kept for them as far as the shelf has room.
    Damaged ones, and those of a lot on hold, serve nobody.

    `over` of the units are more than the line's. Raises Conflict if the line is full meanwhile or the serial lies in the
    house already, Refused for another last day than our books have for the lot.
    """
    held = lots.know(session, product_id, came.lot, came.expires_on).held if came.lot else ""
    condition = DAMAGED if damaged else GOOD
    if line_id is not None:
        _count_line(session, line_id, product_id, came.units - over, over, came.units if damaged else 0)
    dock = stock.first_of_kind(session, "dock").id or 0
    with allocation.heard(session) as heard:
        inventory.move(session, product_id=product_id, from_id=SUPPLIER, to_id=dock, qty=came.units, because="receive",
                       condition=condition, lot=came.lot, serial=came.serial)
    receipts.note(session, line_id=line_id, product_id=product_id, units=came.units, condition=condition)
    outbox.record(session, GoodsReceived(sku, name, came.units, ref, came.lot, came.serial, condition))
    served = [shelf.Served(one.order_id, one.line_id, units) for one, units in heard]
    intake = shelf.take_in(session, product_id=product_id, lot=came.lot, serial=came.serial, at_id=dock, served=served)
    _tell(session, [product_id], f"{came.units:,} of {sku} came in{_on(ref)}{', damaged' if damaged else ''}", ref)
    names = shelf_reads.refs(session, {one.order_id for one in served[:3]}) if served else {}
    who = [(names[one.order_id], one.units) for one in served[:3]]
    return Receipt(who, [one.line_id for one in served], intake, "" if damaged else held)


def take_back(
    session: Session, *, product_id: int, qty: int, line_id: int | None, lot: str = "", serial: str = "", held: bool = False,
    ref: str = "", scan_id: str = "", served: Sequence[int] = (), kept: Sequence[int] = (), damaged: bool = False,
) -> None:  # fmt: skip
    """Undo a receipt, made by scan `scan_id`: the units leave the dock, the line and the promises made on them: those of
    the lines that it `served` first. Nothing is `kept` of it any more. Raises Conflict if they are on the shelf, put away or on pick lists.
    """
    if line_id is not None:  # lines before levels, as in `receive`
        _uncount_line(session, line_id, product_id, qty, qty if damaged else 0)
    if kept:
        inventory.lock_levels(session, [product_id])
        shelf.let_go(session, kept)
    if not held and not damaged:
        theirs = holds.promised(session, served)
        holds.on_leaving(session, StockLeaving(product_id, max(0, qty - theirs), "receipt undone"))
        allocation.take_back(session, product_id, qty, "receipt undone", first=served)
    dock = stock.first_of_kind(session, "dock")
    inventory.move(session, product_id=product_id, from_id=dock.id or 0, to_id=SUPPLIER, qty=qty, because="undo",
                   condition=DAMAGED if damaged else HOLD if held else GOOD, lot=lot, serial=serial)
    receipts.undo(session, scan_id, [product_id])
    _tell(session, [product_id], f"{qty:,} units did not come in after all{_on(ref)}", ref)


def _on(ref: str) -> str:
    return f" on {ref}" if ref else ""


def _tell(session: Session, product_ids: Iterable[int], cause: str, ref: str) -> None:
    hooks.tell(session, SupplyChanged(tuple(sorted(set(product_ids))), cause, ref))


def _count_line(session: Session, line_id: int, product_id: int, received: int, over: int, damaged: int) -> None:
    """So many more of what was ordered, beyond that, and damaged of both. Raises Conflict if more came than is left."""
    c = _lines.c
    done = session.execute(
        sa.update(_lines).where(c.id == line_id, c.received + received <= c.quantity)
        .values(received=c.received + received, over=c.over + over, damaged=c.damaged + damaged)
    )  # fmt: skip
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Somebody received these just now. Look at what is still open.")
    feed.mark(session, [product_id])  # units of a held lot leave what is incoming and raise no level


def _uncount_line(session: Session, line_id: int, product_id: int, units: int, damaged: int) -> None:
    """So many fewer, those beyond what was ordered first: a revision since may have made these what is ordered. Raises
    Conflict if fewer came than are taken back.
    """
    c = _lines.c
    left = c.received + c.over - units
    done = session.execute(
        sa.update(_lines).where(c.id == line_id, left >= 0, c.damaged >= damaged)
        .values(received=sa.case((left < c.quantity, left), else_=c.quantity),
                over=sa.case((left > c.quantity, left - c.quantity), else_=0), damaged=c.damaged - damaged)
    )  # fmt: skip
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Fewer than that are received on this line by now. Look at the purchase order.")
    feed.mark(session, [product_id])


def close(session: Session, order_id: int) -> None:
    """Nothing more will come on this purchase order. Whoever is just receiving on it is waited for."""
    order = queries.lock_to_close(session, order_id)
    if order is None or order.closed_at is not None:
        return
    order.closed_at = clock.now()
    session.add(order)
    session.flush()
    short, lacking = queries.open_units(session, order_id), queries.lacking(session, order_id)
    feed.mark(session, lacking)
    outbox.record(session, PurchaseOrderClosed(order.ref, short))
    _tell(session, lacking, f"{order.ref} was closed" + (f", {short:,} units short" if short else ""), order.ref)


def reopen(session: Session, order_id: int) -> None:
    """More may come after all."""
    order = session.get(PurchaseOrder, order_id)
    if order is None or order.closed_at is None:
        return
    order.closed_at = None
    session.add(order)
    session.flush()
    lacking = queries.lacking(session, order_id)
    feed.mark(session, lacking)
    _tell(session, lacking, f"{order.ref} is open again", order.ref)
