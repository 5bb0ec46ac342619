"""Signed addresses that speak for one person of one store: the preference centre, and the way out of a group of messages.

A token holds the store and the address in base64url, and a signature. It has no end: who keeps an old mail may still say
that they want no more. It opens no order and shows no name.
"""

import base64
import binascii
from dataclasses import dataclass

from sqlmodel import Session

from stowline.core import ids
from stowline.core.config import settings
from stowline.notifications import consents
from stowline.notifications.preference_rules import NEWS, plain

CENTRE, WAY_OUT = "preferences", "unsubscribe"
LONGEST = 600
TEXT = "Unsubscribe"  # what mail programs call their button; ours says so, too
SOURCE = "one-click unsubscribe"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a token speaks for, and about which group; '' for the preference centre."""

    store_id: int
    address: str
    group: str = ""


def preferences_path(store_id: int, address: str) -> str:
    """A person's preference centre, below the address of this house."""
    return f"/preferences/{_token(CENTRE, store_id, address)}"


def preferences_url(store_id: int, address: str) -> str:
    """The same in full."""
    return _full(preferences_path(store_id, address))


def path(store_id: int, address: str, group: str = NEWS) -> str:
    """Where a person leaves a group of messages: asked by GET, done by POST."""
    return f"/unsubscribe/{_token(WAY_OUT, store_id, address, group)}"


def url(store_id: int, address: str, group: str = NEWS) -> str:
    """The same in full, for the header List-Unsubscribe (RFC 8058)."""
    return _full(path(store_id, address, group))


def read(token: str, purpose: str) -> Person | None:
    """Whom a token was signed for; None for any other text. Compared in constant time."""
    said, dot, mark = token.rpartition(".")
    if not dot or len(token) > LONGEST or not said.isascii():
        return None
    try:
        store, group, address = base64.b64decode(said + "=" * (-len(said) % 4), b"-_", validate=True).decode().split(":", 2)
        person = Person(int(store), address, group)
    except (binascii.Error, ValueError):
        return None
    return person if ids.same(mark, _mark(purpose, said)) and store == str(person.store_id) else None


def stop_marketing(session: Session, store_id: int, address: str, *, text: str, source: str, evidence: str = "") -> bool:
    """No more marketing of this store by e-mail, and by no way that was agreed to; what is owed goes on. Whether anything
    changed.
    """
    ways = {"email", *consents.standing(session, store_id, address)}
    stopped = [consents.record(session, store_id, address, way, given=False, text=text, source=source, evidence=evidence)
               for way in sorted(ways)]  # fmt: skip
    return any(stopped)


def leave(session: Session, person: Person) -> bool:
    """The person left a group by the link of a mail: marketing of the store stops. Whether anything changed."""
    return stop_marketing(session, person.store_id, person.address, text=TEXT, source=SOURCE,
                          evidence=f"the link of a mail, group {person.group or NEWS}")  # fmt: skip


def undo(session: Session, person: Person, text: str) -> bool:
    """It was a slip: by mail, and by the other ways that had been agreed to, it goes on. Whether anything changed. Only
    what was stopped by such a link is undone.
    """
    newest = consents.standing(session, person.store_id, person.address)
    agreed = {row.channel for row in consents.history(session, person.store_id, person.address) if row.given}
    ways = [way for way, row in newest.items() if not row.given and row.source == SOURCE and way in agreed | {"email"}]
    again = [consents.record(session, person.store_id, person.address, way, given=True, text=text, source=f"{SOURCE}, undone",
                             evidence="the link of a mail") for way in ways]  # fmt: skip
    return any(again)


def _token(purpose: str, store_id: int, address: str, group: str = "") -> str:
    said = base64.urlsafe_b64encode(f"{store_id}:{group}:{plain(address)}".encode()).decode().rstrip("=")
    return f"{said}.{_mark(purpose, said)}"


def _mark(purpose: str, said: str) -> str:
    return ids.signature(settings().key(), purpose, said)


def _full(where: str) -> str:
    return settings().public_url.rstrip("/") + where
