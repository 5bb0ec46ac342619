"""Reads of packing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import NotFound
from stowline.orders.models import Order, OrderKit, OrderLine
from stowline.orders.queries import URGENT
from stowline.packing.models import Parcel, ParcelLine
from stowline.picking.models import PickLine, Tote

_c, _n = Parcel.__table__.c, ParcelLine.__table__.c  # type: ignore[attr-defined]
_p, _l, _o = Product.__table__.c, OrderLine.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
_k = OrderKit.__table__.c  # type: ignore[attr-defined]


def parcel(session: Session, parcel_id: int) -> Parcel:
    """A parcel by its id. Raises NotFound."""
    found = session.get(Parcel, parcel_id)
    if found is None:
        raise NotFound("There is no such parcel.")
    return found


def lock(session: Session, parcel_id: int) -> Parcel:
    """A parcel by its id, read anew and locked until the transaction ends. Raises NotFound."""
    query = select(Parcel).where(Parcel.id == parcel_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound("There is no such parcel.")
    return found


def parcel_by_code(session: Session, code: str) -> Parcel:
    """A parcel by its code. Raises NotFound."""
    found = session.exec(select(Parcel).where(Parcel.code == code)).one_or_none()
    if found is None:
        raise NotFound(f"There is no parcel {code}.", where="parcel")
    return found


def parcels_of(session: Session, order_id: int) -> list[Parcel]:
    """The parcels of an order, first packed first; not those that were emptied."""
    return list(session.exec(select(Parcel).where(Parcel.order_id == order_id, Parcel.state != "emptied").order_by(col(Parcel.n))))


def last_number(session: Session, order_id: int) -> int:
    """How many parcels an order ever had."""
    return int(session.execute(sa.select(sa.func.coalesce(sa.func.max(_c.n), 0)).where(_c.order_id == order_id)).scalar_one())


def in_boxes(session: Session, line_id: int) -> list[tuple[int, str, str, int]]:
    """Units of an order line in boxes that have not left, as (parcel, lot, serial, units); those packed last first."""
    query = sa.select(_n.parcel_id, _n.lot, _n.serial, _n.qty).join(Parcel, _c.id == _n.parcel_id).where(
        _n.order_line_id == line_id, _n.qty > 0, _c.handed_over_at.is_(None))  # fmt: skip
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query.order_by(_n.parcel_id.desc(), _n.lot, _n.serial))]


def to_put_back(session: Session, order_id: int) -> "list[ToPack]":
    """Lines of an order of which units in totes and boxes were refunded: their `take_out` are to be put back."""
    return [line for line in lines_to_pack(session, order_id) if line.take_out]


def refunded_inside(session: Session, parcel_id: int) -> str:
    """What the shop refunded of which units are in this parcel: the name of the first; "" where nothing is."""
    query = sa.select(_l.name).join(ParcelLine, _n.order_line_id == _l.id).where(
        _n.parcel_id == parcel_id, _n.qty > 0, _l.take_out > 0)  # fmt: skip
    return session.execute(query.order_by(_l.id).limit(1)).scalar_one_or_none() or ""


def open_parcel(session: Session, order_id: int) -> Parcel | None:
    """The parcel of an order that is not labelled yet."""
    query = select(Parcel).where(Parcel.order_id == order_id, col(Parcel.state).in_(["open", "sealed"]))
    return session.exec(query.order_by(col(Parcel.n)).limit(1)).first()


def sealed_from(session: Session, tote_id: int) -> int | None:
    """The order whose parcel was last packed out of this tote and still lacks its label."""
    query = sa.select(_c.order_id).where(_c.tote_id == tote_id, _c.state == "sealed").order_by(_c.id.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Content:
    """Units of a product in a parcel."""

    order_line_id: int
    product_id: int
    sku: str
    name: str
    qty: int
    weight_g: int | None
    lot: str = ""
    serial: str = ""


def contents(session: Session, parcel_id: int) -> list[Content]:
    """What is in a parcel, in the order's order."""
    query = (
        sa.select(_n.order_line_id, _n.product_id, _p.sku, _l.name, _n.qty, _p.weight_g, _n.lot, _n.serial)
        .join(Product, _p.id == _n.product_id)
        .join(OrderLine, _l.id == _n.order_line_id)
        .where(_n.parcel_id == parcel_id, _n.qty > 0)
        .order_by(_l.position, _n.lot, _n.serial)
    )
    return [Content(*row) for row in session.execute(query)]


def by_line(inside: Iterable[Content]) -> dict[int, int]:
    """Units of some contents by order line: of a line with lots or serials there are several."""
    found: dict[int, int] = {}
    for item in inside:
        found[item.order_line_id] = found.get(item.order_line_id, 0) + item.qty
    return found


def units_in(session: Session, parcel_id: int) -> dict[int, int]:
    """Units in a parcel, by order line."""
    return by_line(contents(session, parcel_id))


@dataclass(frozen=True, slots=True)
class ToPack:
    """An order line with units that are picked and not packed; of a kit, with its name."""

    id: int
    product_id: int
    sku: str
    name: str
    picked: int
    packed: int
    kit: str = ""
    take_out: int = 0

    @property
    def left(self) -> int:
        """Units still to be checked into the parcel; what is refunded is put back, out of the tote if any are in it."""
        return max(0, self.picked - self.packed - self.take_out)


_TO_PACK = (
    sa.select(_l.id, _l.product_id, _p.sku, _l.name, _l.picked, _l.packed, sa.func.coalesce(_k.name, ""), _l.take_out)
    .join(Product, _p.id == _l.product_id).outerjoin(OrderKit, _k.id == _l.kit_id)
)  # fmt: skip


def next_to_pack(session: Session, order_id: int) -> ToPack | None:
    """The first line with units to pack."""
    query = _TO_PACK.where(_l.order_id == order_id, _l.picked > _l.packed + _l.take_out)
    row = session.execute(query.order_by(_l.position).limit(1)).one_or_none()
    return ToPack(*row) if row else None


def lines_to_pack(session: Session, order_id: int) -> list[ToPack]:
    """Every line of an order with what is picked and packed."""
    return [ToPack(*row) for row in session.execute(_TO_PACK.where(_l.order_id == order_id).order_by(_l.position))]


Batches = list[tuple[str, str, int]]
"""Units by (lot, serial)."""


def to_pack_of(session: Session, line_id: int) -> Batches:
    """Which lots and serials were picked for an order line and are not packed yet."""
    n, picks = _n, PickLine.__table__.c  # type: ignore[attr-defined]
    picked = sa.select(picks.lot, picks.serial, picks.picked.label("n")).where(picks.order_line_id == line_id)
    packed = sa.select(n.lot, n.serial, -n.qty).where(n.order_line_id == line_id)
    both = sa.union_all(picked, packed).subquery()
    left = sa.func.sum(both.c.n)
    rows = session.execute(sa.select(both.c.lot, both.c.serial, left).group_by(both.c.lot, both.c.serial)
                           .having(left > 0).order_by(both.c.lot, both.c.serial))  # fmt: skip
    return [(lot, serial, int(units)) for lot, serial, units in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order at the pack bench: picked whole, or packed and without its label."""

    order_id: int
    order_ref: str
    store_id: int
    tote: str | None
    state: str
    placed_at: datetime


def waiting(session: Session, *, after: int = 0, limit: int = 50, urgent: bool | None = None) -> list[Waiting]:
    """Orders that wait for packing, for their label, or for what was refunded to be put back, by order id; not those whose last units are not in their tote.
    `urgent`: only those that are, or only those that are not.
    """
    t, n = Tote.__table__.c, PickLine.__table__.c  # type: ignore[attr-defined]
    on_the_way = sa.select(n.id).where(n.order_id == _o.id, n.state == "open").exists()
    refunded = sa.select(_l.order_id).where(_l.take_out > 0)
    unlabelled = sa.select(_c.id).where(_c.order_id == _o.id, _c.state == "sealed").exists()
    query = (
        sa.select(_o.id, _o.ref, _o.store_id, t.code, _o.state, _o.placed_at)
        .select_from(Order)
        .outerjoin(Tote, t.order_id == _o.id)
        .where(_o.id > after, sa.or_(sa.and_(_o.state == "picked", ~on_the_way), sa.and_(_o.state == "packed", unlabelled),
                                     sa.and_(_o.id.in_(refunded), ~on_the_way)))
        .order_by(_o.id)
        .limit(limit)
    )
    if urgent is not None:
        query = query.where(_o.priority == URGENT if urgent else _o.priority > URGENT)
    return [Waiting(*row) for row in session.execute(query)]


def by_state(session: Session, state: str, *, after: int = 0, limit: int = 50) -> list[Parcel]:
    """Parcels in a state, by id."""
    query = select(Parcel).where(Parcel.state == state, col(Parcel.id) > after).order_by(col(Parcel.id)).limit(limit)
    return list(session.exec(query))


@dataclass(frozen=True, slots=True)
class LeftAgain:
    """A serial that was in a parcel which left, and then in another."""

    serial: str
    parcel: str


def left_again(session: Session, parcel_id: int) -> LeftAgain | None:
    """A serial of this parcel, which is handed over, that was handed over later in another one."""
    me, mine = Parcel.__table__.alias("me").c, ParcelLine.__table__.alias("mine").c  # type: ignore[attr-defined]
    query = (
        sa.select(_n.serial, _c.code)
        .join(Parcel, _c.id == _n.parcel_id)
        .join(mine.serial.table, sa.and_(mine.product_id == _n.product_id, mine.serial == _n.serial, mine.qty > 0))
        .join(me.id.table, me.id == mine.parcel_id)
        .where(me.id == parcel_id, _n.serial != "", _n.qty > 0, _c.state == "handed_over",
               _c.handed_over_at > me.handed_over_at)
        .limit(1)
    )  # fmt: skip
    row = session.execute(query).one_or_none()
    return LeftAgain(*row) if row else None


def contents_of(session: Session, parcel_ids: list[int]) -> dict[int, list[Content]]:
    """What is in several parcels, by parcel, each in the order's order."""
    query = (
        sa.select(_n.parcel_id, _n.order_line_id, _n.product_id, _p.sku, _l.name, _n.qty, _p.weight_g, _n.lot, _n.serial)
        .join(Product, _p.id == _n.product_id)
        .join(OrderLine, _l.id == _n.order_line_id)
        .where(_n.parcel_id.in_(parcel_ids), _n.qty > 0)
        .order_by(_n.parcel_id, _l.position, _n.lot, _n.serial)
    )
    found: dict[int, list[Content]] = {parcel_id: [] for parcel_id in parcel_ids}
    for parcel_id, *rest in session.execute(query):
        found[parcel_id].append(Content(*rest))
    return found
