"""Which units of a bin somebody has in hand: for each workflow that takes units out of a bin by scan.

A bin may hold several lots, serials and conditions of one product. The code says which (GS1 lot or serial), or the bare
number of a lot or serial, or there is only one that it can be; else the answer is a question with choices.
"""

from collections.abc import Sequence

from sqlmodel import Session

from stowline.inventory import queries
from stowline.inventory.queries import Lies
from stowline.inventory.rules import GOOD
from stowline.scanning.service import Scan, Seen, Verdict, shown

MOST = 500  # rows of one product in one bin


def product(session: Session, scan: Scan, location_id: int) -> Seen | Verdict | None:
    """The product that was scanned: by its own code, or by the bare number of a lot or serial that lies in this bin.

    A question where the code means several products, None where it means none.
    """
    seen = scan.one("product")
    if seen is not None or scan.command or scan.names_an_item:
        return seen
    owners = queries.owners_of_number(session, location_id, scan.number)
    if len(owners) > 1:
        return Verdict.refused(f"{shown(scan.code)} is a number of {len(owners)} products here. Scan the product itself.")
    if not owners:
        return None
    one = owners[0]
    return Seen("product", one.id or 0, one.name, scan.code, one.sku, lots=one.lots, serials=one.serials, expires=one.expires)


def units(
    session: Session, scan: Scan, seen: Seen, location_id: int, count: int, *, conditions: Sequence[str] = (GOOD,),
    spoken_for: bool = False,
) -> Lies | Verdict:  # fmt: skip
    """The row of this bin that `count` units in hand belong to; a refusal or a question where that is not sure.

    Only units in one of these `conditions` are looked at, and only free ones unless units that are `spoken_for` count
    too. Whether the row has `count` units is for the caller to check.
    """
    inside = _inside(session, scan, seen, location_id)
    there = [row for row in inside if row.condition in conditions and (spoken_for or row.qty > row.bound)]
    if not there:
        return Verdict.refused(_none(session, seen, location_id, inside), seen=seen)
    if seen.serials:
        return _serial(session, scan, seen, location_id, there, count)
    return _row(session, scan, seen, location_id, there)


def _inside(session: Session, scan: Scan, seen: Seen, location_id: int) -> Sequence[Lies]:
    """The rows of the number that was scanned, however many there are of others; else what there is of the product."""
    number = _serial_of(scan, seen) if seen.serials else _lot_of(scan, seen)
    named = queries.in_bin(session, location_id, product_id=seen.ref, number=number, limit=MOST) if number else ()
    return named or queries.in_bin(session, location_id, product_id=seen.ref, limit=MOST)


def _bare(scan: Scan, seen: Seen) -> str:
    """The number that was scanned instead of the product's own code; '' if it was that."""
    return "" if seen in scan.things else scan.number


def _serial_of(scan: Scan, seen: Seen) -> str:
    return scan.serial or _bare(scan, seen)


def _lot_of(scan: Scan, seen: Seen) -> str:
    """The lot that was named; '' where the product is not told apart by lots, whatever its maker prints."""
    return (scan.lot or _bare(scan, seen)) if seen.lots else ""


def _none(session: Session, seen: Seen, location_id: int, inside: Sequence[Lies]) -> str:
    code = queries.location(session, location_id).code
    if not inside:
        return f"No {seen.label} lies in {code} by the books. Look where you are, or have the bin counted."
    spoken_for = sum(row.bound for row in inside)
    if spoken_for and spoken_for == sum(row.qty for row in inside):
        return f"All {spoken_for} {seen.label} in {code} are spoken for by pick lists. Leave them there."
    told = ", ".join(f"{row.qty} {row.condition}" for row in inside[:4])
    return f"What lies of {seen.label} in {code} is not to be taken here: {told}."


def _serial(session: Session, scan: Scan, seen: Seen, location_id: int, there: Sequence[Lies], count: int) -> Lies | Verdict:
    code = queries.location(session, location_id).code
    number = _serial_of(scan, seen)
    if not number and len(there) == 1:
        number = there[0].serial
    if not number:
        return Verdict.refused(f"Scan the serial number of {seen.label}: {len(there)} lie in {code}.", seen=seen)
    if count > 1:
        return Verdict.refused(f"Each {seen.label} has a serial number of its own. Scan one after the other.", seen=seen)
    found = next((row for row in there if row.serial == number), None)
    return found or Verdict.refused(f"Serial {shown(number)} is not in {code} by the books.", seen=seen)


def _row(session: Session, scan: Scan, seen: Seen, location_id: int, there: Sequence[Lies]) -> Lies | Verdict:
    named = _lot_of(scan, seen)
    fit = [row for row in there if named in ("", row.lot)]
    if not fit:
        code = queries.location(session, location_id).code
        return Verdict.refused(f"Lot {shown(named)} of {seen.label} is not in {code} by the books.", seen=seen)
    if len(fit) == 1:
        return fit[0]
    kinds = {_kind(row, fit): row for row in fit}
    if scan.choice in kinds:
        return kinds[scan.choice]
    choices = tuple({"kind": kind, "ref": row.lot or row.condition, "label": _label(row, fit)} for kind, row in kinds.items())
    return Verdict("refused", f"Which {seen.label} do you have in hand?", choices=choices)


def _kind(row: Lies, among: Sequence[Lies]) -> str:
    """What the next scan carries as its `kind`: "lot L1", "lot L1 damaged", "condition damaged"."""
    if len({other.condition for other in among}) == 1:
        return f"lot {row.lot}"
    return f"lot {row.lot} {row.condition}" if row.lot else f"condition {row.condition}"


def _label(row: Lies, among: Sequence[Lies]) -> str:
    """"Lot L1, ends 2026-12-01, damaged: 3 there"."""
    said = [f"lot {row.lot}"] if row.lot else []
    if row.expires_on:
        said.append(f"ends {row.expires_on.isoformat()}")
    if len({other.condition for other in among}) > 1:
        said.append(row.condition)
    words = ", ".join(said)
    return f"{words[:1].upper()}{words[1:]}: {row.qty} there"
