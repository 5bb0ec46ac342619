"""Identities and secrets that nobody can guess."""

import hashlib
import hmac
import secrets
import uuid

CLEAR = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody takes for another one."""


def new_uuid() -> str:
    """A random UUID as text."""
    return str(uuid.uuid4())


def new_secret(prefix: str = "") -> str:
    """A secret of 256 random bits, safe in URLs and headers, behind a prefix that tells what it is for."""
    return prefix + secrets.token_urlsafe(32)


def new_code(length: int) -> str:
    """A short random code that people read out to each other. No secret."""
    return "".join(secrets.choice(CLEAR) for _ in range(length))


def fingerprint(secret: str) -> str:
    """What is stored instead of a secret: its SHA-256, in hex. Enough for secrets of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signature(key: bytes, *parts: str) -> str:
    """A keyed signature over parts (HMAC-SHA-256, first 128 bits, URL-safe hex)."""
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


def same(left: str, right: str) -> bool:
    """Whether two texts are equal, compared in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())
