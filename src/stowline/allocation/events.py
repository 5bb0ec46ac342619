"""Facts of allocation."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BackorderFilled:
    """Units that a line waited for are promised to it now."""

    order_id: int
    sku: str
    units: int


@dataclass(frozen=True, slots=True)
class PromiseTakenBack:
    """Units promised to a line are not there any more; the line waits again."""

    order_id: int
    sku: str
    units: int
    why: str


@dataclass(frozen=True, slots=True)
class ReserveSet:
    """Free units of a product are kept for one store's orders; `until` is empty where no day was said."""

    sku: str
    store: str
    units: int
    until: str
    who: str


@dataclass(frozen=True, slots=True)
class ReserveEnded:
    """Nothing of a product is kept for this store any more."""

    sku: str
    store: str


@dataclass(frozen=True, slots=True)
class StockTaken:
    """Units that were promised to an order went to an urgent one; it waits for them again."""

    order_id: int
    sku: str
    name: str
    units: int
    urgent_ref: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class StockTakenFor:
    """An urgent order got units that another was promised."""

    order_id: int
    sku: str
    name: str
    units: int
    other_ref: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Asked at once: how many of a product's promised, unreleased units are kept for their line already (on the
    backorder shelf)? Whoever keeps them adds {line id: units}.
    """

    product_id: int
    units: dict[int, int] = field(default_factory=dict)
