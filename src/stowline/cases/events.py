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
