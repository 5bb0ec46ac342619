"""Cursors of keyset pages: the sort key of the last row shown, opaque to the reader."""

import base64
import binascii
from datetime import datetime
from typing import Any

import msgspec

from stowline.core import clock
from stowline.core.errors import BadRequest

_BROKEN = "This page marker cannot be read. Start again from the first page."


def encode(*key: object) -> str:
    """Text for `?after=` from the values of a sort key (texts, whole numbers, moments, None)."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).rstrip(b"=").decode()


def decode(text: str, *types: Any) -> tuple[Any, ...]:  # noqa: ANN401  (the values have the types asked for)
    """The values again, each as the type asked for: `decode(after, datetime, int)`. Raises `BadRequest`."""
    shape = tuple[types] if types else tuple[()]  # type: ignore[valid-type]
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values: tuple[Any, ...] = msgspec.json.decode(raw, type=shape)
    except (binascii.Error, ValueError, RecursionError):
        raise BadRequest(_BROKEN, where="after") from None
    if not all(_storable(value) for value in values):
        raise BadRequest(_BROKEN, where="after")
    return values


def _storable(value: object) -> bool:
    """Whether a database takes the value as a parameter: no NUL in a text, no number beyond 63 bits, no moment that has
    no name in UTC.
    """
    if isinstance(value, datetime):
        return clock.in_utc(value) is not None
    return "\x00" not in value if isinstance(value, str) else not isinstance(value, int) or abs(value) < 2**63
