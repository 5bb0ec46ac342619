"""Facts of runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """It is this order's turn in a run; `subject` is the run's, as it was typed."""

    order_id: int
    order_ref: str
    run_id: int
    subject: str
