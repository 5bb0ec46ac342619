"""The end of a count: what becomes of each number on the sheet.

It is posted, or it contradicts the books so much that somebody else must count, or goods moved at that moment and it
says nothing. What nobody scanned was not there.
"""

from dataclasses import dataclass, field
from itertools import groupby

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock, outbox
from stowline.core.errors import Conflict
from stowline.inventory import counts, posting, queries, service, sheets, tally
from stowline.inventory.counts import Books, Key
from stowline.inventory.events import BinCounted, CountRequested
from stowline.inventory.models import CountRequest, Move
from stowline.inventory.sheets import CountEntry, CountPlan, CountSheet
from stowline.people.somebody import same_name
from stowline.scanning.service import Holder

_entry, _asked, _ledger = CountEntry.__table__, CountRequest.__table__, Move.__table__  # type: ignore[attr-defined]

MOST_PICKERS = 50  # short picks that are looked at, latest first


@dataclass(slots=True)
class Finished:
    """What the end of a count did, for the reply and for its undo."""

    sheet: int
    entries: int = 0
    units: int = 0
    again: int = 0
    asked: list[int] = field(default_factory=list)
    raised: list[tuple[int, str, int, int]] = field(default_factory=list)
    settled: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


def finish(session: Session, sheet_id: int, scan_id: str) -> Finished:
    """All that lies in the bin is counted: differences are posted, or somebody else is asked to count.

    Raises Conflict where the bin changed so much at this very moment that it must be tried again, and for a counter who
    counted it in an earlier round: another device may have ended that count since this one began.
    """
    sheet = session.exec(select(CountSheet).where(CountSheet.id == sheet_id)).one()
    named = _products(session, sheet)
    service.lock_levels(session, sorted(named))
    sheet = counts.locked(session, sheet_id)
    counts.refuse(session, Holder(sheet.holder, sheet.who), queries.location(session, sheet.location_id))
    if not _products(session, sheet) <= named:
        raise Conflict("Goods came into this bin just now. Press “All counted” again.")
    requests = _requests(session, sheet.location_id)
    rows, books = counts.entries(session, sheet_id), counts.look(session, sheet.location_id, sheet.base)
    for row in rows:
        counts.restate(session, row, books.corrected.get(_key(row), 0))
    rows += _not_found(session, sheet, books, rows, requests)
    done = Finished(sheet_id, len(rows), sum(row.counted for row in rows))
    cases = [_case(session, sheet, row, requests.pop(_key(row), None)) for row in sorted(rows, key=_key)]
    far = _far_off(session, cases)
    for case in cases:
        _judge(session, sheet, case, done, far=_key(case.row) in far)
    for request in requests.values():
        _close(session, sheet, request)
    sheet.state, sheet.done_at, sheet.scan_id, sheet.hand = sheets.DONE, clock.now(), scan_id, "{}"
    session.add(sheet)
    session.flush()
    _tell(session, sheet, rows)
    return done


def _products(session: Session, sheet: CountSheet) -> set[int]:
    books = counts.look(session, sheet.location_id, sheet.base)
    counted = session.execute(sa.select(_entry.c.product_id).where(_entry.c.sheet_id == sheet.id).distinct()).scalars()
    asked = sa.select(_asked.c.product_id).where(_asked.c.location_id == sheet.location_id, _asked.c.done_at.is_(None),
                                                 _asked.c.product_id.is_not(None))
    return {key[0] for key in books.units} | set(counted) | {int(p) for p in session.execute(asked).scalars()}


def _key(row: CountEntry) -> Key:
    return row.product_id, row.lot, row.serial


def _requests(session: Session, location_id: int) -> dict[Key | None, CountRequest]:
    """The open requests of a bin; under None the one for the bin as a whole."""
    query = select(CountRequest).where(CountRequest.location_id == location_id, col(CountRequest.done_at).is_(None))
    rows = session.exec(query.order_by(col(CountRequest.id)).with_for_update().execution_options(populate_existing=True))
    return {(r.product_id, r.lot, r.serial) if r.product_id else None: r for r in rows}


def _not_found(
    session: Session, sheet: CountSheet, books: Books, rows: list[CountEntry], requests: dict[Key | None, CountRequest]
) -> list[CountEntry]:
    """Entries of nought for what the books have in the bin and nobody scanned; what moved since the count began says
    nothing.
    """
    questions = {key for key, request in requests.items() if key and request.round > 1}
    begun, scanned, made = counts.moves_of(sheet.begun), {_key(row) for row in rows}, []
    for key in sorted((books.units.keys() | questions) - scanned):
        moved = books.moves.get(key, 0) != begun.get(key, 0)
        row = CountEntry(sheet_id=sheet.id or 0, location_id=sheet.location_id, product_id=key[0], lot=key[1], serial=key[2],
                         book=books.units.get(key, 0), missing=books.missing.get(key, 0), moves=books.moves.get(key, 0),
                         corrected=books.corrected.get(key, 0), at=clock.now(), state=sheets.MOVED if moved else sheets.COUNTED)
        session.add(row)
        made.append(row)
    session.flush()
    return made


@dataclass(frozen=True, slots=True)
class _Case:
    """An entry to judge: the request it answers, the numbers of earlier counters that it is held against, and itself."""

    row: CountEntry
    request: CountRequest | None
    earlier: list[CountEntry]
    found: tally.Found


def _case(session: Session, sheet: CountSheet, row: CountEntry, request: CountRequest | None) -> _Case:
    earlier = disputed(session, request) if request and request.round > 1 else []
    missing = _missed_by_others(session, sheet, request) if request and request.missing else 0
    return _Case(row, request, earlier, tally.Found(row.difference, missing, row.book, scanned=bool(row.serial)))


def _missed_by_others(session: Session, sheet: CountSheet, request: CountRequest) -> int:
    """Units of those that are missing which other people did not find: nobody is a witness of their own."""
    query = sa.select(_ledger.c.who, _ledger.c.qty).where(
        _ledger.c.product_id == request.product_id, _ledger.c.from_id == request.location_id, _ledger.c.reason == "short",
        _ledger.c.lot == request.lot, _ledger.c.serial == request.serial)  # fmt: skip
    left = others = 0
    for who, units in session.execute(query.order_by(_ledger.c.id.desc()).limit(min(request.missing, MOST_PICKERS))):
        claimed = min(int(units), request.missing - left)
        left += claimed
        others += 0 if same_name(who, sheet.who) else claimed
    return others


def _far_off(session: Session, cases: list[_Case]) -> set[Key]:
    """What somebody else must count, product by product; what is held against an earlier count is judged by that."""
    plan = session.exec(select(CountPlan)).one()
    open_ = [case for case in cases if not case.earlier and case.row.state != sheets.MOVED]
    far: set[Key] = set()
    for _, group in groupby(open_, lambda case: case.row.product_id):
        together = list(group)
        judged = tally.contested([case.found for case in together], units=plan.second_units, percent=plan.second_percent)
        far |= {_key(case.row) for case, is_far in zip(together, judged, strict=True) if is_far}
    return far


def _judge(session: Session, sheet: CountSheet, case: _Case, done: Finished, *, far: bool) -> None:
    """What becomes of one entry."""
    row, request, earlier = case.row, case.request, case.earlier
    if row.state == sheets.MOVED:
        _again(session, sheet, row, request, done)
    elif earlier and not tally.settles(case.found, [one.difference for one in earlier]):
        _dispute(session, row, request, done, round_=3)
    elif far:
        _dispute(session, row, request, done, round_=2)
    elif request is None and not row.difference:
        row.state, row.missing, row.by_sheet = sheets.AGREED, 0, sheet.id
    elif not posting.post(session, sheet, row, row.difference):
        _again(session, sheet, row, request, done)
    else:
        _outcome(session, sheet, row, earlier, done)
        if request is not None:
            _close(session, sheet, request)


def disputed(session: Session, request: CountRequest) -> list[CountEntry]:
    """The numbers that stand against each other, in the order they were counted, each against the books as they are now.
    The product's level is locked.
    """
    query = select(CountEntry).where(CountEntry.request_id == request.id, CountEntry.state == sheets.SECOND)
    rows = list(session.exec(query.order_by(col(CountEntry.id)).execution_options(populate_existing=True)))
    for row in rows:
        counts.restate(session, row)
    return rows


def _outcome(session: Session, sheet: CountSheet, row: CountEntry, earlier: list[CountEntry], done: Finished) -> None:
    for one in earlier:
        one.state = sheets.CONFIRMED if one.difference == row.difference else sheets.OUTVOTED
        one.by_sheet = sheet.id
        session.add(one)
        done.settled.append(one.id or 0)
        row.request_id = one.request_id
    session.flush()


def _dispute(session: Session, row: CountEntry, request: CountRequest | None, done: Finished, *, round_: int) -> None:
    """Nothing is posted: somebody who has not counted this must."""
    if request is None:
        request = _new_request(session, row, "second", "The difference is large. Somebody else must count it.")
        done.asked.append(request.id or 0)
    else:
        done.raised.append((request.id or 0, request.kind, request.round, request.priority))
    request.kind, request.round = "second", round_
    request.priority = min(request.priority, tally.PRIORITY["second"])
    row.state, row.request_id = sheets.SECOND, request.id
    done.waiting.append(row.id or 0)
    session.add(request)
    session.add(row)
    session.flush()


def _again(session: Session, sheet: CountSheet, row: CountEntry, request: CountRequest | None, done: Finished) -> None:
    """The number says nothing: goods moved. A request that is there stays."""
    row.state = sheets.MOVED
    session.add(row)
    done.again += 1
    if request is None and row.location_id == sheet.location_id:
        done.asked.append(_new_request(session, row, "recount", "It moved while the bin was counted.").id or 0)
    session.flush()


def _new_request(session: Session, row: CountEntry, kind: str, why: str) -> CountRequest:
    bin_, sku = queries.location(session, row.location_id), queries.sku(session, row.product_id)
    request = CountRequest(location_id=row.location_id, product_id=row.product_id, lot=row.lot, serial=row.serial, kind=kind,
                           why=why, at=clock.now(), priority=tally.PRIORITY[kind], who="Stowline")
    session.add(request)
    session.flush()
    outbox.record(session, CountRequested(bin=bin_.code, sku=sku, why=why))
    return request


def _close(session: Session, sheet: CountSheet, request: CountRequest) -> None:
    request.done_at, request.sheet_id = clock.now(), sheet.id
    session.add(request)
    session.flush()


def _tell(session: Session, sheet: CountSheet, rows: list[CountEntry]) -> None:
    bin_ = queries.location(session, sheet.location_id)
    off = sum(1 for row in rows if row.state in (sheets.POSTED, sheets.SECOND) and row.difference)
    outbox.record(session, BinCounted(bin=bin_.code, by=sheet.who, products=len(rows), differences=off))
