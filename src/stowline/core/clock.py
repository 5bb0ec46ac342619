"""The one clock. Everything that needs the time asks here, so that a story can say what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_frozen: datetime | None = None


def now() -> datetime:
    """The current moment, aware, in UTC, with microseconds."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def in_utc(moment: datetime) -> datetime | None:
    """The moment in UTC; None where its offset leads beyond the years that there are (1 to 9999)."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """Within the block it is `moment` for the whole process. For stories and rehearsals."""
    global _frozen  # noqa: PLW0603  (one clock, on purpose)
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
