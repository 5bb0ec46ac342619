"""Facts of instructions to shops. `amount` is a decimal text with its currency ("12.50 EUR"), empty where none is due."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InstructionOwed:
    """The shop is to do something about an order."""

    order_id: int
    order_ref: str
    instruction_id: int
    kind: str
    amount: str


@dataclass(frozen=True, slots=True)
class InstructionAcknowledged:
    """The shop did it; `ref` is its own name for it."""

    order_id: int
    order_ref: str
    instruction_id: int
    kind: str
    amount: str
    ref: str


@dataclass(frozen=True, slots=True)
class InstructionRefused:
    """The shop will not do it."""

    order_id: int
    order_ref: str
    instruction_id: int
    kind: str
    amount: str
    why: str


@dataclass(frozen=True, slots=True)
class InstructionDied:
    """The shop did not answer however often it was asked; a person must see to it."""

    order_id: int
    order_ref: str
    instruction_id: int
    kind: str
    amount: str
    why: str


@dataclass(frozen=True, slots=True)
class InstructionSettled:
    """A person did it in the shop by hand."""

    order_id: int
    order_ref: str
    instruction_id: int
    kind: str
    amount: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class InstructionWithdrawn:
    """It was not sent yet, and is not wanted any more."""

    order_id: int
    order_ref: str
    instruction_id: int
    kind: str
    amount: str
    why: str
