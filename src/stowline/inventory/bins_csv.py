"""Bins from a CSV file, one a row: how a building comes in, and how a manager changes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stowline.core import csvfile
from stowline.core.csvfile import Batch, Row, Source
from stowline.core.fields import Bad, shown, text
from stowline.inventory.places import FACTS, read_facts

FIELDS = ("code", "kind", "zone", "aisle", "bay", "level", "x_mm", "y_mm", "sequence", "max_units", "max_weight_g",
          "max_volume_cm3", "mixing")  # fmt: skip
NEEDED = ("code",)


@dataclass(frozen=True, slots=True)
class Described:
    """A bin as a row of the file describes it: `facts` has what the file has columns for (see `places.FACTS`)."""

    row: int
    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def read(
    source: Source, mapping: Mapping[str, str] | None = None, refuse: Sequence[tuple[str, str]] = ()
) -> Batch[Described]:
    """The bins of a file, and the refused rows; the second row of a code is refused.

    `mapping` is field -> column; a field not mapped is read from the column of its own name, if there is one. A column
    that the file lacks leaves the bin as it is; an empty cell takes the limit, the coordinate or the rule away, but
    leaves kind and place on the walk. Raises `Refused` if the file as a whole cannot be read: see `core.csvfile.read`.
    """
    optional = [one for one in FIELDS if one not in NEEDED and one not in (mapping or {})]
    rows = csvfile.read(source, csvfile.full_mapping(mapping, FIELDS), refuse, optional=optional)
    seen: dict[str, int] = {}
    return csvfile.collect(rows, lambda row: _described(row, seen))


def _described(row: Row, seen: dict[str, int]) -> Described:
    code = text(row.values["code"], what="The code", longest=60, needed=True)
    if code in seen:
        raise Bad(f"{shown(code)} stands in row {seen[code]} already.")
    seen[code] = row.number
    return Described(row.number, code, read_facts({name: row.values[name] for name in FACTS if name in row.values}))
