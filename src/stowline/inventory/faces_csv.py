"""Pick faces from a CSV file, one a row: which bin a product is picked from, and how full it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stowline.catalog.units import units
from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import Bad, text
from stowline.inventory.faces import MOST

FIELDS = ("sku", "bin", "min", "max")


@dataclass(frozen=True, slots=True)
class Described:
    """A pick face as a row of the file describes it."""

    row: int
    sku: str
    bin: str
    least: int
    most: int


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[Described]:
    """The pick faces of a file, and the refused rows; the second row of a product and bin is refused.

    `mapping` is field -> column; a field not mapped is read from the column of its own name. Raises `Refused` if the
    file as a whole cannot be read: see `core.csvfile.read`.
    """
    rows = csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse)
    seen: dict[tuple[str, str], int] = {}
    return csvfile.collect(rows, lambda row: _described(row, seen))


def _described(row: Row, seen: dict[tuple[str, str], int]) -> Described:
    sku = text(row.values["sku"], what="The SKU", longest=100, needed=True)
    code = text(row.values["bin"], what="The bin", longest=60, needed=True)
    if (sku, code) in seen:
        raise Bad(f"This product and bin stand in row {seen[sku, code]} already.")
    least = units(row.values["min"], "min", what="The fewest units", least=0, most=MOST)
    most = units(row.values["max"], "max", what="The most units", most=MOST)
    seen[sku, code] = row.number
    return Described(row.number, sku, code, least, most)
