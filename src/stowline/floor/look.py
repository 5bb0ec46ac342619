"""The look task: scan anything, read what it is and where. Changes nothing."""

from typing import Any

from sqlmodel import Session

from stowline.catalog import kits
from stowline.catalog import queries as catalog
from stowline.inventory import queries as stock
from stowline.inventory import to_count
from stowline.orders import queries as orders
from stowline.packing import queries as packing
from stowline.receiving import built
from stowline.scanning.service import Holder, Scan, Seen, Verdict, shown, wants

NOW = wants("any", say="Scan any code"), {"task": "look:", "kind": "look", "title": "Look up", "finished": False}


def scan(session: Session, scan: Scan) -> Verdict:
    """Say what a code means."""
    if scan.command:
        return Verdict.refused(f"CMD:{scan.command} is a command for a task. Get work first.").then(*NOW)
    seen = scan.one(*{thing.kind for thing in scan.things})
    if isinstance(seen, Verdict):
        return seen.then(*NOW)
    if seen is None:
        return Verdict.refused(f"Nobody knows the code {shown(scan.code)}. Look it up by SKU or name at the desk.").then(*NOW)
    say, hint = _told(session, seen)
    return Verdict("accepted", say, hint=hint, seen=seen.picture()).then(*NOW)


def _told(session: Session, seen: Seen) -> tuple[str, str | None]:
    if seen.kit:
        parts = catalog.recipe(session, seen.ref)
        free = {part.sku: stock.level(session, part.sku).free for part in parts}
        can = catalog.whole_kits((free[part.sku], part.units) for part in parts)
        return kits.scanned(session, seen.ref, seen.sku), f"{can} could be made of what is free."
    if seen.kind == "product":
        return _product(session, seen)
    if seen.kind == "bin":
        if to_count.kept_blind(session, [seen.label]):
            return f"Bin {seen.label}", "It waits for a count, so what the books have there is not told."
        inside = stock.in_bin(session, seen.ref, limit=5)
        return f"Bin {seen.label}", ", ".join(f"{here.qty} {here.name}" for here in inside) or "Empty."
    if seen.kind == "order":
        order = orders.order(session, seen.ref)
        return f"Order {order.ref}: {order.state.replace('_', ' ')}", f"{order.ordered} units, for {order.ship_name}"
    if seen.kind == "parcel":
        parcel = packing.parcel(session, seen.ref)
        return f"Parcel {parcel.code}: {parcel.state.replace('_', ' ')}", None
    if seen.kind == built.KIND:
        return f"{seen.label.capitalize()}, built here", built.told(session, seen.ref)
    return f"{seen.label}, a {seen.kind.replace('-', ' ')}", None


def _product(session: Session, seen: Seen) -> tuple[str, str]:
    """Units of a product and where they lie; no number that would tell a counter what the books have."""
    here = stock.in_bins(session, seen.ref, limit=5)
    blind = to_count.kept_blind(session, {one.bin for one in here})
    bins = ", ".join(dict.fromkeys(f"{'to be counted' if one.bin in blind else one.qty} in {one.bin}" for one in here))
    pack = f", a pack of {seen.units}" if seen.units > 1 else ""
    level = stock.level(session, seen.sku)
    units = f": {level.on_hand} on hand, {level.free} free" if not blind else ""
    return f"{seen.label}{pack}{units}", bins or "In no bin."


def undo(session: Session, scan: Scan, effect: dict[str, Any]) -> Verdict:
    """Looking changes nothing, so there is nothing to undo; never called, no look has an effect."""
    _ = session, scan, effect
    return Verdict.refused("Looking changes nothing.").then(*NOW)


def wanted(session: Session, ref: str, holder: Holder) -> dict[str, Any]:
    """Anything."""
    _ = session, ref, holder
    return {"next": NOW[0], "task": NOW[1]}
