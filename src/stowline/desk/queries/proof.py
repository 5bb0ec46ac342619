"""The proof of the invariants, on demand: it reads every table, so its last result is kept and shown."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stowline.core import clock, db
from stowline.core.errors import Conflict
from stowline.desk import checks, words


@dataclass(frozen=True, slots=True)
class Proof:
    """What one run found, when, and how long it took in seconds."""

    rows: list[dict[str, Any]]
    at: datetime
    seconds: float


_running = threading.Lock()
_last: dict[str, Proof] = {}


def last() -> Proof | None:
    """The last proof of this process and this database."""
    return _last.get(db.database().url)


def run() -> Proof:
    """Prove every invariant now. Raises Conflict while another proof runs."""
    if not _running.acquire(blocking=False):
        raise Conflict("A check runs already. Look again in a moment.")
    try:
        begun = time.monotonic()
        with db.reading() as session:
            found = Proof(checks.prove(session), clock.now(), 0)
        found = Proof(found.rows, found.at, time.monotonic() - begun)
        _last[db.database().url] = found
    finally:
        _running.release()
    return found


def say(proof: Proof) -> str:
    """ "All 20 hold, checked 18 s ago in 0.2 s." """
    broken = sum(1 for row in proof.rows if not row["holds"])
    n = len(proof.rows)
    held = f"All {n} hold" if not broken else f"{broken} of {n} {'does' if broken == 1 else 'do'} not hold"
    return f"{held}, checked {words.ago(proof.at)} in {proof.seconds:.1f} s."
