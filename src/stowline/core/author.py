"""Who is acting: every change of stock names them, though no verb is told.

An entrance says it once (a request's identity, a scan's holder and device, the command line); work that nobody asked
for, such as timers, is the program's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import NamedTuple


class Author(NamedTuple):
    """A name as records show it, and the device they scan with."""

    who: str
    device: str = ""


PROGRAM = Author("Stowline")
_author: ContextVar[Author] = ContextVar("author", default=PROGRAM)


def current() -> Author:
    """Who is acting now."""
    return _author.get()


def begin(who: str, device: str = "") -> Token[Author]:
    """From here on, in this context, it is they who act. `end` takes it back."""
    return _author.set(Author(who[:120], device[:80]))


def end(token: Token[Author]) -> None:
    """Whoever acted before acts again."""
    _author.reset(token)


@contextmanager
def acting(who: str, device: str = "") -> Iterator[None]:
    """The same for a block."""
    token = begin(who, device)
    try:
        yield
    finally:
        end(token)
