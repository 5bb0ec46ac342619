"""Reads of receiving."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import NotFound
from stowline.inventory import velocity
from stowline.receiving import rules
from stowline.receiving.models import (
    GoodsReceipt,
    PurchaseOrder,
    PurchaseOrderLine,
    PurchaseOrderRevision,
    Supplier,
)

_o = PurchaseOrder.__table__.c  # type: ignore[attr-defined]
_l = PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_p = Product.__table__.c  # type: ignore[attr-defined]
_s = Supplier.__table__.c  # type: ignore[attr-defined]
_v, _r = PurchaseOrderRevision.__table__.c, GoodsReceipt.__table__.c  # type: ignore[attr-defined]


def by_ref(session: Session, ref: str) -> PurchaseOrder:
    """A purchase order by its ref. Raises NotFound."""
    found = session.exec(select(PurchaseOrder).where(PurchaseOrder.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(f"There is no purchase order {ref}.", where="ref")
    return found


def by_id(session: Session, order_id: int) -> PurchaseOrder:
    """A purchase order by its id. Raises NotFound."""
    found = session.get(PurchaseOrder, order_id)
    if found is None:
        raise NotFound("There is no such purchase order.")
    return found


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """A line of a purchase order: units ordered and come."""

    id: int
    product_id: int
    sku: str
    name: str
    quantity: int
    received: int
    over: int
    damaged: int

    @property
    def left(self) -> int:
        """Units still to come."""
        return self.quantity - self.received


def _lines() -> sa.Select[tuple[object, ...]]:
    return sa.select(_l.id, _l.product_id, _p.sku, _p.name, _l.quantity, _l.received, _l.over, _l.damaged).join(
        Product, _p.id == _l.product_id
    )


def lines(session: Session, order_id: int, *, limit: int = 5000) -> list[ExpectedLine]:
    """The lines of a purchase order."""
    query = _lines().where(_l.purchase_order_id == order_id).order_by(_l.position).limit(limit)
    return [ExpectedLine(*row) for row in session.execute(query)]


def next_open(session: Session, order_id: int) -> ExpectedLine | None:
    """The first line that has units to come."""
    query = _lines().where(_l.purchase_order_id == order_id, _l.received < _l.quantity).order_by(_l.position).limit(1)
    row = session.execute(query).one_or_none()
    return ExpectedLine(*row) if row else None


def line_for(session: Session, order_id: int, product_id: int) -> ExpectedLine | None:
    """The line of this product: the first that is open, else the first at all."""
    query = _lines().where(_l.purchase_order_id == order_id, _l.product_id == product_id)
    row = session.execute(query.order_by(_l.received >= _l.quantity, _l.position).limit(1)).one_or_none()
    return ExpectedLine(*row) if row else None


def hold_line(session: Session, order_id: int, product_id: int) -> ExpectedLine | None:
    """The same, with all lines of the product locked: what it says holds until the transaction ends, whoever else scans."""
    query = _lines().where(_l.purchase_order_id == order_id, _l.product_id == product_id).order_by(_l.id)
    found = session.execute(query.add_columns(_l.position).with_for_update(of=PurchaseOrderLine)).all()
    best = min(found, key=lambda row: (row.received >= row.quantity, row.position), default=None)
    return ExpectedLine(*best[:-1]) if best else None


def over_percent(session: Session, supplier_id: int | None) -> int:
    """How much more than ordered a supplier may send, in percent."""
    found = session.execute(sa.select(_s.over_percent).where(_s.id == supplier_id)).scalar_one_or_none()
    return int(found or 0)


def lock_lines(session: Session, order_id: int, product_ids: Sequence[int]) -> dict[int, list[rules.Open]]:
    """The lines of these products, locked in order of id, by product: open ones first. Lines are locked before levels."""
    percent = sa.func.coalesce(sa.select(_s.over_percent).join(PurchaseOrder, _o.supplier_id == _s.id)
                               .where(_o.id == _l.purchase_order_id).scalar_subquery(), 0)  # fmt: skip
    found: dict[int, list[rules.Open]] = {}
    wanted = sorted(set(product_ids))
    for start in range(0, len(wanted), 500):
        query = sa.select(_l.id, _l.product_id, _l.quantity, _l.received + _l.over, percent).where(
            _l.purchase_order_id == order_id, _l.product_id.in_(wanted[start : start + 500])).order_by(_l.id)  # fmt: skip
        for line_id, product_id, quantity, came, over_percent in session.execute(query.with_for_update(of=PurchaseOrderLine)):
            line = rules.Open(line_id, quantity, came, rules.tolerance(quantity, over_percent))
            found.setdefault(product_id, []).append(line)
    return found


def lock_lines_by_id(session: Session, line_ids: Sequence[int]) -> None:
    """Lock these lines, in order of id."""
    wanted = sorted(set(line_ids))
    for start in range(0, len(wanted), 500):
        query = sa.select(_l.id).where(_l.id.in_(wanted[start : start + 500])).order_by(_l.id)
        session.execute(query.with_for_update()).all()


def lock_to_close(session: Session, order_id: int) -> PurchaseOrder | None:
    """A purchase order, read anew, with all its lines: who receives on it is done, and the next waits (see `is_closed`)."""
    query = select(PurchaseOrder).where(PurchaseOrder.id == order_id).with_for_update()
    order = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    session.execute(sa.select(_l.id).where(_l.purchase_order_id == order_id).order_by(_l.id).with_for_update()).all()
    return order


def is_closed(session: Session, order_id: int) -> bool:
    """Whether a purchase order was closed meanwhile: to be asked once its lines are locked."""
    return session.execute(sa.select(_o.closed_at).where(_o.id == order_id)).scalar_one() is not None


def progress(session: Session, order_id: int) -> tuple[int, int]:
    """(lines fully in, lines)."""
    done = sa.func.coalesce(sa.func.sum(sa.case((_l.received >= _l.quantity, 1), else_=0)), 0)
    row = session.execute(sa.select(done, sa.func.count()).where(_l.purchase_order_id == order_id)).one()
    return int(row[0]), int(row[1])


def open_units(session: Session, order_id: int) -> int:
    """Units still to come on a purchase order."""
    total = sa.func.coalesce(sa.func.sum(_l.quantity - _l.received), 0)
    return int(session.execute(sa.select(total).where(_l.purchase_order_id == order_id)).scalar_one())


def lacking(session: Session, order_id: int) -> list[int]:
    """Ids of the products that a purchase order still lacks units of."""
    query = sa.select(_l.product_id).where(_l.purchase_order_id == order_id, _l.received < _l.quantity)
    return list(session.execute(query).scalars())


def open_orders(session: Session, *, after: int = 0, limit: int = 50) -> list[PurchaseOrder]:
    """Purchase orders that goods may still come on and that lack some, oldest first."""
    lacking = sa.select(_l.id).where(_l.purchase_order_id == _o.id, _l.received < _l.quantity).exists()
    query = select(PurchaseOrder).where(col(PurchaseOrder.closed_at).is_(None), lacking, col(PurchaseOrder.id) > after)
    return list(session.exec(query.order_by(col(PurchaseOrder.id)).limit(limit)))


def recent_orders(session: Session, *, before: int | None = None, limit: int = 50) -> list[PurchaseOrder]:
    """All purchase orders, newest first."""
    query = select(PurchaseOrder)
    if before is not None:
        query = query.where(col(PurchaseOrder.id) < before)
    return list(session.exec(query.order_by(col(PurchaseOrder.id).desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Incoming:
    """Units of a product that a purchase order will bring, and when."""

    product_id: int
    ref: str
    supplier: str
    units: int
    expected_from: date | None
    expected_to: date | None

    def late(self) -> bool:
        """Whether the last expected day is over, by the warehouse's clock."""
        return self.expected_to is not None and self.expected_to < velocity.today()


def incoming_units(session: Session, product_ids: Sequence[int]) -> dict[int, int]:
    """Units that open purchase orders will bring, by product."""
    query = (
        sa.select(_l.product_id, sa.func.sum(_l.quantity - _l.received)).join(PurchaseOrder, _o.id == _l.purchase_order_id)
        .where(_l.product_id.in_(list(product_ids)), _l.received < _l.quantity, _o.closed_at.is_(None))
        .group_by(_l.product_id)
    )  # fmt: skip
    return {product_id: int(units) for product_id, units in session.execute(query)}


def incoming(session: Session, product_ids: Sequence[int], *, each: int = 100) -> dict[int, list[Incoming]]:
    """What open purchase orders will bring, by product, soonest first; at most so many for each."""
    soonest = (_o.expected_from.is_(None), _o.expected_from, _o.id, _l.id)
    ranked = (
        sa.select(_l.product_id, _o.ref, _o.supplier, (_l.quantity - _l.received).label("units"), _o.expected_from,
                  _o.expected_to, sa.func.row_number().over(partition_by=_l.product_id, order_by=soonest).label("n"))
        .join(PurchaseOrder, _o.id == _l.purchase_order_id)
        .where(_l.product_id.in_(list(product_ids)), _l.received < _l.quantity, _o.closed_at.is_(None))
        .subquery()
    )  # fmt: skip
    *columns, n = ranked.c
    query = sa.select(*columns).where(n <= each).order_by(ranked.c.product_id, n)
    found: dict[int, list[Incoming]] = {}
    for row in session.execute(query):
        found.setdefault(row[0], []).append(Incoming(*row))
    return found


@dataclass(frozen=True, slots=True)
class Revision:
    """What was agreed from a moment on; `units` of all lines together."""

    n: int
    at: datetime
    who: str
    why: str
    expected_from: date | None
    expected_to: date | None
    lines: list[tuple[str, int]]

    @property
    def units(self) -> int:
        """Units of all lines."""
        return sum(units for _, units in self.lines)


def revisions(session: Session, order_id: int, *, limit: int = 50) -> list[Revision]:
    """The revisions of a purchase order, the latest first."""
    query = (
        sa.select(_v.n, _v.at, _v.who, _v.why, _v.expected_from, _v.expected_to, _v.lines)
        .where(_v.purchase_order_id == order_id).order_by(_v.n.desc()).limit(limit)
    )  # fmt: skip
    return [Revision(*(*row[:6], msgspec.json.decode(row[6], type=list[tuple[str, int]]))) for row in session.execute(query)]


def revision_count(session: Session, order_id: int) -> int:
    """The number of the revision that stands now."""
    query = sa.select(sa.func.max(_v.n)).where(_v.purchase_order_id == order_id)
    return int(session.execute(query).scalar_one_or_none() or 0)


@dataclass(frozen=True, slots=True)
class Came:
    """A line of a purchase order and when its units came: the days first told (revision 1), the number of the revision
    that stands, the moments of the first and the last receipt.
    """

    line_id: int
    ref: str
    supplier_id: int | None
    product_id: int
    ordered_at: datetime
    told_from: date | None
    told_to: date | None
    revision: int
    first_at: datetime
    last_at: datetime
    units: int


def arrival_history(
    session: Session, since: datetime, *, limit: int = 50_000, supplier_id: int | None = None
) -> list[Came]:
    """Lines of purchase orders that units came on since a moment, the latest first (of one supplier, if one is named);
    what was undone does not count.
    """
    first = PurchaseOrderRevision.__table__.alias("first")  # type: ignore[attr-defined]
    last = sa.select(sa.func.max(_v.n)).where(_v.purchase_order_id == _o.id).scalar_subquery()
    ended = sa.func.max(_r.at)
    query = (
        sa.select(_l.id, _o.ref, _o.supplier_id, _l.product_id, _o.created_at, first.c.expected_from, first.c.expected_to,
                  last, sa.func.min(_r.at), ended, sa.func.sum(_r.units))
        .select_from(GoodsReceipt).join(PurchaseOrderLine, _l.id == _r.purchase_order_line_id)
        .join(PurchaseOrder, _o.id == _l.purchase_order_id)
        .join(first, sa.and_(first.c.purchase_order_id == _o.id, first.c.n == 1))
        .where(_r.undone_at.is_(None))
        .group_by(_l.id, _o.id, first.c.id)
        .having(ended >= since).order_by(ended.desc(), _l.id.desc()).limit(limit)
    )  # fmt: skip
    if supplier_id is not None:
        query = query.where(_o.supplier_id == supplier_id)
    return [Came(*(*row[:10], int(row[10]))) for row in session.execute(query)]
