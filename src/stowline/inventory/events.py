"""Facts of inventory."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StockFreed:
    """Told at once, in the caller's session: more good units of these products may be promised now."""

    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StockLeaving:
    """Told at once, before so many good units of a product leave the count: their promises must be taken back."""

    product_id: int
    units: int
    why: str


@dataclass(frozen=True, slots=True)
class UnitsMissing:
    """Told at once, before bound units leave a bin: so many of them must be bound no longer. Who lets go of some adds
    their number to `let_go`; whoever hears it next sees to the rest.
    """

    product_id: int
    location_id: int
    lot: str
    serial: str
    units: int
    why: str
    let_go: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class UnitsNeeded:
    """Asked at once: who needs the bound units of a product in a bin? Whoever bound them adds the names of its tasks."""

    product_id: int
    location_id: int
    lot: str
    serial: str
    tasks: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StockMoved:
    """Units went from bin to bin."""

    sku: str
    name: str
    units: int
    from_bin: str
    to_bin: str


@dataclass(frozen=True, slots=True)
class LotHeld:
    """None of a lot may be sold until it is released; so many units went on hold."""

    sku: str
    lot: str
    units: int
    why: str


@dataclass(frozen=True, slots=True)
class LotReleased:
    """A lot may be sold again."""

    sku: str
    lot: str
    units: int


@dataclass(frozen=True, slots=True)
class CountRequested:
    """A bin holds something else than the books say; somebody must count it."""

    bin: str
    sku: str
    why: str


@dataclass(frozen=True, slots=True)
class AdjustmentAsked:
    """Somebody asked to change the books by so many units (signed), and a second person must agree."""

    ref: str
    sku: str
    bin: str
    units: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class AdjustmentPosted:
    """The books were changed by so many units (signed); `approved_by` is empty where nobody had to agree."""

    ref: str
    sku: str
    bin: str
    units: int
    reason: str
    by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class AdjustmentRefused:
    """The books stay as they are."""

    ref: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class AdjustmentWithdrawn:
    """Whoever asked takes it back: before it was posted, or (`undone`) by a counter-move after."""

    ref: str
    by: str
    undone: bool


@dataclass(frozen=True, slots=True)
class StockQuarantined:
    """Units were put apart: nobody is sold them until somebody releases them."""

    sku: str
    units: int
    from_bin: str
    to_bin: str
    why: str


@dataclass(frozen=True, slots=True)
class StockReleased:
    """Units that were put apart may be sold again."""

    sku: str
    units: int
    from_bin: str
    to_bin: str
    why: str


@dataclass(frozen=True, slots=True)
class BinCounted:
    """Somebody counted a bin: so many products (lots, serials), and how many of them were not as the books said."""

    bin: str
    by: str
    products: int
    differences: int


@dataclass(frozen=True, slots=True)
class StockCounted:
    """A count found more or (below zero) fewer units than the books had, and the books were corrected."""

    sku: str
    name: str
    bin: str
    units: int
    by: str
