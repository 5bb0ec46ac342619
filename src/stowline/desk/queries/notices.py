"""Arrival notices for managers: what is on its way, packed how, and how far it is in."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.desk import words
from stowline.desk.queries import diary
from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import velocity
from stowline.receiving import notice_queries as notices
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.notice_models import Arrival, ArrivalUnit

VIEWS = {"open": "On its way", "all": "All"}
WORDS = {"announced": ("", "Announced"), "arriving": ("go", "Coming in"), "received": ("ok", "All in"), "closed": ("done", "Closed")}
_a, _u, _o = Arrival.__table__.c, ArrivalUnit.__table__.c, PurchaseOrder.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place) -> Page[Arrival]:
    """Notices, the latest first; found by their ref, supplier, purchase order or the SSCC of one of their pallets."""
    query = select(Arrival)
    if view == "open":
        query = query.where(_a.state.in_(("announced", "arriving")))
    if text:
        orders = sa.select(_o.id).where(_o.ref == text)
        pallets = sa.select(_u.arrival_id).where(_u.sscc == text.replace(" ", "").removeprefix("(00)"))
        query = query.where(sa.or_(starts_with(_a.ref, text), starts_with(_a.supplier, text), _a.purchase_order_id.in_(orders),
                                   _a.id.in_(pallets)))  # fmt: skip

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Arrival]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_a.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,))


def rows(session: Session, found: Sequence[Arrival]) -> list[Row]:
    """The rows of the sheet."""
    sums = notices.sums(session, [one.id or 0 for one in found])
    ids = [one.purchase_order_id for one in found if one.purchase_order_id]
    refs = dict(session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_(ids))).all())
    return [_row(one, refs.get(one.purchase_order_id or 0), *sums.get(one.id or 0, (0, 0, 0))) for one in found]


def _row(one: Arrival, order: str | None, of: int, received: int, units: int) -> Row:
    kind, word = WORDS[one.state]
    return {
        "ref": one.ref, "supplier": one.supplier, "order": order, "carrier": one.carrier, "state": one.state, "kind": kind, "word": word,
        "of": of, "received": received, "units": units, "expected": words.day(one.expected_on) if one.expected_on else "no date",
        "late": one.state in ("announced", "arriving") and (one.expected_on or date.max) < velocity.today(),
    }  # fmt: skip


def one(session: Session, ref: str) -> Row:
    """One notice with its pallets and cartons, and the scans of its task. Raises NotFound."""
    arrival = notices.by_ref(session, ref)
    row = rows(session, [arrival])[0]
    found = notices.units_of(session, arrival.id or 0)
    below: dict[int | None, list[notices.UnitRow]] = {}
    for unit in found:
        below.setdefault(unit.parent_id, []).append(unit)
    task = f"receive:{row['order'] or ''}"
    return {
        "notice": row, "pallets": [{**_unit(top), "cartons": [_unit(carton) for carton in below.get(top.id, [])]} for top in below.get(None, [])],
        "floor_href": None if arrival.state == "closed" else f"/floor/task/{words.segment(task)}",
        "trail": diary.of_task(session, task) if row["order"] else [],
    }  # fmt: skip


def _unit(unit: notices.UnitRow) -> Row:
    return {"sscc": unit.sscc, "kind": unit.kind, "received_at": unit.received_at,
            "contents": [{"sku": sku, "name": name, "units": units, "lot": lot, "ends": words.day(ends) if ends else ""}
                         for sku, name, units, lot, ends in unit.contents]}  # fmt: skip
