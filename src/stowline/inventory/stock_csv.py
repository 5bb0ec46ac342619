"""Stock on hand from a CSV file: so many units of a product in a bin, one a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import text, whole

FIELDS = ("sku", "bin", "quantity")
_MOST_UNITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Counted:
    """Units of a product in a bin, as a row of the file states them."""

    row: int
    sku: str
    bin: str
    quantity: int


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[Counted]:
    """The stock in a file, and the refused rows. Quantities are whole numbers from 1 to 1,000,000.

    `mapping` is field -> column; a field not mapped is read from the column of its own name. Raises `Refused` if the
    file as a whole cannot be read: see `core.csvfile.read`.
    """
    return csvfile.collect(csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse), _counted)


def _counted(row: Row) -> Counted:
    said = row.values
    return Counted(
        row=row.number,
        sku=text(said["sku"], what="The SKU", longest=100, needed=True),
        bin=text(said["bin"], what="The bin", longest=40, needed=True),
        quantity=whole(said["quantity"], what="The quantity", least=1, most=_MOST_UNITS),
    )
