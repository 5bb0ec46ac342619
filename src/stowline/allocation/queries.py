"""Reads of allocation: who is first in line, who is last, and why in words."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.allocation.events import KeptApart
from stowline.allocation.models import Reallocation, Reserve
from stowline.allocation.rules import FOR_ALL, MOST_COUNTED, Facts, Promised, Waiting, in_line, ordinal
from stowline.allocation.rules import why as reasons
from stowline.catalog.models import Product, Substitute
from stowline.core import hooks
from stowline.inventory.models import StockLevel
from stowline.orders import queries as order_reads
from stowline.orders.models import Order, OrderLine
from stowline.stores.models import Store

_l, _o = OrderLine.__table__.c, Order.__table__.c  # type: ignore[attr-defined]
_r, _s = Reserve.__table__.c, StockLevel.__table__.c  # type: ignore[attr-defined]
_WAITS = (_l.held.is_(False), _l.ordered - _l.cancelled > _l.allocated)
_UNITS = _l.ordered - _l.cancelled - _l.allocated
_IN_LINE = (_l.priority, _l.serve_at, _l.id)
_u, _p = Substitute.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_a = Reallocation.__table__.c  # type: ignore[attr-defined]
_AGREED = (_l.substitutes_ok, _l.ordered - _l.cancelled > _l.allocated)
AT_ONCE = 500
__all__ = ["in_line", "ordinal"]  # words of a place in line, for pages


def first_in_line(session: Session, product_id: int, units: int) -> Iterator[Waiting]:
    """Eligible waiting lines of a product, in the order of service: priority, as the store serves, id. Read as far as
    they are looked at; so many units serve no more than so many lines.
    """
    query = sa.select(_l.id, _l.order_id, _UNITS, sa.literal(FOR_ALL), *_IN_LINE).where(_l.product_id == product_id, *_WAITS)
    yield from _pages(session, query, min(units, AT_ONCE))


def first_of_stores(session: Session, product_id: int, store_ids: Collection[int] = ()) -> Iterator[Waiting]:
    """The same with each line's store; of these stores only, where some are named."""
    query = sa.select(_l.id, _l.order_id, _UNITS, _o.store_id, *_IN_LINE).join(Order, _o.id == _l.order_id)
    query = query.where(_l.product_id == product_id, *_WAITS)
    yield from _pages(session, query.where(_o.store_id.in_(list(store_ids))) if store_ids else query)


def _pages(session: Session, query: Any, many: int = AT_ONCE) -> Iterator[Waiting]:  # noqa: ANN401  (a statement)
    after: Sequence[Any] | None = None
    while True:
        page = query
        if after is not None:
            at = sa.bindparam(None, after[1], _l.serve_at.type)
            page = query.where(sa.tuple_(*_IN_LINE) > sa.tuple_(sa.literal(after[0]), at, sa.literal(after[2])))
        rows = session.execute(page.order_by(*_IN_LINE).limit(many)).all()
        yield from (Waiting(*row[:4]) for row in rows)
        if len(rows) < many:
            return
        after = rows[-1][4:]


def first_in_lines(session: Session, product_ids: Sequence[int]) -> dict[int, list[Waiting]]:
    """Of many products whose levels are locked, in one statement each 500: the lines that what is free will serve."""
    found: dict[int, list[Waiting]] = {}
    for start in range(0, len(product_ids), AT_ONCE):
        part = list(product_ids[start : start + AT_ONCE])
        upto = sa.func.sum(_UNITS).over(partition_by=_l.product_id, order_by=[_l.priority, _l.serve_at, _l.id])
        line = (
            sa.select(_l.product_id, _l.id, _l.order_id, _UNITS.label("units"), (upto - _UNITS).label("before"))
            .where(_l.product_id.in_(part), *_WAITS).subquery()
        )  # fmt: skip
        query = (
            sa.select(line.c.product_id, line.c.id, line.c.order_id, line.c.units)
            .join(StockLevel, _s.product_id == line.c.product_id)
            .where(line.c.before < _s.on_hand - _s.promised).order_by(line.c.product_id, line.c.before)
        )  # fmt: skip
        for product_id, *waiting in session.execute(query):
            found.setdefault(product_id, []).append(Waiting(*waiting))
    return found


def kept(session: Session, product_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Units that are kept for a store: {product id: {store id: units}}, of the products that have any."""
    found: dict[int, dict[int, int]] = {}
    for start in range(0, len(product_ids), AT_ONCE):
        part = list(product_ids[start : start + AT_ONCE])
        rows = session.execute(sa.select(_r.product_id, _r.store_id, _r.units).where(_r.product_id.in_(part)))
        for product_id, store_id, units in rows:
            found.setdefault(product_id, {})[store_id] = units
    return found


def kept_by_store(session: Session, product_id: int) -> list[tuple[str, str, int]]:
    """(store's name, its key, units) that are kept of a product."""
    shop = Store.__table__.c  # type: ignore[attr-defined]
    query = sa.select(shop.name, shop.key, _r.units).join(Store, shop.id == _r.store_id).where(_r.product_id == product_id)
    return [tuple(row) for row in session.execute(query.order_by(shop.name).limit(AT_ONCE))]


def promised_to(session: Session, order_id: int) -> list[tuple[int, int, int]]:
    """(line id, product id, units) of an order's promises that are not bound to bins."""
    query = sa.select(_l.id, _l.product_id, _l.allocated - _l.released).where(
        _l.order_id == order_id, _l.allocated > _l.released
    )
    return [tuple(row) for row in session.execute(query)]


def last_in_line(session: Session, product_id: int, first: Collection[int] = ()) -> list[Promised]:
    """Units promised and not yet released, by line, those last in line first; lines in `first` are marked."""
    query = (
        sa.select(_l.id, _l.order_id, _l.allocated - _l.released)
        .where(_l.product_id == product_id, _l.allocated > _l.released)
        .order_by(_l.priority.desc(), _l.serve_at.desc(), _l.id.desc())
        .limit(10_000)
    )
    apart = KeptApart(product_id)
    hooks.tell(session, apart)
    return [Promised(line_id, order_id, units, apart.units.get(line_id, 0), line_id in first)
            for line_id, order_id, units in session.execute(query)]  # fmt: skip


# --- substitutes ------------------------------------------------------------------------------------------------------


def substitutes_for(session: Session, order_id: int) -> list[int]:
    """Products that may take the place of an order's lines where the shopper agreed."""
    query = sa.select(_u.substitute_id).join(OrderLine, _l.product_id == _u.product_id)
    return list(session.execute(query.where(_l.order_id == order_id, *_AGREED).distinct().limit(AT_ONCE)).scalars())


def wanted_as_substitute(session: Session, product_ids: Sequence[int]) -> list[int]:
    """Those of these products that have free units and that a waiting line would take in another's place."""
    query = (
        sa.select(_u.substitute_id).join(OrderLine, _l.product_id == _u.product_id)
        .join(StockLevel, _s.product_id == _u.substitute_id)
        .where(_u.substitute_id.in_(list(product_ids)), _s.on_hand > _s.promised, _l.held.is_(False), *_AGREED)
    )  # fmt: skip
    return list(session.execute(query.distinct()).scalars())


def free(session: Session, product_id: int) -> int:
    """Units of a product that are promised to nobody, as last written; no level is locked."""
    query = sa.select(_s.on_hand - _s.promised).where(_s.product_id == product_id)
    return int(session.execute(query).scalar() or 0)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A line that waits and whose shopper takes a substitute."""

    line_id: int
    order_id: int
    store_id: int
    product_id: int
    units: int


def agreed(
    session: Session, *, order_id: int | None = None, product_ids: Collection[int] = (), most: int | None = None, limit: int = 100
) -> list[Agreed]:
    """Such lines, of an order or of some products, in the order of service; those that wait for at most so many units."""
    query = sa.select(_l.id, _l.order_id, _o.store_id, _l.product_id, _UNITS).join(Order, _o.id == _l.order_id)
    query = query.where(_l.held.is_(False), *_AGREED).order_by(*_IN_LINE).limit(limit)
    query = query.where(most >= _UNITS) if most is not None else query
    query = query.where(_l.order_id == order_id) if order_id is not None else query.where(_l.product_id.in_(list(product_ids)))
    return [Agreed(*row) for row in session.execute(query)]


# --- for urgent orders ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lacks:
    """A line of an urgent order that waits."""

    line_id: int
    product_id: int
    sku: str
    name: str
    units: int


@dataclass(frozen=True, slots=True)
class Has:
    """A line with units that are promised and on no pick list."""

    line_id: int
    order_id: int
    order_ref: str
    customer: str
    units: int


def lacks(session: Session, order_id: int) -> list[Lacks]:
    """What an order waits for, in its order."""
    query = sa.select(_l.id, _l.product_id, _p.sku, _l.name, _UNITS).join(Product, _p.id == _l.product_id)
    query = query.where(_l.order_id == order_id, _UNITS > 0).order_by(_l.product_id, _l.id)
    return [Lacks(*row) for row in session.execute(query)]


def takeable(session: Session, product_id: int, order: Order, limit: int = 100) -> list[Has]:
    """Lines that may lose units of a product to an urgent order, last in line first: of no order with a higher priority,
    and nothing that is kept for its order on the backorder shelf.
    """
    query = (
        sa.select(_l.id, _l.order_id, _o.ref, _o.customer_name, _l.allocated - _l.released)
        .join(Order, _o.id == _l.order_id)
        .where(_l.product_id == product_id, _l.allocated > _l.released, _l.order_id != order.id, _l.priority >= order.priority)
        .order_by(_l.priority.desc(), _l.serve_at.desc(), _l.id.desc()).limit(limit)
    )  # fmt: skip
    apart = KeptApart(product_id)
    hooks.tell(session, apart)
    found = [Has(*row) for row in session.execute(query)]
    return [replace(one, units=one.units - apart.units.get(one.line_id, 0)) for one in found if one.units > apart.units.get(one.line_id, 0)]


def taken_since(session: Session, store_id: int, since: datetime) -> int:
    """Units taken for a store's urgent orders since a moment."""
    query = sa.select(sa.func.coalesce(sa.func.sum(_a.units), 0)).where(_a.store_id == store_id, _a.at >= since)
    return int(session.execute(query).scalar_one())


# --- why --------------------------------------------------------------------------------------------------------------


def why(session: Session, line_ids: Sequence[int], places: Mapping[int, int] | None = None) -> dict[int, list[str]]:
    """Why each of these lines stands where it stands: first its place in line (or the hold), if it waits; then what else
    there is to say. Parts of sentences, in three statements for all of them; what is on its way is receiving's to say. Places
    in line that are at hand need not be asked for again.
    """
    ids = sorted(set(line_ids))
    if not ids:
        return {}
    if places is None:
        places = order_reads.places_in_line(session, ids, at_most=MOST_COUNTED)
    taken = _taken_from(session, ids)
    kept = _kept_for_others(session, ids)
    b = OrderLine.__table__.alias("instead").c  # type: ignore[attr-defined]
    query = (
        sa.select(_l.id, _l.ordered - _l.cancelled, _l.allocated, _l.held, _o.ships, _o.most_parcels, b.name, _l.substitutes_ok,
                  _p.backorderable, _o.ordered - _o.cancelled > _o.allocated)
        .join(Order, _o.id == _l.order_id).join(Product, _p.id == _l.product_id).outerjoin(b.id.table, b.id == _l.substitute_for).where(_l.id.in_(ids))
    )  # fmt: skip
    found = {}
    for line_id, wanted, promised, held, ships, most, instead, agreed, backorderable, lacks in session.execute(query):
        units, stores = kept.get(line_id, (0, ()))
        found[line_id] = reasons(Facts(wanted, promised, places.get(line_id, 1), held, ships, most, units, stores,
                                       tuple(taken.get(line_id, [])), instead or "", agreed, not backorderable, bool(lacks)))  # fmt: skip
    return found


def _taken_from(session: Session, line_ids: Sequence[int]) -> dict[int, list[tuple[int, str, str]]]:
    """What was taken from lines for urgent orders: (units, order, who), the last three of each."""
    query = sa.select(_a.from_line_id, _a.units, _o.ref, _a.who).join(Order, _o.id == _a.to_order_id)
    found: dict[int, list[tuple[int, str, str]]] = {}
    for line_id, *taken in session.execute(query.where(_a.from_line_id.in_(line_ids)).order_by(_a.id.desc()).limit(AT_ONCE)):
        some = found.setdefault(line_id, [])
        if len(some) < 3:
            some.append(tuple(taken))
    return found


def _kept_for_others(session: Session, line_ids: Sequence[int]) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Free units beside which a line waits, because they are kept for other stores: the units, and whose."""
    query = (
        sa.select(_l.id, _s.on_hand - _s.promised, Store.__table__.c.name)  # type: ignore[attr-defined]
        .join(Order, _o.id == _l.order_id).join(StockLevel, _s.product_id == _l.product_id)
        .join(Reserve, sa.and_(_r.product_id == _l.product_id, _r.store_id != _o.store_id))
        .join(Store, Store.__table__.c.id == _r.store_id)  # type: ignore[attr-defined]
        .where(_l.id.in_(line_ids), _UNITS > 0, _s.on_hand > _s.promised).order_by(_r.store_id)
    )  # fmt: skip
    found: dict[int, tuple[int, tuple[str, ...]]] = {}
    for line_id, free, store in session.execute(query):
        found[line_id] = (free, (*found.get(line_id, (0, ()))[1], store))
    return found
