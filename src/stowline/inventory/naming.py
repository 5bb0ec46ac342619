"""Which units a counter has in hand, where units of a product are told apart.

The lot or serial comes with the code, as a bare number after its product, or from a list of the lots that there are:
those of the whole house, for the list must not tell what the books have in this bin.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog import queries as catalog
from stowline.core.errors import Refused
from stowline.inventory import lots, posting, queries, tally
from stowline.inventory.models import LONGEST_LOT, Balance, Lot
from stowline.scanning.service import Scan, Seen, Verdict, shown

OTHER = "lot that is not in this list"  # longer than any lot's code
LOTS_SHOWN = 12
Key = tuple[int, str, str]
Question = dict[str, Any]


def is_bare(scan: Scan) -> bool:
    """Whether the code is at most a number of goods: it means no product and no bin (though perhaps an order)."""
    return scan.one("product", "bin") is None and not scan.names_an_item


def by_number(session: Session, scan: Scan, location_id: int) -> Seen | Verdict | None:
    """The product whose lot or serial in this bin was scanned as a bare number."""
    owners = queries.owners_of_number(session, location_id, scan.number)
    if len(owners) > 1:
        return Verdict.refused(f"{shown(scan.code)} is a number of several products. Scan the product itself first.")
    if not owners:
        return None
    one = owners[0]
    return Seen("product", one.id or 0, one.name, scan.code, one.sku, lots=one.lots, serials=one.serials, expires=one.expires)


def answered(session: Session, asked: Question, scan: Scan) -> Seen:
    """The product whose number was asked for; the code is the number."""
    product = catalog.product(session, int(asked["product"]))
    return Seen("product", product.id or 0, product.name, scan.code, product.sku, lots=product.lots, serials=product.serials,
                expires=product.expires)


def units(scan: Scan, seen: Seen, asked: Question) -> int:
    """Units in hand: those of this scan, or those whose number is only now told."""
    if _answers(scan, seen, asked):
        return int(asked["units"])
    return scan.units_of(seen)


def _answers(scan: Scan, seen: Seen, asked: Question) -> bool:
    return asked.get("ask") in ("lot", "serial") and asked["product"] == seen.ref and is_bare(scan)


def key(session: Session, scan: Scan, seen: Seen, count: int, asked: Question, location_id: int) -> Key | Question | Verdict:
    """What tells these units apart; or what to ask; or a refusal, or a question with choices."""
    lot, serial = _said(scan, seen, asked)
    if seen.serials and not serial:
        return {**_question(seen, count, "serial"), "lot": lot}
    if seen.serials and count != 1:
        return Verdict.refused(f"Each {seen.label} has a serial number of its own. Scan one after the other.", seen=seen)
    lot = lot if lot or not (seen.lots and serial) else _lot_of(session, seen.ref, serial)
    if seen.lots and not lot:
        return _which_lot(session, scan, seen, count, serial)
    for said, wanted, what in ((lot, seen.lots, "lot"), (serial, seen.serials, "serial")):
        if wanted and (len(said) > LONGEST_LOT or not said.isprintable() or said != said.strip()):
            return Verdict.refused(f"{shown(said)} is no {what}: one has at most {LONGEST_LOT} characters. Scan it again.")
    if serial and (elsewhere := _in_a_box(session, seen.ref, serial, location_id)):
        return Verdict.refused(f"Serial {serial} is in {elsewhere} by the books. Set it aside, a manager must look.", seen=seen)
    lot, serial = lot if seen.lots else "", serial if seen.serials else ""
    try:
        lots.named(session, seen.ref, count, lot=lot, serial=serial, expires_on=scan.expiry if seen.expires else None)
    except Refused as why:
        return Verdict.refused(why.say, seen=seen)
    return seen.ref, lot, serial


def _said(scan: Scan, seen: Seen, asked: Question) -> tuple[str, str]:
    """(lot, serial) of the code, of the answer to a question, or of a bare number."""
    lot, serial = scan.lot, scan.serial
    if _answers(scan, seen, asked):
        lot, serial = str(asked.get("lot", "")), str(asked.get("serial", ""))
        return (lot, scan.serial or scan.number) if asked["ask"] == "serial" else (scan.lot or scan.number, serial)
    if scan.choice.startswith("lot ") and scan.choice != OTHER:
        return scan.choice.removeprefix("lot "), serial
    if is_bare(scan):
        return (lot, scan.number) if seen.serials else (scan.number, serial)
    return lot, serial


def _question(seen: Seen, count: int, what: str) -> Question:
    return {"ask": what, "product": seen.ref, "name": seen.label, "sku": seen.sku, "units": count}


def _which_lot(session: Session, scan: Scan, seen: Seen, count: int, serial: str) -> Question | Verdict:
    known = select(Lot).where(Lot.product_id == seen.ref).order_by(col(Lot.received_at).desc(), col(Lot.id).desc())
    rows = list(session.exec(known.limit(LOTS_SHOWN)))
    if scan.choice == OTHER or not rows or is_bare(scan):
        return {**_question(seen, count, "lot"), "serial": serial}
    choices = [{"kind": f"lot {one.code}", "ref": one.code, "label": _label(one)} for one in rows]
    choices.append({"kind": OTHER, "ref": "", "label": "Another lot"})
    return Verdict("refused", f"Which lot of {seen.label} is it?", choices=tuple(choices), seen=seen.picture())


def _label(lot: Lot) -> str:
    return f"Lot {lot.code}" + (f", ends {lot.expires_on.isoformat()}" if lot.expires_on else "")


def _lot_of(session: Session, product_id: int, serial: str) -> str:
    """The lot that a serial has by the books, wherever it lies."""
    b = Balance.__table__.c  # type: ignore[attr-defined]
    query = sa.select(b.lot).where(b.product_id == product_id, b.serial == serial, b.serial != "", b.qty > 0)
    return str(session.execute(query.limit(1)).scalar() or "")


def _in_a_box(session: Session, product_id: int, serial: str, location_id: int) -> str:
    """The tote or box that the books have this serial in; '' if it is in none."""
    found = posting.where_serial(session, product_id, serial, location_id)
    return found[0] if found and found[1] not in tally.COUNTABLE else ""
