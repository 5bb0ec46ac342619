"""Facts of backorders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackorderDue:
    """Units of an order still wait so long after it was placed that its shopper must be told."""

    order_id: int
    order_ref: str
    units: int
