"""Kits from a CSV file with a row for each part; the rows of one kit may stand anywhere in it.

A kit is taken whole or not at all: half a recipe would be picked as if it were the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stowline.catalog.units import units
from stowline.core import csvfile
from stowline.core.csvfile import Batch, Refusal, Row, Source
from stowline.core.fields import Bad, shown, text

FIELDS = ("kit", "part", "units")
_MOST_UNITS = 10_000


@dataclass(slots=True)
class IncomingKit:
    """A kit as the file states it: the parts as (SKU, units in one kit), and the rows that say so."""

    sku: str
    parts: list[tuple[str, int]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    bad: bool = False


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[IncomingKit]:
    """The kits of a file, and the refused rows; where one row of a kit is refused, all of them are.

    `mapping` is field -> column; a field not mapped is read from the column of its own name. Raises `Refused` if the
    file as a whole cannot be read: see `core.csvfile.read`.
    """
    found: dict[str, IncomingKit] = {}
    rows = csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse)
    batch = csvfile.collect(rows, lambda row: _take(row, found))
    torn = [
        Refusal(number, f"Another row of kit {shown(kit.sku)} cannot be taken, and a kit is taken whole or not at all.")
        for kit in found.values() if kit.bad for number in kit.rows
    ]  # fmt: skip
    refusals = sorted((*batch.refusals, *torn), key=lambda one: one.number)
    return Batch(batch.rows, tuple(kit for kit in found.values() if not kit.bad), tuple(refusals))


def _take(row: Row, found: dict[str, IncomingKit]) -> None:
    sku = text(row.values["kit"], what="The kit", longest=100, needed=True)
    kit = found.setdefault(sku, IncomingKit(sku))
    try:
        kit.parts.append((
            text(row.values["part"], what="The part", longest=100, needed=True),
            units(row.values["units"], what="The number of units", most=_MOST_UNITS),
        ))  # fmt: skip
    except Bad:
        kit.bad = True
        raise
    kit.rows.append(row.number)
