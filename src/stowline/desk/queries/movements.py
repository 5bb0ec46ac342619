"""Reads for the replenishment pages: what pick faces need, which faces there are, and suggestions that were overridden."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import Product
from stowline.core import db
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import needs
from stowline.inventory.models import Balance, Location, PickFace
from stowline.inventory.needs import Job, Need
from stowline.receiving.models import PutAwayOverride

URGENCY = {0: ("warn", "Promised"), 1: ("go", "Expected"), 2: ("", "Low")}
HEAD = ("urgency", "sku", "name", "units", "from", "to", "lot", "why", "free_in_faces", "promised", "expected", "in_storage")
PORTION, SIZE = 200, 20  # each row is planned by itself
_p, _f, _b = Product.__table__.c, PickFace.__table__.c, Balance.__table__.c  # type: ignore[attr-defined]
_l, _o = Location.__table__.c, PutAwayOverride.__table__.c  # type: ignore[attr-defined]
_advised, _taken = Location.__table__.alias("advised"), Location.__table__.alias("taken")  # type: ignore[attr-defined]
Row = dict[str, Any]


# --- what is needed ---------------------------------------------------------------------------------------------------


def needed(session: Session, place: Place) -> Page[Need]:
    """A page of products whose pick faces lack units, the most urgent first. It is only walked forwards."""

    def fetch(key: Key | None, backwards: bool, most: int) -> list[Need]:  # noqa: FBT001  (the direction)
        after = (int(key[0]), int(key[1]), int(key[2])) if key and not backwards else None
        return needs.needed(session, after=after, limit=most)

    page = walk(Place(after=place.after), fetch, lambda need: need.place, SIZE)
    return Page(page.rows, None, page.later)


def need_rows(session: Session, found: list[Need]) -> list[Row]:
    """The same as the page shows them: the trip, or why there is none."""
    return [_need_row(need, needs.job(session, need)) for need in found]


def _need_row(need: Need, job: Job | None) -> Row:
    kind, word = URGENCY[need.urgency]
    row = {"sku": need.sku, "name": need.name, "kind": kind, "word": word, "free": need.free, "promised": need.promised,
           "expected": need.expected, "reserve": need.reserve, "units": 0, "source": "", "face": "", "lot": "",
           "why": "its pick faces have no room for more"}  # fmt: skip
    if job is not None:
        row |= {"units": job.units, "source": job.source.code, "face": job.refill.face.code, "lot": job.source.lot,
                "why": job.refill.why}  # fmt: skip
    return row


def exported() -> Iterator[list[tuple[Any, ...]]]:
    """The whole list for a spreadsheet, in portions."""
    after: needs.After | None = None
    while True:
        with db.reading() as session:
            found = needs.needed(session, after=after, limit=PORTION)
            rows = need_rows(session, found)
        yield [(r["word"], r["sku"], r["name"], r["units"], r["source"], r["face"], r["lot"], r["why"], r["free"],
                r["promised"], r["expected"], r["reserve"]) for r in rows]  # fmt: skip
        if len(found) < PORTION:
            return
        after = found[-1].place


# --- pick faces -------------------------------------------------------------------------------------------------------


def faces(session: Session, said: str, place: Place) -> Page[Any]:
    """A page of pick faces, by SKU and bin; `said` is the beginning of a SKU or the code of a bin."""
    free = (
        sa.select(sa.func.coalesce(sa.func.sum(_b.qty - _b.bound), 0))
        .where(_b.product_id == _f.product_id, _b.location_id == _f.location_id, _b.condition == "good")
        .scalar_subquery()
    )
    query = (
        sa.select(_p.sku, _p.name, _l.code, _f.min_units, _f.max_units, free.label("free"))
        .select_from(PickFace)
        .join(Product, _p.id == _f.product_id)
        .join(Location, _l.id == _f.location_id)
    )
    if said:
        query = query.where(sa.or_(starts_with(_p.sku, said), _l.code == said))

    def fetch(key: Key | None, backwards: bool, most: int) -> list[Any]:  # noqa: FBT001
        return list(session.execute(ordered(query, (_p.sku, _l.code), key, descending=backwards, most=most)))

    return walk(place, fetch, lambda row: (row.sku, row.code))


# --- overridden suggestions -------------------------------------------------------------------------------------------


def overrides(session: Session, place: Place) -> Page[Any]:
    """A page of put-aways into another bin than the suggested one, newest first."""
    query = (
        sa.select(_o.id, _o.at, _p.sku, _p.name, _o.units, _o.lot, _advised.c.code.label("advised"),
                  _taken.c.code.label("taken"), _o.why, _o.who)
        .join(Product, _p.id == _o.product_id)
        .join(_advised, _advised.c.id == _o.advised_id)
        .join(_taken, _taken.c.id == _o.location_id)
    )  # fmt: skip

    def fetch(key: Key | None, backwards: bool, most: int) -> list[Any]:  # noqa: FBT001
        return list(session.execute(ordered(query, (_o.id,), key, descending=not backwards, most=most)))

    return walk(place, fetch, lambda row: (row.id,))


def most_overridden(session: Session, since: datetime, limit: int = 5) -> list[tuple[str, str, int]]:
    """(advised bin, bin that was taken, how often) since a moment, the most frequent first."""
    n = sa.func.count()
    query = (
        sa.select(_advised.c.code, _taken.c.code, n)
        .select_from(PutAwayOverride)
        .join(_advised, _advised.c.id == _o.advised_id)
        .join(_taken, _taken.c.id == _o.location_id)
        .where(_o.at >= since)
        .group_by(_advised.c.code, _taken.c.code)
        .order_by(n.desc(), _advised.c.code, _taken.c.code)
        .limit(limit)
    )
    return [(advised, taken, int(times)) for advised, taken, times in session.execute(query)]
