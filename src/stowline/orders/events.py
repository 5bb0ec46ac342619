"""Facts of orders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderEntered:
    """Told at once: an order stands in the books with these products."""

    order_id: int
    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrderSettled:
    """Told at once, after OrderEntered and when its diary says so: what an order could be promised is promised to it.
    `placed`: it is just being placed, and its shopper hears of all that with the confirmation.
    """

    order_id: int
    placed: bool = False


@dataclass(frozen=True, slots=True)
class DemandDropped:
    """Told at once: these order lines want fewer units, or none (cancelled or held): {line id: units given back}."""

    order_id: int
    product_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class PlacesChanged:
    """Told at once: orders that want these products stand elsewhere in line, and why."""

    product_ids: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class PromiseLowered:
    """Told at once, after it happened: fewer units are promised to these order lines than before."""

    line_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnitsUnlisted:
    """Told at once: so many units of an order line are to be picked no more. Those that no picker has taken yet go off their
    pick lists, and are promised to the line still.
    """

    order_id: int
    line_id: int
    units: int


@dataclass(frozen=True, slots=True)
class OrderPlaced:
    """A shopper's order was taken in; `waits` units of it have no stock yet."""

    order_id: int
    order_ref: str
    store: str
    units: int
    waits: int
    tell: bool


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """An order was cancelled."""

    order_id: int
    order_ref: str
    reason: str


@dataclass(frozen=True, slots=True)
class RestCancelled:
    """What had not gone out yet of an order was cancelled."""

    order_id: int
    order_ref: str
    units: int
    reason: str


@dataclass(frozen=True, slots=True)
class OrderHeld:
    """Work on an order stops until the hold is lifted."""

    order_id: int
    order_ref: str
    reason: str


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """Work on an order goes on."""

    order_id: int
    order_ref: str


@dataclass(frozen=True, slots=True)
class TellingBegan:
    """The shopper of an order that was imported in silence hears of it from now on."""

    order_id: int
    order_ref: str


@dataclass(frozen=True, slots=True)
class LineSwapped:
    """Units of a line that waited are wanted no more; as many of another product are, at the same price."""

    order_id: int
    order_ref: str
    line_id: int
    sku: str
    name: str
    new_line_id: int
    new_sku: str
    new_name: str
    units: int
    why: str


@dataclass(frozen=True, slots=True)
class UnitsCancelled:
    """Units of a line that waited are wanted no more; `minor` is what they cost, in minor units of the currency."""

    order_id: int
    order_ref: str
    line_id: int
    sku: str
    name: str
    units: int
    minor: int
    currency: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefundedByShop:
    """The shop paid something back, at a moment of its own (`made`, ISO). Of the units `off` are not sent any more, of which
    `put_back` lie in a tote or a box and are to be put back; `gone` had left already.
    """

    order_id: int
    order_ref: str
    platform: str
    refund: str
    made: str
    amount: str
    goods: str
    off: int
    put_back: int
    gone: int


@dataclass(frozen=True, slots=True)
class ShippingSet:
    """How an order may go out: whole (`complete`), in `parts`, or in `at_most` so many parcels."""

    order_id: int
    order_ref: str
    ships: str
    most_parcels: int | None


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """What has not left of an order goes to another address; `changed` names the fields, not what stands in them."""

    order_id: int
    order_ref: str
    changed: str
    by: str


@dataclass(frozen=True, slots=True)
class OrdersMerged:
    """All of another order goes with this one from now on."""

    order_id: int
    order_ref: str
    other_ref: str
    units: int
    by: str


@dataclass(frozen=True, slots=True)
class MergedInto:
    """All of this order goes with another one from now on; nothing of it is sent by itself."""

    order_id: int
    order_ref: str
    other_ref: str
    units: int
    by: str


@dataclass(frozen=True, slots=True)
class PrioritySet:
    """An order is served before, or after, others from now on (0 is first, 9 last)."""

    order_id: int
    order_ref: str
    priority: int


@dataclass(frozen=True, slots=True)
class ExpediteSet:
    """An order's parcels go out by the fast way, or not any more."""

    order_id: int
    order_ref: str
    expedite: bool
    why: str


@dataclass(frozen=True, slots=True)
class SubstitutesAllowed:
    """The shopper takes a substitute for what waits of a line, or does not any more."""

    order_id: int
    order_ref: str
    sku: str
    name: str
    allowed: bool
