"""What tells one post of stock from another: a plain decision on plain values. Signing and pausing are core's."""

import hashlib

from stowline.core.signing import headers, new_secret, pause_s

__all__ = ["headers", "message_id", "new_secret", "pause_s"]


def message_id(webhook_id: int, body: bytes) -> str:
    """The same for the same content to the same receiver, so that a repeated post is known as one."""
    return f"msg_{hashlib.sha256(f'{webhook_id}.'.encode() + body).hexdigest()[:32]}"
