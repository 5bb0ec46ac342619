"""Facts of offers. Amounts are decimal texts with their currency, empty where none is due."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfferMade:
    """The shopper may choose what becomes of the units that wait, until a day."""

    order_id: int
    order_ref: str
    offer_id: int
    because: str
    options: str
    ends_at: str
    by: str


@dataclass(frozen=True, slots=True)
class OptionChosen:
    """A choice was made and carried out, all in one."""

    order_id: int
    order_ref: str
    offer_id: int
    kind: str
    units: int
    amount: str
    goods: str
    by: str


@dataclass(frozen=True, slots=True)
class ConsentAsked:
    """The shopper is asked to agree to a delay until `told` (empty: no day), by `due`; `silence` may count as consent."""

    order_id: int
    order_ref: str
    kind: str
    told: str
    silence: bool
    due: str


@dataclass(frozen=True, slots=True)
class ConsentSettled:
    """Whether the shopper agrees to the delay is known, or its day is over."""

    order_id: int
    order_ref: str
    state: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class OfferEnded:
    """Nothing was chosen, and nothing can be any more."""

    order_id: int
    order_ref: str
    offer_id: int
    outcome: str
