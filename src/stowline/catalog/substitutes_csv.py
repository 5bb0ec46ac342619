"""Substitutes from a CSV file: a row for each product that may take another's place, the first choice first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import text, whole

FIELDS = ("sku", "substitute", "from_month", "to_month")


@dataclass(frozen=True, slots=True)
class IncomingSubstitute:
    """What a row says. Months are 1 to 12; None in both is all the year."""

    row: int
    sku: str
    substitute: str
    from_month: int | None = None
    to_month: int | None = None


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[IncomingSubstitute]:
    """The substitutes of a file, and the refused rows; a file may have no columns for months.

    `mapping` is field -> column; a field not mapped is read from the column of its own name. Raises `Refused` if the
    file as a whole cannot be read: see `core.csvfile.read`.
    """
    optional = [one for one in ("from_month", "to_month") if one not in (mapping or {})]
    return csvfile.collect(csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse, optional=optional), _take)


def _take(row: Row) -> IncomingSubstitute:
    said = row.values
    return IncomingSubstitute(
        row.number,
        text(said["sku"], what="The SKU", longest=100, needed=True),
        text(said["substitute"], what="The substitute", longest=100, needed=True),
        _month(said.get("from_month"), "The first month"),
        _month(said.get("to_month"), "The last month"),
    )


def _month(said: str | None, what: str) -> int | None:
    return whole(said, what=what, least=1, most=12) if said else None
