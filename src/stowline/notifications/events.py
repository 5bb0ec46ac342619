"""Facts of messages: delivery as a whole runs late or fails, and runs again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Messages come late, are dead or cannot be written, or too many ask where their order is: `value` passed `limit`, as a sentence in `say`."""

    name: str
    value: int
    limit: int
    say: str


@dataclass(frozen=True, slots=True)
class AlarmEnded:
    """It is over. `since` is when it began (ISO 8601, UTC)."""

    name: str
    since: str


@dataclass(frozen=True, slots=True)
class OrderClosed:
    """An order has come, and its shopper was asked whether all is well. `took_s`: seconds from its placing to the door."""

    order_id: int
    order_ref: str
    took_s: int
