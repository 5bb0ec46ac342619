"""How often one address may ask at a door that anybody may knock at. Counted in this process and forgotten with it:
a bound on what one visitor costs, not a lock. Behind a proxy, the proxy tells the visitor's address.
"""

import threading
import time
from collections.abc import Callable

from stowline.core.errors import Refused


class TooOften(Refused):
    """Asked too often (429); `retry_after_s` says when to come again."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"This was asked too often from your address. Try again in {wait_s} seconds.", code="too_often",
                         status=429)  # fmt: skip
        self.retry_after_s = wait_s


class Pace:
    """`most` times in `seconds` for each key, counted in windows that begin with the first time."""

    def __init__(self, most: int, seconds: int, *, size: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._size, self._clock = most, seconds, size, clock
        self._seen: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def step(self, key: str) -> None:
        """Count one. Raises TooOften."""
        now = self._clock()
        with self._lock:
            began, n = self._seen.get(key, (now, 0))
            if now - began >= self._seconds:
                began, n = now, 0
            if n >= self._most:
                raise TooOften(max(1, round(began + self._seconds - now)))
            if len(self._seen) >= self._size and key not in self._seen:
                self._seen.clear()
            self._seen[key] = (began, n + 1)

    def forget(self) -> None:
        """Count anew, for everybody."""
        with self._lock:
            self._seen.clear()
