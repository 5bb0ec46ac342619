"""Signed posts (Standard Webhooks) and the pauses between their tries: plain decisions on plain values."""

import base64
import hashlib
import hmac
import random
import secrets
from collections.abc import Sequence

SECRET_PREFIX = "whsec_"  # noqa: S105  (what a secret begins with)
FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_ASKED_S = 10, 3600, 86_400


def new_secret() -> str:
    """A secret in the form of Standard Webhooks: a prefix and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def headers(secret: str, ident: str, timestamp: int, body: bytes, *, old_secret: str = "") -> dict[str, str]:
    """The headers of Standard Webhooks (https://www.standardwebhooks.com), version v1: HMAC-SHA-256 over id, seconds
    since 1970 and body, joined by full stops. While a secret is being changed the old one signs too.
    """
    marks = [_mark(one, f"{ident}.{timestamp}.".encode() + body) for one in (secret, old_secret) if one]
    return {
        "Content-Type": "application/json", "User-Agent": "Stowline", "webhook-id": ident,
        "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(marks),
    }  # fmt: skip


def _mark(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"


def pause_s(tries: int, rng: random.Random, *, asked_s: int | None = None) -> float:
    """Seconds until the next try after so many failures in a row: doubled each time up to an hour, spread by a fifth to
    either side; never sooner than the receiver asked for (up to a day).
    """
    doubled: float = min(FIRST_PAUSE_S * 2 ** min(tries - 1, 20), LONGEST_PAUSE_S) * rng.uniform(0.8, 1.2)
    return max(doubled, float(min(asked_s or 0, LONGEST_ASKED_S)))


def fits(secrets_: Sequence[str], ident: str, timestamp: str, body: bytes, given: str) -> bool:
    """Whether one of the marks in a `webhook-signature` header is that of one of the secrets. In constant time."""
    signed = f"{ident}.{timestamp}.".encode() + body
    marks = [one.encode("utf-8", "replace") for one in given.split(" ")[:20]]
    found = [hmac.compare_digest(_mark(secret, signed).encode(), mark) for secret in secrets_ for mark in marks]
    return any(found)


def is_secret(said: str) -> bool:
    """Whether this is a secret as Standard Webhooks write it: the prefix and 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(said.removeprefix(SECRET_PREFIX), validate=True)
    except ValueError:
        return False
    return said.startswith(SECRET_PREFIX) and 24 <= len(key) <= 64
