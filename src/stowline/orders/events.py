"""Facts of orders."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderEntered:
    """Told at once: an order stands in the books with these products."""

    order_id: int
    product_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DemandDropped:
    """Told at once: these order lines want fewer units, or none (cancelled or held): {line id: units given back}."""

    order_id: int
    product_ids: tuple[int, ...]
    why: str


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
