"""What a shop refunded while it was in a tote or a box already: it is taken out by scan, and stands at the dock, free.

The units are cancelled, and promised to whoever waits for them, in the scan's own transaction. A box of which nothing is
left is emptied: it never leaves, and its label is void.
"""

from sqlmodel import Session

from stowline.core import hooks, outbox
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import dropping
from stowline.orders import service as orders
from stowline.orders.queries import Order
from stowline.orders.refunds import REASON
from stowline.packing import queries, service
from stowline.packing.events import ParcelEmptied, UnitsPutBack
from stowline.packing.queries import ToPack
from stowline.packing.rules import weight
from stowline.picking import queries as picking
from stowline.picking import service as picks
from stowline.scanning.service import Scan, Seen, Verdict

Held = list[tuple[int, str, str, int]]
"""Units by (parcel, lot, serial); parcel 0 is the tote, or where they were picked to."""


def lock_levels(session: Session, order_id: int) -> None:
    """Before the order is locked: the levels of what is to be put back."""
    lines = queries.to_put_back(session, order_id)
    if lines:
        inventory.lock_levels(session, sorted({line.product_id for line in lines}))


def scanned(session: Session, scan: Scan, order: Order) -> Verdict | None:
    """A scan at the bench while something is to be put back; None where it is about something else."""
    lines = queries.to_put_back(session, order.id or 0)
    if not lines or picking.open_lines_of(session, order.id or 0):
        return None
    if scan.command:
        first = lines[0]
        return Verdict.refused(f"Not done. The shop refunded {first.take_out:,} {first.name}: put {_it(first.take_out)} back first.")
    found = [(line, _held(session, line)) for line in lines]
    seen = scan.one("product")
    if isinstance(seen, Verdict):
        return seen
    for line, held in found:
        fits = _fitting(scan, seen, line, held)
        if fits is not None:
            return _put_back(session, order, line, fits, scan.units_of(seen) if seen else 1)
    return None


def _it(units: int) -> str:
    return "it" if units == 1 else "them"


def _held(session: Session, line: ToPack) -> Held:
    """Where a line's units are: first those that are not in a box yet."""
    in_tote = [(0, lot, serial, n) for lot, serial, n in queries.to_pack_of(session, line.id)]
    return in_tote + queries.in_boxes(session, line.id)


def _fitting(scan: Scan, seen: Seen | None, line: ToPack, held: Held) -> Held | None:
    """The units that the code may mean; None where it means another product."""
    if seen is None:
        fits = [one for one in held if scan.number and scan.number in one[1:3]]
        return fits or None
    if seen.ref != line.product_id:
        return None
    lot, serial = scan.lot if seen.lots else "", scan.serial if seen.serials else ""
    bare = "" if seen in scan.things else scan.number
    return [one for one in held if lot in ("", one[1]) and serial in ("", one[2]) and bare in ("", one[1], one[2])]


def _put_back(session: Session, order: Order, line: ToPack, fits: Held, units: int) -> Verdict:
    if units > line.take_out:
        return Verdict.refused(f"{line.name}: {line.take_out:,} {'is' if line.take_out == 1 else 'are'} to be put back, {units:,} are too many.")
    taken: Held = []
    for parcel_id, lot, serial, there in fits:
        n = min(there, units - sum(one[3] for one in taken))
        if n > 0:
            taken.append((parcel_id, lot, serial, n))
    if sum(one[3] for one in taken) < units:
        return Verdict.refused(f"That {line.name} is not of order {order.ref}. Take one out of its tote or box.")
    put_back(session, order, line, taken)
    dock = stock.first_of_kind(session, "dock").code
    return Verdict.accepted(f"Put back: {units:,} {line.name}, refunded by the shop. Bring {_it(units)} to {dock}.", effect={"step": "put_back"})


def put_back(session: Session, order: Order, line: ToPack, held: Held) -> None:
    """So many refunded units go out of tote and boxes to the dock, and off the order. Levels and order are locked."""
    units, dock = sum(n for *_, n in held), stock.first_of_kind(session, "dock").id or 0
    dropping.back_in_stock(session, line.id, units)
    boxes = sorted({parcel_id for parcel_id, *_ in held if parcel_id})
    for parcel_id, lot, serial, n in held:
        from_id = service.take_out(session, queries.lock(session, parcel_id), line.id, line.product_id, (lot, serial, n)) if parcel_id else _place(session, order)
        picks.give_back(session, line.id, n, lot=lot, serial=serial)
        orders.raise_stage(session, order.id or 0, "picked", {line.id: -n})
        orders.raise_stage(session, order.id or 0, "released", {line.id: -n})
        same = {"product_id": line.product_id, "qty": n, "lot": lot, "serial": serial}
        inventory.move(session, from_id=from_id, to_id=dock, because="move", unbind=True, bind=True, **same)  # type: ignore[arg-type]
        inventory.unbind(session, location_id=dock, **same)  # type: ignore[arg-type]
    outbox.record(session, UnitsPutBack(order.id or 0, line.sku, line.name, units), subject=order.id)
    dropping.take_off(session, line.id, units, REASON)
    _tidy(session, order, boxes)


def _place(session: Session, order: Order) -> int:
    tote = picking.tote_of(session, order.id or 0)
    return tote.location_id if tote else picking.picked_into(session, order.id or 0) or 0


def _tidy(session: Session, order: Order, boxes: list[int]) -> None:
    """Boxes of which nothing is left never leave; an empty tote is anybody's; a closed box weighs less."""
    nothing_left = queries.next_to_pack(session, order.id or 0) is None and not queries.to_put_back(session, order.id or 0)
    still_open = queries.open_parcel(session, order.id or 0)
    for parcel_id in dict.fromkeys([*boxes, *([still_open.id or 0] if still_open else [])]):
        parcel, inside = queries.lock(session, parcel_id), queries.contents(session, parcel_id)
        if inside:
            parcel.weight_g = weight([(item.qty, item.weight_g) for item in inside]) if parcel.state != "open" else None
            session.add(parcel)
        elif parcel.state != "open" or nothing_left:
            if parcel.state != "open":
                orders.count_parcel(session, parcel.order_id, -1)
            service.become(session, parcel, "emptied")
            hooks.tell(session, ParcelEmptied(parcel.order_id, parcel_id, parcel.code))
    session.flush()
    picks.free_empty_tote(session, order.id or 0)
