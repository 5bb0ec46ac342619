"""Facts of backorders."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class BackorderDue:
    """Units of an order still wait so long after it was placed that its shopper must be told."""

    order_id: int
    order_ref: str
    units: int


@dataclass(frozen=True, slots=True)
class PromiseChanged:
    """What was told about a waiting line does not hold any more: `why` is "later" or "undated", or the good news "earlier" or
    "dated" (there was no date). `cause` is for the house,
    `say` what a manager wants shoppers to read (may be empty); no days: no date yet.
    """

    order_id: int
    order_ref: str
    line_id: int
    revision: int
    sku: str
    units: int
    why: str
    told_p50: date | None
    told_p90: date | None
    p50: date | None
    p90: date | None
    cause: str
    say: str


@dataclass(frozen=True, slots=True)
class BackorderShelved:
    """Units that an order waited for lie in its slot of the backorder shelf; `complete` if nothing is missing any more."""

    order_id: int
    order_ref: str
    sku: str
    name: str
    units: int
    slot: str
    complete: bool


@dataclass(frozen=True, slots=True)
class BackorderUnshelved:
    """Units in a slot are not this order's any more."""

    order_id: int
    sku: str
    units: int
    place: str
    why: str


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """A manager gave what lay in this order's slot to another order; it waits for as many again."""

    order_id: int
    sku: str
    units: int
    slot: str
    other_ref: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class SlotGiven:
    """A manager gave this order the slot of another one, with what lies there."""

    order_id: int
    sku: str
    units: int
    slot: str
    other_ref: str
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class OrderCrossedDock:
    """All units of an order went from the dock to the pack bench."""

    order_id: int
    order_ref: str
    units: int
    place: str


@dataclass(frozen=True, slots=True)
class CrossingUndone:
    """Units that went across to the pack bench stand at the dock again."""

    order_id: int
    order_ref: str
    units: int


@dataclass(frozen=True, slots=True)
class Part:
    """Units of an order line (of one lot, one serial) that lie somewhere."""

    line_id: int
    product_id: int
    lot: str
    serial: str
    units: int
    from_id: int


@dataclass(frozen=True, slots=True)
class CrossDock:
    """Told at once: these bound units go from where they lie to the pack bench, and count as picked. Whoever writes the
    pick list adds its id to `lists`.
    """

    order_id: int
    order_ref: str
    parts: tuple[Part, ...]
    to_id: int
    lists: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CrossDockBack:
    """Told at once: what went across by this pick list comes back to the dock, bound as before."""

    order_id: int
    list_id: int


@dataclass(frozen=True, slots=True)
class BackInStock:
    """Units are free after all who ordered were served, and it is the turn of one of those who asked to hear of it. `time`
    counts how often this sign-up had its turn.
    """

    sign_up_id: int
    sku: str
    time: int
