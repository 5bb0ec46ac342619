"""Messages as webhooks: posted to the store's own address, signed by Standard Webhooks.

The same message has the same `webhook-id` however often it is tried, so a receiver that keeps ids hears each once. A
post may be repeated for that reason: an answer that never came is no uncertainty here.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from stowline.core import callout, clock, signing
from stowline.notifications.channels.envelope import DeliveryFailed, Envelope, Prepared
from stowline.notifications.render import Rendered

GONE, BUSY = 410, 429
MOST_LINKS = 20
_LINK = re.compile(r"https?://[^\s<>\"']+")


@dataclass(frozen=True, slots=True)
class Told:
    """One try: what the address answered (None where no answer came), in words, and how long it took."""

    at: datetime
    status: int | None
    say: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where a store hears its messages, the secrets that sign (the old one too while it is being changed), and whether
    addresses of one's own network are allowed.
    """

    url: str
    secret: str
    old_secret: str = ""
    private: bool = False


def body_of(kind: str, at: datetime, data: Mapping[str, Any]) -> bytes:
    """The moment is the message's, not the post's: the same message is the same content, however often it is sent."""
    return msgspec.json.encode({"type": f"message.{kind}", "timestamp": at, "data": data})


def words(rendered: Rendered) -> dict[str, Any]:
    """What the message says, and the addresses that it leads to."""
    links = list(dict.fromkeys(_LINK.findall(rendered.text)))[:MOST_LINKS]
    return {"subject": rendered.subject, "short": rendered.short, "text": rendered.text, "links": links}


def webhook_id(message_id: int) -> str:
    """What makes a repeated post known as one."""
    return f"msg_{message_id}"


class WebhookChannel:
    """One message to one store's address. `note` is told of every try, in a transaction of its own."""

    name = "webhook"

    def __init__(self, address: Address, at: datetime, data: Mapping[str, Any], note: Callable[[Told], None]) -> None:
        self._address, self._at, self._data, self._note = address, at, data, note

    def prepare(self, envelope: Envelope) -> Prepared:
        """The body as it will be posted."""
        data = {**self._data, **words(envelope.rendered)}
        return Prepared(webhook_id(envelope.ident), self._address.url, body_of(envelope.kind, self._at, data))

    def send(self, prepared: Prepared, before_data: Callable[[], None] | None = None) -> None:
        """Post it, or raise DeliveryFailed: for good where the address says that it is gone (410)."""
        if before_data:
            before_data()
        told, asked_s = post(self._address, prepared.sender, prepared.message)
        self._note(told)
        if told.status is None or not 200 <= told.status < 300:
            down = told.status is None or told.status >= 500 or told.status == BUSY
            raise DeliveryFailed(f"The webhook was not taken: {told.say}.", permanent=told.status == GONE, retry_after=asked_s, down=down)

    def close(self) -> None:
        """Nothing is held open."""


def post(address: Address, ident: str, body: bytes) -> tuple[Told, int | None]:
    """One signed post: what came of it, and the seconds the address asks us to wait."""
    at, began = clock.now(), time.monotonic()
    headers = signing.headers(address.secret, ident, int(at.timestamp()), body, old_secret=address.old_secret)
    status, asked_s = None, None
    try:
        answer = callout.post(address.url, body, headers, private=address.private)
        status, asked_s, say = answer.status, answer.retry_after_s, _said(answer.status)
    except callout.CalloutFailed as failed:
        say = failed.say
    return Told(at, status, say[:300], int((time.monotonic() - began) * 1000)), asked_s


def _said(status: int) -> str:
    if 200 <= status < 300:
        return f"taken ({status})"
    if 300 <= status < 400:
        return f"it answered {status}: it wants another address. Nobody is led on; set that address instead"
    return f"it answered {status}"
