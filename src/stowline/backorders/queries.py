"""Reads of backorders: who waits in which order, what stands promised to them, and what was learned."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders.promise_models import LeadTime, Promise, PromiseDue, PromiseOutcome, Standing
from stowline.backorders.windows import History, Window
from stowline.catalog.models import Product
from stowline.orders.models import Order, OrderLine

SUPPLIER, HANDLING = "supplier", "handling"
ALL = 0
MOST_AHEAD = 20_000
"""Lines before one that are added up at once; who stands further back gets a promise from the timer."""
_l, _o = OrderLine.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
_p = Product.__table__.c  # type: ignore[attr-defined]
_s, _t = Standing.__table__.c, LeadTime.__table__.c  # type: ignore[attr-defined]
_d = PromiseDue.__table__.c  # type: ignore[attr-defined]
_k = PromiseOutcome.__table__.c  # type: ignore[attr-defined]
_WAITS = sa.and_(_l.held.is_(False), _l.ordered - _l.cancelled > _l.allocated)
Place = tuple[int, datetime, int]


@dataclass(frozen=True, slots=True)
class Queued:
    """A line that waits, with `ahead` units of the same product before it. `place` is its key in the line."""

    line_id: int
    order_id: int
    order_ref: str
    store_id: int
    product_id: int
    sku: str
    units: int
    place: Place
    ahead: int


def queue(session: Session, product_id: int, after: Place | None, ahead: int, limit: int) -> list[Queued]:
    """Lines that wait for a product in the order of service, from after a place that has `ahead` units before it."""
    query = _lines().where(_l.product_id == product_id, _WAITS)
    if after is not None:
        at = sa.bindparam(None, after[1], _l.serve_at.type)
        place = sa.tuple_(_l.priority, _l.serve_at, _l.id)
        query = query.where(place > sa.tuple_(sa.literal(after[0]), at, sa.literal(after[2])))
    found = []
    for row in session.execute(query.order_by(_l.priority, _l.serve_at, _l.id).limit(limit)):
        found.append(_queued(row, ahead))
        ahead += row.units
    return found


def waiting_of(session: Session, order_id: int) -> tuple[list[Queued], set[int]]:
    """The lines of an order that wait, and products that others wait for behind them. Lines too far back are left out."""
    rows = session.execute(_lines().where(_l.order_id == order_id, _WAITS).order_by(_l.id)).all()
    found, behind = [], set()
    for row in rows:
        ahead, capped, others = _around(session, row)
        if others:
            behind.add(row.product_id)
        if not capped:
            found.append(_queued(row, ahead))
    return found, behind


def _lines() -> sa.Select[Any]:
    return (
        sa.select(_l.id, _l.order_id, _o.ref, _o.store_id, _l.product_id, _p.sku,
                  (_l.ordered - _l.cancelled - _l.allocated).label("units"), _l.priority, _l.serve_at)
        .join(Order, _o.id == _l.order_id).join(Product, _p.id == _l.product_id)
    )  # fmt: skip


def _queued(row: Any, ahead: int) -> Queued:  # noqa: ANN401  (a row)
    return Queued(row.id, row.order_id, row.ref, row.store_id, row.product_id, row.sku, row.units,
                  (row.priority, row.serve_at, row.id), ahead)


def _around(session: Session, row: Any) -> tuple[int, bool, bool]:  # noqa: ANN401  (a row)
    """Units ahead of a line, whether there are too many lines to add up, and whether anybody stands behind."""
    place = sa.tuple_(_l.priority, _l.serve_at, _l.id)
    mine = sa.tuple_(sa.literal(row.priority), sa.bindparam(None, row.serve_at, _l.serve_at.type), sa.literal(row.id))
    waits = _l.product_id == row.product_id, _WAITS
    before = sa.select((_l.ordered - _l.cancelled - _l.allocated).label("n")).where(*waits, place < mine).limit(MOST_AHEAD).subquery()
    total = sa.select(sa.func.coalesce(sa.func.sum(before.c.n), 0), sa.func.count(before.c.n))
    units, lines = session.execute(total).one()
    behind = session.execute(sa.select(_l.id).where(*waits, place > mine).limit(1)).first()
    return int(units), lines >= MOST_AHEAD, behind is not None


# --- what stands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Promised:
    """What stands promised to a line, and what its shopper was told."""

    line_id: int
    revision: int
    window: Window
    told_at: datetime | None
    told_p50: date | None
    told_p90: date | None
    first_told: tuple[date, date] | None = None

    @property
    def days(self) -> dict[str, str] | None:
        """The window as messages and the API carry it; None: no date yet."""
        if self.window.p50 is None or self.window.p90 is None:
            return None
        return {"from": self.window.p50.isoformat(), "to": self.window.p90.isoformat()}


def standing(session: Session, line_ids: Iterable[int]) -> dict[int, Promised]:
    """What stands promised to these lines; a line that nobody looked at yet is left out."""
    ids, found = sorted(set(line_ids)), {}
    for start in range(0, len(ids), 500):
        for row in session.execute(sa.select(*_s).where(_s.order_line_id.in_(ids[start : start + 500]))):
            found[row.order_line_id] = promised(row)
    return found


def promised(row: Any) -> Promised:  # noqa: ANN401  (a row of the table)
    """A row as what stands."""
    refs = tuple((ref, units) for ref, units in msgspec.json.decode(row.arrivals))
    window = Window(row.p50, row.p90, refs, row.supplier, row.source, row.samples)
    return Promised(row.order_line_id, row.revision, window, row.told_at, row.told_p50, row.told_p90,
                    (row.first_p50, row.first_p90) if row.first_told and row.first_p50 and row.first_p90 else None)


def waiting_promises(session: Session, order_id: int) -> list[Promised]:
    """What stands promised to the lines of an order that wait still."""
    query = sa.select(*_s).join(OrderLine, _l.id == _s.order_line_id).where(_s.order_id == order_id, _WAITS)
    return [promised(row) for row in session.execute(query.order_by(_s.order_line_id))]


# --- what was learned, what is due ------------------------------------------------------------------------------------


def histories(session: Session, kind: str, refs: Iterable[int]) -> Mapping[int, History]:
    """What was learned of these (suppliers, or stores) and, under `ALL`, of all together."""
    wanted = sorted({*refs, ALL})
    query = sa.select(_t.ref, _t.days, _t.n).where(_t.kind == kind, _t.ref.in_(wanted[:500]))
    return {ref: History(dict(msgspec.json.decode(days, type=list[tuple[int, float]])), n) for ref, days, n in session.execute(query)}


def learned_at(session: Session) -> datetime | None:
    """When lead times were learned last."""
    return session.execute(sa.select(sa.func.max(_t.learned_at))).scalar_one_or_none()


def due_products(session: Session, limit: int = 200) -> list[int]:
    """Products whose promises are to be made anew, those that wait longest first."""
    query = sa.select(_d.product_id).group_by(_d.product_id).order_by(sa.func.min(_d.id)).limit(limit)
    return list(session.execute(query).scalars())


def due_count(session: Session, product_ids: Sequence[int]) -> int:
    """How many of these products are still to be looked at."""
    query = sa.select(sa.func.count(sa.distinct(_d.product_id))).where(_d.product_id.in_(list(product_ids)[:5000]))
    return int(session.execute(query).scalar_one())


# --- how they were kept -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """Promises with days whose goods have left: how many, how many of them were told, and left by P50 and by P90."""

    n: int
    told: int
    p50: int
    p90: int

    def plus(self, other: "Kept") -> "Kept":
        """Both together."""
        return Kept(self.n + other.n, self.told + other.told, self.p50 + other.p50, self.p90 + other.p90)


def kept(session: Session, since: date) -> list[tuple[str, str, Kept]]:
    """(supplier, month of the handover "2026-11", how promises were kept) since a day, at most 5,000."""
    month = sa.func.substr(sa.cast(_k.handed_on, sa.String), 1, 7)
    held = [sa.func.sum(sa.case((_k.handed_on <= day, 1), else_=0)) for day in (_k.p50, _k.p90)]
    query = (
        sa.select(_k.supplier, month, sa.func.count(), sa.func.sum(sa.case((_k.told, 1), else_=0)), *held)
        .where(_k.handed_on >= since, _k.p90.is_not(None)).group_by(_k.supplier, month).order_by(_k.supplier, month).limit(5000)
    )  # fmt: skip
    return [(supplier, name, Kept(*map(int, figures))) for supplier, name, *figures in session.execute(query)]


def telling(session: Session, product_ids: Sequence[int], since: datetime) -> tuple[int, int]:
    """Orders that wait for these products: whose changed promise is still to be told, and who were told since a moment."""
    held = sa.func.count(sa.distinct(sa.case((_s.news_revision > 0, _s.order_id))))
    told = sa.func.count(sa.distinct(sa.case((_s.told_at >= since, _s.order_id))))
    row = session.execute(sa.select(held, told).where(_s.product_id.in_(list(product_ids)[:5000]))).one()
    return int(row[0]), int(row[1])


def heard_of(session: Session, order_ids: Iterable[int]) -> set[int]:
    """Those of these orders (at most a thousand) whose shoppers are told anything."""
    query = sa.select(_o.id).where(_o.id.in_(sorted(order_ids)[:1000]), _o.tell.is_(True), _o.email != "")
    return set(session.execute(query).scalars())


def moved_lately(session: Session, store_id: int, since: datetime, most: int) -> list[int]:
    """Products of which a promise to a store's orders was changed since a moment and that are waited for, the last change first."""
    promise = Promise.__table__.c  # type: ignore[attr-defined]
    last = sa.func.max(promise.at)
    query = (
        sa.select(_s.product_id).join(Promise, promise.order_line_id == _s.order_line_id).join(Order, _o.id == _s.order_id)
        .where(promise.at > since, promise.revision > 1, _o.store_id == store_id)
        .group_by(_s.product_id).order_by(last.desc(), _s.product_id).limit(most)
    )  # fmt: skip
    return list(session.execute(query).scalars())
