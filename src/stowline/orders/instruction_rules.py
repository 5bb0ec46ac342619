"""What may become of an instruction, when it is tried again, and what a shop's answer means: plain values."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from stowline.core import signing

KINDS = {
    "refund": "Pay back", "store_credit": "Give store credit", "expedite": "Send faster", "swap": "Note a swap",
}  # fmt: skip
FOR_RETURN = "Return "  # how the reason of an instruction begins that pays for goods which came back
MOST_TRIES = 60  # with pauses of up to an hour: more than two days
MOST_ASKED = 7  # a shop that took it without acknowledging is asked again each day for a week
ASK_AGAIN_S = 86_400.0


class State(StrEnum):
    """Where an instruction stands."""

    OWED = "owed"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    DEAD = "dead"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class Outcome(StrEnum):
    """What happened to it."""

    TAKEN = "taken"  # the shop answered 2xx and did not say yet that it was done
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    FAILED = "failed"
    EXHAUSTED = "exhausted"  # that was the last try
    REPLAYED = "replayed"  # a person sends it again
    BY_HAND = "by hand"  # a person did in the shop what it asks for
    WITHDRAWN = "withdrawn"  # not true any more, and the shop has not got it


AFTER: Mapping[tuple[State, Outcome], State] = {
    (State.OWED, Outcome.TAKEN): State.SENT,
    (State.OWED, Outcome.ACKNOWLEDGED): State.ACKNOWLEDGED,
    (State.OWED, Outcome.REFUSED): State.REFUSED,
    (State.OWED, Outcome.FAILED): State.OWED,
    (State.OWED, Outcome.EXHAUSTED): State.DEAD,
    (State.OWED, Outcome.BY_HAND): State.SETTLED,
    (State.OWED, Outcome.WITHDRAWN): State.WITHDRAWN,
    (State.SENT, Outcome.TAKEN): State.SENT,
    (State.SENT, Outcome.ACKNOWLEDGED): State.ACKNOWLEDGED,
    (State.SENT, Outcome.REFUSED): State.REFUSED,
    (State.SENT, Outcome.FAILED): State.SENT,
    (State.SENT, Outcome.EXHAUSTED): State.DEAD,
    (State.SENT, Outcome.BY_HAND): State.SETTLED,
    (State.DEAD, Outcome.ACKNOWLEDGED): State.ACKNOWLEDGED,  # the shop calls later than anybody waited
    (State.DEAD, Outcome.REFUSED): State.REFUSED,
    (State.DEAD, Outcome.REPLAYED): State.OWED,
    (State.DEAD, Outcome.BY_HAND): State.SETTLED,
    (State.REFUSED, Outcome.ACKNOWLEDGED): State.ACKNOWLEDGED,  # it thought better of it
    (State.REFUSED, Outcome.REPLAYED): State.OWED,
    (State.REFUSED, Outcome.BY_HAND): State.SETTLED,
}
OPEN = (State.OWED, State.SENT)
WANTS_A_PERSON = (State.DEAD, State.REFUSED)


def after(state: str, outcome: Outcome) -> State | None:
    """The state that follows; None where it cannot go that way."""
    return AFTER.get((State(state), outcome))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a shop's answer means: the outcome, the shop's own name for what it did, and a sentence."""

    outcome: Outcome
    ref: str = ""
    say: str = ""


def heard(status: int, body: bytes) -> Heard:
    """Read an answer. 2xx with `{"acknowledged": true, "ref": …}` is done, with `false` and a `reason` refused, with
    anything else taken; every other status is a failure.
    """
    if not 200 <= status < 300:
        return Heard(Outcome.FAILED, say=f"the shop answered {status}")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("acknowledged"), bool):
        return Heard(Outcome.TAKEN, say="taken; the shop has not said yet that it is done")
    if told["acknowledged"]:
        return Heard(Outcome.ACKNOWLEDGED, ref=_text(told.get("ref"), 120))
    return Heard(Outcome.REFUSED, say=_text(told.get("reason"), 300) or "the shop gave no reason")


def _text(value: object, most: int) -> str:
    shown = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return "".join(c if c.isprintable() else " " for c in shown[:most]).strip()


def pause_s(state: str, tries: int, rng: random.Random, asked_s: int | None = None) -> float | None:
    """Seconds until the next try after so many; None where that was the last."""
    if tries >= (MOST_ASKED if state == State.SENT else MOST_TRIES):
        return None
    return ASK_AGAIN_S if state == State.SENT else signing.pause_s(tries, rng, asked_s=asked_s)
