"""Turns: in a process, messages go to a provider one after the other between their claim and its answer.

So a kill leaves at most one message of each provider uncertain. Only where a provider takes long over its answer does the
next message not wait any more: one hung conversation must not hold all others back.
"""

import threading
import time
from functools import lru_cache

GIVE_WAY_S = 5.0


class OneAtATime:
    """One conversation with a provider after the other; but nobody waits behind one that has lasted GIVE_WAY_S."""

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._holder: object = None
        self._since = 0.0

    def enter(self, who: object) -> None:
        """Wait for the turn."""
        with self._free:
            while self._holder is not None:
                left = self._since + GIVE_WAY_S - time.monotonic()
                if left <= 0:
                    return
                self._free.wait(left)
            self._holder, self._since = who, time.monotonic()

    def leave(self, who: object) -> None:
        """The next one, if this was the holder."""
        with self._free:
            if self._holder is who:
                self._holder = None
                self._free.notify()


@lru_cache(maxsize=1000)
def of(provider: str) -> OneAtATime:
    """The turns of one provider."""
    _ = provider
    return OneAtATime()
