"""How a message leaves the house. One file each: a channel prepares an envelope and delivers it, or says why not.

A channel decides nothing: who hears what and when is settled before. `deliver` either returns (the other side took
it) or raises DeliveryFailed.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from stowline.notifications.channels import mime
from stowline.notifications.channels.dkim_sign import Signer
from stowline.notifications.channels.dress import Dress
from stowline.notifications.channels.envelope import Attachment, DeliveryFailed, Envelope, Prepared
from stowline.notifications.channels.mailbox import MailboxChannel
from stowline.notifications.channels.smtp import SmtpChannel

__all__ = ["Attachment", "Channel", "DeliveryFailed", "Envelope", "MailboxChannel", "Prepared", "SmtpChannel", "as_mail", "for_settings"]


class Channel(Protocol):
    """What every channel does; safe to share between threads."""

    name: str

    def prepare(self, envelope: Envelope) -> Prepared:
        """The message as it will go. Raises DeliveryFailed (permanent) for an address that cannot take it."""

    def send(self, prepared: Prepared, before_data: Callable[[], None] | None = None) -> None:
        """Deliver it. `before_data` is called once, at the last moment at which nothing can have arrived yet."""

    def close(self) -> None:
        """Let go of what this thread holds open."""


def as_mail(envelope: Envelope) -> bytes:
    """A message as the mail it would be, without signature. Raises DeliveryFailed for an address that is none."""
    return mime.prepare(envelope).message


class MailSettings(Protocol):
    """The settings a channel is chosen by."""

    @property
    def smtp_url(self) -> str: ...

    @property
    def return_path(self) -> str: ...

    @property
    def dkim_key_file(self) -> str: ...

    @property
    def dkim_selector(self) -> str: ...

    def key(self) -> bytes:
        """The key that signs links and return paths."""


def for_settings(settings: MailSettings) -> Channel:
    """The mail channel of this installation: SMTP when a URL is set, else the built-in mailbox.

    Raises ValueError with a sentence when the URL cannot be read. One channel per URL in a process, so that its
    connections are kept.
    """
    if not settings.smtp_url:
        return _MAILBOX
    signer = Signer(settings.dkim_key_file, settings.dkim_selector) if settings.dkim_key_file else None
    return _smtp(settings.smtp_url, Dress(settings.return_path, settings.key(), signer, postmark=POSTMARK in settings.smtp_url))


_MAILBOX = MailboxChannel()
POSTMARK = "postmarkapp.com"


@lru_cache(maxsize=16)
def _smtp(smtp_url: str, dress: Dress) -> Channel:
    return SmtpChannel(smtp_url, dress=dress)
