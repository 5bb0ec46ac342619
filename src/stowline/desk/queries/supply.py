"""What is on its way, and what runs low: under its limit, or in few days at the pace of the last four weeks."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog.models import KitPart, Product
from stowline.core import db
from stowline.desk import words
from stowline.desk.queries import kits, products
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import velocity
from stowline.inventory.models import StockLevel, Velocity
from stowline.inventory.queries import Level
from stowline.orders import queries as orders
from stowline.receiving import queries as receiving
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine
from stowline.receiving.queries import Incoming

Row = dict[str, Any]
NEVER = date(9999, 12, 31)
ARRIVALS = {"all": "All", "late": "Late", "undated": "Without a date"}
LOW = {"limit": "At their limit", "cover": "Running out"}
COVER_DAYS = ("3", "7", "14", "30", "60")
PACE_DAYS = 28
_o, _n = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_k = KitPart.__table__.c  # type: ignore[attr-defined]
_p, _s, _v = Product.__table__.c, StockLevel.__table__.c, Velocity.__table__.c  # type: ignore[attr-defined]


# --- arrivals -----------------------------------------------------------------------------------------------------------


def arrivals(session: Session, view: str, text: str, place: Place, size: int = SIZE) -> Page[Any]:
    """Lines of purchase orders that units are still expected on, by the first day they may come."""
    begins = sa.func.coalesce(_o.expected_from, sa.bindparam(None, NEVER, _o.expected_from.type), type_=_o.expected_from.type)
    query = (
        sa.select(_n.id, begins.label("begins"), _o.ref, _o.supplier, _o.expected_from, _o.expected_to, _p.sku, _p.name, _p.id.label("product_id"),
                  (_n.quantity - _n.received).label("units"))
        .select_from(PurchaseOrderLine).join(PurchaseOrder, _o.id == _n.purchase_order_id).join(Product, _p.id == _n.product_id)
        .where(_o.closed_at.is_(None), _n.received < _n.quantity)
    )  # fmt: skip
    if view == "late":
        query = query.where(_o.expected_to < velocity.today())
    if view == "undated":
        query = query.where(_o.expected_from.is_(None))
    if text:
        query = query.where(sa.or_(starts_with(_o.ref, text), starts_with(_o.supplier, text), _p.id.in_(products.found_by(session, text))))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Any]:  # noqa: FBT001
        return session.execute(ordered(query, [begins, _n.id], after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda row: (row.begins, row.id), size)


def arrival_rows(session: Session, found: Sequence[Any]) -> list[Row]:
    """The rows of the sheet, with what waits for each product."""
    waits, today = orders.waiting_units(session, [row.product_id for row in found]), velocity.today()
    return [
        {"ref": row.ref, "supplier": row.supplier, "sku": row.sku, "name": row.name, "units": row.units,
         "expected_from": row.expected_from, "expected_to": row.expected_to,
         "when": words.window(row.expected_from, row.expected_to) or "no date",
         "late": row.expected_to is not None and row.expected_to < today, "waiting": waits.get(row.product_id, 0)}
        for row in found
    ]  # fmt: skip


# --- low ----------------------------------------------------------------------------------------------------------------


def span(session: Session) -> int:
    """Days that the pace is known for: four weeks, or since the first pick where that is shorter."""
    first = velocity.first_day(session)
    return max(1, min(PACE_DAYS, (velocity.today() - first).days + 1)) if first else PACE_DAYS


def low(session: Session, view: str, days: int, text: str, place: Place, size: int = SIZE) -> Page[Any]:
    """Products under their limit, by SKU; or those whose free units last for so many days at the most, soonest first.

    `cover_h` are the hours that the free units last at the pace of the last four weeks, None where nothing was picked.
    """
    own = sa.func.coalesce(_s.on_hand - _s.promised, 0)
    free = sa.func.coalesce(_of_parts(), own) if view == "limit" else own  # nobody picks a kit, so it has no pace
    cover = sa.cast(free * 24 * span(session) / sa.func.nullif(_v.units, 0), sa.BigInteger)
    query = (
        sa.select(_p.id, _p.sku, _p.name, _p.low_at, free.label("free"), sa.case((_v.units > 0, cover)).label("cover_h"))
        .select_from(Product).outerjoin(StockLevel, _s.product_id == _p.id)
        .join(Velocity, _v.product_id == _p.id, isouter=view == "limit")
    )  # fmt: skip
    columns, key = ([_p.sku], ["sku"]) if view == "limit" else ([cover, _p.id], ["cover_h", "id"])
    if view == "limit":
        query = query.where(_p.low_at.is_not(None), free <= _p.low_at)
    else:
        query = query.where(_v.units > 0, cover <= days * 24)
    if text:
        query = query.where(_p.id.in_(products.found_by(session, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Any]:  # noqa: FBT001
        return session.execute(ordered(query, columns, after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda row: tuple(getattr(row, name) for name in key), size)


def _of_parts() -> sa.ScalarSelect[Any]:
    """Kits that the free units of its parts make up; None for a product that is no kit."""
    part = StockLevel.__table__.alias("part")  # type: ignore[attr-defined]
    makes = sa.func.coalesce(part.c.on_hand - part.c.promised, 0) // _k.units
    parts = sa.select(sa.func.min(makes)).select_from(KitPart).outerjoin(part, part.c.product_id == _k.part_id)
    return parts.where(_k.kit_id == _p.id).correlate(Product.__table__).scalar_subquery()  # type: ignore[attr-defined]


def low_rows(session: Session, found: Sequence[Any]) -> list[Row]:
    """The rows of the sheet, with what waits and what is on its way."""
    ids = [row.id for row in found]
    waits, due = orders.waiting_units(session, ids), receiving.incoming(session, ids, each=1)
    coming = receiving.incoming_units(session, ids)
    rows = [
        {"sku": row.sku, "name": row.name, "free": row.free, "low_at": row.low_at,
         "cover_days": None if row.cover_h is None else row.cover_h // 24, "waiting": waits.get(row.id, 0),
         "incoming": coming.get(row.id, 0), **_next(due.get(row.id, []))}
        for row in found
    ]  # fmt: skip
    return kits.kit_rows(session, [Level(row.id, row.sku, row.name, row.free, 0, row.free) for row in found], rows)


def _next(due: Sequence[Incoming]) -> Row:
    """When the next delivery comes, in words and as days."""
    if not due:
        return {"due": "", "late": False, "next_from": None, "next_to": None, "next_late": ""}
    late = due[0].late()
    return {"due": words.due(due[0]) or "no date", "late": late, "next_from": due[0].expected_from,
            "next_to": due[0].expected_to, "next_late": late}  # fmt: skip


ARRIVAL_HEAD = ("sku", "name", "units", "expected_from", "expected_to", "late", "ref", "supplier", "waiting")
LOW_HEAD = ("sku", "name", "free", "low_at", "cover_days", "waiting", "incoming", "next_from", "next_to", "next_late")


def exported_arrivals(view: str, text: str) -> Iterator[list[tuple[Any, ...]]]:
    """Arrivals for a spreadsheet, in portions, each read by itself."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = arrivals(session, view, text, Place(after=after), SIZE * 10)
            portion = arrival_rows(session, found.rows)
        yield [tuple(row[name] for name in ARRIVAL_HEAD) for row in portion]
        after = found.later
        if after is None:
            return


def exported_low(view: str, days: int, text: str) -> Iterator[list[tuple[Any, ...]]]:
    """Low stock for a spreadsheet, in portions, each read by itself."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = low(session, view, days, text, Place(after=after), SIZE * 10)
            portion = low_rows(session, found.rows)
        yield [tuple(row[name] for name in LOW_HEAD) for row in portion]
        after = found.later
        if after is None:
            return
