"""Facts of backorders."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BackorderDue:
    """Units of an order still wait so long after it was placed that its shopper must be told."""

    order_id: int
    order_ref: str
    units: int


@dataclass(frozen=True, slots=True)
class PromiseChanged:
    """What was told about a waiting line does not hold any more: `why` is "later" or "undated". `cause` is for the house,
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
