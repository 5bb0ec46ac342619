"""Facts of sequences: each step is one, and a message is owed because of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitGoesOn:
    """An order waits for a product still, and it is time to say how it stands; `say` is what a manager said of it last."""

    order_id: int
    order_ref: str
    product_id: int
    sku: str
    name: str
    step: int
    say: str


@dataclass(frozen=True, slots=True)
class BasketLeft:
    """It is time to remind of a basket, in its `time`-th filling, for the `step`-th time."""

    store_id: int
    basket_id: int
    time: int
    step: int


@dataclass(frozen=True, slots=True)
class CalendarTurn:
    """It is a customer's turn in an entry of the calendar, and what they are to read."""

    store_id: int
    entry_id: int
    customer_id: int
    kind: str
    variant: str
    headline: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LongAway:
    """The last order of somebody who has not ordered for a long time."""

    order_id: int
    order_ref: str
