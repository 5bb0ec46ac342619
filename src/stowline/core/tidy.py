"""Once a day: forget what was kept only for a while. A timer like any other; each run sets the next."""

from datetime import timedelta

from sqlmodel import Session

from stowline.core import clock, idempotency, timers

TIMER = "tidy"
EVERY = timedelta(days=1)


def tidy(session: Session, _ref: str) -> None:
    """Drop old idempotency keys, and plan the next run."""
    idempotency.forget_old(session)
    timers.set_timer(session, TIMER, "", clock.now() + EVERY)
