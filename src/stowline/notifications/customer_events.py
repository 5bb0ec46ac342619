"""Facts that shops tell of their shoppers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CustomerRegistered:
    """Somebody opened an account in a store."""

    store_id: int
    customer_id: int


@dataclass(frozen=True, slots=True)
class PointsEarned:
    """Points that an order earned, and how many there are now. At `next_at` points there is a reward (None: nobody said).
    A reward that there is now: its `code`, what it is good for (`say`), and its last day (ISO 8601, "": none).
    """

    order_id: int
    order_ref: str
    earned: int
    balance: int
    next_at: int | None
    code: str
    say: str
    until: str


@dataclass(frozen=True, slots=True)
class SignInAsked:
    """Somebody asked for a link that signs in to an account, or confirms its erasure. Whether the address is known is looked up by who hears it."""

    store_id: int
    link_id: int
