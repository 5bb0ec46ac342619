"""A file of how many orders came on which day: columns `date` (YYYY-MM-DD) and `orders`, as shops and spreadsheets give it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from stowline.core import csvfile
from stowline.core.csvfile import Refusal, Source
from stowline.core.errors import Refused
from stowline.core.fields import shown

FIELDS = ("date", "orders")
MOST_DAYS = 20_000
MOST_ORDERS = 10_000_000


def read(source: Source, mapping: Mapping[str, str] | None = None) -> dict[date, int]:
    """Orders of each day; days that are not named had none. Rows may come in any order.

    Raises Refused, with the row, for what is no day, no whole number, or a day that stands twice: a forecast on half a
    history would be wrong without a word.
    """
    counts: dict[date, int] = {}
    for row in csvfile.read(source, csvfile.full_mapping(mapping, FIELDS)):
        if isinstance(row, Refusal):
            raise Refused(f"Row {row.number}: {row.say}", where=f"row {row.number}")
        day, orders = _day(row.values["date"], row.number), _orders(row.values["orders"], row.number)
        if day in counts:
            raise Refused(f"Row {row.number}: {day} stands twice.", where=f"row {row.number}")
        counts[day] = orders
        if (max(counts) - min(counts)).days > MOST_DAYS:
            raise Refused(f"Row {row.number}: {day} is more than {MOST_DAYS:,} days from another one.", where=f"row {row.number}")
    if not counts:
        raise Refused(f"There is no day in {source.name if isinstance(source, Path) else 'the file'}.", where="daily")
    return counts


def _day(said: str, row: int) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Refused(f"Row {row}: {shown(said)} is no day. Write it as 2026-11-27.", where=f"row {row}") from None


def _orders(said: str, row: int) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 9 and int(said) <= MOST_ORDERS):
        raise Refused(f"Row {row}: {shown(said)} is no number of orders, 0 to {MOST_ORDERS:,}.", where=f"row {row}")
    return int(said)
