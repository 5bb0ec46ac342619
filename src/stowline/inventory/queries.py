"""Reads of stock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core import clock
from stowline.core.errors import NotFound
from stowline.inventory.models import (
    ADJUSTMENT,
    CUSTOMER,
    LONGEST_LOT,
    SCRAP,
    SUPPLIER,
    Balance,
    CountRequest,
    Location,
    Lot,
    Move,
    StockFeed,
    StockLevel,
    StockMark,
)
from stowline.inventory.rules import GOOD, PICKABLE, Free, take_from

# The virtual ends of the ledger, for rooms that move stock across them.
__all__ = ["ADJUSTMENT", "CUSTOMER", "LONGEST_LOT", "SCRAP", "SUPPLIER", "Free", "take_from"]

_lot = Lot.__table__.c  # type: ignore[attr-defined]
_q = Location.__table__.alias("quarantine")  # type: ignore[attr-defined]
_c = CountRequest.__table__.c  # type: ignore[attr-defined]
_b, _l, _p = Balance.__table__.c, Location.__table__.c, Product.__table__.c  # type: ignore[attr-defined]


def location(session: Session, location_id: int) -> Location:
    """A bin by its id."""
    found = session.get(Location, location_id)
    if found is None:
        raise NotFound("There is no such bin.")
    return found


def location_by_code(session: Session, code: str) -> Location:
    """A bin by its code, exactly. Raises NotFound."""
    found = session.exec(select(Location).where(Location.code == code)).one_or_none()
    if found is None:
        raise NotFound(f"There is no bin {code}.", where="bin")
    return found


def first_of_kind(session: Session, kind: str) -> Location:
    """The first bin of a kind on the walk (the dock, the pack station). Raises NotFound if the site has none."""
    query = select(Location).where(Location.kind == kind).order_by(col(Location.sequence), col(Location.id)).limit(1)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound(f"This site has no {kind} yet. `stowline init --store KEY` makes a starter site.")
    return found


def sku(session: Session, product_id: int) -> str:
    """The SKU of a product."""
    return str(session.execute(sa.select(_p.sku).where(_p.id == product_id)).scalar_one())


def skus(session: Session, product_ids: Iterable[int]) -> dict[int, str]:
    """The SKUs of products, by id."""
    ids, found = sorted(product_ids), {}
    for start in range(0, len(ids), 500):
        rows = session.execute(sa.select(_p.id, _p.sku).where(_p.id.in_(ids[start : start + 500])))
        found.update({product_id: sku for product_id, sku in rows})  # noqa: C416  (typed rows)
    return found


def quantity(
    session: Session, product_id: int, location_id: int, condition: str = GOOD, lot: str = "", serial: str = ""
) -> tuple[int, int]:
    """(units, bound units) of a product (of one lot, one serial) in a bin."""
    query = sa.select(_b.qty, _b.bound).where(
        _b.product_id == product_id, _b.location_id == location_id, _b.lot == lot, _b.serial == serial,
        _b.condition == condition,
    )  # fmt: skip
    row = session.execute(query).one_or_none()
    return (row.qty, row.bound) if row else (0, 0)


def pickable(session: Session, product_ids: Iterable[int]) -> dict[int, list[Free]]:
    """Unbound good units by product, in bins that may be picked from."""
    ids = sorted(set(product_ids))
    ends = sa.case((_p.fefo, _lot.expires_on), else_=None)
    found: dict[int, list[Free]] = {}
    for start in range(0, len(ids), 500):
        query = (
            sa.select(_b.product_id, _b.location_id, _l.code, _l.sequence, _b.qty - _b.bound, _b.lot, _b.serial, ends)
            .join(Location, _l.id == _b.location_id)
            .join(Product, _p.id == _b.product_id)
            .outerjoin(Lot, sa.and_(_b.lot != "", _lot.product_id == _b.product_id, _lot.code == _b.lot))
            .where(_b.product_id.in_(ids[start : start + 500]), _b.condition == GOOD, _b.qty > _b.bound)
            .where(_l.kind.in_(PICKABLE))
            .order_by(_b.product_id, _l.sequence, _l.id, _b.lot, _b.serial)
        )
        for product_id, *rest in session.execute(query):
            found.setdefault(product_id, []).append(Free(*rest))
    return found


@dataclass(frozen=True, slots=True)
class AtDock:
    """Units of a product (of one lot, one serial, in one condition) that stand at a dock."""

    product_id: int
    sku: str
    name: str
    location_id: int
    bin: str
    qty: int
    lot: str
    serial: str
    condition: str


# Units on hold in a slot that a picker did not find there: a count settles them, nobody can carry them away.
_sought = sa.and_(_b.condition == "hold", sa.exists().where(
    _c.location_id == _b.location_id, _c.product_id == _b.product_id, _c.lot == _b.lot, _c.serial == _b.serial,
    _c.missing > 0, _c.done_at.is_(None)))  # fmt: skip


def at_dock(
    session: Session, *, product_id: int | None = None, skip: Sequence[int] = (), unfit: bool = False, limit: int = 50
) -> list[AtDock]:
    """What waits to be put away: at the docks, and in slots of the backorder shelf where nobody speaks for it any more.
    Good units; with `unfit` also those that may not be sold, if there is a quarantine bin to put them into.
    """
    fit = _b.condition == GOOD
    if unfit:
        fit = sa.or_(fit, sa.select(_q.c.id).where(_q.c.kind == "quarantine", _q.c.active).exists())
    query = (
        sa.select(_b.product_id, _p.sku, _p.name, _b.location_id, _l.code, _b.qty - _b.bound, _b.lot, _b.serial,
                  _b.condition)
        .select_from(Location)
        .join(Balance, _b.location_id == _l.id)
        .join(Product, _p.id == _b.product_id)
        .where(sa.or_(_l.kind == "dock", sa.and_(_l.kind == "backorder", ~_sought)), fit, _b.qty > _b.bound, _b.qty > 0)
    )  # fmt: skip
    if product_id is not None:
        query = query.where(_b.product_id == product_id)
    if skip:
        query = query.where(_b.product_id.not_in(list(skip)))
    order = (_b.product_id, sa.case((_l.kind == "dock", 0), else_=1), _b.lot, _b.serial, _b.condition, _b.location_id)
    return [AtDock(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def docks(session: Session, limit: int = 200) -> list[int]:
    """The docks, in the order of the walk; then slots of the backorder shelf with units that nobody speaks for."""
    stray = sa.exists().where(_b.location_id == _l.id, _b.qty > _b.bound)
    query = sa.select(_l.id).where(sa.or_(_l.kind == "dock", sa.and_(_l.kind == "backorder", stray)))
    order = (sa.case((_l.kind == "dock", 0), else_=1), _l.sequence, _l.id)
    return list(session.execute(query.order_by(*order).limit(limit)).scalars())


@dataclass(frozen=True, slots=True)
class Lies:
    """Units of one product, lot, serial and condition in a bin; `bound` of them are spoken for."""

    bin: str
    kind: str
    sku: str
    name: str
    lot: str
    serial: str
    expires_on: date | None
    condition: str
    qty: int
    bound: int
    product_id: int


def _lies() -> sa.Select[Any]:
    columns = (_l.code, _l.kind, _p.sku, _p.name, _b.lot, _b.serial, _lot.expires_on, _b.condition, _b.qty, _b.bound,
               _b.product_id)
    return (
        sa.select(*columns)
        .select_from(Balance)
        .join(Location, _l.id == _b.location_id)
        .join(Product, _p.id == _b.product_id)
        .outerjoin(Lot, sa.and_(_b.lot != "", _lot.product_id == _b.product_id, _lot.code == _b.lot))
        .where(_b.qty > 0)
    )


def in_bins(session: Session, product_id: int, *, serial: str = "", limit: int = 200) -> list[Lies]:
    """Where a product (or one serial of it) lies, along the walk."""
    query = _lies().where(_b.product_id == product_id)
    if serial:
        query = query.where(_b.serial == serial, _b.serial != "")
    order = (_l.sequence, _l.id, _b.lot, _b.serial, _b.condition)
    return [Lies(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def in_bin(
    session: Session, location_id: int, *, product_id: int | None = None, number: str = "", limit: int = 100
) -> list[Lies]:
    """What lies in a bin (of one product, if it is named; of one lot or serial, if its number is)."""
    query = _lies().where(_b.location_id == location_id)
    if product_id is not None:
        query = query.where(_b.product_id == product_id)
    if number:
        query = query.where(sa.or_(_b.lot == number, _b.serial == number))
    order = (_p.sku, _b.lot, _b.serial, _b.condition)
    return [Lies(*row) for row in session.execute(query.order_by(*order).limit(limit))]


def set_apart(session: Session, limit: int = 60) -> list[Lies]:
    """What lies in quarantine bins, bin by bin."""
    query = _lies().where(_l.kind == "quarantine").order_by(_l.sequence, _l.id, _p.sku, _b.lot, _b.serial, _b.condition)
    return [Lies(*row) for row in session.execute(query.limit(limit))]


def owners_of_number(session: Session, location_id: int, number: str) -> list[Product]:
    """Products that have units of this lot, or under this serial number, in a bin (at most three: the caller asks)."""
    there = sa.select(_b.product_id).where(
        _b.location_id == location_id, _b.qty > 0, sa.or_(_b.lot == number, _b.serial == number)
    )
    query = select(Product).where(_p.id.in_(there)).order_by(_p.sku).limit(3)
    return list(session.exec(query)) if number else []


def lot_day(session: Session, product_id: int, code: str) -> date | None:
    """The last day of a lot; None if it has none, or nobody knows the lot."""
    query = sa.select(_lot.expires_on).where(_lot.product_id == product_id, _lot.code == code)
    return session.execute(query).scalar_one_or_none()


def days_needed(session: Session) -> list[int]:
    """How many days lots must have left to be sold: each number that some product asks for."""
    return list(session.execute(sa.select(_p.min_days_left).where(_p.expires).distinct()).scalars())


def lots_over(session: Session, days: int, ended: date, limit: int) -> list[Lot]:
    """Lots that are not held and end before a day, of products whose units must have so many days left."""
    query = (
        select(Lot)
        .join(Product, _p.id == _lot.product_id)
        .where(_lot.held == "", _p.min_days_left == days, _lot.expires_on < ended)
    )
    return list(session.exec(query.order_by(_lot.product_id, _lot.id).limit(limit)))


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of a product: good units on hand (dock included), promised, free, and waiting for in open lines."""

    product_id: int
    sku: str
    name: str
    on_hand: int
    promised: int
    free: int


def level(session: Session, sku: str) -> Level:
    """The stock of one SKU. Raises NotFound for a SKU nobody knows."""
    rows = levels(session, sku=sku, limit=1)
    if not rows:
        raise NotFound(f"There is no product {sku}.", where="sku")
    return rows[0]


def levels(session: Session, *, sku: str = "", after: str = "", like: str = "", limit: int = 50) -> list[Level]:
    """Stock by product, in order of SKU, from after a SKU; `like` is the beginning of a SKU."""
    s = StockLevel.__table__.c  # type: ignore[attr-defined]
    on_hand, promised = sa.func.coalesce(s.on_hand, 0), sa.func.coalesce(s.promised, 0)
    query = sa.select(_p.id, _p.sku, _p.name, on_hand, promised, on_hand - promised).select_from(Product).outerjoin(
        StockLevel, s.product_id == _p.id
    )
    if sku:
        query = query.where(_p.sku == sku)
    if after:
        query = query.where(_p.sku > after)
    if like:
        query = query.where(_p.sku >= like, _p.sku < like + "\U0010fffd")
    return [Level(*row) for row in session.execute(query.order_by(_p.sku).limit(limit))]


@dataclass(frozen=True, slots=True)
class ForSale:
    """A product with the units that are free, and when its stock changed last (now, while nobody has numbered the change)."""

    id: int
    sku: str
    backorderable: bool
    free: int
    at: datetime


def for_sale(session: Session, *, skus: Iterable[str] = (), ids: Iterable[int] = ()) -> list[ForSale]:
    """Products by SKU or by id, as a shop's page asks for them, in one statement. Nothing lies of a kit."""
    s, f, m = StockLevel.__table__.c, StockFeed.__table__.c, StockMark.__table__.c  # type: ignore[attr-defined]
    marked = sa.select(m.id).where(m.product_id == _p.id).exists()
    query = (
        sa.select(_p.id, _p.sku, _p.backorderable, sa.func.coalesce(s.on_hand - s.promised, 0),
                  sa.or_(s.told.is_(False), marked), f.at, _p.created_at)
        .select_from(Product).outerjoin(StockLevel, s.product_id == _p.id).outerjoin(StockFeed, f.product_id == _p.id)
        .where(sa.or_(_p.sku.in_(sorted(set(skus))), _p.id.in_(sorted(set(ids)))))
    )  # fmt: skip
    now = clock.now()
    return [
        ForSale(ident, sku, late, free, now if fresh else at or made)
        for ident, sku, late, free, fresh, at, made in session.execute(query)
    ]


def ledger(session: Session, product_id: int, *, before: int | None = None, limit: int = 50) -> list[Move]:
    """The last moves of a product, newest first."""
    query = select(Move).where(Move.product_id == product_id)
    if before is not None:
        query = query.where(col(Move.id) < before)
    return list(session.exec(query.order_by(col(Move.id).desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Change:
    """A product in the change feed: its place there, when it got it, and its stock as it is now. See `feed`."""

    number: int
    at: datetime
    level: Level


def changes(session: Session, *, after: int, limit: int) -> list[Change]:
    """Products that changed after a number of the change feed, in the order of their numbers."""
    f, s = StockFeed.__table__.c, StockLevel.__table__.c  # type: ignore[attr-defined]
    on_hand, promised = sa.func.coalesce(s.on_hand, 0), sa.func.coalesce(s.promised, 0)
    query = (
        sa.select(f.number, f.at, _p.id, _p.sku, _p.name, on_hand, promised, on_hand - promised)
        .select_from(StockFeed).join(Product, _p.id == f.product_id).outerjoin(StockLevel, s.product_id == f.product_id)
        .where(f.number > after).order_by(f.number).limit(limit)
    )  # fmt: skip
    return [Change(number, at, Level(*level)) for number, at, *level in session.execute(query)]
