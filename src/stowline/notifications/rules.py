"""What a message is, pure: the catalogue, the keys that make it one of a kind, its states, and when to try again."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

# -- the catalogue ---------------------------------------------------------------------------------------------------

KEY_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message. `names` are the facts that make one of it unique; another with the same ones is the same.

    `scan_driven` kinds wait out the mis-scan grace, so that an undo can still withdraw them. Marketing needs consent
    and a way out of it; transactional kinds are owed.
    """

    name: str
    names: tuple[str, ...]
    transactional: bool = True
    scan_driven: bool = False


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("order-confirmed", names=("store", "order")),
        Kind("item-processed", names=("store", "parcel"), scan_driven=True),
        Kind("backorder-notice", names=("store", "order", "revision")),
        Kind("delay-apology", names=("store", "order", "revision"), scan_driven=True),
        Kind("good-news", names=("store", "order", "revision"), scan_driven=True),
        Kind("getting-ready", names=("store", "order", "product", "step")),
        Kind("stock-arrived", names=("store", "order", "time"), scan_driven=True),
        Kind("back-in-stock", names=("signup", "time")),
        Kind("packed", names=("store", "parcel"), scan_driven=True),
        Kind("shipped", names=("store", "parcel"), scan_driven=True),
        Kind("in-transit", names=("store", "parcel")),
        Kind("out-for-delivery", names=("store", "parcel")),
        Kind("delivered", names=("store", "parcel")),
        Kind("delivery-failed", names=("store", "parcel")),
        Kind("delayed-in-transit", names=("store", "parcel")),
        Kind("returned-to-sender", names=("store", "parcel")),
        Kind("follow-up", names=("store", "order")),
        Kind("thank-you", names=("store", "order"), transactional=False),
        Kind("feedback", names=("store", "order"), transactional=False),
        Kind("points", names=("store", "order"), transactional=False),
        Kind("return-received", names=("store", "return"), scan_driven=True),
        Kind("return-inspected", names=("store", "return"), scan_driven=True),
        Kind("refunded", names=("store", "return")),
        Kind("exchange-shipped", names=("store", "return"), scan_driven=True),
        Kind("welcome", names=("store", "customer")),
        Kind("cart-reminder", names=("store", "cart", "step"), transactional=False),
        Kind("win-back", names=("store", "customer", "order"), transactional=False),
        Kind("news", names=("store", "customer", "entry"), transactional=False),
        Kind("greeting-card", names=("store", "customer", "entry"), transactional=False),
        Kind("note", names=("store", "order", "run")),
        Kind("case-answer", names=("store", "order", "answer")),
        Kind("case-closed", names=("store", "order", "case")),
        Kind("digest", names=("store", "first"), transactional=False),
        Kind("delivery-report", names=("report",)),
        Kind("sign-in-link", names=("link",)),
    )
}


UNSENT: frozenset[str] = frozenset()
"""Kinds that have their words, but that nothing sends: no page offers to switch them on."""


HOUSES_OWN = frozenset({"delivery-report", "sign-in-link"})
"""Kinds that no store and no preset switches, and no reader either: asked for each time, or not to shoppers."""


def message_key(kind: str, *, channel: str, recipient: str, **facts: str | int) -> str:
    """The unique business key of one message to one recipient on one channel, at most 300 characters.

    `facts` are exactly the kind's `names`: message_key("shipped", channel="email", recipient="a@b.example",
    store="kiln", parcel="P-7"). The recipient's letter case does not matter. Raises KeyError for an unknown kind,
    ValueError for facts that are missing or too many.
    """
    names = KINDS[kind].names
    if set(facts) != set(names):
        raise ValueError(f"A {kind} is named by {', '.join(names)}, not by {', '.join(sorted(facts)) or 'nothing'}.")
    parts = [kind, *(str(facts[name]) for name in names), channel, recipient.casefold()]
    key = ":".join(part.replace("%", "%25").replace(":", "%3A") for part in parts)
    return key if len(key) <= KEY_LENGTH else f"{kind}:sha256:{_digest(key)}"


def message_id(key: str, domain: str) -> str:
    """The Message-ID of the message with this key (RFC 5322, 3.6.4): the same however often it is tried."""
    return f"<{mark(key)}@{_safe_domain(domain)}>"


def mark(key: str) -> str:
    """The left half of that Message-ID, by which a reply finds the message again."""
    return _digest(key)[:32]


def thread_id(store: str, order: str, domain: str) -> str:
    """What all mails of one order name in `References`, so that mail readers show them as one thread."""
    return message_id(f"thread:{store}:{order}", domain)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _safe_domain(domain: str) -> str:
    kept = "".join(letter for letter in domain.lower() if letter.isascii() and (letter.isalnum() or letter in ".-"))
    return kept.strip(".-") or "localhost"


# -- its states ------------------------------------------------------------------------------------------------------


class State(StrEnum):
    """Where a message stands. Held has yet to go; sending is out of our hands; the others are ends."""

    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"
    SKIPPED = "skipped"


class Outcome(StrEnum):
    """What happened to a message."""

    HANDED_OUT = "handed out"  # its text is about to go: from here on it may have arrived
    ACCEPTED = "accepted"  # the other side took it
    TEMPORARY = "temporary"  # not taken, worth another try
    PERMANENT = "permanent"  # not taken, and never will be
    EXHAUSTED = "exhausted"  # not taken, and that was the last try
    UNSURE = "unsure"  # no answer after the text was out (or the process died there)
    WITHDRAWN = "withdrawn"  # no longer true or no longer wanted: undone, cancelled, expired, suppressed
    UNWRITABLE = "unwritable"  # its template failed: an alarm
    REPLAYED = "replayed"  # a person sends it again
    CONFIRMED = "confirmed"  # a person found that it had arrived


AFTER: Mapping[tuple[State, Outcome], State] = {
    (State.HELD, Outcome.HANDED_OUT): State.SENDING,
    (State.HELD, Outcome.TEMPORARY): State.HELD,
    (State.HELD, Outcome.PERMANENT): State.DEAD,
    (State.HELD, Outcome.EXHAUSTED): State.DEAD,
    (State.HELD, Outcome.WITHDRAWN): State.SKIPPED,
    (State.HELD, Outcome.UNWRITABLE): State.DEAD,
    (State.HELD, Outcome.ACCEPTED): State.SENT,  # to be sent again by hand, and now its first answer came
    (State.SENDING, Outcome.ACCEPTED): State.SENT,
    (State.SENDING, Outcome.TEMPORARY): State.HELD,
    (State.SENDING, Outcome.PERMANENT): State.DEAD,
    (State.SENDING, Outcome.EXHAUSTED): State.DEAD,
    (State.SENDING, Outcome.UNSURE): State.UNKNOWN,
    (State.UNKNOWN, Outcome.ACCEPTED): State.SENT,  # the answer came after all, later than anybody waited
    (State.UNKNOWN, Outcome.TEMPORARY): State.DEAD,  # it came late, and was a no: a person may send it again
    (State.UNKNOWN, Outcome.PERMANENT): State.DEAD,
    (State.UNKNOWN, Outcome.EXHAUSTED): State.DEAD,
    (State.UNKNOWN, Outcome.UNSURE): State.UNKNOWN,
    (State.UNKNOWN, Outcome.CONFIRMED): State.SENT,
    (State.UNKNOWN, Outcome.REPLAYED): State.HELD,
    (State.UNKNOWN, Outcome.WITHDRAWN): State.SKIPPED,
    (State.DEAD, Outcome.REPLAYED): State.HELD,
    (State.DEAD, Outcome.WITHDRAWN): State.SKIPPED,
}


class NoSuchStep(ValueError):
    """A message cannot go that way: nothing that was sent or skipped is ever sent again."""


def after(state: State | str, outcome: Outcome | str) -> State:
    """The state that follows; NoSuchStep where the table has none."""
    try:
        return AFTER[State(state), Outcome(outcome)]
    except KeyError:
        raise NoSuchStep(f"A message that is {state} cannot be {outcome}.") from None


UNWRITABLE = "it could not be written: "
"""How the reason of a message begins whose template failed."""


# -- trying again ----------------------------------------------------------------------------------------------------

TRIES = 15  # with the waits below: about 18 hours from first to last
FIRST_WAIT_S = 30.0
LONGEST_WAIT_S = 4 * 3600.0


def next_try(attempt: int, rng: Random, *, retry_after: float | None = None) -> float:
    """Seconds to wait after failed try number `attempt` (the first is 1).

    Doubles from 30 s to at most 4 h; half of it is drawn by lot, so that a thousand messages which failed together do
    not return together ("equal jitter"). `retry_after` is the other side's own wish: never sooner, and at most a day.
    """
    ceiling = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(max(attempt, 1) - 1, 20))
    wait = ceiling / 2 + rng.uniform(0, ceiling / 2)
    return wait if retry_after is None else min(max(wait, retry_after), 24 * 3600.0)


def failure(*, permanent: bool, unsure: bool, attempt: int) -> Outcome:
    """What a failed delivery means for the message, after try number `attempt`."""
    if unsure:
        return Outcome.UNSURE
    if permanent:
        return Outcome.PERMANENT
    return Outcome.EXHAUSTED if attempt >= TRIES else Outcome.TEMPORARY


def due_after(kind: str, grace_s: int) -> int:
    """Seconds that a fresh message of this kind is held before it goes: the mis-scan grace, or nothing."""
    return grace_s if KINDS[kind].scan_driven else 0
