"""Whether anything is on record that may keep a message from going, in one statement: for most messages there is nothing,
and nobody needs to look closer.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from stowline.core.hot import Hot
from stowline.notifications import suppressions
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain

_LOOK = Hot(
    "SELECT (SELECT said FROM message_policy WHERE store_id = :store_id AND kind = :kind),"
    " (SELECT 1 FROM reader WHERE store_id = :store_id AND address = :email),"
    " (SELECT 1 FROM preference WHERE store_id = :store_id AND address = :address AND kind = :kind LIMIT 1),"
    " (SELECT 1 FROM suppression WHERE address IN (:address, :print) AND channel = :channel AND lifted_at IS NULL LIMIT 1),"
    " (SELECT 1 FROM breaker WHERE provider = :provider)"
)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What a store's policy says of a kind, and whether there is a row at all of how the person reads, of what they said of
    the kind, of an address that is not to be written to, of a provider that failed.
    """

    policy: dict[str, Any]
    reader: bool
    preference: bool
    suppression: bool
    breaker: bool


def look(session: Session, message: Message, email: str, provider: str) -> OnRecord:
    """What is on record about a message to a person with this e-mail address, by this provider."""
    session.flush()
    found = _LOOK.one(session, store_id=message.store_id, kind=message.kind, email=plain(email), address=message.address,
                      print=suppressions.fingerprint(message.address), channel=message.channel, provider=provider)  # fmt: skip
    policy, reader, preference, suppression, breaker = found or (None,) * 5
    said: dict[str, Any] = json.loads(policy) if isinstance(policy, str) else policy or {}
    return OnRecord(said, bool(reader), bool(preference), bool(suppression), bool(breaker))
