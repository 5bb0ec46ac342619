"""Passwords and PINs: hashed with argon2id at the parameters that OWASP names (19 MiB, 2 passes, 1 lane).

At most two are worked on at once, so that a flood of sign-ins cannot take the memory or the processors of the scans.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_two_at_once = threading.BoundedSemaphore(2)
_NOBODY = _hasher.hash("nobody has this password")


def hashed(secret: str) -> str:
    """The hash to store."""
    with _two_at_once:
        return _hasher.hash(secret)


def matches(stored: str | None, secret: str) -> bool:
    """Whether the secret is the one hashed. Takes as long for an account without one (`stored` None), and is False."""
    with _two_at_once:
        try:
            _hasher.verify(stored or _NOBODY, secret)
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None
