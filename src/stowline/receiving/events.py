"""Facts of receiving."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PurchaseOrderEntered:
    """Goods were ordered from a supplier."""

    ref: str
    supplier: str
    units: int


@dataclass(frozen=True, slots=True)
class GoodsReceived:
    """Units of a product (of a lot, with a serial, where it has them) came in at the dock; `purchase_order` is empty for
    a blind receipt.
    """

    sku: str
    name: str
    units: int
    purchase_order: str
    lot: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class StockPutAway:
    """Units went from the dock to a bin; `advised` is the bin that was suggested, `why` the suggestion's reason."""

    sku: str
    name: str
    units: int
    bin: str
    advised: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class PurchaseOrderClosed:
    """Nothing more will come on a purchase order."""

    ref: str
    units_short: int
