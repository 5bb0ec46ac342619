"""Products and purchase orders."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType


class Barcode(Struct):
    """A code on a product and the units it stands for."""

    code: str
    quantity: int = 1


class Part(Struct):
    """Units of a product that are in one kit."""

    sku: str
    units: int = 1


class Parts(Struct):
    """What a kit is made of from now on; none: a product like any other."""

    parts: list[Part]


class Product(Struct):
    """A product. Weight in g; length, width and height in mm. One with parts is a kit: sold as one, picked as they.

    `lots` and `serials` say what its units are told apart by, `expires` that each lot has a last day, `fefo` that the lot
    that ends first goes first; so many days before its last day (`min_days_left`) a lot is sold no more. `backorderable`: may be ordered while none is
    free.
    """

    sku: str
    name: str
    barcodes: list[Barcode] = []
    weight_g: int | None = None
    dims_mm: tuple[int, int, int] | None = None
    parts: list[Part] = []
    detail: str = ""
    lots: bool = False
    serials: bool = False
    expires: bool = False
    fefo: bool = False
    min_days_left: int = 0
    low_at: int | None = None
    backorderable: bool = True


class AskedSubstitute(Struct):
    """A product that may take another's place, unit for unit: all the year, or from one month (1 to 12) to another."""

    sku: str
    from_month: int | None = None
    to_month: int | None = None


class AskedSubstitutes(Struct):
    """What may take a product's place where the shopper agreed, the first choice first; at most 20."""

    substitutes: list[AskedSubstitute]


class StandIn(AskedSubstitute):
    """A substitute, with its name."""

    name: str = ""


class Substitutes(Struct):
    """What may take a product's place, the first choice first."""

    sku: str
    substitutes: list[StandIn]


class ProductChange(Struct):
    """What to change of a product: what is left out stays, null is not known. Barcodes come to those that it has."""

    name: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    weight_g: int | UnsetType | None = UNSET
    dims_mm: tuple[int, int, int] | UnsetType | None = UNSET
    lots: bool | UnsetType = UNSET
    serials: bool | UnsetType = UNSET
    expires: bool | UnsetType = UNSET
    fefo: bool | UnsetType = UNSET
    min_days_left: int | UnsetType = UNSET
    low_at: int | UnsetType | None = UNSET
    backorderable: bool | UnsetType = UNSET
    barcodes: list[Barcode] = []


class Spec(Struct):
    """A row of what a product is made of."""

    name: str
    value: str


class ProductWords(Struct):
    """What a product's page says in one language: what it is, how it is sold ("box of 6"), how to get ready for it and use it."""

    description: str = ""
    sold_as: str = ""
    guide: str = ""
    specs: list[Spec] = []


class KeptWords(ProductWords):
    """The same, as it is kept."""

    sku: str = ""
    locale: str = ""


class AskedPrice(Struct):
    """What a store asks for one unit, in its currency, such as "12.50"; null: no price is shown."""

    price: str | None


class KeptPrice(AskedPrice):
    """The same, as it is kept."""

    sku: str
    store: str
    currency: str


class ProductPhoto(Struct):
    """A photograph as it is kept: its name, where it stands, its size in px, what it shows."""

    photo: str
    url: str
    width: int
    height: int
    alt: str


class DroppedPhoto(Struct):
    """A photograph that was taken off."""

    photo: str


class ShownPhoto(Struct):
    """A photograph of a page."""

    url: str
    width: int
    height: int
    alt: str


class ShownPart(Struct):
    """Units of a product that are in one kit."""

    sku: str
    name: str
    units: int


class ShownPrice(Struct):
    """A price in major units."""

    amount: str
    currency: str


class ProductPage(Struct):
    """All that a product's page in a store shows, in one language (null: nothing is written yet)."""

    store: str
    sku: str
    name: str
    locale: str | None
    url: str
    description: str
    sold_as: str
    guide: str
    specs: list[Spec]
    price: ShownPrice | None
    photos: list[ShownPhoto]
    parts: list[ShownPart]
    availability: dict[str, Any]


class Units(Struct):
    """Units of a SKU."""

    sku: str
    quantity: int


class OrderedUnits(Units):
    """A line of a purchase order. `received` counts as ordered, `over` came beyond that; `damaged` of both."""

    received: int = 0
    over: int = 0
    damaged: int = 0


class PurchaseOrder(Struct):
    """Goods that are expected."""

    ref: str
    supplier: str
    lines: list[OrderedUnits]
    expected_from: date | None = None
    expected_to: date | None = None
    closed_at: datetime | None = None
    revision: int = 1


class AskedPurchaseOrder(Struct):
    """Goods that were ordered from a supplier."""

    ref: str
    supplier: str
    lines: list[Units]
    expected_from: date | None = None
    expected_to: date | None = None


class AskedRevision(Struct):
    """What the supplier says now. Days that are left out stay, null is no date; of lines those that are named change."""

    why: str
    expected_from: date | UnsetType | None = UNSET
    expected_to: date | UnsetType | None = UNSET
    lines: list[Units] = []


class Revision(Struct):
    """What was agreed from a moment on."""

    n: int
    at: datetime
    who: str
    why: str
    expected_from: date | None
    expected_to: date | None
    lines: list[Units]


class Revisions(Struct):
    """The revisions of a purchase order, the latest first."""

    items: list[Revision]


class AskedContent(Struct):
    """Units of a SKU in a pallet or carton; the lot and its last day where the product has them."""

    sku: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None


class AskedCarton(Struct):
    """A carton on a pallet, under its SSCC."""

    sscc: str
    contents: list[AskedContent]


class AskedUnit(Struct):
    """A pallet, or a carton that comes by itself, under its SSCC (18 digits, the last one the check digit)."""

    sscc: str
    kind: Literal["pallet", "carton"] = "pallet"
    contents: list[AskedContent] = []
    cartons: list[AskedCarton] = []


class AskedArrival(Struct):
    """What a supplier says is on its way (ASN), for a purchase order or not."""

    ref: str
    units: list[AskedUnit]
    purchase_order: str = ""
    supplier: str = ""
    expected_on: date | None = None
    carrier: str = ""


class Content(Struct):
    """Units of a SKU in a pallet or carton."""

    sku: str
    quantity: int
    lot: str | None
    expires_on: date | None


class ArrivalUnit(Struct):
    """A pallet or carton; `on` is the SSCC of the pallet that it stands on."""

    sscc: str
    kind: Literal["pallet", "carton"]
    on: str | None
    received_at: datetime | None
    contents: list[Content]


class ArrivalNotice(Struct):
    """A notice and how far it is in."""

    ref: str
    state: Literal["announced", "arriving", "received", "closed"]
    purchase_order: str | None
    supplier: str
    expected_on: date | None
    carrier: str
    units: list[ArrivalUnit]
