"""Who of the back-in-stock list may be told, decided on plain values."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a sign-up stands."""

    WAITING = "waiting"
    TOLD = "told"
    LEFT = "left"


class Step(StrEnum):
    """What becomes of a sign-up."""

    TELL = "tell"  # its turn came: the message is owed
    CALL_OFF = "call off"  # sold out again before the message went: it keeps its place
    LEAVE = "leave"  # the shopper wants to hear no more
    ASK = "ask"  # the shopper signs up once more, at the end of the line


AFTER: Mapping[tuple[State, Step], State] = {
    (State.WAITING, Step.TELL): State.TOLD,
    (State.WAITING, Step.LEAVE): State.LEFT,
    (State.WAITING, Step.ASK): State.WAITING,
    (State.TOLD, Step.CALL_OFF): State.WAITING,
    (State.TOLD, Step.LEAVE): State.LEFT,
    (State.TOLD, Step.ASK): State.WAITING,
    (State.LEFT, Step.ASK): State.WAITING,
    (State.LEFT, Step.LEAVE): State.LEFT,
}


def before(step: Step) -> tuple[State, ...]:
    """The states from which a step is possible and changes something."""
    return tuple(state for (state, what), then in AFTER.items() if what is step and then is not state)


def still_told(free: int, told: int, per_unit: int) -> int:
    """How many more people may hear of so many free units, `told` of whom heard since none was free."""
    return max(0, max(free, 0) * per_unit - told)


def whose_turn(line: Iterable[tuple[int, int]], free: Mapping[int, int], told: int, per_unit: Mapping[int, int]) -> list[int]:
    """Of a line of (sign-up, store), first in line first, those that are told now. Each store has the units that are free
    for it and says how many people may hear of a unit; who heard counts for all stores, for the units are the same.
    """
    chosen: list[int] = []
    for sign_up, store in line:
        if still_told(free.get(store, 0), told + len(chosen), per_unit.get(store, 0)) > 0:
            chosen.append(sign_up)
    return chosen
