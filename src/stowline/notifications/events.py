"""Facts of messages: delivery as a whole runs late or fails, and runs again."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Messages come late, are dead or cannot be written, or too many ask where their order is: `value` passed `limit` (seconds or messages), as a sentence in `say`."""

    name: str
    value: int
    limit: int
    say: str


@dataclass(frozen=True, slots=True)
class AlarmEnded:
    """It is over. `since` is when it began (ISO 8601, UTC)."""

    name: str
    since: str
