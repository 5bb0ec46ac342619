"""A pallet or carton with an SSCC: one scan receives all that its notice says is in it.

Goods that are not all alike and of which the notice does not say which (a lot, a last day), and goods with serial
numbers, are not received so: each is scanned for itself, and the pallet or carton says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.receiving import notice_queries, notices, queries, rules, service, shelving
from stowline.receiving.hand import Came
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.notice_models import Arrival, ArrivalUnit
from stowline.receiving.notice_queries import Packed
from stowline.receiving.rules import Booking
from stowline.receiving.service import Receipt
from stowline.scanning import service as scanning
from stowline.scanning.service import LARGEST_QUANTITY, Scan, Seen, Verdict

OVER = "units over"  # the kind of a scan that takes all of it, though it is more than was ordered
MOST_ASKED = 3
Effect = dict[str, Any]
Done = tuple["Goods", Booking, Receipt]


@dataclass(frozen=True, slots=True)
class Goods:
    """Units of one product, of one lot, in a pallet or carton."""

    product_id: int
    sku: str
    name: str
    lot: str
    expires_on: date | None
    units: int


def scan(session: Session, scan: Scan, seen: Seen, order: PurchaseOrder | None, step: Effect) -> Verdict:
    """A scanned pallet or carton: accepted with all that is in it, or why not. `step` is what the holder stood before."""
    if scan.quantity > 1:
        return Verdict.refused(f"{seen.label.capitalize()} is one. Scan it once, with a quantity of 1; each has a number of its own.", seen=seen)
    unit, arrival, its_order = notices.of_unit(session, seen.ref)
    if order is not None and (its_order is None or its_order.id != order.id):
        whose = f"{its_order.ref}: open that task" if its_order else "no purchase order: receive it blind"
        return Verdict.refused(f"{seen.label.capitalize()} is of notice {arrival.ref} and belongs to {whose}.", seen=seen)
    if arrival.state == "closed" or (its_order is not None and its_order.closed_at is not None):
        closed = f"Notice {arrival.ref}" if arrival.state == "closed" else f"Purchase order {its_order.ref if its_order else ''}"
        return Verdict.conflict(f"{closed} is closed. Open it again first, or set the {unit.kind} aside.")
    packed = notice_queries.open_contents(session, unit)
    if not packed:
        return Verdict.refused(f"{seen.label.capitalize()} is already received.", seen=seen)
    why = _told_apart(session, unit, packed)
    if why:
        return Verdict.refused(why, seen=seen)
    return _receive(session, scan, seen, unit, arrival, its_order, packed, step)


def _told_apart(session: Session, unit: ArrivalUnit, packed: Sequence[Packed]) -> str:
    """Why the goods cannot come in with one scan; '' if they can."""
    for one in packed:
        if one.serials:
            lacks = "has serial numbers: scan each of them"
        elif one.lots and not one.lot:
            lacks = "has lots, and the notice does not say which: scan it by itself"
        elif one.expires and not one.expires_on and stock.lot_day(session, one.product_id, one.lot) is None:
            lacks = "ends on a day, and the notice does not say when: scan it by itself"
        else:
            continue
        rest = " The other cartons may be scanned one by one." if unit.kind == "pallet" and one.unit_id != unit.id else ""
        return f"{one.name} in this {unit.kind} {lacks}.{rest}"
    return ""


def _receive(
    session: Session, scan: Scan, seen: Seen, unit: ArrivalUnit, arrival: Arrival, order: PurchaseOrder | None,
    packed: Sequence[Packed], step: Effect,
) -> Verdict:  # fmt: skip
    goods = _together(packed)
    much = next((one for one in goods if one.units > LARGEST_QUANTITY), None)
    if much is not None:
        return Verdict.refused(f"{much.name}: {much.units:,} units in one scan are more than {LARGEST_QUANTITY:,}. Scan the cartons.", seen=seen)
    lines = queries.lock_lines(session, order.id or 0, [one.product_id for one in goods]) if order is not None else {}
    if order is not None and queries.is_closed(session, order.id or 0):
        return Verdict.conflict(f"Purchase order {order.ref} was closed just now. Open it again first, or set the {unit.kind} aside.")
    booked = _bookings(goods, lines, all_of_it=scan.choice == OVER, in_it="cartons" if unit.kind == "pallet" else "goods") if order is not None else [(one, Booking(None, one.units)) for one in goods]
    if isinstance(booked, Verdict):
        return booked
    inventory.lock_levels(session, [one.product_id for one in goods])
    notices.take(session, arrival.id or 0, sorted({one.unit_id for one in packed}), scan.id)
    done = [(one, booking, _book(session, one, booking, order)) for one, booking in booked]
    effect = [
        {"product": one.product_id, "qty": booking.units, "over": booking.over, "line": booking.line_id, "lot": one.lot,
         "held": bool(came.held), "served": came.line_ids, "kept": came.intake.ids}
        for one, booking, came in done
    ]  # fmt: skip
    begun = _to_shelve(session, done)
    if begun or step:
        scanning.set_step(session, scan.task, scan.holder, begun)
    units = sum(one.units for one in goods)
    say = f"{unit.kind.capitalize()} {unit.sscc[-6:]}: {_counted(units, 'unit')} of {_counted(len({g.product_id for g in goods}), 'product')} received"
    say, hint = _told(session, say, done, begun)
    return Verdict.accepted(say, hint=hint, effect={"pallet": effect, "scan": scan.id, "before": step})


def _book(session: Session, one: Goods, booking: Booking, order: PurchaseOrder | None) -> Receipt:
    return service.receive(
        session, product_id=one.product_id, sku=one.sku, name=one.name, line_id=booking.line_id, over=booking.over,
        came=Came(booking.units, one.lot, "", one.expires_on), ref=order.ref if order else "",
    )  # fmt: skip


def _to_shelve(session: Session, done: Sequence[Done]) -> Effect:
    """The step of whoever received it: what of it goes to the backorder shelf, order by order."""
    begun: Effect = {}
    for one, booking, came in done:
        begun = shelving.begin(session, came.intake, one.product_id, booking.units, one.lot, begun, 0)
    if begun and len(done) > 1:
        rest = sum(booking.units - came.intake.units for _, booking, came in done)
        begun = {**begun, "rest": rest, "rest_bin": "", "product": None}
    return {shelving.KEY: begun} if begun else {}


def _told(session: Session, say: str, done: Sequence[Done], begun: Effect) -> tuple[str, str | None]:
    """What the receiver is told: where the first units go, else whose waiting is over."""
    todo = shelving.pending(session, begun)
    if todo is not None:
        return shelving.told(say, todo, mixed=len({one.product_id for one, _, _ in done}) > 1)
    hints = [f"{units:,} for order {ref}" for _, _, came in done for ref, units in came.served][:MOST_ASKED]
    held = [f"Lot {one.lot} is on hold: {came.held}. Put it into quarantine." for one, _, came in done if came.held][:1]
    waited = [f"Waited for: {', '.join(hints)}."] if hints else []
    return say, " ".join([*waited, *held]) or None


def _together(packed: Sequence[Packed]) -> list[Goods]:
    """The contents added up by product and lot, in order of product."""
    sums: dict[tuple[int, str, date | None], Goods] = {}
    for one in packed:
        key = one.product_id, one.lot if one.lots else "", one.expires_on if one.expires else None
        before = sums[key].units if key in sums else 0
        sums[key] = Goods(one.product_id, one.sku, one.name, key[1], key[2], before + one.units)
    return [sums[key] for key in sorted(sums, key=lambda k: (k[0], k[1], str(k[2])))]


def _bookings(
    goods: Sequence[Goods], lines: Mapping[int, list[rules.Open]], *, all_of_it: bool, in_it: str
) -> list[tuple[Goods, Booking]] | Verdict:
    """Each of the goods on the lines it goes to, or the refusal where more is in it than was ordered."""
    made: list[tuple[Goods, Booking]] = []
    open_ = {product_id: list(found) for product_id, found in lines.items()}
    for one in goods:
        found = rules.book(open_[one.product_id], one.units, all_of_it=all_of_it)
        if isinstance(found, int):
            much = f"{one.units:,} are more than the {found:,} still expected" if found else f"{one.units:,} are in it, and none is still expected"
            return offer_all(f"{one.name}: {much}. Scan its {in_it} one by one, or take all of it.", one.units, found)
        made += [(one, booking) for booking in found]
        came = {booking.line_id: booking.units for booking in found}
        open_[one.product_id] = [rules.Open(o.id, o.quantity, o.came + came.get(o.id, 0), o.tolerance) for o in open_[one.product_id]]
    return made


def offer_all(say: str, units: int, room: int) -> Verdict:
    """The refusal of what is more than was ordered, with the offer to take it all the same."""
    label = f"Take all {units:,}: {units - room:,} more than ordered"
    return Verdict("refused", say, choices=({"kind": OVER, "ref": "", "label": label},))


def undo(session: Session, scan: Scan, effect: Effect) -> int:
    """Take back what one scan of a pallet or carton brought in: how many units."""
    rows: list[Effect] = effect["pallet"]
    queries.lock_lines_by_id(session, [row["line"] for row in rows if row["line"] is not None])
    inventory.lock_levels(session, [row["product"] for row in rows])
    for row in rows:
        service.take_back(session, product_id=row["product"], qty=row["qty"], line_id=row["line"], lot=row["lot"], held=row["held"],
                          ref=scan.ref, scan_id=effect["scan"], served=row["served"], kept=row["kept"])  # fmt: skip
    notices.give_back(session, effect["scan"])
    scanning.set_step(session, scan.task, scan.holder, effect["before"])
    return sum(row["qty"] for row in rows)


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
