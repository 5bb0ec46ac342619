"""Stock on hand from a CSV file: so many units of a product in a bin, one a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from stowline.catalog.units import units
from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import Bad, day, shown, text
from stowline.inventory.models import LONGEST_LOT
from stowline.inventory.rules import CONDITIONS, GOOD

FIELDS = ("sku", "bin", "quantity", "lot", "serial", "expires_on", "condition")
NEEDED = ("sku", "bin", "quantity")


@dataclass(frozen=True, slots=True)
class Counted:
    """Units of a product in a bin, as a row of the file states them."""

    row: int
    sku: str
    bin: str
    quantity: int
    lot: str = ""
    serial: str = ""
    expires_on: date | None = None
    condition: str = "good"


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[Counted]:
    """The stock in a file, and the refused rows. Quantities are whole numbers from 1 to 1,000,000.

    Lot, serial, last day and condition (good, damaged, hold) may be left out. `mapping` is field -> column; a field not mapped is read from the column of its own name. Raises `Refused` if the
    file as a whole cannot be read: see `core.csvfile.read`.
    """
    optional = [one for one in FIELDS if one not in NEEDED and one not in (mapping or {})]
    return csvfile.collect(csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse, optional=optional), _counted)


def _counted(row: Row) -> Counted:
    said = row.values
    return Counted(
        row=row.number,
        sku=text(said["sku"], what="The SKU", longest=100, needed=True),
        bin=text(said["bin"], what="The bin", longest=40, needed=True),
        quantity=units(said["quantity"]),
        lot=text(said.get("lot"), what="The lot", longest=LONGEST_LOT),
        serial=text(said.get("serial"), what="The serial", longest=LONGEST_LOT),
        expires_on=day(said.get("expires_on")),
        condition=_condition(said.get("condition")),
    )


def _condition(said: str | None) -> str:
    condition = text(said, what="The condition", longest=10).lower() or GOOD
    if condition not in CONDITIONS:
        raise Bad(f"Units are {', '.join(CONDITIONS)}, not {shown(condition)}.", "condition")
    return condition
