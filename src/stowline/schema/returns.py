"""Returns: what is asked for, what came of it, what the shopper got."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Reason = Literal["not_received", "wrong", "damaged", "disliked", "other"]
Outcome = Literal["refund", "store_credit", "exchange", "replacement"]


class NewReturnLine(Struct):
    """Units of a product of the order, why, and what the shopper wants. `exchange_sku`: empty for the same product."""

    sku: str
    quantity: int
    reason: Reason
    outcome: Outcome
    note: str = ""
    exchange_sku: str = ""


class NewReturn(Struct):
    """A return of an order, by the store's policy. The same `key` again, in the same store, is the same return."""

    order: str
    key: str
    lines: list[NewReturnLine]
    store: str = ""
    note: str = ""


class ReturnDecision(Struct):
    """Why it is refused (needed; the shopper reads it) or withdrawn."""

    reason: str = ""


class ReturnLine(Struct):
    """Units of a product: how many came, were looked at, need not come back, and are settled."""

    sku: str
    name: str
    quantity: int
    reason: Reason
    outcome: Outcome
    note: str
    arrived: int
    inspected: int
    spared: int
    settled: int


class Settlement(Struct):
    """What the shopper got: an amount, by an instruction to the shop; or goods, by an order."""

    outcome: Outcome
    quantity: int
    amount: str
    currency: str
    instruction: int | None
    order: str | None


class Return(Struct):
    """A return, where it stands, and what was settled."""

    ref: str
    order: str
    store: str
    kind: Literal["return", "claim", "brought_back", "unannounced"]
    state: Literal["requested", "approved", "refused", "withdrawn", "in_transit", "received", "inspected", "settled"]
    note: str
    why: str
    tracking: str | None
    carrier: str | None
    free_label: bool
    asked_at: datetime
    decided_at: datetime | None
    received_at: datetime | None
    settled_at: datetime | None
    lines: list[ReturnLine]
    settlements: list[Settlement]


class ReturnPage(Struct):
    """Returns, newest first."""

    items: list[Return]
    next: str | None
