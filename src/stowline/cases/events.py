"""Facts of cases."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplyReceived:
    """A shopper's mail came in and belongs to an order. Its words are kept with the contact, not here."""

    order_id: int
    contact_id: int
    about: str


@dataclass(frozen=True, slots=True)
class ContactLogged:
    """Somebody noted that a shopper got in touch about an order, by telephone, chat or otherwise."""

    order_id: int
    contact_id: int
    channel: str
    about: str


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A shopper's concern about an order is a case now. `by`: the shopper, or who of the staff logged it."""

    order_id: int
    case_id: int
    case: str
    kind: str
    by: str


@dataclass(frozen=True, slots=True)
class CaseReopened:
    """What was solved or closed is to be answered again."""

    order_id: int
    case_id: int
    case: str


@dataclass(frozen=True, slots=True)
class CaseAnswered:
    """Staff answered: the words are kept with the entry, not here."""

    order_id: int
    case_id: int
    case: str
    entry_id: int
    by: str


@dataclass(frozen=True, slots=True)
class CaseSolved:
    """Staff say that it is settled."""

    order_id: int
    case_id: int
    case: str
    by: str


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """It was solved for so long that it is over: its shopper is asked how it was."""

    order_id: int
    case_id: int
    case: str


@dataclass(frozen=True, slots=True)
class CaseJudged:
    """Its shopper said how it was, once: good or bad."""

    order_id: int
    case_id: int
    case: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ReviewWritten:
    """Who got a product said what they think of it."""

    order_id: int
    review_id: int
    sku: str
    stars: int


@dataclass(frozen=True, slots=True)
class ReviewSettled:
    """A review was approved or refused."""

    order_id: int
    review_id: int
    sku: str
    state: str
    by: str
