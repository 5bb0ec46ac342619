"""What a STOWLINE_BOUNCE_IMAP_URL says."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from stowline.notifications.channels.smtp_url import LOOPBACK

TLS_BY_SCHEME = {"imap": "none", "imaps": "implicit", "imap+starttls": "starttls"}
SHAPE = "STOWLINE_BOUNCE_IMAP_URL must look like imaps://user:password@host:993/INBOX or imap+starttls://…"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a mailbox is and how to open it. `name` tells it apart from others and holds no password."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    tls: str

    @property
    def name(self) -> str:
        """ "bounces@mail.example/INBOX" """
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"[:300]


def mailbox_of(url: str) -> Mailbox:
    """Read imaps://user:password@host:port/folder. Raises ValueError with a sentence, which never holds the password."""
    try:
        parts = urlsplit(url.strip())
        tls, host, port = TLS_BY_SCHEME[parts.scheme], parts.hostname, parts.port
    except (KeyError, ValueError):
        raise ValueError(SHAPE) from None
    if not host or not parts.username:
        raise ValueError(SHAPE)
    if tls == "none" and host not in LOOPBACK:
        raise ValueError("STOWLINE_BOUNCE_IMAP_URL would send its password unencrypted. Use imaps:// or imap+starttls://.")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not folder.isprintable() or '"' in folder or "\\" in folder:
        raise ValueError(SHAPE)
    return Mailbox(host, port or (993 if tls == "implicit" else 143), unquote(parts.username), unquote(parts.password or ""), folder, tls)
