"""Reads of the backorder shelf."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders.models import ShelfLine, ShelfSlot
from stowline.backorders.rules import LIVE, FreeSlot, Served, Size, Waiter
from stowline.catalog.queries import Product
from stowline.core.config import settings
from stowline.inventory import queries as stock
from stowline.inventory.queries import Balance, Location
from stowline.orders.queries import Order, OrderLine

_s, _n = ShelfSlot.__table__.c, ShelfLine.__table__.c  # type: ignore[attr-defined]
_o, _l, _p = Order.__table__.c, OrderLine.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_b, _at = Balance.__table__.c, Location.__table__.c  # type: ignore[attr-defined]
_slot = Location.__table__.alias("slot").c  # type: ignore[attr-defined]
_PORTION = 500
MOST_SLOTS = 1000
live = _n.state.in_(LIVE)


def portions(ids: Collection[int]) -> Iterator[list[int]]:
    """Ids in order, so many at a time as a statement takes."""
    wanted = sorted(set(ids))
    return (wanted[start : start + _PORTION] for start in range(0, len(wanted), _PORTION))


# --- where units go ---------------------------------------------------------------------------------------------------


def waiters(session: Session, product_id: int, served: Sequence[Served]) -> list[Waiter]:
    """The orders that an arrival of a product served, in that order, with what each still owes, lacks and needs."""
    came: dict[int, int] = {}
    for one in served:
        came[one.order_id] = came.get(one.order_id, 0) + one.units
    volume, weight = _one_unit(session, product_id)
    lacks = _l.ordered - _l.cancelled - _l.allocated
    size = sa.func.coalesce(sa.cast(_p.length_mm, sa.Float) * _p.width_mm * _p.height_mm, 0)  # whole numbers could overflow
    grams_each = sa.func.coalesce(sa.cast(_p.weight_g, sa.Float), 0)
    found: dict[int, Waiter] = {}
    for part in portions(came):
        query = (
            sa.select(_o.id, _o.ref, _o.ordered - _o.cancelled - _o.handed_over, _o.released > _o.handed_over, sa.func.sum(lacks),
                      sa.func.sum(lacks * size), sa.func.sum(lacks * grams_each))
            .join(OrderLine, _l.order_id == _o.id).join(Product, _p.id == _l.product_id)
            .where(_o.id.in_(part)).group_by(_o.id)
        )  # fmt: skip
        for order_id, ref, due, picking, wanted, mm3, grams in session.execute(query):
            n = came[order_id]
            need = Size(int(wanted) + n, int(mm3) + n * volume, int(grams) + n * weight)
            found[order_id] = Waiter(order_id, ref, n, due, int(wanted), need, bool(picking))
    return [found[order_id] for order_id in came]


def _one_unit(session: Session, product_id: int) -> tuple[int, int]:
    """Cubic millimetres and grams of one unit; nothing where nobody measured."""
    row = session.execute(sa.select(_p.length_mm, _p.width_mm, _p.height_mm, _p.weight_g).where(_p.id == product_id)).one()
    length, width, height, weight = row
    return (length * width * height if length and width and height else 0), weight or 0


def kept_slots(session: Session, order_ids: Collection[int]) -> dict[int, int]:
    """The slots that are kept for these orders: {order: slot}."""
    found: dict[int, int] = {}
    for part in portions(order_ids):
        rows = session.execute(sa.select(_s.order_id, _s.location_id).where(_s.order_id.in_(part)))
        found.update((order_id, slot) for order_id, slot in rows)
    return found


def free_slots(session: Session) -> list[FreeSlot]:
    """Slots that are kept for nobody and have nothing in them; locked until the transaction ends."""
    full = sa.exists().where(_b.location_id == _at.id, _b.qty > 0)
    query = (
        sa.select(_at.id, _at.code, _at.max_units, _at.max_volume_cm3, _at.max_weight_g, _at.sequence)
        .join(ShelfSlot, _s.location_id == _at.id)
        .where(_at.kind == "backorder", _at.active, _s.order_id.is_(None), ~full)
        .order_by(_s.location_id).limit(MOST_SLOTS).with_for_update(of=ShelfSlot.__table__)  # type: ignore[attr-defined]
    )  # fmt: skip
    return [
        FreeSlot(id_, code, Size(units or settings().slot_units, volume * 1000 if volume else None, weight), sequence)
        for id_, code, units, volume, weight, sequence in session.execute(query)
    ]


# --- what is to be shelved --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Split:
    """Units of one arrival that stand at a dock for one order: into a slot, or (`slot_id` None) across to the pack bench."""

    order_id: int
    order: str
    slot_id: int | None
    slot: str
    product_id: int
    sku: str
    name: str
    lot: str
    serial: str
    at_id: int
    at: str
    units: int
    ids: tuple[int, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """What lines that are put down together have in common."""
        return self.order_id, self.slot_id, self.product_id, self.lot, self.serial, self.at_id


def _splits() -> sa.Select[tuple[object, ...]]:
    return (
        sa.select(_n.order_id, _o.ref, _n.slot_id, _slot.code, _n.product_id, _p.sku, _p.name, _n.lot, _n.serial, _n.at_id,
                  _at.code, _n.qty, _n.id)
        .join(Order, _o.id == _n.order_id).join(Product, _p.id == _n.product_id).join(Location, _at.id == _n.at_id)
        .outerjoin(_slot.id.table, _slot.id == _n.slot_id)
        .order_by(_n.id)
    )  # fmt: skip


def splits(session: Session, ids: Sequence[int]) -> list[Split]:
    """Those of these lines of the shelf that still stand at the dock, lines of one order together, in order of line."""
    rows: list[Split] = []
    for part in portions(ids):
        rows += [_split(row) for row in session.execute(_splits().where(_n.state == "open", _n.id.in_(part)))]
    return _named(session, _together(rows))


def put_down(session: Session, ids: Sequence[int], from_id: int) -> Split:
    """These lines of one order, whatever their state, as they stood at the dock `from_id`."""
    first, *more = [_split(row) for row in session.execute(_splits().where(_n.id.in_(list(ids))))]
    for one in more:
        first = _joined(first, one)
    return replace(first, at_id=from_id)


def to_shelve(session: Session, *, product_id: int | None = None, skip: Collection[int] = (), limit: int = 50) -> list[Split]:
    """What stands at the docks for the shelf or the pack bench (of one product), oldest first, without some lines."""
    query = _splits().where(_n.state == "open")
    if product_id is not None:
        query = query.where(_n.product_id == product_id)
    if skip:
        query = query.where(_n.id.not_in(sorted(skip)[:5000]))
    return _named(session, _together([_split(row) for row in session.execute(query.limit(limit))]))


def _split(row: Sequence[Any]) -> Split:
    return Split(*(*row[:-1], (row[-1],)))


def _named(session: Session, rows: list[Split]) -> list[Split]:
    """What goes to the pack bench has that place's code."""
    if all(row.slot_id for row in rows):
        return rows
    code = stock.first_of_kind(session, "staging").code
    return [row if row.slot_id else replace(row, slot=code) for row in rows]


def _together(rows: Sequence[Split]) -> list[Split]:
    found: dict[tuple[object, ...], Split] = {}
    for row in rows:
        known = found.get(row.key)
        found[row.key] = row if known is None else _joined(known, row)
    return list(found.values())


def _joined(one: Split, more: Split) -> Split:
    return replace(one, units=one.units + more.units, ids=(*one.ids, *more.ids))


# --- what lies for an order -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """Units that are kept for an order line: where they lie, with that place's code and its place on the walk."""

    id: int
    order_id: int
    line_id: int
    product_id: int
    lot: str
    serial: str
    slot_id: int | None
    at_id: int
    code: str
    sequence: int
    units: int
    state: str


def kept_for(session: Session, order_ids: Collection[int]) -> dict[int, list[Kept]]:
    """What is kept for these orders, on the shelf or still at the dock, by order."""
    found: dict[int, list[Kept]] = {}
    for part in portions(order_ids):
        for one in _kept(session, _n.order_id.in_(part)):
            found.setdefault(one.order_id, []).append(one)
    return found


def kept_lines(session: Session, ids: Collection[int]) -> list[Kept]:
    """These lines of the shelf, those that are kept still."""
    return [one for part in portions(ids) for one in _kept(session, _n.id.in_(part))]


def kept_for_lines(session: Session, line_ids: Collection[int]) -> list[Kept]:
    """What is kept for these order lines, last come first."""
    return sorted((one for part in portions(line_ids) for one in _kept(session, _n.order_line_id.in_(part))), key=lambda k: -k.id)


def kept_at(session: Session, location_id: int, product_id: int, lot: str = "", serial: str = "") -> list[Kept]:
    """What is kept of a product in one place, last come first."""
    where = sa.and_(_n.at_id == location_id, _n.product_id == product_id, _n.lot == lot, _n.serial == serial)
    return sorted(_kept(session, where), key=lambda k: -k.id)


def _kept(session: Session, where: sa.ColumnElement[bool]) -> list[Kept]:
    query = (
        sa.select(_n.id, _n.order_id, _n.order_line_id, _n.product_id, _n.lot, _n.serial, _n.slot_id, _n.at_id, _at.code,
                  _at.sequence, _n.qty, _n.state)
        .join(Location, _at.id == _n.at_id).where(live, where).order_by(_n.id)
    )  # fmt: skip
    return [Kept(*row) for row in session.execute(query)]


def bound_at(session: Session, location_id: int) -> int:
    """Units in a place that somebody speaks for: what is kept there, and what pick lists want from it."""
    query = sa.text("SELECT COALESCE(SUM(bound), 0) FROM balance WHERE location_id = :l")
    return int(session.execute(query, {"l": location_id}).scalar_one())


def unreleased(session: Session, line_ids: Collection[int]) -> dict[int, int]:
    """Units of these order lines that are promised and on no pick list."""
    found: dict[int, int] = {}
    for part in portions(line_ids):
        found.update(dict(session.execute(sa.select(_l.id, _l.allocated - _l.released).where(_l.id.in_(part))).all()))
    return found


def kept_units(session: Session, product_id: int) -> dict[int, int]:
    """Units of a product that are kept for order lines: {line: units}."""
    query = sa.select(_n.order_line_id, sa.func.sum(_n.qty)).where(live, _n.product_id == product_id)
    return {line_id: int(units) for line_id, units in session.execute(query.group_by(_n.order_line_id))}


def refs(session: Session, order_ids: Collection[int]) -> dict[int, str]:
    """Order refs by id."""
    found: dict[int, str] = {}
    for part in portions(order_ids):
        found.update(dict(session.execute(sa.select(_o.id, _o.ref).where(_o.id.in_(part))).all()))
    return found


# --- the wall ---------------------------------------------------------------------------------------------------------

BAY = 12


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of the shelf: its order (None: kept for nobody), units of it here, and what the order is still owed in all.
    `stray` units in it are for nobody. `taken_at` since when it is kept for the order.
    """

    location_id: int
    code: str
    order_id: int | None
    order: str | None
    store_id: int | None
    state: str
    here: int
    of: int
    waiting: int
    stray: int
    taken_at: datetime | None
    active: bool

    @property
    def lacks(self) -> int:
        """Units of its order that lie somewhere else, or have no stock yet."""
        return max(self.of - self.here, 0)


def slots(session: Session, where: sa.ColumnElement[bool] | None = None, *, limit: int = 50) -> list[Slot]:
    """Slots of the shelf along the walk."""
    inside = sa.select(sa.func.coalesce(sa.func.sum(_b.bound), 0)).where(_b.location_id == _at.id).scalar_subquery()
    stray = sa.select(sa.func.coalesce(sa.func.sum(_b.qty - _b.bound), 0)).where(_b.location_id == _at.id).scalar_subquery()
    due = sa.func.coalesce(_o.ordered - _o.cancelled - _o.handed_over, 0)
    query = (
        sa.select(_at.id, _at.code, _s.order_id, _o.ref, _o.store_id, sa.func.coalesce(_o.state, ""), inside, due,
                  sa.func.coalesce(_o.ordered - _o.cancelled - _o.allocated, 0), stray, _s.taken_at, _at.active)
        .select_from(Location).outerjoin(ShelfSlot, _s.location_id == _at.id).outerjoin(Order, _o.id == _s.order_id)
        .where(_at.kind == "backorder")
    )  # fmt: skip
    if where is not None:
        query = query.where(where)
    rows = session.execute(query.order_by(_at.sequence, _at.id).limit(limit))
    return [Slot(*row[:6], *(int(n) for n in row[6:10]), *row[10:]) for row in rows]  # PostgreSQL's sums are no int


def page(session: Session, *, after: tuple[int, int] | None = None, limit: int = 50) -> list[tuple[tuple[int, int], Slot]]:
    """The shelf along the walk, slot by slot, each with the key that the next page begins after."""
    where = None if after is None else sa.tuple_(_at.sequence, _at.id) > sa.tuple_(sa.literal(after[0]), sa.literal(after[1]))
    found = slots(session, where, limit=limit)
    ids = [slot.location_id for slot in found]
    sequence = dict(session.execute(sa.select(_at.id, _at.sequence).where(_at.id.in_(ids))).all())
    return [((sequence[slot.location_id], slot.location_id), slot) for slot in found]


def bay_of(session: Session, code: str) -> list[Slot]:
    """The bay that a slot stands in: every twelve along the walk are one; none for a code that is no slot."""
    known = session.execute(sa.select(_at.sequence, _at.id).where(_at.code == code, _at.kind == "backorder")).one_or_none()
    if known is None:
        return []
    key = sa.tuple_(_at.sequence, _at.id)
    before = session.execute(sa.select(sa.func.count()).where(_at.kind == "backorder", key < sa.tuple_(
        sa.literal(known[0]), sa.literal(known[1])))).scalar_one()  # fmt: skip
    first = sa.select(_at.sequence, _at.id).where(_at.kind == "backorder").order_by(_at.sequence, _at.id)
    begin = session.execute(first.offset(before // BAY * BAY).limit(1)).one()
    return slots(session, key >= sa.tuple_(sa.literal(begin[0]), sa.literal(begin[1])), limit=BAY)
