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
