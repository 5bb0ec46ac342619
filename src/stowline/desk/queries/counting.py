"""Counts for managers: what is to be counted, what is under way, what must be decided, what was found, how right the books are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.core import clock, db
from stowline.desk.queries import bins, products
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, walk
from stowline.inventory import counts, settling, sheets, tally
from stowline.inventory.models import ADJUSTMENT, CountRequest, Location
from stowline.inventory.sheets import CountEntry, CountSheet
from stowline.people.somebody import Somebody
from stowline.scanning import queries as scans

_r, _l, _p = CountRequest.__table__.c, Location.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_e, _s = CountEntry.__table__.c, CountSheet.__table__.c  # type: ignore[attr-defined]
VIEWS = {"open": "To count", "running": "Under way", "decide": "To decide"}
FOUND = {"": "Everything", "off": "Differences only"}
OUTCOMES = {
    sheets.AGREED: ("ok", "As the books said"), sheets.POSTED: ("go", "Posted"), sheets.MOVED: ("", "Moved meanwhile"),
    sheets.SECOND: ("warn", "Somebody else counts"), sheets.CONFIRMED: ("ok", "Confirmed"), sheets.OUTVOTED: ("done", "Not believed"),
}  # fmt: skip
HEAD = ("Counted", "By", "Bin", "Zone", "SKU", "Product", "Lot", "Serial", "In the books", "Missing", "Counted units", "Difference",
        "Posted", "Outcome", "Decided by")  # fmt: skip
OPEN_HEAD = ("Bin", "Zone", "Kind", "Priority", "Due", "SKU", "Lot", "Serial", "Asked", "By", "Why")
ZONE_HEAD = ("Zone", "Bins counted", "Bins without a difference", "Percent", "Units in the books", "Units off", "Percent right")
DAYS = {"30": "Last 30 days", "90": "Last 90 days"}
PORTION = 1000
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Search:
    """What of the open counts is looked for."""

    kind: str = ""
    zone: str = ""
    text: str = ""


def _named(row: sa.Row[Any]) -> Row:
    return dict(row._mapping)  # noqa: SLF001  (documented, and the only way to a row's names)


def _open(session: Session, search: Search) -> sa.Select[Any]:
    query = (
        sa.select(_r.id, _r.priority, _r.kind, _r.why, _r.at, _r.who, _r.due_on, _r.round, _r.missing, _r.lot, _r.serial, _l.code,
                  _l.zone, _p.sku, _p.name)
        .select_from(CountRequest)
        .join(Location, _l.id == _r.location_id)
        .outerjoin(Product, _p.id == _r.product_id)
        .where(_r.done_at.is_(None))
    )
    if search.kind:
        query = query.where(_r.kind == search.kind)
    if search.zone:
        query = query.where(_l.zone == search.zone)
    if search.text:
        query = query.where(_r.location_id.in_(bins.found_by(session, search.text)))
    return query


def page(session: Session, search: Search, place: Place, size: int = SIZE) -> Page[sa.Row[Any]]:
    """Counts that are asked for, most urgent first."""
    query = _open(session, search)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[sa.Row[Any]]:  # noqa: FBT001
        return session.execute(ordered(query, [_r.priority, _r.id], after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda row: (row.priority, row.id), size)


def rows(session: Session, found: Sequence[sa.Row[Any]]) -> list[Row]:
    """The same with who is at the bin. What the books expect is not told: whoever reads this may go and count."""
    held = scans.leases(session, [f"count:{row.code}" for row in found])
    at = {code: held[f"count:{code}"].label for code in {row.code for row in found} if f"count:{code}" in held}
    return [{**_named(row), "kind_say": tally.KINDS[row.kind], "at_it": at.get(row.code), "may_cancel": not row.missing and row.round == 1}
            for row in found]  # fmt: skip


def open_exported(search: Search) -> Iterator[list[tuple[Any, ...]]]:
    """The open counts in portions, for a spreadsheet."""
    last: Key | None = None
    with db.reading() as session:
        while True:
            query = ordered(_open(session, search), [_r.priority, _r.id], last, descending=False, most=PORTION)
            found = session.execute(query).all()
            yield [(row.code, row.zone, tally.KINDS[row.kind], row.priority, row.due_on or "", row.sku or "", row.lot, row.serial,
                    row.at.isoformat(timespec="seconds"), row.who, row.why) for row in found]  # fmt: skip
            if len(found) < PORTION:
                return
            last = (found[-1].priority, found[-1].id)


def zones(session: Session) -> list[str]:
    """Zones that have bins, at most 200."""
    return list(session.execute(sa.select(_l.zone).where(_l.zone != "").distinct().order_by(_l.zone).limit(200)).scalars())


def running(session: Session) -> list[Row]:
    """Who counts which bin now, begun first first; at most 100."""
    entries = sa.select(sa.func.count()).where(_e.sheet_id == _s.id).correlate(CountSheet).scalar_subquery()
    query = (
        sa.select(_l.code, _l.zone, _s.who, _s.begun_at, entries.label("entries"))
        .select_from(CountSheet)
        .join(Location, _l.id == _s.location_id)
        .where(_s.state == sheets.OPEN)
        .order_by(_s.begun_at, _s.id)
        .limit(100)
    )
    found = session.execute(query).all()
    held = scans.leases(session, [f"count:{row.code}" for row in found])
    return [{**_named(row), "there": f"count:{row.code}" in held} for row in found]


def to_decide(session: Session, by: Somebody) -> list[Row]:
    """Counts that contradict the books by much, with every number; oldest first, at most 50."""
    query = (
        sa.select(_r.id, _r.round, _r.at, _r.missing, _r.lot, _r.serial, _l.code, _l.zone, _p.sku, _p.name)
        .select_from(CountRequest)
        .join(Location, _l.id == _r.location_id)
        .join(Product, _p.id == _r.product_id)
        .where(_r.done_at.is_(None), _r.round > 1)
        .order_by(_r.id)
        .limit(50)
    )
    found = session.execute(query).all()
    said = _numbers(session, [row.id for row in found])
    return [{**_named(row), "numbers": said.get(row.id, []), "seen": settling.told(one["difference"] for one in said.get(row.id, [])),
             "mine": any(by.is_same(Somebody(one["holder"], one["who"])) for one in said.get(row.id, []))} for row in found]


_SINCE = counts.CORRECTED.replace(":a", str(ADJUSTMENT)).format(
    p="count_entry.product_id", base="count_sheet.base", lt="count_entry.lot", sn="count_entry.serial", l="count_entry.location_id")


def _numbers(session: Session, ids: list[int]) -> dict[int, list[Row]]:
    since = sa.literal_column(f"({_SINCE})", sa.BigInteger)
    query = (
        sa.select(_e.request_id, _e.counted, (_e.book + since - _e.corrected).label("book"), _e.at, _s.who, _s.holder)
        .join(CountSheet, _s.id == _e.sheet_id)
        .where(_e.request_id.in_(ids), _e.state == sheets.SECOND)
        .order_by(_e.id)
    )
    found: dict[int, list[Row]] = {}
    for row in session.execute(query):
        found.setdefault(row.request_id, []).append({**_named(row), "difference": row.counted - row.book})
    return found


# --- history ----------------------------------------------------------------------------------------------------------


def _history(session: Session, text: str, found: str) -> sa.Select[Any]:
    query = (
        sa.select(_e.id, _e.at, _e.lot, _e.serial, _e.counted, _e.book, _e.missing, _e.posted, _e.state, _e.decided_by, _s.who, _l.code,
                  _l.zone, _p.sku, _p.name)
        .select_from(CountEntry)
        .join(CountSheet, _s.id == _e.sheet_id)
        .join(Location, _l.id == _e.location_id)
        .join(Product, _p.id == _e.product_id)
        .where(_e.state != sheets.COUNTED)
    )
    if found == "off":
        query = query.where(_e.counted != _e.book)
    if text:
        query = query.where(sa.or_(_e.location_id.in_(bins.found_by(session, text)), _e.product_id.in_(products.found_by(session, text))))
    return query


def history(session: Session, text: str, found: str, place: Place) -> Page[sa.Row[Any]]:
    """What was counted, newest first."""
    query = _history(session, text, found)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[sa.Row[Any]]:  # noqa: FBT001
        return session.execute(ordered(query, [_e.id], after, descending=not backwards, most=most)).all()

    return walk(place, fetch, lambda row: (row.id,))


def history_rows(found: Sequence[sa.Row[Any]]) -> list[Row]:
    """The same with words."""
    return [{**_named(row), "difference": row.counted - row.book, "kind": OUTCOMES[row.state][0], "word": OUTCOMES[row.state][1]}
            for row in found]


def exported(text: str, found: str) -> Iterator[list[tuple[Any, ...]]]:
    """The history in portions, for a spreadsheet."""
    last: Key | None = None
    with db.reading() as session:
        while True:
            query = ordered(_history(session, text, found), [_e.id], last, descending=True, most=PORTION)
            part = session.execute(query).all()
            yield [(row.at.isoformat(timespec="seconds"), row.who, row.code, row.zone, row.sku, row.name, row.lot, row.serial, row.book,
                    row.missing, row.counted, row.counted - row.book, row.posted, OUTCOMES[row.state][1], row.decided_by)
                   for row in part]  # fmt: skip
            if len(part) < PORTION:
                return
            last = (part[-1].id,)


# --- accuracy ---------------------------------------------------------------------------------------------------------


def accuracy(session: Session, days: int, now: datetime | None = None) -> list[Row]:
    """How right the books were, zone by zone: bins counted and those without a difference, units and those that were off.

    A count that waits for another one, or was not believed, stands for nothing: the one that ended the question does.
    """
    since = (now or clock.now()) - timedelta(days=days)
    settled, asked = sa.and_(_e.state == sheets.POSTED, _e.posted != 0), _e.state.in_((sheets.SECOND, sheets.CONFIRMED, sheets.OUTVOTED))
    counts = _e.state.in_((sheets.POSTED, sheets.AGREED))
    one = (
        sa.select(
            _l.zone, _s.id,
            sa.func.sum(sa.case((settled, 1), else_=0)).label("off"),
            sa.func.sum(sa.case((asked, 1), else_=0)).label("asked"),
            sa.func.sum(sa.case((counts, _e.book), else_=0)).label("book"),
            sa.func.sum(sa.case((counts, sa.func.abs(_e.posted)), else_=0)).label("wrong"),
        )
        .select_from(CountSheet)
        .join(Location, _l.id == _s.location_id)
        .outerjoin(CountEntry, sa.and_(_e.sheet_id == _s.id, _e.location_id == _s.location_id))
        .where(_s.state == sheets.DONE, _s.done_at >= since)
        .group_by(_l.zone, _s.id)
        .subquery()
    )  # fmt: skip
    query = sa.select(
        one.c.zone, sa.func.count(), sa.func.sum(sa.case((one.c.off == 0, 1), else_=0)), sa.func.sum(one.c.book), sa.func.sum(one.c.wrong)
    ).where(sa.or_(one.c.asked == 0, one.c.off > 0))
    found = session.execute(query.group_by(one.c.zone).order_by(one.c.zone).limit(200))
    return [_zone(zone, *(int(n or 0) for n in numbers)) for zone, *numbers in found]


def _zone(zone: str, counted: int, right: int, book: int, wrong: int) -> Row:
    units = max(100 - 100 * wrong / book, 0.0) if book else (0.0 if wrong else 100.0)
    return {"zone": zone or "no zone", "bins": counted, "right": right, "bins_percent": 100 * right / counted, "book": book,
            "wrong": wrong, "units_percent": units}
