"""Counting a bin: its sheet, what is written on it, and what the end of it does to the books.

The bin's stock is never frozen. Each entry is compared with what the books had at the moment of its scan; that
difference is posted at the end, on whatever the balance is by then. Goods that moved while somebody counted them make
the number worthless: they are counted again.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock
from stowline.core.errors import Conflict, Refused
from stowline.core.hot import Hot
from stowline.inventory import sheets, tally
from stowline.inventory.models import ADJUSTMENT, CountRequest, Location
from stowline.inventory.rules import REAL
from stowline.inventory.sheets import CountEntry, CountSheet
from stowline.people.somebody import Somebody, same_name
from stowline.scanning.service import Holder

Key = tuple[int, str, str]
MOST_LINES = 100_000  # of a sheet: more than any bin has serials
MOST_DISPUTED = 5000  # numbers that stand against the books at one time
SLACK = 2000  # lines of the ledger before a count's beginning that may still be on their way to the disk
MOST = 1_000_000_000
_entry, _sheet, _asked = CountEntry.__table__, CountSheet.__table__, CountRequest.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Books:
    """What the books have in a bin at one moment: units of each product (lot, serial) in any condition, how often it
    came or went since a line of the ledger, by how many units it was corrected since then (counts, adjustments: the
    books change, the goods do not move), and how many units a picker did not find.
    """

    units: dict[Key, int]
    moves: dict[Key, int]
    corrected: dict[Key, int]
    missing: dict[Key, int]


def look(session: Session, location_id: int, base: int) -> Books:
    """The books of a bin, all of one moment. Changes of condition in place move nothing."""
    found = Books({}, {}, {}, {})
    parts = {"b": found.units, "m": found.moves, "n": found.missing}
    for what, product, lot, serial, n, corrected in _LOOK.all(session, l=location_id, base=base, a=ADJUSTMENT):
        parts[what][product, lot, serial] = int(n)
        if corrected:
            found.corrected[product, lot, serial] = int(corrected)
    return found


_LOOK = Hot(
    "SELECT 'b', product_id, lot, serial, SUM(qty), 0 FROM balance WHERE location_id = :l AND qty > 0"
    " GROUP BY product_id, lot, serial"
    " UNION ALL SELECT 'm', product_id, lot, serial, COUNT(*),"
    " SUM(CASE WHEN from_id = :a THEN qty WHEN to_id = :a THEN -qty ELSE 0 END)"
    " FROM ledger WHERE id > :base AND from_id <> to_id"
    " AND (from_id = :l OR to_id = :l) GROUP BY product_id, lot, serial"
    " UNION ALL SELECT 'n', product_id, lot, serial, missing, 0 FROM count_request WHERE location_id = :l"
    " AND done_at IS NULL AND product_id IS NOT NULL AND missing > 0"
)


def restate(session: Session, row: CountEntry, corrected: int | None = None) -> None:
    """Hold a number against the books as they were corrected since it was counted, so that no unit is missing twice.

    `corrected` as `look` tells it for the sheet's `base`; else it is asked. The product's level is locked.
    """
    if corrected is None:
        sheet = session.exec(select(CountSheet).where(CountSheet.id == row.sheet_id)).one()
        asked = _CORRECTED.all(session, p=row.product_id, lt=row.lot, sn=row.serial, l=row.location_id, a=ADJUSTMENT,
                               base=sheet.base)  # fmt: skip
        corrected = int(asked[0][0])
    if corrected != row.corrected:
        row.book, row.corrected = row.book + corrected - row.corrected, corrected
        session.add(row)


CORRECTED = (
    "SELECT COALESCE(SUM(CASE WHEN m.from_id = :a THEN m.qty ELSE -m.qty END), 0) FROM ledger m"
    " WHERE m.product_id = {p} AND m.id > {base} AND m.lot = {lt} AND m.serial = {sn}"
    " AND ((m.from_id = {l} AND m.to_id = :a) OR (m.from_id = :a AND m.to_id = {l}))"
)
_CORRECTED = Hot(CORRECTED.format(p=":p", base=":base", lt=":lt", sn=":sn", l=":l"))


# --- the sheet --------------------------------------------------------------------------------------------------------


def open_sheet(session: Session, holder: str, location_id: int | None = None) -> CountSheet | None:
    """The count this holder is at (in this bin), begun last."""
    query = select(CountSheet).where(CountSheet.holder == holder, CountSheet.state == sheets.OPEN)
    if location_id is not None:
        query = query.where(CountSheet.location_id == location_id)
    return session.exec(query.order_by(col(CountSheet.id).desc()).limit(1)).first()


def locked(session: Session, sheet_id: int) -> CountSheet:
    """A sheet, for writing on it. Raises Conflict if it was ended or taken over."""
    query = select(CountSheet).where(CountSheet.id == sheet_id).with_for_update()
    sheet = session.exec(query.execution_options(populate_existing=True)).one()
    if sheet.state != sheets.OPEN:
        raise Conflict("This count is over. Look at what is wanted.")
    return sheet


def barred(session: Session, holder: Holder) -> dict[int, str]:
    """The bins that this holder must not count, because they counted them already and somebody else must now; with the
    name that they did so by.
    """
    query = (
        sa.select(_asked.c.location_id, _sheet.c.holder, _sheet.c.who)
        .join(_entry, _entry.c.request_id == _asked.c.id)
        .join(_sheet, _sheet.c.id == _entry.c.sheet_id)
        .where(_asked.c.done_at.is_(None), _asked.c.round > 1, _entry.c.state == sheets.SECOND)
        .distinct()
    )
    me, rows = Somebody(holder.key, holder.name), session.execute(query.limit(MOST_DISPUTED))
    return {bin_: who for bin_, key, who in rows if me.is_same(Somebody(key, who))}


def refuse(session: Session, holder: Holder, bin_: Location) -> None:
    """Raises Refused or Conflict where this holder may not count this bin."""
    refuse_kind(bin_)
    by = barred(session, holder).get(bin_.id or 0)
    if by is not None:
        as_whom = "" if same_name(by, holder.name) else f" as {by}"
        raise Conflict(f"You counted this bin first{as_whom}. Somebody else must count it again.", code="taken")


def refuse_kind(bin_: Location) -> None:
    """Raises Refused for a place that nobody counts."""
    if bin_.kind not in tally.COUNTABLE:
        what = "what is in it belongs to orders" if bin_.kind in REAL else "nothing lies in it"
        raise Refused(f"{bin_.code} is no bin to count: {what}.", where="bin")


def begin(session: Session, bin_: Location, holder: Holder) -> CountSheet:
    """A holder begins to count a bin, or goes on with it. What somebody else left there is put away."""
    refuse(session, holder, bin_)
    there = session.exec(
        select(CountSheet).where(CountSheet.location_id == bin_.id, CountSheet.state == sheets.OPEN).with_for_update()
    ).one_or_none()
    if there is not None and there.holder == holder.key:
        return there
    if there is not None:
        there.state = sheets.LEFT
        session.add(there)
        session.flush()
    base = max((session.execute(sa.text("SELECT MAX(id) FROM ledger")).scalar_one() or 0) - SLACK, 0)
    moves = _told(look(session, bin_.id or 0, base).moves)
    sheet = CountSheet(location_id=bin_.id or 0, holder=holder.key, who=holder.name, begun_at=clock.now(), base=base, begun=moves,
                       seen=moves)
    session.add(sheet)
    session.flush()
    return sheet


def leave(session: Session, sheet_id: int) -> None:
    """Give a count up; nothing of it is posted."""
    sheet = locked(session, sheet_id)
    sheet.state = sheets.LEFT
    session.add(sheet)
    session.flush()


def hand(sheet: CountSheet) -> dict[str, Any]:
    """What the counter was asked; empty if nothing."""
    found: dict[str, Any] = msgspec.json.decode(sheet.hand)
    return found


def ask(session: Session, sheet: CountSheet, question: dict[str, Any]) -> None:
    """Remember what the counter was asked; an empty dict forgets it."""
    sheet.hand = msgspec.json.encode(question).decode()
    session.add(sheet)
    session.flush()


def _told(moves: dict[Key, int]) -> str:
    return msgspec.json.encode([[*key, n] for key, n in moves.items()]).decode()


def moves_of(text: str) -> dict[Key, int]:
    """How often each product (lot, serial) had moved, as a sheet keeps it."""
    if text == "{}":
        return {}
    return {(product, lot, serial): n for product, lot, serial, n in msgspec.json.decode(text)}


def with_more(text: str, more: dict[Key, int]) -> str:
    """The same with further moves."""
    known = moves_of(text)
    return _told(known | {key: known.get(key, 0) + n for key, n in more.items()})


# --- what is counted --------------------------------------------------------------------------------------------------


def entries(session: Session, sheet_id: int, limit: int = MOST_LINES) -> list[CountEntry]:
    """What stands on a sheet, last scanned first."""
    query = select(CountEntry).where(CountEntry.sheet_id == sheet_id)
    return list(session.exec(query.order_by(col(CountEntry.at).desc(), col(CountEntry.id).desc()).limit(limit)))


def entry(session: Session, sheet: CountSheet, key: Key) -> CountEntry | None:
    """The entry of a product (lot, serial) on a sheet."""
    product_id, lot, serial = key
    query = select(CountEntry).where(
        CountEntry.sheet_id == sheet.id, CountEntry.location_id == sheet.location_id, CountEntry.product_id == product_id,
        CountEntry.lot == lot, CountEntry.serial == serial,
    )  # fmt: skip
    return session.exec(query).one_or_none()


def add(session: Session, sheet: CountSheet, key: Key, units: int) -> CountEntry | None:
    """Units were counted. None where they moved since the last scan: what stood there is dropped, to be counted anew.

    Raises Conflict for a serial that stands on the sheet already, Refused for more units than any bin holds.
    """
    books, known = look(session, sheet.location_id, sheet.base), entry(session, sheet, key)
    before = known.moves if known else moves_of(sheet.seen).get(key, 0)
    now = books.moves.get(key, 0)
    sheet.seen, sheet.hand = _told(books.moves), "{}"
    session.add(sheet)
    if now != before:
        if known is not None:
            session.delete(known)
        session.flush()
        return None
    if known is None:
        known = CountEntry(sheet_id=sheet.id or 0, location_id=sheet.location_id, product_id=key[0], lot=key[1],
                           serial=key[2], book=books.units.get(key, 0), missing=books.missing.get(key, 0), moves=now,
                           corrected=books.corrected.get(key, 0), at=clock.now())
    elif key[2]:
        raise Conflict(f"Serial {key[2]} is counted already.")
    if known.counted + units > MOST:
        raise Refused(f"No bin holds {known.counted + units:,} units. Look at the number again.", where="quantity")
    known.counted, known.scans, known.at = known.counted + units, known.scans + 1, clock.now()
    session.add(known)
    session.flush()
    return known


def take_back(session: Session, entry_id: int, units: int) -> CountEntry | None:
    """Undo of `add`; None if the entry was dropped meanwhile."""
    known = session.get(CountEntry, entry_id, populate_existing=True)
    if known is None or known.state != sheets.COUNTED or known.counted < units:
        return None
    locked(session, known.sheet_id)
    known.counted, known.scans = known.counted - units, known.scans - 1
    if known.scans > 0:
        session.add(known)
    else:
        session.delete(known)
    session.flush()
    return known
