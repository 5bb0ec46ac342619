"""Signing and pausing: plain decisions on plain values."""

import base64
import hashlib
import hmac
import random
import secrets

SECRET_PREFIX = "whsec_"  # noqa: S105  (what a secret begins with)
FIRST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_ASKED_S = 10, 3600, 86_400


def new_secret() -> str:
    """A secret in the form of Standard Webhooks: a prefix and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def message_id(webhook_id: int, body: bytes) -> str:
    """The same for the same content to the same receiver, so that a repeated post is known as one."""
    return f"msg_{hashlib.sha256(f'{webhook_id}.'.encode() + body).hexdigest()[:32]}"


def headers(secret: str, ident: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of Standard Webhooks (https://www.standardwebhooks.com), version v1: HMAC-SHA-256 over id, seconds
    since 1970 and body, joined by full stops.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{ident}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json", "User-Agent": "Stowline", "webhook-id": ident,
        "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }  # fmt: skip


def pause_s(tries: int, rng: random.Random, *, asked_s: int | None = None) -> float:
    """Seconds until the next try after so many failures in a row: doubled each time up to an hour, spread by a fifth to
    either side; never sooner than the receiver asked for (up to a day).
    """
    doubled: float = min(FIRST_PAUSE_S * 2 ** min(tries - 1, 20), LONGEST_PAUSE_S) * rng.uniform(0.8, 1.2)
    return max(doubled, float(min(asked_s or 0, LONGEST_ASKED_S)))
