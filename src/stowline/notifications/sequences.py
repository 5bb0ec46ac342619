"""Sequences under way. One standing timer takes the steps that are due, another looks nightly for whom to begin with; both
work in portions, each in a transaction of its own. Who ends a sequence holds the lock of its step: nothing follows an end.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sqlmodel import Session

from stowline.core import clock, db, timers
from stowline.core.outbox import Happened
from stowline.notifications import baskets, getting_ready, sequence_runs, win_back
from stowline.notifications.sequence_models import SequenceRun
from stowline.notifications.sequence_rules import AWAY, BASKET, GETTING_READY
from stowline.orders import queries as orders

TIMER, NIGHT = "sequence", "sequence-night"
EVERY, NIGHTLY = timedelta(minutes=10), timedelta(days=1)
AT_ONCE, MOST_PORTIONS, LOOKED_AT = 50, 400, 500
_STEPS: dict[str, Callable[[Session, SequenceRun], None]] = {GETTING_READY: getting_ready.step, AWAY: win_back.step, BASKET: baskets.step}
AFTER_TROUBLE = timedelta(hours=1)
log = structlog.get_logger("stowline.sequences")


def work(ref: str) -> None:
    """The standing timer's work: take what is due, in portions. Safe to repeat."""
    for _ in range(MOST_PORTIONS):
        with db.reading() as session:
            found = sequence_runs.due(session, AT_ONCE)
        if not found:
            break
        _carry_out(found)
    db.run(lambda session: timers.set_timer(session, TIMER, ref, clock.now() + EVERY))


def _carry_out(found: list[tuple[int, int | None]]) -> None:
    """Take these steps together; where one of them goes wrong, each by itself, and that one is put off and says why."""
    try:
        db.run(partial(_portion, found=found))
    except Exception as error:
        if len(found) > 1:
            for one in found:
                _carry_out([one])
            return
        log.exception("sequence_step_failed", run=found[0][0])
        until = clock.now() + AFTER_TROUBLE
        db.run(partial(sequence_runs.failed, ident=found[0][0], until=until, why=f"{type(error).__name__}: {error}"))


def _portion(session: Session, found: list[tuple[int, int | None]]) -> None:
    """Orders are locked first, as whoever changes one does."""
    orders.lock_all(session, [order_id for _, order_id in found if order_id is not None])
    for run in sequence_runs.locked(session, [ident for ident, _ in found]):
        _STEPS[run.sequence](session, run)


def night(ref: str) -> None:
    """The nightly timer's work: begin with whom it is time for. Safe to repeat."""
    _begin(getting_ready.portion, None)
    _begin(win_back.portion, 0)
    while db.run(baskets.forget) == baskets.PORTION:
        pass
    db.run(lambda session: timers.set_timer(session, NIGHT, ref, clock.now() + NIGHTLY))


def _begin(portion: Callable[[Session, Any, int], tuple[list[SequenceRun], Any]], after: Any) -> None:  # noqa: ANN401  (a key)
    while True:
        with db.reading() as session:
            runs, after = portion(session, after, LOOKED_AT)
        if runs:
            db.run(partial(sequence_runs.begin, runs=runs))
        if after is None:
            return


def on_order_news(session: Session, happened: Happened) -> None:
    """A choice was made, stock came, a parcel left, something was cancelled: end at once what is over."""
    getting_ready.look(session, happened.values["order_id"])
