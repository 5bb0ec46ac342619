"""The rebuild: every balance and stock level added up from zero, row by row from the ledger and the work, and compared.

The first invariant lets the database add up; this does it here, in another way, from the same rows. All rows come as
streams in the order of product and are merged, so the memory that it takes is that of one product.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from stowline.desk.integrity.stock import BOUND
from stowline.inventory.queries import GOOD

LAST_VIRTUAL = 4
AT_ONCE = 2_000  # rows of a stream that are fetched at once
EVERY = 50_000  # ledger lines after which progress is told
ONE = " WHERE product_id = :product"


class Key(NamedTuple):
    """What tells units apart, beside the product."""

    location_id: int
    lot: str
    serial: str
    condition: str


@dataclass(slots=True)
class Drift:
    """What must be added to a row of the books to make it what the ledger and the work say: (units, bound units) of a
    balance, or with `key` None (on hand, promised) of a stock level. `books` is what stands there now.
    """

    product_id: int
    key: Key | None
    qty: int
    bound: int
    books: tuple[int, int]


_MOVES = (
    "SELECT product_id, 0 AS what, from_id, to_id, lot, serial, from_condition, to_condition, qty FROM ledger{one}"
    " ORDER BY product_id, id"
)
_BALANCES = (
    "SELECT product_id, 1 AS what, location_id, lot, serial, condition, qty, bound FROM balance{one} ORDER BY product_id"
)
_LEVELS = "SELECT product_id, 2 AS what, on_hand, promised FROM stock_level{one} ORDER BY product_id"
_WORK = (
    f"SELECT p AS product_id, 3 AS what, l, lot, serial, SUM(n) AS n FROM ({BOUND}) AS w{{of}}"  # noqa: S608  (ours)
    " GROUP BY p, l, lot, serial ORDER BY p"
)
_PROMISES = (
    "SELECT product_id, 4 AS what, SUM(n) AS n FROM (SELECT product_id, allocated - handed_over AS n FROM order_line"
    " WHERE allocated <> handed_over{and_one} UNION ALL SELECT product_id, units FROM stock_hold{one}) AS w"
    " GROUP BY product_id ORDER BY product_id"
)
_STREAMS = (_MOVES, _BALANCES, _LEVELS, _WORK, _PROMISES)


def drifts(session: Session, tell: Callable[[int], None] | None = None) -> Iterator[Drift]:
    """Every row of the books that is not what the ledger and the work add up to; nothing if all are true.

    `tell` hears how many ledger lines were read, now and then.
    """
    streams = [_rows(session, query) for query in _STREAMS]
    read = 0
    for product_id, rows in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        books = Books()
        for row in rows:
            books.add(row)
            if row[1] == 0:
                read += 1
                if tell is not None and read % EVERY == 0:
                    tell(read)
        yield from books.drifts(product_id)


def drifts_of(session: Session, product_id: int) -> list[Drift]:
    """The same for one product, each part in one statement: on PostgreSQL the caller's transaction must be repeatable."""
    books = Books()
    for query in _STREAMS:
        for row in _rows(session, query, product_id):
            books.add(row)
    return list(books.drifts(product_id))


def _rows(session: Session, query: str, product_id: int | None = None) -> Iterator[Any]:
    if product_id is None:
        text = query.format(one="", of="", and_one="")
        yield from session.execute(sa.text(text), execution_options={"yield_per": AT_ONCE})
        return
    text = query.format(one=ONE, of=" WHERE p = :product", and_one=" AND product_id = :product")
    yield from session.execute(sa.text(text), {"product": product_id})


class Books:
    """One product, added up from zero."""

    def __init__(self) -> None:
        self._ledger: dict[Key, int] = defaultdict(int)
        self._work: dict[Key, int] = {}
        self._have: dict[Key, tuple[int, int]] = {}
        self._level = (0, 0)
        self._promised = 0

    def add(self, row: Any) -> None:  # noqa: ANN401  (a row of one of the streams)
        """Take a row of any stream in."""
        (self._move, self._balance, self._set_level, self._speak, self._promise)[row[1]](*row[2:])

    def _move(self, from_id: int, to_id: int, lot: str, serial: str, was: str, is_: str, qty: int) -> None:
        self._carry(Key(from_id, lot, serial, was), -qty)
        self._carry(Key(to_id, lot, serial, is_), qty)

    def _carry(self, key: Key, qty: int) -> None:
        """What came and left again is forgotten, so that a long history takes no room."""
        if key.location_id > LAST_VIRTUAL:
            self._ledger[key] += qty
            if not self._ledger[key]:
                del self._ledger[key]

    def _balance(self, location_id: int, lot: str, serial: str, condition: str, qty: int, bound: int) -> None:
        if qty or bound:
            self._have[Key(location_id, lot, serial, condition)] = (qty, bound)

    def _set_level(self, on_hand: int, promised: int) -> None:
        self._level = (on_hand, promised)

    def _speak(self, location_id: int, lot: str, serial: str, units: int) -> None:
        if units:
            self._work[Key(location_id, lot, serial, GOOD)] = int(units)

    def _promise(self, units: int) -> None:
        self._promised = int(units)

    def drifts(self, product_id: int) -> Iterator[Drift]:
        """Rows that differ, those that must shrink first: a serial leaves its wrong place before it has the right one."""
        found = []
        for key in self._ledger.keys() | self._work.keys() | self._have.keys():
            qty, bound = self._have.get(key, (0, 0))
            drift = Drift(product_id, key, self._ledger.get(key, 0) - qty, self._work.get(key, 0) - bound, (qty, bound))
            if drift.qty or drift.bound:
                found.append(drift)
        yield from sorted(found, key=lambda drift: (drift.qty, drift.key))
        good = sum(qty for key, qty in self._ledger.items() if key.condition == GOOD)
        level = Drift(product_id, None, good - self._level[0], self._promised - self._level[1], self._level)
        if level.qty or level.bound:
            yield level


def say(session: Session, drift: Drift) -> str:
    """A drift as a sentence: "MUG in A-01-1, lot L7: the books have 5, the ledger adds up to 4"."""
    sku = session.execute(sa.text("SELECT sku FROM product WHERE id = :p"), {"p": drift.product_id}).scalar_one_or_none()
    names = ("on hand", "promised") if drift.key is None else ("the books have", "spoken for")
    sums = ("the bins add up to", "order lines and offers to") if drift.key is None else ("the ledger adds up to", "the work to")
    parts = [
        f"{names[n]} {drift.books[n]}, {sums[n]} {drift.books[n] + off}"
        for n, off in enumerate((drift.qty, drift.bound)) if off
    ]  # fmt: skip
    return f"{sku or drift.product_id}{_place(session, drift.key)}: {'; '.join(parts)}"


def _place(session: Session, key: Key | None) -> str:
    if key is None:
        return ""
    code = session.execute(sa.text("SELECT code FROM location WHERE id = :l"), {"l": key.location_id}).scalar_one_or_none()
    told = [f" in {code or key.location_id}", f", lot {key.lot}" if key.lot else "", f", serial {key.serial}" if key.serial else "",
            f", {key.condition}" if key.condition != GOOD else ""]  # fmt: skip
    return "".join(told)
