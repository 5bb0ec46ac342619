"""Signing mails by DKIM (RFC 6376): rsa-sha256, relaxed/relaxed, in the name of the sender's own domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stowline.notifications.channels.envelope import DeliveryFailed

SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "content-transfer-encoding",
    "in-reply-to", "references", "list-unsubscribe", "list-unsubscribe-post",
)  # fmt: skip
ONCE = ("from", "to", "subject", "date", "reply-to")
"""Signed once more than they stand there, so that none can be added on the way (RFC 6376, 8.15)."""
PLACE = "{domain}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A key file and a selector; `{domain}` in the path stands for the sender's domain, so that each may have its own."""

    key_file: str
    selector: str

    def signed(self, message: bytes, sender: str) -> bytes:
        """The mail with its signature on top; as it was, where the sender's domain has no key of its own.

        Raises DeliveryFailed (temporary: a setting to mend) for a key that cannot be read.
        """
        domain = sender.rpartition("@")[2].lower()
        path = Path(self.key_file.replace(PLACE, domain.replace("/", "_")))
        if PLACE in self.key_file and not path.is_file():
            return message
        import dkim  # noqa: PLC0415  (only who signs needs it)

        try:
            options: Mapping[str, object] = {"canonicalize": (b"relaxed", b"relaxed"), "include_headers": _headers(message)}
            mark = dkim.sign(message, self.selector.encode(), _ascii(domain), _key(path, path.stat().st_mtime_ns), **options)
        except (OSError, ValueError, dkim.DKIMException) as error:
            raise DeliveryFailed(f"The mail could not be signed (DKIM): {type(error).__name__}. See STOWLINE_DKIM_KEY_FILE.") from error
        return bytes(mark) + message


def _ascii(domain: str) -> bytes:
    return domain.encode("idna") if not domain.isascii() else domain.encode()


def _headers(message: bytes) -> list[str]:
    head = message.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").lower()
    there = [line.partition(":")[0] for line in head.split("\r\n") if line[:1] not in (" ", "\t")]
    return [name for name in SIGNED if name in there] + list(ONCE)


@lru_cache(maxsize=64)
def _key(path: Path, _changed: int) -> bytes:
    return path.read_bytes()
