"""A general reader of CSV files that other programs wrote: columns mapped to fields, rows refused with a reason.

Encodings: UTF-8 with or without BOM, else Windows-1252. Delimiters: comma, semicolon, tab. Rows are numbered as a
spreadsheet numbers them: the header is row 1. The file is read as a stream; its size is the caller's to bound.
What makes the whole file unreadable raises `Refused`; what makes one row unreadable is yielded as a `Refusal`.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar

from stowline.core.errors import Refused
from stowline.core.fields import Bad, shown

Source = bytes | Path
T = TypeVar("T")

DELIMITERS = (",", ";", "\t")
_CHUNK = 1 << 16
_WIDEST_CELL = 131_072
_REPLACED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file: its number and its mapped fields, stripped. A field whose column is absent is `""`."""

    number: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be taken, and why."""

    number: int
    say: str


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """What a file held: the number of its rows (header and blank rows apart), the things read, the rows refused."""

    rows: int
    things: tuple[T, ...]
    refusals: tuple[Refusal, ...]


def collect(rows: Iterator[Row | Refusal], take: Callable[[Row], T]) -> Batch[T]:
    """Take every row; where `take` raises `Bad`, the row is refused with that sentence and the others stand."""
    count, things, refusals = 0, [], []
    for row in rows:
        count += 1
        if isinstance(row, Refusal):
            refusals.append(row)
            continue
        try:
            things.append(take(row))
        except Bad as bad:
            refusals.append(Refusal(row.number, bad.say))
    return Batch(count, tuple(things), tuple(refusals))


def parse_mapping(said: str, fields: Collection[str]) -> dict[str, str]:
    """`"order=InvoiceNo,sku=StockCode"` as {"order": "InvoiceNo", …}; raises `Refused` on an unknown field."""
    mapping = {}
    for pair in filter(None, (part.strip() for part in said.split(","))):
        field, is_pair, column = (part.strip() for part in pair.partition("="))
        if not (field and is_pair and column):
            raise Refused(f"{shown(pair)} is not of the form field=Column.", where="map")
        if field not in fields:
            raise Refused(f"There is no field {shown(field)}. The fields are {', '.join(fields)}.", where="map")
        mapping[field] = column
    return mapping


def parse_refuse(said: Sequence[str]) -> list[tuple[str, str]]:
    """`["InvoiceNo=^[CA]"]` as [("InvoiceNo", "^[CA]")]; raises `Refused` where that is no column and pattern."""
    pairs = []
    for one in said:
        column, is_pair, pattern = one.partition("=")
        if not (column.strip() and is_pair):
            raise Refused(f"{shown(one)} is not of the form Column=PATTERN.", where="refuse")
        pairs.append((column.strip(), pattern))
    return pairs


def full_mapping(given: Mapping[str, str] | None, fields: Collection[str]) -> dict[str, str]:
    """The given columns; every other field is read from the column of its own name."""
    return {field: field for field in fields} | dict(given or {})


def read(
    source: Source,
    mapping: Mapping[str, str],
    refuse: Sequence[tuple[str, str]] = (),
    *,
    optional: Collection[str] = (),
) -> Iterator[Row | Refusal]:
    """The rows of a CSV file, in order.

    `mapping` is field -> column name (exact, case-sensitive); the columns of the fields in `optional` may be absent.
    `refuse` holds (column, regular expression): a row whose stripped cell the expression finds is refused.
    Raises `Refused` if the file is empty, no text, or lacks a column, and if an expression is not one.
    """
    patterns = [(column, _pattern(column, said)) for column, said in refuse]
    encoding = _encoding(source)
    with _opened(source) as raw, io.TextIOWrapper(raw, encoding, errors="replace", newline="") as lines:
        head = lines.readline(4 * _WIDEST_CELL)
        lines.seek(0)
        delimiter = _delimiter(head, mapping)
        records = _records(lines, delimiter, suspicious=_REPLACED if encoding == "cp1252" else "\0")
        columns = _header(records)
        taken = _columns(columns, mapping, [column for column, _ in patterns], optional)
        watched = [(column, columns.index(column), pattern) for column, pattern in patterns]
        for record in records:
            if isinstance(record, Refusal):
                yield record
            elif record.cells:
                yield _row(record, len(columns), taken, watched)


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    cells: list[str]


def _row(
    record: _Record, width: int, taken: dict[str, int], watched: list[tuple[str, int, re.Pattern[str]]]
) -> Row | Refusal:
    cells = [cell.strip() for cell in record.cells]
    if len(cells) != width and (len(cells) < width or any(cells[width:])):
        return Refusal(record.number, f"The row has {len(cells)} cells and the header {width}.")
    for column, place, pattern in watched:
        if pattern.search(cells[place]):
            return Refusal(record.number, f"{column} is {shown(cells[place])}, which {pattern.pattern} turns away.")
    return Row(record.number, {field: cells[place] for field, place in taken.items()})


def _records(lines: io.TextIOWrapper, delimiter: str, *, suspicious: str) -> Iterator[_Record | Refusal]:
    """Every record with its number. A record that cannot be split is a refusal; an open quote ends the file."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num - before > 1 or "end of data" in str(error):
                yield Refusal(number, "A quote is opened in this row and not closed. Nothing below it was read.")
                return
            yield Refusal(number, _unsplit(error))
            continue
        if not any(cell.strip() for cell in cells):
            yield _Record(number, [])
        elif any("\0" in cell or suspicious in cell for cell in cells):
            yield Refusal(number, "The row holds a character that is not text. Save the file as UTF-8.")
        else:
            yield _Record(number, cells)


def _unsplit(error: csv.Error) -> str:
    if "field limit" in str(error):
        return f"A cell has more than {_WIDEST_CELL:,} characters."
    return "A quote stands in the middle of a quoted cell. Double it, or leave the quotes out."


def _header(records: Iterator[_Record | Refusal]) -> list[str]:
    first = next(records, None)
    if first is None or (isinstance(first, _Record) and not first.cells):
        raise Refused("The file has no header row.", code="unreadable")
    if isinstance(first, Refusal):
        raise Refused(f"The header cannot be read. {first.say}", code="unreadable")
    columns = [cell.strip() for cell in first.cells]
    while columns and not columns[-1]:
        columns.pop()
    return columns


def _columns(
    columns: list[str], mapping: Mapping[str, str], watched: list[str], optional: Collection[str]
) -> dict[str, int]:
    wanted = [column for field, column in mapping.items() if field not in optional] + watched
    missing = list(dict.fromkeys(column for column in wanted if column not in columns))
    if missing:
        said = ", ".join(shown(column) for column in missing)
        has = ", ".join(shown(column) for column in columns[:60])
        raise Refused(f"The file has no column {said}. Its columns are {has}.", code="no_column", where="map")
    present = {field: column for field, column in mapping.items() if column in columns}
    for column in (*present.values(), *watched):
        if columns.count(column) > 1:
            raise Refused(f"The file has {columns.count(column)} columns {shown(column)}. Rename all but one.",
                          code="two_columns", where="map")  # fmt: skip
    return {field: columns.index(column) for field, column in present.items()}


def _delimiter(head: str, mapping: Mapping[str, str]) -> str:
    """The delimiter that finds most of the mapped columns in the header; of those, the one with most cells."""

    def found(delimiter: str) -> tuple[int, int]:
        try:
            cells = [cell.strip() for cell in next(csv.reader([head], delimiter=delimiter), [])]
        except csv.Error:
            return 0, 0
        return len(set(cells) & set(mapping.values())), len(cells)

    return max(DELIMITERS, key=found)


def _pattern(column: str, said: str) -> re.Pattern[str]:
    try:
        return re.compile(said)
    except (re.error, RecursionError, OverflowError):
        raise Refused(
            f"{shown(said)}, for column {shown(column)}, is not a regular expression.", where="refuse"
        ) from None


def _encoding(source: Source) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _opened(source) as raw:
        start = raw.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise Refused("The file is UTF-16. Save it as CSV in UTF-8.", code="unreadable")
        try:
            decoder.decode(start)
            while chunk := raw.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _opened(source: Source) -> AbstractContextManager[BinaryIO]:
    if isinstance(source, bytes):
        return nullcontext(io.BytesIO(source))
    try:
        return source.open("rb")
    except OSError as error:
        raise Refused(f"{shown(source.name)} cannot be opened: {error.strerror}.", code="unreadable") from None
