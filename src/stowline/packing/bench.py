"""The pack task: check every unit into the box, close it, label it.

Steps of `pack:TOTE` and `pack:ORDER-REF`:
  product  any product of the order, units at a time, until all that was picked is in; more are refused
  command  CMD:DONE closes the box; before all is in, it is refused
  product  what the shop refunded, first of all: it is taken out of tote or box (`putting_back`)
  label    the label is asked for by `POST /api/v1/parcels/{code}/label` (or the screen's Print label)
"""

from typing import Any

from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core.errors import Conflict, NotFound
from stowline.orders import queries as orders
from stowline.orders.queries import URGENT, Order, marks
from stowline.packing import putting_back, queries, service
from stowline.packing.models import Parcel
from stowline.packing.queries import Batches, ToPack
from stowline.picking import queries as picking
from stowline.scanning import service as scanning
from stowline.scanning.service import Holder, Scan, Seen, Verdict, wants

Now = tuple[dict[str, Any], dict[str, Any]]
Plan = list[tuple[ToPack, Batches]]


def scan(session: Session, scan: Scan) -> Verdict:
    """One scan of a pack task."""
    order = _locked(session, scan.ref)
    if order is None:
        return Verdict.conflict(f"{scan.ref} holds no order to pack. Get other work.").then(*_idle(scan.ref))
    scanning.keep_lease(session, scan)
    refunded = putting_back.scanned(session, scan, order)
    if refunded is not None:
        return refunded.then(*now(session, scan.ref, orders.order(session, order.id or 0)))
    if order.state not in ("picked", "packed") or picking.open_lines_of(session, order.id or 0):
        return Verdict.conflict(_not_ready(order)).then(*now(session, scan.ref, order))
    if scan.command:
        return _command(session, scan, order)
    seen = scan.one("product") or _by_number(session, scan, order)
    if isinstance(seen, Verdict):
        return seen.then(*now(session, scan.ref, order))
    if seen is None:
        named = f"You scanned {scan.what()}." if scan.things else f"Nobody knows the code {scan.what()}."
        return Verdict.refused(f"{named} Scan a product of order {order.ref}.",
                               seen=scan.things[0] if scan.things else None).then(*now(session, scan.ref, order))
    plan = _plan(session, scan, seen, order)
    if isinstance(plan, Verdict):
        return plan.then(*now(session, scan.ref, order))
    return _pack(session, scan, order, plan)


def _locked(session: Session, ref: str) -> Order | None:
    order = _order(session, ref)
    if order is None:
        return None
    putting_back.lock_levels(session, order.id or 0)
    return orders.lock(session, order.id or 0)


def _by_number(session: Session, scan: Scan, order: Order) -> Seen | None:
    """The product that is still to be packed, where somebody scanned the bare number of one of its lots or serials."""
    for line in [] if scan.names_an_item else queries.lines_to_pack(session, order.id or 0):
        if line.left and any(scan.number in (lot, serial) for lot, serial, _ in queries.to_pack_of(session, line.id)):
            one = catalog.product(session, line.product_id)
            return Seen("product", line.product_id, one.name, scan.code, one.sku, lots=one.lots, serials=one.serials)
    return None


def _pack(session: Session, scan: Scan, order: Order, plan: Plan) -> Verdict:
    parcel = service.open_parcel(session, order.id or 0)
    for line, batches in plan:
        service.pack(session, parcel, line, batches)
    first, units = plan[0][0], sum(_units(batches) for _, batches in plan)
    effect = {"step": "product", "parcel": parcel.id, "product": first.product_id,
              "lines": [(line.id, batches) for line, batches in plan]}  # fmt: skip
    next_, task = now(session, scan.ref, order)
    say = f"{first.name}: {sum(line.packed for line, _ in plan) + units} of {sum(line.picked for line, _ in plan)}"
    return Verdict.accepted(say, hint=next_["say"], effect=effect).then(next_, task)


def _plan(session: Session, scan: Scan, seen: Seen, order: Order) -> Plan | Verdict:
    """Which lines the units are for, and of which lots and serials: those on the code, else any that were picked. A
    product may stand on several lines of an order (alone, and in a kit).
    """
    units = scan.units_of(seen)
    lines = [line for line in queries.lines_to_pack(session, order.id or 0) if line.product_id == seen.ref and line.left]
    if units > sum(line.left for line in lines):
        return _too_many(session, order, seen, units)
    plan, left = [], units
    for line in lines:
        batches = _of_line(session, scan, seen, line, left)
        left -= _units(batches)
        if batches:
            plan.append((line, batches))
    if left:
        number = scan.number if seen not in scan.things else ""
        what = f"serial {scan.serial or number}" if seen.serials else f"lot {scan.lot or number}"
        say = f"{units:,} {seen.label} of {what} {'was' if units == 1 else 'were'} not picked for this order."
        return Verdict.refused(f"{say} Take what is in its tote.", seen=seen)
    return plan


def _of_line(session: Session, scan: Scan, seen: Seen, line: ToPack, units: int) -> Batches:
    """At most so many of a line's units, as the code names them, however its maker numbers what nobody asks for."""
    if not seen.told_apart:
        return [("", "", min(units, line.left))] if units else []
    lot, serial = scan.lot if seen.lots else "", scan.serial if seen.serials else ""
    bare = "" if seen in scan.things else scan.number
    taken: Batches = []
    for one_lot, one_serial, there in queries.to_pack_of(session, line.id):
        take = min(there, units - _units(taken))
        if take > 0 and lot in ("", one_lot) and serial in ("", one_serial) and bare in ("", one_lot, one_serial):
            taken.append((one_lot, one_serial, take))
    return taken


def _units(batches: Batches) -> int:
    return sum(n for *_, n in batches)


def _too_many(session: Session, order: Order, seen: Seen, units: int) -> Verdict:
    mine = [line for line in queries.lines_to_pack(session, order.id or 0) if line.product_id == seen.ref]
    if not mine:
        return Verdict.refused(f"Wrong item. {seen.label} is not on order {order.ref}. Put it back.", seen=seen)
    picked, packed = sum(m.picked for m in mine), sum(m.packed for m in mine)
    if picked == packed:
        return Verdict.refused(f"{seen.label}: already {packed} of {picked}. Put the rest back.", seen=seen)
    return Verdict.refused(f"{seen.label}: {packed} of {picked} are in, {units} more are too many.", seen=seen)


def _not_ready(order: Order) -> str:
    if order.state in ("handed_over", "cancelled"):
        return f"Order {order.ref} is {order.state.replace('_', ' ')}. Get other work."
    return f"Order {order.ref} is not picked whole yet. Leave its tote at the bench."


def _command(session: Session, scan: Scan, order: Order) -> Verdict:
    here = now(session, scan.ref, order)
    if scan.command != "DONE":
        return Verdict.no_use(*here)
    parcel = queries.open_parcel(session, order.id or 0)
    left = queries.next_to_pack(session, order.id or 0)
    if left is not None or parcel is None:
        what = f"{left.left} {left.name} are still to be packed." if left else "Nothing is in the box yet."
        return Verdict.refused(f"Not done. {what}").then(*here)
    if parcel.state != "open":
        return Verdict.refused(f"Parcel {parcel.code} is closed already. Print its label.").then(*here)
    parcel = queries.lock(session, parcel.id or 0)
    service.seal(session, parcel)
    return Verdict.accepted(f"Parcel {parcel.code} is closed.", hint="Print the label and the packing slip.",
                            effect={"step": "seal", "parcel": parcel.id}).then(*now(session, scan.ref, order))


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Take units out of the box again, or open it."""
    if effect["step"] == "put_back":
        raise Conflict("The shop refunded it: it is not for this order any more.")
    parcel = queries.lock(session, effect["parcel"])
    order = orders.order(session, parcel.order_id)
    if effect["step"] == "seal":
        service.unseal(session, parcel)
        say = f"Parcel {parcel.code} is open again."
    else:
        lines = [(line, [(lot, serial, n) for lot, serial, n in batches]) for line, batches in _packed(effect)]
        for line_id, batches in lines:
            service.unpack(session, parcel, line_id, effect["product"], batches)
        say = f"Taken out again: {sum(_units(batches) for _, batches in lines)} units."
    return Verdict.accepted(say).then(*now(session, scan.ref, order))


def _packed(effect: dict[str, Any]) -> list[Any]:
    """What a scan put into the box, by line; scans of an older version name one line, still older ones no lots."""
    return effect.get("lines") or [(effect["line"], effect.get("batches") or [("", "", effect["units"])])]


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """What a pack task wants now. Raises NotFound for a ref that is neither tote nor order."""
    _ = holder
    order = _order(session, ref)
    next_, task = _idle(ref) if order is None else now(session, ref, order)
    return {"next": next_, "task": task}


def _order(session: Session, ref: str) -> Order | None:
    """The order in a tote, or under an order ref. None for an empty tote; raises NotFound for neither."""
    tote = picking.tote_by_code(session, ref)
    if tote is not None:
        order_id = tote.order_id or queries.sealed_from(session, tote.id or 0)
        return orders.order(session, order_id) if order_id else None
    try:
        return orders.by_ref(session, ref)
    except NotFound:
        raise NotFound(f"There is no tote or order {ref}.", where="task") from None


def _idle(ref: str) -> Now:
    return wants("nothing", say=f"{ref} is empty."), {"task": f"pack:{ref}", "kind": "pack", "title": ref, "finished": True}


def now(session: Session, ref: str, order: Order) -> Now:
    """What is wanted at the bench for this order."""
    lines = queries.lines_to_pack(session, order.id or 0)
    parcel = queries.open_parcel(session, order.id or 0)
    task = {"task": f"pack:{ref}", "kind": "pack", "title": f"Pack {order.ref}{marks(urgent=order.priority == URGENT, fast=order.expedite)}", "unit": "line",
            "stop": sum(1 for line in lines if not line.left and not line.take_out), "stops": len(lines), "finished": False}
    back = next((line for line in lines if line.take_out), None)
    if back is not None and not picking.open_lines_of(session, order.id or 0):
        return wants("product", code=back.sku, sku=back.sku, name=back.name, detail=f"for kit {back.kit}" if back.kit else None, done=0,
                     of=back.take_out, left=back.take_out, order=order.ref, parcel=parcel.code if parcel else None,
                     say=f"Put back {back.take_out:,} {back.name}: the shop refunded {'it' if back.take_out == 1 else 'them'}. Scan to take out"), task
    left = next((line for line in lines if line.left), None)
    if order.state in ("handed_over", "cancelled"):
        left, parcel = None, None
    if left is not None:
        return wants("product", code=left.sku, sku=left.sku, name=left.name,
                     detail=f"for kit {left.kit}" if left.kit else None, done=left.packed, of=left.picked,
                     left=left.left, order=order.ref, parcel=parcel.code if parcel else None,
                     say=f"Scan {left.left} {left.name} into the box"), task
    return _closing(order, parcel), task | {"finished": parcel is None}


def _closing(order: Order, parcel: Parcel | None) -> dict[str, Any]:
    if parcel is None:
        return wants("nothing", order=order.ref, say=f"Order {order.ref} has nothing left to pack.")
    if parcel.state == "open":
        return wants("command", code="CMD:DONE", order=order.ref, parcel=parcel.code, say="All is in. Press “Close box”")
    return wants("label", order=order.ref, parcel=parcel.code, say=f"Print the label of {parcel.code}{'. It goes out by the fast way' * order.expedite}")


def task_view(session: Session, ref: str, limit: int = 60) -> list[dict[str, Any]]:
    """The lines of the order for the screen's list."""
    order = _order(session, ref)
    if order is None:
        return []
    return [{"name": r.name, "sku": r.sku, "bin": None, "done": r.packed, "of": r.picked,
             "state": "open" if r.left or r.take_out else "done"} for r in queries.lines_to_pack(session, order.id or 0)[:limit]]
