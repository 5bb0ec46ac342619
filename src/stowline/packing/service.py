"""Verbs of packing, and the parcel's state, which shipping raises through here."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, outbox
from stowline.core.errors import Conflict
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import service as orders
from stowline.packing import queries
from stowline.packing.events import ItemPacked, ParcelPacked
from stowline.packing.models import Parcel, ParcelLine
from stowline.packing.queries import Batches, ToPack
from stowline.packing.rules import may_become, parcel_code, weight
from stowline.picking import queries as picking
from stowline.picking import service as totes
from stowline.scanning import service as scanning

_lines = ParcelLine.__table__  # type: ignore[attr-defined]


def open_parcel(session: Session, order_id: int) -> Parcel:
    """The parcel being packed for an order; a new one if there is none."""
    parcel = queries.open_parcel(session, order_id)
    if parcel is not None:
        return parcel
    n = queries.last_number(session, order_id) + 1
    tote = picking.tote_of(session, order_id)
    from_id = tote.location_id if tote else picking.picked_into(session, order_id)
    station = stock.first_of_kind(session, "pack")
    parcel = Parcel(code=parcel_code(order_id, n), order_id=order_id, n=n, from_id=from_id or 0, at_id=station.id or 0,
                    tote_id=tote.id if tote else None, opened_at=clock.now())
    session.add(parcel)
    session.flush()
    scanning.print_code(session, parcel.code, "parcel", parcel.id or 0, f"parcel {parcel.code}")
    return parcel


def pack(session: Session, parcel: Parcel, line: ToPack, batches: Batches) -> None:
    """Units (of lots and serials) go from the tote into the parcel, checked. Units picked by hand stand in the staging
    place before.
    """
    for lot, serial, n in batches:
        inventory.move(session, product_id=line.product_id, from_id=parcel.from_id, to_id=parcel.at_id, qty=n,
                       because="pack", unbind=True, bind=True, lot=lot, serial=serial)
        _add(session, parcel.id or 0, line.id, line.product_id, n, lot, serial)
    units = sum(n for *_, n in batches)
    orders.raise_stage(session, parcel.order_id, "packed", {line.id: units})
    fact = ItemPacked(parcel.order_id, parcel.code, line.sku, line.name, units)
    outbox.record(session, fact, subject=parcel.order_id)


def unpack(session: Session, parcel: Parcel, line_id: int, product_id: int, batches: Batches) -> None:
    """Undo of pack. Raises Conflict if the parcel is closed."""
    if parcel.state != "open":
        raise Conflict("The parcel is closed already.")
    orders.raise_stage(session, parcel.order_id, "packed", {line_id: -sum(n for *_, n in batches)})
    for lot, serial, n in batches:
        _add(session, parcel.id or 0, line_id, product_id, -n, lot, serial)
        inventory.move(session, product_id=product_id, from_id=parcel.at_id, to_id=parcel.from_id, qty=n,
                       because="undo", unbind=True, bind=True, lot=lot, serial=serial)


def take_out(session: Session, parcel: Parcel, line_id: int, product_id: int, batch: tuple[str, str, int]) -> int:
    """Units of a lot, a serial are in a parcel that has not left no more, however closed it is: the place where they lie still."""
    lot, serial, n = batch
    orders.raise_stage(session, parcel.order_id, "packed", {line_id: -n})
    _add(session, parcel.id or 0, line_id, product_id, -n, lot, serial)
    return parcel.at_id


def _add(session: Session, parcel_id: int, line_id: int, product_id: int, units: int, lot: str, serial: str) -> None:
    row = {"parcel": parcel_id, "line": line_id, "product": product_id, "n": units, "lot": lot, "serial": serial}
    if units < 0:  # an upsert checks the new row's qty before it looks for the old one
        session.execute(sa.text("UPDATE parcel_line SET qty = qty + :n WHERE parcel_id = :parcel"
                                " AND order_line_id = :line AND lot = :lot AND serial = :serial"), row)  # fmt: skip
        return
    session.execute(
        sa.text(
            "INSERT INTO parcel_line (parcel_id, order_line_id, lot, serial, product_id, qty)"
            " VALUES (:parcel, :line, :lot, :serial, :product, :n)"
            " ON CONFLICT (parcel_id, order_line_id, lot, serial) DO UPDATE SET qty = parcel_line.qty + excluded.qty"
        ),
        row,
    )


def seal(session: Session, parcel: Parcel) -> None:
    """Close the parcel: its goods stand in the ship lane, its tote is free. The caller has checked that it is full."""
    lane = stock.first_of_kind(session, "ship")
    inside = queries.contents(session, parcel.id or 0)
    for item in inside:
        inventory.move(session, product_id=item.product_id, from_id=parcel.at_id, to_id=lane.id or 0, qty=item.qty,
                       because="seal", unbind=True, bind=True, lot=item.lot, serial=item.serial)
    parcel.weight_g = weight([(item.qty, item.weight_g) for item in inside])
    parcel.at_id = lane.id or 0
    parcel.sealed_at = clock.now()
    become(session, parcel, "sealed")
    orders.count_parcel(session, parcel.order_id, 1)
    totes.free_tote(session, parcel.order_id)
    units = sum(item.qty for item in inside)
    outbox.record(session, ParcelPacked(parcel.order_id, parcel.code, units, parcel.weight_g), subject=parcel.order_id)


def unseal(session: Session, parcel: Parcel) -> None:
    """Undo of seal. Raises Conflict once the parcel has its label, or its tote another order."""
    if parcel.state != "sealed":
        raise Conflict("The parcel has its label already.")
    station = stock.first_of_kind(session, "pack")
    for item in queries.contents(session, parcel.id or 0):
        inventory.move(session, product_id=item.product_id, from_id=parcel.at_id, to_id=station.id or 0, qty=item.qty,
                       because="undo", unbind=True, bind=True, lot=item.lot, serial=item.serial)
    if parcel.tote_id is not None:
        totes.give_tote_back(session, parcel.tote_id, parcel.order_id)
    parcel.at_id, parcel.sealed_at = station.id or 0, None
    become(session, parcel, "open")
    orders.count_parcel(session, parcel.order_id, -1)


def become(session: Session, parcel: Parcel, state: str) -> None:
    """Put a parcel into its next state. Raises Conflict for a step that the table of states does not know."""
    if not may_become(parcel.state, state):
        raise Conflict(f"Parcel {parcel.code} is {parcel.state.replace('_', ' ')}; it cannot be {state.replace('_', ' ')}.")
    parcel.state = state
    session.add(parcel)
    session.flush()
