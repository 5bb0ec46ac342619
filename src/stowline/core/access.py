"""Who asks, and what they may do: plain values that every room may hold.

Core knows permissions only as names; which there are and who has them is the business of the room that keeps staff.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from stowline.core import clock
from stowline.core.errors import Refused

Kind = Literal["user", "token"]


@dataclass(frozen=True, slots=True)
class Identity:
    """A person with a session, or a program with a token, for the length of one request.

    `csrf` is the session's form token and None for programs; `worker` is the name that a program gives to the robot
    or station it speaks for (header `X-Worker`), so that several may share one token. `device` is what records name
    beside the person: the device of the session, or the program itself.
    """

    kind: Kind
    id: int
    name: str
    permissions: frozenset[str]
    csrf: str | None = None
    session_id: int | None = None
    worker: str | None = None
    device: str = ""

    @property
    def label(self) -> str:
        """How records name who did it: "user 3, Maja Kowalska"."""
        return f"{self.kind} {self.id}, {self.name}"

    @property
    def holder(self) -> str:
        """Who holds a task: the worker a program names, else the identity's own name."""
        return self.worker or self.name


class Unauthorized(Refused):
    """Nobody we know asks (401)."""

    def __init__(self, say: str = "Sign in first, or send a valid token.") -> None:
        super().__init__(say, code="unauthorized", status=401)


class Forbidden(Refused):
    """Somebody we know asks for what is not theirs (403)."""

    def __init__(self, say: str, *, code: str = "forbidden") -> None:
        super().__init__(say, code=code, status=403)


def may(identity: Identity | None, *any_of: str) -> bool:
    """Whether the identity has at least one of these permissions."""
    return identity is not None and any(name in identity.permissions for name in any_of)


def demand(identity: Identity | None, *any_of: str) -> Identity:
    """The identity, if it has one of these permissions. Raises `Unauthorized` or `Forbidden`."""
    if identity is None:
        raise Unauthorized
    if not may(identity, *any_of):
        needed = " or ".join(any_of)
        raise Forbidden(f"{identity.name} may not do this: it needs the permission {needed}. Ask an admin for it.")
    return identity


class ShortMemory:
    """Remembers whom a secret belongs to for a few seconds, so that a stream of scans does not ask each time.

    Keys are fingerprints, never secrets. `clear` makes this process forget at once; other processes forget when the
    seconds are over, so a revocation bites everywhere within `seconds`.
    """

    def __init__(self, seconds: int, size: int = 1000) -> None:
        self._life = timedelta(seconds=seconds)
        self._size = size
        self._known: dict[str, tuple[Identity, datetime]] = {}

    def get(self, fingerprint: str) -> Identity | None:
        """Who it is, if that was looked up within the last seconds."""
        found = self._known.get(fingerprint)
        return found[0] if found is not None and clock.now() < found[1] else None

    def keep(self, fingerprint: str, identity: Identity) -> None:
        """Remember who it is from now on."""
        if len(self._known) >= self._size:
            self._known.clear()
        self._known[fingerprint] = (identity, clock.now() + self._life)

    def clear(self) -> None:
        """Forget everybody."""
        self._known.clear()


TOKENS = ShortMemory(seconds=5)
"""Whom this process knows by token. Sessions are never remembered: each request asks, a revoked one ends at once."""
