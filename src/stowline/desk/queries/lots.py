"""Lots and serials: the lists, what ends soon, one lot or serial with its life, and which orders got it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog import queries as catalog
from stowline.catalog.models import Product
from stowline.core import db
from stowline.core.errors import NotFound
from stowline.desk.queries import products, stock
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import lots as lot_verbs
from stowline.inventory import queries as inventory
from stowline.inventory import velocity
from stowline.inventory.models import Balance, Location, Lot, Move
from stowline.orders.models import Order, OrderLine
from stowline.packing.models import Parcel, ParcelLine
from stowline.stores.models import Store

Row = dict[str, Any]
VIEWS = {"here": "In the house", "held": "Held", "all": "All"}
DAYS = ("7", "14", "30", "60", "90", "180", "365")
MOST_PLACES = 200
_lot, _p, _b = Lot.__table__.c, Product.__table__.c, Balance.__table__.c  # type: ignore[attr-defined]
_m, _l, _pl = Move.__table__.c, Location.__table__.c, ParcelLine.__table__.c  # type: ignore[attr-defined]
_o, _ol = Order.__table__.c, OrderLine.__table__.c  # type: ignore[attr-defined]
_parcel, _store = Parcel.__table__.c, Store.__table__.c  # type: ignore[attr-defined]
_COLUMNS = (_lot.id, _lot.product_id, _lot.code, _lot.expires_on, _lot.held, _p.sku, _p.name, _p.min_days_left)


def _here(*more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether units of the lot are in the house."""
    return sa.select(_b.qty).where(_b.product_id == _lot.product_id, _b.lot == _lot.code, _b.lot != "", _b.qty > 0, *more).exists()


def _listed(session: Session, text: str) -> sa.Select[Any]:
    query = sa.select(*_COLUMNS).select_from(Lot).join(Product, _p.id == _lot.product_id)
    if text:
        query = query.where(sa.or_(starts_with(_lot.code, text), _p.id.in_(products.found_by(session, text))))
    return query


def _paged(session: Session, query: sa.Select[Any], columns: Sequence[Any], place: Place, size: int) -> Page[Any]:
    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Any]:  # noqa: FBT001
        return session.execute(ordered(query, columns, after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda row: tuple(getattr(row, column.name) for column in columns), size)


def page(session: Session, view: str, text: str, place: Place, size: int = SIZE) -> Page[Any]:
    """Lots in order of SKU and code."""
    query = _listed(session, text)
    if view == "here":
        query = query.where(_here())
    if view == "held":
        query = query.where(_lot.held != "")
    return _paged(session, query, [_p.sku, _lot.code], place, size)


def expiring(session: Session, days: int, text: str, place: Place, size: int = SIZE) -> Page[Any]:
    """Lots with good units that may be sold for so many days at the most, by their last day."""
    ends = velocity.today() + timedelta(days=days - 1)  # today is the first of them
    asked = inventory.days_needed(session)
    soon = [sa.and_(_p.min_days_left == needed, _lot.expires_on <= ends + timedelta(days=needed)) for needed in asked]
    last = ends + timedelta(days=max(asked, default=0))  # said once more, so that the index of last days has an end
    query = _listed(session, text).where(_lot.expires_on <= last, sa.or_(sa.false(), *soon), _here(_b.condition == "good"))
    return _paged(session, query, [_lot.expires_on, _lot.id], place, size)


def rows(session: Session, found: Sequence[Any]) -> list[Row]:
    """The rows of the sheet: good units on hand and free, units on hold, bins, days left to sell it."""
    units = _units(session, found)
    made = []
    for lot in found:
        good, bound, hold, damaged, bins = units.get((lot.product_id, lot.code), (0, 0, 0, 0, 0))
        made.append({
            "sku": lot.sku, "name": lot.name, "lot": lot.code, "expires_on": lot.expires_on, "on_hand": good,
            "free": good - bound, "hold": hold, "damaged": damaged, "bins": bins, "held": lot.held,
            "days_left": days_left(lot.expires_on, lot.min_days_left),
        })  # fmt: skip
    return made


def days_left(expires_on: date | None, min_days_left: int) -> int | None:
    """Days on which it may still be sold, today included; 0 and less: none. None where it does not end."""
    if expires_on is None:
        return None
    return (expires_on - velocity.today()).days - min_days_left + 1


def _units(session: Session, found: Sequence[Any]) -> dict[tuple[int, str], tuple[int, ...]]:
    """(good, bound good, on hold, damaged, bins) by product and lot."""
    def of(condition: str, column: Any) -> Any:  # noqa: ANN401  (a column and its sum)
        return sa.func.sum(sa.case((_b.condition == condition, column), else_=0))

    sums = (of("good", _b.qty), of("good", _b.bound), of("hold", _b.qty), of("damaged", _b.qty))
    query = (
        sa.select(_b.product_id, _b.lot, *sums, sa.func.count(sa.distinct(_b.location_id)))
        .where(_b.product_id.in_({lot.product_id for lot in found}), _b.lot.in_({lot.code for lot in found}), _b.lot != "", _b.qty > 0)
        .group_by(_b.product_id, _b.lot)
    )  # fmt: skip
    return {(row[0], row[1]): tuple(int(n) for n in row[2:]) for row in session.execute(query)}


# --- one lot, one serial ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """What a page is about: all units of a lot, or the one unit of a serial."""

    product: Product
    lot: str = ""
    serial: str = ""

    def of(self, columns: Any) -> list[sa.ColumnElement[bool]]:  # noqa: ANN401  (the columns of a table)
        """The condition that a balance, a move or a line of a parcel is about it."""
        named = columns.serial == self.serial if self.serial else columns.lot == self.lot
        exists = columns.serial != "" if self.serial else columns.lot != ""  # says that the partial index will do
        return [columns.product_id == (self.product.id or 0), named, exists]


def lot(session: Session, sku: str, code: str) -> tuple[Piece, Row]:
    """A lot by its product and code, with its figures. Raises NotFound."""
    product = catalog.product_by_sku(session, sku)
    found = lot_verbs.by_code(session, product.id or 0, code)
    facts = sa.select(*_COLUMNS).select_from(Lot).join(Product, _p.id == _lot.product_id).where(_lot.id == found.id)
    row = rows(session, session.execute(facts).all())[0]
    return Piece(product, lot=code), row | {"received_at": found.received_at, "min_days_left": product.min_days_left}


def serial(session: Session, sku: str, code: str) -> Piece:
    """A serial that the ledger knows. Raises NotFound."""
    piece = Piece(catalog.product_by_sku(session, sku), serial=code)
    if not code or session.execute(sa.select(_m.id).where(*piece.of(_m)).limit(1)).first() is None:
        raise NotFound(f"There is no serial {code} of {sku}.", where="serial")
    return piece


def whereabouts(session: Session, piece: Piece) -> list[Row]:
    """Where it lies, along the walk."""
    query = (
        sa.select(_l.code.label("bin"), _l.kind, _b.lot, _b.serial, _b.condition, _b.qty.label("on_hand"), _b.bound)
        .join(Location, _l.id == _b.location_id).where(*piece.of(_b), _b.qty > 0)
        .order_by(_l.sequence, _l.id, _b.lot, _b.serial, _b.condition).limit(MOST_PLACES)
    )  # fmt: skip
    return [dict(row._mapping) for row in session.execute(query)]  # noqa: SLF001  (a row's public name for this)


def moves(session: Session, piece: Piece, place: Place) -> Page[Move]:
    """Its moves, newest first."""
    query = select(Move).where(*piece.of(_m))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Move]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_m.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda move: (move.id or 0,), size=30)


TRACE_HEAD = ("order", "store", "customer", "email", "parcel", "state", "handed_over_at", "lot", "serial", "units")
_TRACE_KEY = (_pl.parcel_id, _pl.order_line_id, _pl.lot, _pl.serial)


def trace(session: Session, piece: Piece, after: Key | None = None, most: int = 100) -> tuple[list[Row], Key | None]:
    """The orders whose parcels hold it, with whom to write to; and the key of what follows."""
    query = (
        sa.select(*_TRACE_KEY, _o.ref, _store.key, _o.customer_name, _o.email, _parcel.code, _parcel.state,
                  _parcel.handed_over_at, _pl.qty)
        .select_from(ParcelLine).join(Parcel, _parcel.id == _pl.parcel_id).join(OrderLine, _ol.id == _pl.order_line_id)
        .join(Order, _o.id == _ol.order_id).join(Store, _store.id == _o.store_id).where(*piece.of(_pl), _pl.qty > 0)
    )  # fmt: skip
    found = session.execute(ordered(query, _TRACE_KEY, after, descending=False, most=most)).all()
    made = [
        {"order": row.ref, "store": row.key, "customer": row.customer_name, "email": row.email, "parcel": row.code, "state": row.state,
         "handed_over_at": row.handed_over_at, "lot": row.lot, "serial": row.serial, "units": row.qty}
        for row in found
    ]  # fmt: skip
    return made, tuple(found[-1][:4]) if len(found) == most else None


def traced(find: Callable[[Session], Piece]) -> Iterator[list[tuple[Any, ...]]]:
    """The same for a spreadsheet, in portions. Raises NotFound before the first."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            made, after = trace(session, find(session), after, SIZE * 10)
        yield [tuple(row[name] for name in TRACE_HEAD) for row in made]
        if after is None:
            return


HEAD = ("sku", "name", "lot", "expires_on", "days_left", "on_hand", "free", "hold", "damaged", "bins", "held")


def exported(read: Callable[[Session, Place, int], Page[Any]]) -> Iterator[list[tuple[Any, ...]]]:
    """A list of lots for a spreadsheet, in portions, each read by itself."""
    after: Key | None = None
    while True:
        with db.reading() as session:
            found = read(session, Place(after=after), SIZE * 10)
            portion = rows(session, found.rows)
        yield [tuple(row[name] for name in HEAD) for row in portion]
        after = found.later
        if after is None:
            return


def told_moves(session: Session, found: Page[Move]) -> list[Row]:
    """The rows of a page of moves."""
    return stock.move_rows(session, found.rows)
