"""Reads of stock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.core.errors import NotFound
from stowline.inventory.models import ADJUSTMENT, CUSTOMER, SCRAP, SUPPLIER, Balance, Location, Move, StockLevel
from stowline.inventory.rules import GOOD, PICKABLE, Free, take_from

# The virtual ends of the ledger, for rooms that move stock across them.
__all__ = ["ADJUSTMENT", "CUSTOMER", "SCRAP", "SUPPLIER", "Free", "take_from"]

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


def quantity(session: Session, product_id: int, location_id: int, condition: str = GOOD) -> tuple[int, int]:
    """(units, bound units) of a product in a bin."""
    query = sa.select(_b.qty, _b.bound).where(
        _b.product_id == product_id, _b.location_id == location_id, _b.condition == condition
    )
    row = session.execute(query).one_or_none()
    return (row.qty, row.bound) if row else (0, 0)


def pickable(session: Session, product_ids: Iterable[int]) -> dict[int, list[Free]]:
    """Unbound good units by product, in bins that may be picked from."""
    ids = sorted(set(product_ids))
    found: dict[int, list[Free]] = {}
    for start in range(0, len(ids), 500):
        query = (
            sa.select(_b.product_id, _b.location_id, _l.code, _l.sequence, _b.qty - _b.bound)
            .join(Location, _l.id == _b.location_id)
            .where(_b.product_id.in_(ids[start : start + 500]), _b.condition == GOOD, _b.qty > _b.bound)
            .where(_l.kind.in_(PICKABLE))
            .order_by(_b.product_id, _l.sequence, _l.id)
        )
        for product_id, *rest in session.execute(query):
            found.setdefault(product_id, []).append(Free(*rest))
    return found


@dataclass(frozen=True, slots=True)
class AtDock:
    """Good units of a product that stand at a dock."""

    product_id: int
    sku: str
    name: str
    location_id: int
    bin: str
    qty: int


def at_dock(session: Session, *, product_id: int | None = None, skip: Sequence[int] = (), limit: int = 50) -> list[AtDock]:
    """What waits at the docks to be put away."""
    query = (
        sa.select(_b.product_id, _p.sku, _p.name, _b.location_id, _l.code, _b.qty - _b.bound)
        .select_from(Location)
        .join(Balance, _b.location_id == _l.id)
        .join(Product, _p.id == _b.product_id)
        .where(_l.kind == "dock", _b.condition == GOOD, _b.qty > _b.bound, _b.qty > 0)
    )
    if product_id is not None:
        query = query.where(_b.product_id == product_id)
    if skip:
        query = query.where(_b.product_id.not_in(list(skip)))
    return [AtDock(*row) for row in session.execute(query.order_by(_b.product_id).limit(limit))]


def suggest_bin(session: Session, product_id: int) -> tuple[Location, str]:
    """A bin to put a product into, and why: where it lies already, an empty picking bin, the emptiest one.

    Raises NotFound if the site has no bin to pick from.
    """
    home = (
        select(Location)
        .join(Balance, col(Balance.location_id) == col(Location.id))
        .where(Balance.product_id == product_id, col(Balance.qty) > 0, col(Location.kind).in_(PICKABLE))
        .order_by(col(Location.kind), col(Location.sequence))
        .limit(1)
    )
    found = session.exec(home).one_or_none()
    if found is not None:
        return found, "it lies there already"
    used = sa.select(sa.func.count()).where(_b.location_id == _l.id, _b.qty > 0).scalar_subquery()
    row = session.execute(
        sa.select(_l.id, used.label("products")).where(_l.kind == "pick").order_by(sa.text("products"), _l.sequence).limit(1)
    ).one_or_none()
    if row is None:
        return first_of_kind(session, "storage"), "the site has no picking bins"
    why = "empty picking bin" if row.products == 0 else f"fewest products, {row.products}"
    return location(session, row.id), why


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


def in_bins(session: Session, product_id: int, *, limit: int = 200) -> list[tuple[Location, str, int, int]]:
    """Where a product lies: (bin, condition, units, bound units), along the walk."""
    query = (
        sa.select(Location, _b.condition, _b.qty, _b.bound)
        .join(Balance, _b.location_id == _l.id)
        .where(_b.product_id == product_id, _b.qty > 0)
        .order_by(_l.sequence, _l.id)
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(query)]


def in_bin(session: Session, location_id: int, *, limit: int = 100) -> list[tuple[str, str, str, int, int]]:
    """What lies in a bin: (SKU, name, condition, units, bound units)."""
    query = (
        sa.select(_p.sku, _p.name, _b.condition, _b.qty, _b.bound)
        .select_from(Balance)
        .join(Product, _p.id == _b.product_id)
        .where(_b.location_id == location_id, _b.qty > 0)
        .order_by(_p.sku)
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(query)]


def ledger(session: Session, product_id: int, *, before: int | None = None, limit: int = 50) -> list[Move]:
    """The last moves of a product, newest first."""
    query = select(Move).where(Move.product_id == product_id)
    if before is not None:
        query = query.where(col(Move.id) < before)
    return list(session.exec(query.order_by(col(Move.id).desc()).limit(limit)))
