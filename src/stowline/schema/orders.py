"""Orders, parcels, manifests, intake."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from stowline.schema.goods import Units


class Customer(Struct):
    """Who ordered; without an e-mail address nobody is told anything."""

    name: str
    email: str = ""


class Address(Struct):
    """Where it goes. The country as its two letters."""

    name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    region: str = ""
    postcode: str = ""


class OrderLine(Struct):
    """What was ordered. The price of a unit in major units, as text with at most four decimals; `substitute` where the
    shopper takes another product in its place if it has to wait.
    """

    sku: str
    quantity: int
    unit_price: str
    substitute: bool = False


class Order(Struct):
    """An order as it comes in. Priority from 0, served first, to 9. `ships` is how it may go out (left out: as its store
    says; an order with a kit ships complete); `most_parcels`, 2 to 20, belongs to `at_most`. `locale` (`zh-TW`) and `time_zone` (`Asia/Taipei`) are the shopper's, as
    messages are written; left out, they are the store's.
    """

    ref: str
    store: str
    customer: Customer
    address: Address
    lines: list[OrderLine]
    currency: str | None = None
    placed_at: datetime | None = None
    priority: int | None = None
    ships: Literal["complete", "parts", "at_most"] | None = None
    most_parcels: int | None = None
    note: str = ""
    locale: str = ""
    time_zone: str = ""


class Stages(Struct):
    """A line of an order and how far its units have come."""

    sku: str
    quantity: int
    promised: int
    waiting: int
    picked: int
    packed: int
    handed_over: int
    returned: int
    cancelled: int


class Days(Struct):
    """A window of days: half of all such promises are kept by `from`, nine of ten by `to`."""

    from_: date = field(name="from")
    to: date


class PartStages(Stages):
    """What is picked for a kit: its own units, `per_kit` of them in one."""

    per_kit: int
    place: int | UnsetType | None = UNSET
    window: Days | UnsetType | None = UNSET
    why: str | UnsetType = UNSET


class SoldStages(Stages):
    """What was sold in one line. A kit counts whole kits and has its parts. `place` in line and the `window` in which it leaves
    are told where an order is read: null where nothing waits, and a window also while there is no date; there is also `why` it
    stands where it stands, in words.
    """

    parts: list[PartStages] | UnsetType = UNSET
    place: int | UnsetType | None = UNSET
    window: Days | UnsetType | None = UNSET
    why: str | UnsetType = UNSET


class OrderState(Struct):
    """An order as it stands."""

    ref: str
    store: str
    state: str
    placed_at: datetime
    lines: list[SoldStages]


class Milestone(Struct):
    """A step of a parcel's way, as its carrier says it: one of `in_transit`, `out_for_delivery`, `attempt_failed`, `delayed`, `lost`,
    `delivered`, `returning`, `returned_to_sender`.
    """

    milestone: str
    at: datetime
    place: str = ""
    say: str = ""


class TrackingNumber(Struct):
    """The number that a parcel goes by with another carrier; the carrier's name is free."""

    carrier: str
    number: str


class NumberedParcel(Struct):
    """A parcel with its number at another carrier."""

    parcel: str
    carrier: str
    number: str


class News(Struct):
    """What the signed form says of a parcel: its tracking number (or its code here), where it has been, when it is expected.
    EasyPost posts events of its own shape.
    """

    tracking: str
    details: list[Milestone] = []
    estimated_delivery: date | None = None
    carrier: str = ""


class TakenNews(Struct):
    """A post was kept; `new` is false for an event that was known."""

    ok: bool
    new: bool


class Parcel(Struct):
    """A box and what is in it. Weight in g. `milestone` is where it stands by its carrier, `milestones` how it came there."""

    code: str
    state: str
    weight_g: int | None
    carrier: str | None
    tracking: str | None
    handed_over_at: datetime | None
    milestone: str | None
    estimated_delivery: date | None
    milestones: list[Milestone]
    lines: list[Units]


class OrderWithParcels(OrderState):
    """An order as it stands, with its boxes."""

    parcels: list[Parcel]


class Serves(Struct):
    """Units of a purchase order that serve a line."""

    ref: str
    units: int


class WaitingLine(Struct):
    """Units that wait: the place in line, the days in which they leave (null: no date yet), what serves them."""

    ref: str
    sku: str
    name: str
    units: int
    placed_at: datetime
    place: int
    window: Days | None
    arrivals: list[Serves]


class WaitingPage(Struct):
    """A page of lines that wait, oldest first."""

    items: list[WaitingLine]
    next: str | None


class Owed(Struct):
    """A message that an event owed, with what became of it and why."""

    id: int
    kind: str
    channel: str
    state: str
    reason: str


class Happening(Struct):
    """Something that happened to an order; `event` is the event's class name, `message_id` the first of its messages."""

    at: datetime
    event: str
    say: str
    scan_id: str | None = None
    message_id: int | None = None
    messages: list[Owed] = []


class Timeline(Struct):
    """A page of what happened, oldest first."""

    items: list[Happening]
    next: str | None


class Urgent(Struct):
    """Why an order is urgent."""

    reason: str


class Loss(Struct):
    """Units that an order loses to an urgent one."""

    order: str
    sku: str
    name: str
    units: int


class UrgentlyTaken(Struct):
    """What is taken for an urgent order, and how many units more its store may take today."""

    ref: str
    left_today: int
    taken: list[Loss]


class Shipping(Struct):
    """How an order may go out: complete, in parts, or in at most so many parcels."""

    ships: Literal["complete", "parts", "at_most"]
    most_parcels: int | None = None


class Cancellation(Struct):
    """Why an order is cancelled."""

    reason: str


class InstructionLine(Struct):
    """Goods that an instruction is about. The amount is a decimal text."""

    sku: str
    name: str
    quantity: int
    amount: str


class Instruction(Struct):
    """What a shop is to do about an order. `key` stays the same with each try; the shop does it once for each key."""

    id: int
    key: str
    store: str
    order: str
    kind: Literal["refund", "store_credit", "expedite", "swap"]
    amount: str
    currency: str
    lines: list[InstructionLine]
    why: str
    state: Literal["owed", "sent", "acknowledged", "refused", "dead", "settled", "withdrawn"]
    say: str
    ref: str | None
    made_at: datetime
    sent_at: datetime | None
    settled_at: datetime | None


class InstructionPage(Struct):
    """A page of instructions, newest first."""

    items: list[Instruction]
    next: str | None


class Acknowledgement(Struct):
    """What the shop did: done, under its own `ref`; or not, for a `reason`."""

    acknowledged: bool
    ref: str = ""
    reason: str = ""


class Manifest(Struct):
    """The carrier that parcels are handed to."""

    carrier: str


class ManifestRef(Struct):
    """The manifest that was opened."""

    ref: str


class Taken(Struct):
    """What became of one order of a webhook: new, known, skipped, cancelled or error (kept, to be retried)."""

    ref: str
    outcome: str
    say: str


class Intake(Struct):
    """The webhook was taken."""

    ok: bool
    taken: list[Taken]


class Tags(Struct):
    """Tags; `backorder` comes first and by itself, while something waits."""

    tags: list[str]
