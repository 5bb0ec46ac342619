"""Stock answers, counts, adjustments."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from stowline.schema.goods import Part


class Figures(Struct):
    """Units of a product: `free = on_hand - promised`. A kit's are what its parts, told as `kit`, make up."""

    sku: str
    on_hand: int
    promised: int
    free: int
    waiting: int
    incoming: int


class Arrival(Struct):
    """Units that a purchase order will bring, and when. `late`: the last expected day is over."""

    ref: str
    supplier: str
    units: int
    expected_from: date | None
    expected_to: date | None
    late: bool


class StockLevel(Figures):
    """Units of a product, and the first 20 arrivals of it, soonest first."""

    name: str
    arrivals: list[Arrival]
    kit: list[Part] | UnsetType = UNSET


class StockPage(Struct):
    """A page of stock; with `?sku=` the answer is a plain list instead."""

    items: list[StockLevel]
    next: str | None


class InLot(Struct):
    """Units of one lot in one condition, in so many bins. `bound` of them are spoken for by pick lists and parcels."""

    sku: str
    lot: str | None
    condition: Literal["good", "damaged", "hold"]
    expires_on: date | None
    on_hand: int
    bound: int
    bins: int


class LotPage(Struct):
    """A page of stock by lot."""

    items: list[InLot]
    next: str | None


class InBin(Struct):
    """Units in one bin, of one lot, one serial and in one condition. `bound` are spoken for by pick lists and parcels."""

    sku: str
    bin: str
    kind: str
    lot: str | None
    serial: str | None
    condition: Literal["good", "damaged", "hold"]
    expires_on: date | None
    on_hand: int
    bound: int


class BinPage(Struct):
    """A page of stock by bin."""

    items: list[InBin]
    next: str | None


class Changed(Figures):
    """A product whose stock changed, in its latest state; `at` is when the feed took note."""

    at: datetime
    kit: list[Part] | UnsetType = UNSET


class Changes(Struct):
    """Products that changed since the cursor, each once. `next` is always given; there is `more` at once."""

    items: list[Changed]
    next: str
    more: bool


class Count(Struct):
    """A bin that is to be counted, and why."""

    bin: str
    why: str


class CountAsked(Struct):
    """A count that is asked for: by which kind of trigger, how urgent (1 comes first), by whom."""

    id: int
    bin: str
    why: str
    kind: str
    priority: int
    asked_at: datetime
    who: str


class CountListed(CountAsked):
    """One of the list; where one product asked for it, which (and which lot or serial)."""

    sku: str | None
    lot: str
    serial: str


class CountPage(Struct):
    """A page of counts that are asked for."""

    items: list[CountListed]
    next: str | None


class AskedAdjustment(Struct):
    """A change of the books: `units` more (or, negative, fewer) of a product in a bin, or `counted`, as many as lie there.

    `reason` is the code of one that is offered (found, lost, damaged, expired, scrap, …); `expires_on` is needed for a lot
    that nobody knows yet, of a product that ends on a day.
    """

    sku: str
    bin: str
    reason: str
    units: int | UnsetType = UNSET
    counted: int | UnsetType = UNSET
    note: str = ""
    condition: Literal["good", "damaged", "hold"] = "good"
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None


class Adjustment(Struct):
    """An adjustment. While it is `waiting` for a second person, nothing is moved."""

    ref: str
    sku: str
    bin: str
    lot: str | None
    serial: str | None
    condition: str
    to_condition: str
    goes_to: Literal["adjustment", "scrap", "damaged"]
    units: int
    reason: str
    note: str
    state: Literal["waiting", "posted", "refused", "withdrawn", "undone"]
    who: str
    device: str | None
    scan_id: str | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_why: str | None


class AdjustmentPage(Struct):
    """A page of adjustments."""

    items: list[Adjustment]
    next: str | None


class Refusal(Struct):
    """Why it is refused."""

    reason: str


class Window(Struct, rename={"first": "from", "last": "to"}):
    """Days from and to."""

    first: date
    last: date


class Wording(Struct):
    """What may stand on a product's page: beside the price, and below it."""

    short: str
    long: str


class Availability(Struct):
    """What may be said of a product: in stock, orderable late with the days it is expected (null: no date yet), or out
    of stock. `units` as the store shows them, null where it does not.
    """

    sku: str
    state: Literal["in_stock", "backorder", "out_of_stock"]
    units: int | None
    window: Window | None
    wording: Wording
    checked_at: datetime


class Availabilities(Struct):
    """The same for several products, in the order asked, and the SKUs that nobody knows."""

    items: list[Availability]
    unknown: list[str]


class ShelfSlot(Struct):
    """A slot of the backorder shelf. `here` are the units in it of `of` that its order is still owed, `waiting` those of
    the order without stock; `to_clear` lie in it for nobody. `order` is null for a slot that is kept for nobody.
    """

    slot: str
    order: str | None
    store: str | None
    here: int
    of: int
    waiting: int
    to_clear: int
    complete: bool
    since: datetime | None


class ShelfPage(Struct):
    """A page of the backorder shelf."""

    items: list[ShelfSlot]
    next: str | None


class SignUpAsked(Struct):
    """Who wants to hear when a product is back."""

    sku: str
    email: str
    store: str
    locale: str = ""


class SignUp(Struct):
    """A place on the back-in-stock list; one that was told, or has left, is served no more."""

    sku: str
    store: str
    email: str
    state: Literal["waiting", "told", "left"]
    since: datetime
    told_at: datetime | None


class PlacedSignUp(SignUp):
    """The same, with how many wait for the product before this one."""

    ahead: int


class SignUpPage(Struct):
    """A page of the list of a product, in the order in which it is told."""

    items: list[SignUp]
    next: str | None
