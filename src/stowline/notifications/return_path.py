"""The address that mail servers send bounces to, one for each message: it names the message, and nobody can forge it.

`bounces+{token}@mail.example` becomes `bounces+m4711-3f0c…@mail.example`. The token is lower-case letters and digits, as
some servers fold the letter case of what they send back.
"""

import hashlib
import hmac
import re

_TOKEN = re.compile(r"(?<![a-z0-9])m([1-9][0-9]{0,17})-([0-9a-f]{20})(?![0-9a-f])", re.IGNORECASE)
_PURPOSE = b"return path:"
PLACE = "{token}"


def token(message_id: int, key: bytes) -> str:
    """The message's token; 80 bits of it are a signature."""
    return f"m{message_id}-{_mark(message_id, key)}"


def _mark(message_id: int, key: bytes) -> str:
    return hmac.new(key, _PURPOSE + str(message_id).encode(), hashlib.sha256).hexdigest()[:20]


def message_of(text: str, key: bytes) -> int | None:
    """The message named by the first token of ours in a text (an address, a header); None where there is none."""
    for found in _TOKEN.finditer(text[:4000]):
        ident = int(found[1])
        if hmac.compare_digest(found[2].lower(), _mark(ident, key)):
            return ident
    return None


def address_for(pattern: str, message_id: int, key: bytes) -> str:
    """The return path of a message by a pattern such as `bounces+{token}@mail.example`."""
    return pattern.replace(PLACE, token(message_id, key))
