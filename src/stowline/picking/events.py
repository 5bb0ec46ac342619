"""Facts of picking."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderReleased:
    """An order's units were bound to bins and put on a pick list; `tote` is empty for an order picked by hand."""

    order_id: int
    order_ref: str
    task: str
    tote: str


@dataclass(frozen=True, slots=True)
class LinePicked:
    """Units were taken from a bin for an order line."""

    order_id: int
    sku: str
    name: str
    units: int
    bin: str
    into: str


@dataclass(frozen=True, slots=True)
class BinReached:
    """The picker stands at a bin."""

    task: str
    bin: str


@dataclass(frozen=True, slots=True)
class ToteConfirmed:
    """The picker put the units into the right tote."""

    order_id: int
    task: str
    tote: str


@dataclass(frozen=True, slots=True)
class LineRanShort:
    """A bin held fewer units than the books say; the missing ones are on hold there until it is counted."""

    order_id: int
    sku: str
    name: str
    bin: str
    missing: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class PickListDone:
    """Every line of a pick list was picked, or ran short."""

    task: str
    lines: int
