"""What every feed gives."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Signed:
    """A post whose signature fits: the provider's id of the event, and when it was signed, where the signature says so."""

    event_id: str
    signed_at: datetime | None = None
