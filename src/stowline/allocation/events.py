"""Facts of allocation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackorderFilled:
    """Units that a line waited for are promised to it now."""

    order_id: int
    sku: str
    units: int


@dataclass(frozen=True, slots=True)
class PromiseTakenBack:
    """Units promised to a line are not there any more; the line waits again."""

    order_id: int
    sku: str
    units: int
    why: str
