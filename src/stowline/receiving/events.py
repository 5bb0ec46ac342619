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
    """Units of a product (of a lot, with a serial, where it has them) came in at the dock, in a condition;
    `purchase_order` is empty for a blind receipt.
    """

    sku: str
    name: str
    units: int
    purchase_order: str
    lot: str = ""
    serial: str = ""
    condition: str = "good"


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


@dataclass(frozen=True, slots=True)
class PurchaseOrderRevised:
    """A supplier said otherwise: what changed, in words, and why."""

    ref: str
    say: str
    why: str


@dataclass(frozen=True, slots=True)
class SupplyChanged:
    """What is on its way of these products is otherwise now: told at once, in the same transaction. `cause` in words ("PO-4
    moved from 3 May 2027 to 9 May 2027"), `ref` the purchase order, '' for none.
    """

    product_ids: tuple[int, ...]
    cause: str
    ref: str


@dataclass(frozen=True, slots=True)
class ArrivalAnnounced:
    """A supplier said what is on its way; `purchase_order` is empty where it names none."""

    ref: str
    supplier: str
    purchase_order: str
    units: int


@dataclass(frozen=True, slots=True)
class ArrivalClosed:
    """Nothing more of a notice will come; so many of its pallets and cartons did not."""

    ref: str
    missing: int


@dataclass(frozen=True, slots=True)
class DockCaseOpened:
    """Something at the dock needs a person, and has one."""

    ref: str
    kind: str
    owner: str
    note: str


@dataclass(frozen=True, slots=True)
class DockCaseSolved:
    """What became of it."""

    ref: str
    outcome: str


@dataclass(frozen=True, slots=True)
class DiscrepanciesReported:
    """Report `n` of a purchase order goes to its supplier, who is told what came otherwise than ordered."""

    ref: str
    supplier: str
    email: str
    who: str
    report_id: int
    n: int


@dataclass(frozen=True, slots=True)
class PalletBuilt:
    """Goods were stacked on a pallet under an SSCC of our own; `purchase_order` is empty where none is named."""

    sscc: str
    purchase_order: str
    units: int
    who: str


@dataclass(frozen=True, slots=True)
class PalletTakenApart:
    """A pallet that was built here is one no more."""

    sscc: str
    who: str
