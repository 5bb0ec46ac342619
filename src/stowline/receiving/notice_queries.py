"""Reads of arrival notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.queries import Product
from stowline.core.errors import NotFound
from stowline.receiving.models import PurchaseOrder
from stowline.receiving.notice_models import Arrival, ArrivalContent, ArrivalUnit

_a, _u, _c = Arrival.__table__.c, ArrivalUnit.__table__.c, ArrivalContent.__table__.c  # type: ignore[attr-defined]
_p = Product.__table__.c  # type: ignore[attr-defined]


def by_ref(session: Session, ref: str) -> Arrival:
    """A notice by its ref. Raises NotFound."""
    found = session.exec(select(Arrival).where(Arrival.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(f"There is no arrival notice {ref}.", where="ref")
    return found


def order_of(session: Session, arrival: Arrival) -> str:
    """The ref of the purchase order that a notice belongs to; '' for none."""
    order = session.get(PurchaseOrder, arrival.purchase_order_id) if arrival.purchase_order_id else None
    return order.ref if order else ""


def far(session: Session, arrival_id: int) -> tuple[int, int]:
    """(pallets and cartons with goods that are in, all of them)."""
    full = sa.select(_c.id).where(_c.unit_id == _u.id).exists()
    done = sa.func.count(_u.received_at)
    row = session.execute(sa.select(done, sa.func.count()).where(_u.arrival_id == arrival_id, full)).one()
    return int(row[0]), int(row[1])


@dataclass(frozen=True, slots=True)
class Packed:
    """Units of a product in a pallet or carton that is not in yet, and what its units are told apart by."""

    unit_id: int
    product_id: int
    sku: str
    name: str
    units: int
    lot: str
    expires_on: date | None
    lots: bool
    serials: bool
    expires: bool


def open_contents(session: Session, unit: ArrivalUnit, *, limit: int = 10_000) -> list[Packed]:
    """What comes in with this pallet or carton: of it, and of the cartons on it, whatever is not in yet."""
    query = (
        sa.select(_c.unit_id, _p.id, _p.sku, _p.name, _c.units, _c.lot, _c.expires_on, _p.lots, _p.serials, _p.expires)
        .select_from(ArrivalContent).join(ArrivalUnit, _u.id == _c.unit_id).join(Product, _p.id == _c.product_id)
        .where(sa.or_(_u.id == unit.id, _u.parent_id == unit.id), _u.received_at.is_(None))
        .order_by(_p.id, _c.lot, _c.id).limit(limit)
    )  # fmt: skip
    return [Packed(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A pallet or carton of a notice, for its page and the API."""

    id: int
    sscc: str
    kind: str
    parent_id: int | None
    received_at: datetime | None
    contents: list[tuple[str, str, int, str, date | None]]


def units_of(session: Session, arrival_id: int, *, limit: int = 2_000) -> list[UnitRow]:
    """The pallets and cartons of a notice in their order; of each its contents as (SKU, name, units, lot, last day)."""
    query = select(ArrivalUnit).where(ArrivalUnit.arrival_id == arrival_id).order_by(col(ArrivalUnit.id)).limit(limit)
    found = list(session.exec(query))
    inside: dict[int, list[tuple[str, str, int, str, date | None]]] = {}
    rows = (
        sa.select(_c.unit_id, _p.sku, _p.name, _c.units, _c.lot, _c.expires_on).join(Product, _p.id == _c.product_id)
        .join(ArrivalUnit, _u.id == _c.unit_id).where(_u.arrival_id == arrival_id).order_by(_c.id).limit(10_000)
    )  # fmt: skip
    for unit_id, sku, name, units, lot, expires_on in session.execute(rows):
        inside.setdefault(unit_id, []).append((sku, name, units, lot, expires_on))
    return [UnitRow(u.id or 0, u.sscc, u.kind, u.parent_id, u.received_at, inside.get(u.id or 0, [])) for u in found]


def open_notices(session: Session, *, after: int = 0, limit: int = 50) -> list[Arrival]:
    """Notices that goods may still come on, oldest first."""
    query = select(Arrival).where(col(Arrival.state).in_(("announced", "arriving")), col(Arrival.id) > after)
    return list(session.exec(query.order_by(col(Arrival.id)).limit(limit)))


def of_order(session: Session, purchase_order_id: int, *, limit: int = 50) -> list[Arrival]:
    """The notices of a purchase order, the latest first."""
    query = select(Arrival).where(Arrival.purchase_order_id == purchase_order_id).order_by(col(Arrival.id).desc())
    return list(session.exec(query.limit(limit)))


def any_open(session: Session, purchase_order_id: int) -> bool:
    """Whether pallets or cartons of this purchase order may still come."""
    query = select(Arrival.id).where(col(Arrival.purchase_order_id) == purchase_order_id, col(Arrival.state).in_(("announced", "arriving")))
    return session.exec(query.limit(1)).first() is not None


def sums(session: Session, arrival_ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Of each notice: (pallets and cartons with goods, those that are in, units)."""
    query = (
        sa.select(_u.arrival_id, sa.func.count(sa.distinct(_u.id)),
                  sa.func.count(sa.distinct(sa.case((_u.received_at.is_not(None), _u.id)))), sa.func.sum(_c.units))
        .join(ArrivalContent, _c.unit_id == _u.id).where(_u.arrival_id.in_(list(arrival_ids))).group_by(_u.arrival_id)
    )  # fmt: skip
    return {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in session.execute(query)}
