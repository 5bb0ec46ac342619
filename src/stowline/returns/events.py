"""Facts of returns. `order_id` is the order that goods come back from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReturnRequested:
    """A shopper, or somebody for them, asked to return units; `why` are the reasons, in words."""

    order_id: int
    order_ref: str
    rma: str
    units: int
    why: str


@dataclass(frozen=True, slots=True)
class ReturnApproved:
    """The goods may come back; `units` of them are awaited. `by` is Stowline where the store's policy decided."""

    order_id: int
    order_ref: str
    rma: str
    units: int
    by: str


@dataclass(frozen=True, slots=True)
class ReturnRefused:
    """The goods are not taken back, and why."""

    order_id: int
    order_ref: str
    rma: str
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class ReturnWithdrawn:
    """Nothing comes back after all."""

    order_id: int
    order_ref: str
    rma: str
    why: str


@dataclass(frozen=True, slots=True)
class ReturnSent:
    """The goods are on their way back, under this number ('' where none is known)."""

    order_id: int
    order_ref: str
    rma: str
    carrier: str
    tracking: str


@dataclass(frozen=True, slots=True)
class ReturnArrived:
    """The parcel of a return is here."""

    order_id: int
    order_ref: str
    rma: str


@dataclass(frozen=True, slots=True)
class ReturnCounted:
    """All that came of a return is counted: so many units of the so many that were awaited."""

    order_id: int
    order_ref: str
    rma: str
    units: int
    awaited: int


@dataclass(frozen=True, slots=True)
class UnitsInspected:
    """Units that came back were looked at: what they are, and what became of them."""

    order_id: int
    order_ref: str
    rma: str
    sku: str
    name: str
    units: int
    grade: str
    disposition: str
    bin: str


@dataclass(frozen=True, slots=True)
class ReturnInspected:
    """All that came of a return was looked at."""

    order_id: int
    order_ref: str
    rma: str
    units: int


@dataclass(frozen=True, slots=True)
class LineSettled:
    """The shopper gets something for units: an amount ("12.50 EUR", '' for none), or a new order."""

    order_id: int
    order_ref: str
    rma: str
    sku: str
    name: str
    units: int
    outcome: str
    amount: str
    new_order: str


@dataclass(frozen=True, slots=True)
class ReturnSettled:
    """Nothing of a return is open any more; `amount` is all that is paid back for it."""

    order_id: int
    order_ref: str
    rma: str
    amount: str


@dataclass(frozen=True, slots=True)
class CarrierClaimNoted:
    """A claim for a lost parcel stands at its carrier, under this name."""

    order_id: int
    order_ref: str
    rma: str
    claim: str


@dataclass(frozen=True, slots=True)
class ReturnPolicySet:
    """A store takes goods back by other rules from now on."""

    store: str
    by: str
