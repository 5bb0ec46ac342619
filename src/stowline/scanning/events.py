"""Facts of scanning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ScanUndone:
    """A scan was taken back by a later one of the same task."""

    scan: str
    task: str
    by: str
