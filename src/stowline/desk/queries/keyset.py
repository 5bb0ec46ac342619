"""Keyset pages both ways: a page is asked for by the key of its neighbour, never by a number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

Row = TypeVar("Row")
Key = tuple[Any, ...]
SIZE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: after a key, before one, or (with neither) at the first row."""

    after: Key | None = None
    before: Key | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """The rows of one page, and the keys its neighbours are asked for by; None where there is no neighbour."""

    rows: list[Row]
    earlier: Key | None
    later: Key | None


def walk(
    place: Place, fetch: Callable[[Key | None, bool, int], Sequence[Row]], key: Callable[[Row], Key], size: int = SIZE
) -> Page[Row]:
    """One page. `fetch(key, backwards, most)` answers the rows that follow a key, in the direction of the walk."""
    if place.before is not None:
        found = list(fetch(place.before, True, size + 1))  # noqa: FBT003  (the direction)
        rows = found[:size][::-1]
        return Page(rows, key(rows[0]) if len(found) > size else None, key(rows[-1]) if rows else None)
    found = list(fetch(place.after, False, size + 1))  # noqa: FBT003
    rows = found[:size]
    later = key(rows[-1]) if len(found) > size else None
    return Page(rows, key(rows[0]) if place.after is not None and rows else None, later)


def beyond(columns: Sequence[Any], key: Key, *, descending: bool) -> sa.ColumnElement[bool]:
    """The condition that a row stands after a key in the order of these columns. Each value is bound as its column is."""
    values = [sa.bindparam(None, value, column.type) for column, value in zip(columns, key, strict=True)]
    left, right = sa.tuple_(*columns), sa.tuple_(*values)
    return left < right if descending else left > right


def ordered(query: sa.Select[Any], columns: Sequence[Any], key: Key | None, *, descending: bool, most: int) -> sa.Select[Any]:
    """The query, from after a key, in the order of these columns, at most so many rows."""
    if key is not None:
        query = query.where(beyond(columns, key, descending=descending))
    return query.order_by(*(c.desc() if descending else c for c in columns)).limit(most)


def starts_with(column: Any, beginning: str) -> sa.ColumnElement[bool]:  # noqa: ANN401  (a column)
    """That a text begins so, in the letter case given, all small or all capital: a range of the column's index each."""
    ways = dict.fromkeys((beginning, beginning.lower(), beginning.upper(), beginning.capitalize(), beginning.title()))
    return sa.or_(*(sa.and_(column >= way, column < way + "\U0010fffd") for way in ways))
