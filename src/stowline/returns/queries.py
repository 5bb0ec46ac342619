"""Reads of returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import NotFound
from stowline.orders.models import OrderLine
from stowline.packing.models import Parcel, ParcelLine
from stowline.returns.models import Rma, RmaArrival, RmaInspection, RmaLine, RmaPhoto, RmaSettlement
from stowline.returns.rules import (
    DISPOSITIONS,
    GOODS,
    GRADES,
    KINDS,
    OPEN,
    OUTCOMES,
    REASONS,
    STATES,
    WORDS,
    spoken_for,
)
from stowline.shipping.tracking_models import ParcelTrack

__all__ = ["DISPOSITIONS", "GOODS", "GRADES", "KINDS", "OPEN", "OUTCOMES", "REASONS", "STATES", "WORDS", "Rma", "RmaLine"]

_r, _n, _s = Rma.__table__.c, RmaLine.__table__.c, RmaSettlement.__table__.c  # type: ignore[attr-defined]
_a, _i, _f = RmaArrival.__table__.c, RmaInspection.__table__.c, RmaPhoto.__table__.c  # type: ignore[attr-defined]
_p, _l = Product.__table__.c, OrderLine.__table__.c  # type: ignore[attr-defined]
_c, _pl, _t = Parcel.__table__.c, ParcelLine.__table__.c, ParcelTrack.__table__.c  # type: ignore[attr-defined]
MOST = 500


def by_ref(session: Session, ref: str) -> Rma:
    """A return by its code. Raises NotFound."""
    found = session.exec(select(Rma).where(Rma.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(f"There is no return {ref}.", where="ref")
    return found


def by_id(session: Session, rma_id: int) -> Rma:
    """A return by its id. Raises NotFound."""
    found = session.get(Rma, rma_id)
    if found is None:
        raise NotFound("There is no such return.")
    return found


def by_key(session: Session, key: str) -> Rma | None:
    """The return that was asked for under this key."""
    return session.exec(select(Rma).where(Rma.key == key)).one_or_none()


def lock(session: Session, ref: str) -> Rma:
    """A return, read anew and locked until the transaction ends. Raises NotFound."""
    query = select(Rma).where(Rma.ref == ref).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound(f"There is no return {ref}.", where="ref")
    return found


def of_order(session: Session, order_id: int) -> list[Rma]:
    """The returns of an order, newest first."""
    return list(session.exec(select(Rma).where(Rma.order_id == order_id).order_by(col(Rma.id).desc()).limit(MOST)))


def of_orders(session: Session, order_ids: Sequence[int]) -> dict[int, list[Rma]]:
    """The returns of several orders, newest first of each."""
    query = select(Rma).where(col(Rma.order_id).in_(list(order_ids)[:MOST])).order_by(col(Rma.id).desc()).limit(2 * MOST)
    found: dict[int, list[Rma]] = {}
    for rma in session.exec(query):
        found.setdefault(rma.order_id, []).append(rma)
    return found


def open_of_parcel(session: Session, parcel_id: int) -> Rma | None:
    """The open return of a parcel that came back."""
    query = select(Rma).where(Rma.parcel_id == parcel_id, col(Rma.state).in_(OPEN))
    return session.exec(query.order_by(col(Rma.id).desc()).limit(1)).first()


def open_of_order(session: Session, order_id: int) -> list[Rma]:
    """The returns of an order that wait for goods, oldest first."""
    waits = ("requested", "approved", "in_transit", "received")
    query = select(Rma).where(Rma.order_id == order_id, col(Rma.state).in_(waits))
    return list(session.exec(query.order_by(col(Rma.id)).limit(50)))


def by_tracking(session: Session, number: str) -> Rma | None:
    """The open return that comes back under this number."""
    query = select(Rma).where(Rma.tracking == number, col(Rma.tracking) != sa.literal_column("''"), col(Rma.state).in_(OPEN))
    return session.exec(query.order_by(col(Rma.id).desc()).limit(1)).first()


@dataclass(frozen=True, slots=True)
class Search:
    """Which returns: each part may be empty. `text` is the start of a return's code, of an order's ref, or a tracking number."""

    state: str = ""
    store_id: int | None = None
    kind: str = ""
    text: str = ""
    asked_before: datetime | None = None


def search(session: Session, asked: Search, *, after: int | None = None, limit: int = 50) -> list[Rma]:
    """Returns that fit, newest first, those before id `after`. `state` may be `open`."""
    query = select(Rma).order_by(col(Rma.id).desc()).limit(limit)
    if asked.state == "open":
        query = query.where(col(Rma.state).in_(OPEN))
    elif asked.state:
        query = query.where(Rma.state == asked.state)
    if asked.store_id is not None:
        query = query.where(Rma.store_id == asked.store_id)
    if asked.kind:
        query = query.where(Rma.kind == asked.kind)
    if asked.asked_before is not None:
        query = query.where(col(Rma.asked_at) < asked.asked_before)
    if asked.text:
        query = query.where(sa.or_(_r.ref == asked.text.upper(), _r.order_ref == asked.text, _r.tracking == asked.text))
    if after is not None:
        query = query.where(col(Rma.id) < after)
    return list(session.exec(query))


def counts(session: Session) -> dict[str, int]:
    """Open returns by state."""
    query = sa.select(_r.state, sa.func.count()).where(_r.state.in_(OPEN)).group_by(_r.state)
    return {state: int(n) for state, n in session.execute(query)}


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a return with its product; `order_line_id` is None for goods that are not on the order."""

    id: int
    order_line_id: int | None
    product_id: int
    sku: str
    name: str
    units: int
    reason: str
    outcome: str
    note: str
    exchange_id: int | None
    arrived: int
    inspected: int
    spared: int
    settled: int

    @property
    def to_come(self) -> int:
        """Units that are still awaited."""
        return self.units - self.arrived - self.spared

    @property
    def to_inspect(self) -> int:
        """Units that came and wait to be looked at."""
        return self.arrived - self.inspected

    @property
    def to_settle(self) -> int:
        """Units for which the shopper is owed something now: looked at, or not to come back."""
        return max(0, self.inspected + self.spared - self.settled) if self.order_line_id else 0


def lines(session: Session, rma_id: int) -> list[LineView]:
    """The lines of a return, as asked for."""
    return lines_of(session, [rma_id]).get(rma_id, [])


def lines_of(session: Session, rma_ids: Sequence[int]) -> dict[int, list[LineView]]:
    """The lines of several returns."""
    query = (
        sa.select(_n.rma_id, _n.id, _n.order_line_id, _n.product_id, _p.sku, sa.func.coalesce(_l.name, _p.name), _n.units,
                  _n.reason, _n.outcome, _n.note, _n.exchange_id, _n.arrived, _n.inspected, _n.spared, _n.settled)
        .join(Product, _p.id == _n.product_id).outerjoin(OrderLine, _l.id == _n.order_line_id)
        .where(_n.rma_id.in_(list(rma_ids)[:MOST])).order_by(_n.id)
    )  # fmt: skip
    found: dict[int, list[LineView]] = {}
    for rma_id, *rest in session.execute(query):
        found.setdefault(rma_id, []).append(LineView(*rest))
    return found


def awaited(session: Session, order_id: int, *, without: int | None = None) -> dict[int, int]:
    """Units of each order line that returns of this order speak for, beside those counted as returned."""
    query = (
        sa.select(_n.order_line_id, _r.state, _n.units, _n.arrived, _n.spared)
        .join(Rma, _r.id == _n.rma_id)
        .where(_r.order_id == order_id, _n.order_line_id.is_not(None))
    )
    if without is not None:
        query = query.where(_r.id != without)
    found: dict[int, int] = {}
    for line_id, state, units, arrived, spared in session.execute(query):
        found[line_id] = found.get(line_id, 0) + spoken_for(state, units, arrived, spared)
    return found


@dataclass(frozen=True, slots=True)
class Gone:
    """When units of an order line left, and since when the shopper has them as far as we know (delivery, else handover)."""

    left_at: datetime
    since: datetime
    delivered: bool
    lost: bool


def gone(session: Session, order_id: int) -> dict[int, Gone]:
    """For each line of an order that left, by its last parcel."""
    ended = sa.and_(_t.parcel_id == _c.id, _t.milestone.in_(("delivered", "lost")))
    query = (
        sa.select(_pl.order_line_id, _c.handed_over_at, _t.milestone, _t.at)
        .select_from(Parcel).join(ParcelLine, _pl.parcel_id == _c.id).outerjoin(ParcelTrack, ended)
        .where(_c.order_id == order_id, _c.handed_over_at.is_not(None), _pl.qty > 0)
    )  # fmt: skip
    found: dict[int, Gone] = {}
    for line_id, left, milestone, at in session.execute(query):
        came = at if milestone == "delivered" else None
        one, before = Gone(left, came or left, came is not None, milestone == "lost"), found.get(line_id)
        if before is not None:
            one = Gone(max(left, before.left_at), max(one.since, before.since), one.delivered and before.delivered, one.lost and before.lost)
        found[line_id] = one
    return found


def serials_sent(session: Session, order_line_id: int) -> dict[str, str]:
    """The serials that went out with an order line, each with its lot."""
    query = (
        sa.select(_pl.serial, _pl.lot).join(Parcel, _c.id == _pl.parcel_id)
        .where(_pl.order_line_id == order_line_id, _pl.serial != "", _pl.qty > 0, _c.handed_over_at.is_not(None))
    )  # fmt: skip
    return {str(row[0]): str(row[1]) for row in session.execute(query)}


def lots_sent(session: Session, order_line_id: int) -> list[str]:
    """The lots that went out with an order line."""
    query = (
        sa.select(_pl.lot).join(Parcel, _c.id == _pl.parcel_id).distinct()
        .where(_pl.order_line_id == order_line_id, _pl.lot != "", _pl.qty > 0, _c.handed_over_at.is_not(None)).order_by(_pl.lot)
    )  # fmt: skip
    return list(session.execute(query).scalars())


def settled_units(session: Session, order_line_id: int) -> int:
    """Units of an order line whose money went back already."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_s.units), 0)).where(_s.order_line_id == order_line_id, _s.outcome.in_(("refund", "store_credit")))
    return int(session.execute(query).scalar_one())


def settled_as_refunded(session: Session, order_line_id: int) -> int:
    """Units of an order line that came back and for which nothing was paid, as the shop had paid by itself."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_s.refunded), 0)).where(_s.order_line_id == order_line_id)
    return int(session.execute(query).scalar_one())


def paid_back(session: Session, order_line_id: int) -> int:
    """What was paid back for an order line, in minor units."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_s.amount_minor), 0)).where(_s.order_line_id == order_line_id)
    return int(session.execute(query).scalar_one())


def settlements(session: Session, rma_id: int) -> list[RmaSettlement]:
    """What the shopper got, in the order in which it was decided."""
    query = select(RmaSettlement).where(RmaSettlement.rma_id == rma_id).order_by(col(RmaSettlement.id)).limit(MOST)
    return list(session.exec(query))


def arrivals(session: Session, rma_id: int) -> list[RmaArrival]:
    """What came, oldest first, without what was taken back."""
    query = select(RmaArrival).where(RmaArrival.rma_id == rma_id, col(RmaArrival.undone_at).is_(None))
    return list(session.exec(query.order_by(col(RmaArrival.id)).limit(MOST)))


def inspections(session: Session, rma_id: int) -> list[RmaInspection]:
    """What was found, oldest first, without what was taken back."""
    query = select(RmaInspection).where(RmaInspection.rma_id == rma_id, col(RmaInspection.undone_at).is_(None))
    return list(session.exec(query.order_by(col(RmaInspection.id)).limit(MOST)))


@dataclass(frozen=True, slots=True)
class ToInspect:
    """Units of one line, lot and serial that came and wait to be looked at, in the bin they lie in."""

    line_id: int
    product_id: int
    sku: str
    name: str
    lot: str
    serial: str
    location_id: int
    units: int
    strange: bool


def to_inspect(session: Session, rma_id: int) -> list[ToInspect]:
    """What of a return waits to be looked at."""
    came = sa.select(_a.line_id, _a.lot, _a.serial, _a.location_id, _a.units.label("n")).where(_a.rma_id == rma_id, _a.undone_at.is_(None))
    seen = sa.select(_i.line_id, _i.lot, _i.serial, _i.from_id, -_i.units).where(_i.rma_id == rma_id, _i.undone_at.is_(None))
    both = sa.union_all(came, seen).subquery()
    left = sa.func.sum(both.c.n)
    query = (
        sa.select(both.c.line_id, _n.product_id, _p.sku, _p.name, both.c.lot, both.c.serial, both.c.location_id, left, _n.order_line_id)
        .join(RmaLine, _n.id == both.c.line_id).join(Product, _p.id == _n.product_id)
        .group_by(both.c.line_id, _n.product_id, _p.sku, _p.name, both.c.lot, both.c.serial, both.c.location_id, _n.order_line_id)
        .having(left > 0).order_by(both.c.line_id, both.c.lot, both.c.serial)
    )  # fmt: skip
    return [ToInspect(line, product, sku, name, lot, serial, place, int(units), of_order is None)
            for line, product, sku, name, lot, serial, place, units, of_order in session.execute(query)]  # fmt: skip


def to_do(session: Session, *, after: int = 0, limit: int = 50) -> list[Rma]:
    """Returns that came and wait to be counted or looked at, longest here first."""
    query = select(Rma).where(Rma.state == "received", col(Rma.id) > after).order_by(col(Rma.id)).limit(limit)
    return list(session.exec(query))


def awaited_count(session: Session, at_most: int = 1000) -> int:
    """How many returns are approved or on their way."""
    query = sa.select(_r.id).where(_r.state.in_(("approved", "in_transit"))).limit(at_most)
    return int(session.execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())
