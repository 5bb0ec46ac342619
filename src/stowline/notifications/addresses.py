"""The addresses of mail servers that the settings name, read before anything is sent or fetched."""

from stowline.core.config import Settings
from stowline.notifications.channels.smtp_url import server_of
from stowline.notifications.imap_url import mailbox_of


def check(settings: Settings) -> None:
    """Raise ValueError with a sentence for one that cannot be read: said at the start, not at the first mail."""
    if settings.smtp_url:
        server_of(settings.smtp_url)
    if settings.bounce_imap_url:
        mailbox_of(settings.bounce_imap_url)
