"""Facts of inventory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StockFreed:
    """Told at once, in the caller's session: more good units of these products may be promised now."""

    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StockMoved:
    """Units went from bin to bin."""

    sku: str
    name: str
    units: int
    from_bin: str
    to_bin: str


@dataclass(frozen=True, slots=True)
class CountRequested:
    """A bin holds something else than the books say; somebody must count it."""

    bin: str
    sku: str
    why: str
