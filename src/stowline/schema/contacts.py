"""The contact log, and replies that shops hand on."""

from datetime import datetime
from typing import Any

from msgspec import Struct, field


class NewContact(Struct):
    """A contact. `channel` is mail, phone, chat, sms, social, in-person or other; `kind` where, cancel, return, damaged, thanks or other."""

    store: str
    channel: str
    order: str = ""
    email: str = ""
    kind: str = ""
    subject: str = ""
    text: str = ""
    at: str = ""
    ref: str = ""


class Contact(Struct):
    """A contact as it is kept. `why` says which words its kind was told from; `answers` which kind of message it replies to."""

    id: int
    store: str | None
    order: str | None
    channel: str
    source: str
    kind: str
    why: str
    corrected_by: str
    email: str
    name: str
    subject: str
    text: str
    ref: str
    at: datetime
    answers: str | None
    handled_at: datetime | None
    testimonial: bool


class ContactPage(Struct):
    """Contacts, oldest first, and the id to go on after."""

    contacts: list[Contact]
    after: int | None


class HandedOn(Struct):
    """A mail that a shopper wrote to a shop. `date` is RFC 3339; `headers` tell automatic answers apart."""

    sender: str = field(name="from")
    message_id: str
    to: str = ""
    subject: str = ""
    text: str = ""
    in_reply_to: str = ""
    references: str = ""
    date: str = ""
    headers: dict[str, Any] | None = None


class ReplyTaken(Struct):
    """Whether it was new; the contact, or why none was kept."""

    ok: bool
    new: bool
    contact: int | None = None
    say: str = ""
