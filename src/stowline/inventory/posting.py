"""What a count does to the books: its difference is posted as moves from or to ADJUSTMENT, and can be taken back."""

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from stowline.catalog import queries as catalog
from stowline.core import clock, outbox
from stowline.core.errors import Conflict
from stowline.inventory import queries, service, sheets, tally
from stowline.inventory.events import StockCounted
from stowline.inventory.models import ADJUSTMENT, CountRequest, Move
from stowline.inventory.rules import DAMAGED, GOOD, HOLD
from stowline.inventory.sheets import CountEntry, CountSheet
from stowline.inventory.tally import Split

_PLACE = sa.text(
    "SELECT b.location_id, l.code, l.kind FROM balance b JOIN location l ON l.id = b.location_id"
    " WHERE b.product_id = :p AND b.serial = :sn AND b.serial <> '' AND b.qty > 0 AND b.location_id <> :l"
)


def post(session: Session, sheet: CountSheet, row: CountEntry, difference: int, by: str = "") -> bool:
    """Post a difference on whatever the bin holds by now; missing units are found, or given up. The levels are locked.

    False, and nothing is done, where fewer units are left than are said to be gone, or a serial is in a box by now.
    """
    have = {one: queries.quantity(session, row.product_id, row.location_id, one, row.lot, row.serial)[0]
            for one in (GOOD, HOLD, DAMAGED)}  # fmt: skip
    request = session.exec(_request_of(row).with_for_update()).one_or_none()
    missing = min(request.missing if request else 0, have[HOLD])
    parts = tally.split(good=have[GOOD], hold=have[HOLD], damaged=have[DAMAGED], missing=missing, difference=difference)
    if parts is None or (row.serial and parts.added and not _fetch_serial(session, sheet, row)):
        return False
    _carry_out(session, row, parts)
    row.missing, row.posted = missing, difference
    row.state = sheets.POSTED if difference else sheets.AGREED
    row.by_sheet, row.decided_by = sheet.id, by
    row.decided_at = clock.now() if by else None
    session.add(row)
    session.flush()
    if difference:
        _tell(session, row, by or sheet.who)
    return True


def _tell(session: Session, row: CountEntry, by: str) -> None:
    product, bin_ = catalog.product(session, row.product_id), queries.location(session, row.location_id)
    outbox.record(session, StockCounted(product.sku, product.name, bin_.code, row.posted, by))


def _request_of(row: CountEntry) -> SelectOfScalar[CountRequest]:
    return select(CountRequest).where(
        CountRequest.location_id == row.location_id, CountRequest.product_id == row.product_id,
        CountRequest.lot == row.lot, CountRequest.serial == row.serial, col(CountRequest.done_at).is_(None),
    )  # fmt: skip


def _carry_out(session: Session, row: CountEntry, parts: Split) -> None:
    same = {"product_id": row.product_id, "lot": row.lot, "serial": row.serial, "because": "count"}
    here = row.location_id
    if parts.written:
        service.move(session, from_id=here, to_id=ADJUSTMENT, qty=parts.written, condition=HOLD, **same)  # type: ignore[arg-type]
    if parts.found and not (row.lot and service.is_held(session, row.product_id, row.lot)):
        service.move(session, from_id=here, to_id=here, qty=parts.found, condition=HOLD, to_condition=GOOD, **same)  # type: ignore[arg-type]
    if parts.added:
        service.move(session, from_id=ADJUSTMENT, to_id=here, qty=parts.added, **same)  # type: ignore[arg-type]
    if parts.good:
        why = f"{queries.location(session, here).code} was counted"
        service.lose(session, from_id=here, to_id=ADJUSTMENT, qty=parts.good, why=why, **same)  # type: ignore[arg-type]
    for condition, units in ((HOLD, parts.hold), (DAMAGED, parts.damaged)):
        if units:
            service.move(session, from_id=here, to_id=ADJUSTMENT, qty=units, condition=condition, **same)  # type: ignore[arg-type]


def _fetch_serial(session: Session, sheet: CountSheet, row: CountEntry) -> bool:
    """A serial was found that the books have in another bin: it leaves that one. False if it is in somebody's box."""
    found = session.execute(_PLACE, {"p": row.product_id, "sn": row.serial, "l": row.location_id}).one_or_none()
    if found is None:
        return True
    if found.kind not in tally.COUNTABLE:
        return False
    there = CountEntry(sheet_id=sheet.id or 0, location_id=found.location_id, product_id=row.product_id, lot=row.lot,
                       serial=row.serial, counted=0, book=1, at=clock.now())
    session.add(there)
    session.flush()
    if not post(session, sheet, there, -1):
        return False
    for request in session.exec(_request_of(there)):
        request.done_at, request.sheet_id = clock.now(), sheet.id
        session.add(request)
    session.flush()
    return True


def where_serial(session: Session, product_id: int, serial: str, location_id: int) -> tuple[str, str] | None:
    """(code, kind) of another place where the books have a serial."""
    row = session.execute(_PLACE, {"p": product_id, "sn": serial, "l": location_id}).one_or_none()
    return (row.code, row.kind) if row else None


# --- taken back -------------------------------------------------------------------------------------------------------


def reverse(session: Session, sheet: CountSheet) -> None:
    """Counter-moves of all that a count posted. Raises Conflict if those goods moved since, or are on pick lists."""
    query = select(Move).where(Move.scan_id == sheet.scan_id, Move.reason == "count", col(Move.id) > sheet.base)
    products = _posted_products(session, sheet)
    moves = list(session.exec(query.where(col(Move.product_id).in_(products)).order_by(col(Move.id).desc())))
    last = max((move.id or 0 for move in moves), default=0)
    for move in moves:
        _refuse_moved(session, sheet, move, last)
    for move in moves:
        _back(session, move)


def _posted_products(session: Session, sheet: CountSheet) -> list[int]:
    return list(session.exec(select(CountEntry.product_id).where(CountEntry.by_sheet == sheet.id).distinct()))


def _bin_of(move: Move) -> int:
    return move.to_id if move.from_id == ADJUSTMENT else move.from_id


def _refuse_moved(session: Session, sheet: CountSheet, move: Move, last: int) -> None:
    place = _bin_of(move)
    since = select(Move.id).where(
        Move.product_id == move.product_id, col(Move.id) > last, Move.lot == move.lot, Move.serial == move.serial,
        sa.or_(col(Move.from_id) == place, col(Move.to_id) == place), col(Move.scan_id).is_distinct_from(sheet.scan_id),
    )  # fmt: skip
    if session.exec(since.limit(1)).first() is not None:
        product = catalog.product(session, move.product_id)
        raise Conflict(f"{product.name} moved since the count. Nothing was undone: count the bin again.")


def _back(session: Session, move: Move) -> None:
    place = _bin_of(move)
    same = {"product_id": move.product_id, "qty": move.qty, "because": "undo", "lot": move.lot, "serial": move.serial,
            "from_id": move.to_id, "to_id": move.from_id, "condition": move.to_condition, "to_condition": move.from_condition}
    if move.to_id == place and move.to_condition == GOOD:
        there, bound = queries.quantity(session, move.product_id, place, GOOD, move.lot, move.serial)
        if there - bound < move.qty:
            raise Conflict("What the count found is on pick lists already. Nothing was undone.")
        service.lose(session, why="the count was undone", **same)  # type: ignore[arg-type]
    else:
        service.move(session, **same)  # type: ignore[arg-type]

