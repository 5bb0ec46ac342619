"""Which units a picker took, where units of a product are not all alike.

A pick line is bound to units of one lot or serial. Another lot or serial out of the same bin is as good, unless it ends
later than the one that should go first: then the line changes to it, and the books say what was really taken.
"""

from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core.errors import Conflict
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import Lies
from stowline.picking import queries
from stowline.picking.models import PickLine
from stowline.picking.rules import Stop
from stowline.scanning.service import Scan, Seen, Verdict, shown

MOST = 500  # rows of one product in one bin
_lines = PickLine.__table__  # type: ignore[attr-defined]


def by_number(session: Session, scan: Scan, stop: Stop) -> Seen | None:
    """The product wanted, where somebody scanned the bare number of one of its lots or serials in this bin."""
    if scan.names_an_item or not _there(session, stop, scan.number):
        return None
    return Seen("product", stop.product_id, stop.name, scan.code, stop.sku, lots=stop.by_lots, serials=stop.by_serials)


def identified(session: Session, scan: Scan, seen: Seen, stop: Stop, units: int) -> Stop | Verdict:
    """The line for the units in hand, perhaps another lot or serial than it was bound to; or what is to be done first."""
    bare = "" if seen in scan.things else scan.number
    found = _serial(session, scan, stop, bare, units) if stop.by_serials else _lot(session, scan, stop, bare)
    if isinstance(found, Verdict) or (found.lot, found.serial) == (stop.lot, stop.serial):
        return found if isinstance(found, Verdict) else stop
    later = _ends_later(session, stop, found)
    if later:
        return Verdict.refused(later)
    if stop.by_serials:
        return _change_serial(session, stop, found)
    return _change_lot(session, stop, found, units)


def _there(session: Session, stop: Stop, number: str = "") -> list[Lies]:
    """Good units of the product in the bin (of one lot or serial, if its number is given: there may be very many)."""
    inside = stock.in_bin(session, stop.from_id, product_id=stop.product_id, number=number, limit=MOST)
    return [here for here in inside if here.condition == "good"]


def _serial(session: Session, scan: Scan, stop: Stop, bare: str, units: int) -> Lies | Verdict:
    number = scan.serial or bare
    if not number:
        return Verdict.refused(f"Scan the serial number of {stop.name}. {stop.serial} is one that lies here.")
    if units > 1:
        return Verdict.refused(f"Each {stop.name} has a serial number of its own. Scan one after the other.")
    found = next((here for here in _there(session, stop, number) if here.serial == number), None)
    return found or Verdict.refused(
        f"Serial {shown(number)} is not in {stop.bin} by the books. Take {stop.serial}, or press “Short”.")


def _lot(session: Session, scan: Scan, stop: Stop, bare: str) -> Lies | Verdict:
    chosen = scan.choice.removeprefix("lot ") if scan.choice.startswith("lot ") else ""
    asked = scan.lot or chosen or bare
    there = _there(session, stop, asked)
    if not asked and len(there) == 1:
        return there[0]
    found = next((here for here in there if here.lot == asked), None)
    if found is not None:
        return found
    if asked:
        return Verdict.refused(f"Lot {shown(asked)} is not in {stop.bin} by the books. Take lot {stop.lot}, or press “Short”.")
    choices = tuple({"kind": f"lot {here.lot}", "ref": here.lot, "label": _label(here)} for here in there)
    return Verdict("refused", f"Which lot of {stop.name} is in your hand?", choices=choices)


def _label(here: Lies) -> str:
    return f"Lot {here.lot}" + (f", ends {here.expires_on.isoformat()}" if here.expires_on else "")


def _ends_later(session: Session, stop: Stop, found: Lies) -> str:
    """Why these units may not go before those that the line is bound to; '' if they may."""
    if not catalog.product(session, stop.product_id).fefo:
        return ""
    bound = _there(session, stop, stop.serial or stop.lot)
    first = next((here for here in bound if (here.lot, here.serial) == (stop.lot, stop.serial)), None)
    if first is None or (found.expires_on or date.max) <= (first.expires_on or date.max):
        return ""
    named = stop.serial or stop.lot
    return f"Take {named} first: it ends {first.expires_on}. What you hold ends {found.expires_on or 'never'}."


def _change_serial(session: Session, stop: Stop, found: Lies) -> Stop:
    """The line takes another serial; where another open line was to take that one, the two change."""
    if found.bound:
        rival = sa.update(_lines).where(
            _lines.c.product_id == stop.product_id, _lines.c.from_id == stop.from_id, _lines.c.serial == found.serial,
            _lines.c.state == "open", _lines.c.picked == 0, _lines.c.id != stop.id,
        )  # fmt: skip
        if session.execute(rival.values(lot=stop.lot, serial=stop.serial)).rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(f"Serial {found.serial} was taken by somebody else just now.")
    else:
        place, product = stop.from_id, stop.product_id
        inventory.unbind(session, product_id=product, location_id=place, qty=1, lot=stop.lot, serial=stop.serial)
        inventory.bind(session, product_id=product, location_id=place, qty=1, lot=found.lot, serial=found.serial)
    _rewrite(session, stop, lot=found.lot, serial=found.serial)
    return replace(stop, lot=found.lot, serial=found.serial)


def _change_lot(session: Session, stop: Stop, found: Lies, units: int) -> Stop | Verdict:
    """The rest of the line takes another lot where there is enough of it; else as much as is in hand, as a line of its
    own.
    """
    free = found.qty - found.bound
    if free < units:
        return Verdict.refused(f"Lot {found.lot} in {stop.bin} is spoken for by other pick lists. Take lot {stop.lot}.")
    whole = not stop.picked and free >= stop.left
    moved = stop.left if whole else units
    place, product = stop.from_id, stop.product_id
    inventory.bind(session, product_id=product, location_id=place, qty=moved, lot=found.lot)
    inventory.unbind(session, product_id=product, location_id=place, qty=moved, lot=stop.lot)
    if whole:
        _rewrite(session, stop, lot=found.lot)
        return replace(stop, lot=found.lot)
    return _split(session, stop, found.lot, moved)


def _rewrite(session: Session, stop: Stop, **values: str) -> None:
    as_seen = sa.and_(_lines.c.id == stop.id, _lines.c.state == "open", _lines.c.picked == stop.picked)
    if session.execute(sa.update(_lines).where(as_seen).values(**values)).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(f"{stop.name} was picked by somebody else just now.")


def _split(session: Session, stop: Stop, lot: str, units: int) -> Stop:
    """A line of its own for these units; the old one keeps the rest, and is settled if nothing of it is left."""
    as_seen = sa.and_(_lines.c.id == stop.id, _lines.c.state == "open", _lines.c.picked == stop.picked)
    rest = {"qty": stop.picked, "state": "done"} if units == stop.left else {"qty": stop.qty - units}
    if session.execute(sa.update(_lines).where(as_seen).values(**rest)).rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(f"{stop.name} was picked by somebody else just now.")
    line = PickLine(
        pick_list_id=stop.pick_list_id, order_id=stop.order_id, order_line_id=stop.order_line_id,
        product_id=stop.product_id, from_id=stop.from_id, to_id=stop.to_id, tote_id=stop.tote_id, lot=lot,
        sequence=queries.sequence_of(session, stop.id), qty=units,
    )  # fmt: skip
    session.add(line)
    session.flush()
    done = 1 if units == stop.left else 0
    session.execute(sa.text("UPDATE pick_list SET lines = lines + 1, lines_done = lines_done + :d WHERE id = :i"),
                    {"d": done, "i": stop.pick_list_id})  # fmt: skip
    return queries.stop(session, line.id or 0)
