"""Facts of inventory."""

from dataclasses import dataclass


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
    """Told at once, before bound units leave a bin: so many of them must be bound no longer."""

    product_id: int
    location_id: int
    lot: str
    serial: str
    units: int
    why: str


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
