"""What may be offered to a shopper whose goods wait, and what may become of an offer: plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where an offer stands."""

    OPEN = "open"
    CHOSEN = "chosen"
    ENDED = "ended"


class Outcome(StrEnum):
    """What happened to it."""

    CHOSEN = "chosen"
    EXPIRED = "expired"
    REPLACED = "replaced"  # a newer one stands
    CAME = "came"  # all that waited has
    SETTLED = "settled"  # nothing waits any more: some of it was taken off the order, or exchanged
    CANCELLED = "cancelled"  # the order is


AFTER: Mapping[tuple[State, Outcome], State] = {
    (State.OPEN, Outcome.CHOSEN): State.CHOSEN,
    (State.CHOSEN, Outcome.CHOSEN): State.CHOSEN,  # waiting, and another choice after it: see `verdict`
    (State.OPEN, Outcome.EXPIRED): State.ENDED,
    (State.OPEN, Outcome.REPLACED): State.ENDED,
    (State.OPEN, Outcome.CAME): State.ENDED,
    (State.OPEN, Outcome.SETTLED): State.ENDED,
    (State.OPEN, Outcome.CANCELLED): State.ENDED,
}

WAIT, SHIP, SWAP, CREDIT, CANCEL, CANCEL_ORDER = "wait", "ship", "swap", "credit", "cancel", "cancel_order"
FINAL: Mapping[str, bool] = {WAIT: False, SHIP: True, SWAP: True, CREDIT: True, CANCEL: True, CANCEL_ORDER: True}
"""The options, in the order in which they are shown, and whether a choice stands for good: who waits may think again."""


def kind_of(name: str) -> str:
    """The option's kind by its name: "swap-4-12" is a swap."""
    return name.partition("-")[0]


def verdict(state: str, choice: str, wanted: str, *, ends_at: datetime, now: datetime) -> str:
    """What a click comes to: "go", "same" (it was chosen already), "used" (another was, for good), "ended"."""
    if state == State.CHOSEN:
        if choice == wanted:
            return "same"
        if FINAL[kind_of(choice)]:
            return "used"
        return "go" if now < ends_at else "used"
    return "go" if state == State.OPEN and now < ends_at else "ended"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order, as far as options ask. `money` of the units that wait is in minor units."""

    id: int
    product_id: int
    sku: str
    name: str
    waiting: int
    of_kit: bool
    money: int


@dataclass(frozen=True, slots=True)
class Standing:
    """An order, as far as options ask; `rest_minor` is what all its units cost that are not cancelled."""

    held: bool
    ships: str
    picked: int
    packed: int
    handed_over: int
    allocated: int
    rest_minor: int
    lines: tuple[Line, ...]

    @property
    def waiting(self) -> tuple[Line, ...]:
        """The lines that wait."""
        return tuple(line for line in self.lines if line.waiting > 0)

    @property
    def untouched(self) -> bool:
        """Whether nobody has begun to pick it, so that all of it can be cancelled."""
        return not (self.picked or self.packed or self.handed_over)

    @property
    def all_waits(self) -> bool:
        """Whether nothing of it has stock."""
        return not self.allocated


@dataclass(frozen=True, slots=True)
class Policy:
    """What a store offers: for how many days, with how much more on store credit, with fast shipping for who waits; and
    whether it asks for consent to a delay, and cancels where none is given.
    """

    active: bool = True
    days: int = 7
    bonus_percent: int = 0
    expedite: bool = True
    us_rule: bool = False
    lapse_cancels: bool = False


@dataclass(frozen=True, slots=True)
class Substitute:
    """A product that may take a waiting line's place, of which enough units are free (or held for this offer)."""

    line_id: int
    product_id: int
    sku: str
    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that can be done now. `amount_minor` goes back to the shopper, `bonus_minor` on top of it."""

    name: str
    kind: str
    units: int
    amount_minor: int = 0
    bonus_minor: int = 0
    whole: bool = False
    fast: bool = False
    line_id: int | None = None
    product_id: int | None = None
    sku: str = ""
    goods: str = ""
    instead_of: str = ""


def possible(order: Standing, policy: Policy, substitutes: Sequence[Substitute] = ()) -> list[Option]:
    """What the shopper of an order may choose now, in the order shown; nothing where nothing waits or it is held.

    A kit is not cancelled in parts: where one waits, store credit and cancelling are for the whole order. An order with a
    kit ships complete, always.
    """
    if order.held or not order.waiting:
        return []
    units = sum(line.waiting for line in order.waiting)
    found = [Option(WAIT, WAIT, units, fast=policy.expedite)]
    if order.ships == "complete" and order.allocated > order.handed_over and not any(line.of_kit for line in order.lines):
        found.append(Option(SHIP, SHIP, order.allocated - order.handed_over))
    found += [_swap(one, order) for one in substitutes]
    return found + _money_back(order, policy, units)


def _swap(one: Substitute, order: Standing) -> Option:
    line = next(line for line in order.waiting if line.id == one.line_id)
    return Option(f"{SWAP}-{one.line_id}-{one.product_id}", SWAP, line.waiting, line_id=line.id, product_id=one.product_id,
                  sku=one.sku, goods=one.name, instead_of=line.name)  # fmt: skip


def _money_back(order: Standing, policy: Policy, units: int) -> list[Option]:
    """Credit for what waits (or for all, where that is one), cancelling what waits, cancelling all."""
    partly = not order.all_waits and not any(line.of_kit for line in order.waiting)
    if not partly and not order.untouched:
        return []
    waits = sum(line.money for line in order.waiting)
    back = waits if partly else order.rest_minor
    found = []
    if back:
        found.append(Option(CREDIT, CREDIT, units, back, back * policy.bonus_percent // 100, whole=not partly))
    if partly:
        found.append(Option(CANCEL, CANCEL, units, waits))
    if order.untouched:
        found.append(Option(CANCEL_ORDER, CANCEL_ORDER, units, order.rest_minor, whole=True))
    return found
