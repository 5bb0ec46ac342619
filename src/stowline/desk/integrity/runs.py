"""Runs of the proof: begun by the night's timer or by a manager, carried out by a worker, stopped, tidied.

A run asks one invariant after the other, each on one moment of the database in a short read of its own, and keeps each
answer in a short transaction. So it never holds one view of the database for minutes, and scans go on beside it;
different invariants see different moments.
"""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from stowline.core import clock, db, outbox, timers
from stowline.core.config import settings
from stowline.core.errors import Conflict
from stowline.desk.events import InvariantBroke, InvariantHeldAgain
from stowline.desk.integrity import invariant
from stowline.desk.integrity.invariant import Finding, Invariant
from stowline.desk.integrity.prove import INVARIANTS
from stowline.desk.models import ProofResult, ProofRun

NIGHT = "proof-night"
RUN = "proof"
DEAD_AFTER = timedelta(minutes=5)
"""A run that nobody heard of for so long has died with its worker."""

RUNS_IN_FULL = 30
DAYS_KEPT = 400

log = structlog.get_logger("stowline.integrity")
_runs, _results = ProofRun.__table__, ProofResult.__table__  # type: ignore[attr-defined]


def begin(session: Session, asked_by: str, *, nightly: bool = False) -> int:
    """Have a worker prove every invariant; the run's id. Raises Conflict while another run is under way."""
    _bury_the_dead(session)
    now = clock.now()
    new = session.execute(
        sa.text(
            "INSERT INTO proof_run (asked_by, nightly, started_at, beat_at, state, done, of, why)"
            " VALUES (:who, :nightly, :now, :now, 'running', 0, :of, '')"
            " ON CONFLICT (state) WHERE state = 'running' DO NOTHING RETURNING id"
        ).bindparams(sa.bindparam("now", type_=db.UtcDateTime)),
        {"who": asked_by[:120], "nightly": nightly, "now": now, "of": len(INVARIANTS)},
    ).scalar_one_or_none()
    if new is None:
        raise Conflict("A proof runs already. Wait for its end, or stop it.")
    timers.set_timer(session, RUN, str(new), now)
    return int(new)


def nightly(session: Session, _ref: str) -> None:
    """The night's timer: begin a run, forget what is old, plan the next night. All in one transaction, so a crash in
    between leaves the timer as it was.
    """
    try:
        begin(session, "the night", nightly=True)
    except Conflict:
        log.info("proof_skipped", why="another run is under way")
    forget_old(session)
    timers.set_timer(session, NIGHT, "", next_night())


def next_night() -> datetime:
    """The next moment at which it is the hour of the night's proof (STOWLINE_PROOF_HOUR) in the warehouse."""
    zone, now = ZoneInfo(settings().time_zone), clock.now()
    tonight = now.astimezone(zone).replace(hour=settings().proof_hour, minute=0, second=0, microsecond=0)
    if tonight.astimezone(UTC) <= now:
        tonight += timedelta(days=1)  # by the clock on the wall, whatever summer time does
    return tonight.astimezone(UTC)


def carry_out(ref: str) -> None:
    """The worker's part of a run: ask every invariant. Rung again, it looks whether the run still lives."""
    run_id = int(ref)
    if not db.run(lambda session: _take(session, run_id)):
        return
    try:
        for one in INVARIANTS:
            if not _prove(run_id, one):
                return  # somebody stopped it
        db.run(lambda session: _finish(session, run_id))
    except Exception as error:
        log.exception("proof_failed", run=run_id)
        say = f"It could not go on: {error!r}"
        db.run(lambda session: _end(session, run_id, "failed", say))


def _prove(run_id: int, one: Invariant) -> bool:
    at, began = clock.now(), time.monotonic()
    with db.reading() as session:
        found = invariant.ask(session, one)
    took = int((time.monotonic() - began) * 1000)
    return db.run(lambda session: _keep(session, run_id, one, found, at, took))


def stop(session: Session, run_id: int, who: str) -> None:
    """End a run before it is done. Raises Conflict if it is over already."""
    if not _end(session, run_id, "stopped", f"Stopped by {who}."):
        raise Conflict("This proof is over already.")


def _take(session: Session, run_id: int) -> bool:
    """Whether the run is this worker's to carry out. Its timer rings again later, to see whether it lives."""
    now = clock.now()
    mine = sa.update(_runs).where(_runs.c.id == run_id, _runs.c.state == "running", _runs.c.taken_at.is_(None))
    if session.execute(mine.values(taken_at=now, beat_at=now)).rowcount:  # type: ignore[attr-defined]
        timers.set_timer(session, RUN, str(run_id), now + DEAD_AFTER)
        return True
    run = session.execute(sa.select(_runs).where(_runs.c.id == run_id)).one_or_none()
    if run is None or run.state != "running":
        timers.cancel(session, RUN, str(run_id))
    elif not _bury_the_dead(session):
        timers.set_timer(session, RUN, str(run_id), run.beat_at + DEAD_AFTER)
    elif run.nightly and not _failed_before(session, run_id):
        begin(session, run.asked_by, nightly=True)  # once more this night; if that one dies too, a person must look
    return False


def _bury_the_dead(session: Session) -> bool:
    """Mark a run failed that nobody heard of for long; whether there was one."""
    gone = sa.select(_runs.c.id).where(_runs.c.state == "running", _runs.c.beat_at <= clock.now() - DEAD_AFTER)
    run_id = session.execute(gone).scalar_one_or_none()
    return run_id is not None and _end(session, run_id, "failed", "The program that ran it ended before it was done.")


def _failed_before(session: Session, run_id: int) -> bool:
    before = sa.select(_runs.c.state).where(_runs.c.id < run_id).order_by(_runs.c.id.desc()).limit(1)
    return session.execute(before).scalar_one_or_none() == "failed"


def _keep(session: Session, run_id: int, one: Invariant, found: Finding, at: datetime, took_ms: int) -> bool:
    """Keep what an invariant said and tell when that is news; False if the run is over meanwhile."""
    beat = sa.update(_runs).where(_runs.c.id == run_id, _runs.c.state == "running")
    if not session.execute(beat.values(done=_runs.c.done + 1, beat_at=clock.now())).rowcount:  # type: ignore[attr-defined]
        return False
    last = session.execute(
        sa.select(_results).where(_results.c.name == one.name).order_by(_results.c.run_id.desc()).limit(1)
    ).one_or_none()
    was_broken = last is not None and not last.holds
    since = None if found.holds else last.broken_since if was_broken and last is not None else at
    session.execute(sa.insert(_results).values(
        run_id=run_id, name=one.name, holds=found.holds, n=found.n, breaches=found.shown, asked_at=at, took_ms=took_ms,
        broken_since=since, differs=last is None or last.holds != found.holds,
    ))  # fmt: skip
    if found.n and not was_broken:
        outbox.record(session, InvariantBroke(one.name, found.n, found.shown[0]))
    elif found.holds and was_broken and last is not None:
        outbox.record(session, InvariantHeldAgain(one.name, last.broken_since.isoformat()))
    return True


def _finish(session: Session, run_id: int) -> None:
    broken = sa.select(_results.c.name).where(_results.c.run_id == run_id, _results.c.holds.is_(False)).limit(1)
    _end(session, run_id, "broken" if session.execute(broken).first() else "held", "")


def _end(session: Session, run_id: int, state: str, why: str) -> bool:
    """A run is over; False if it was already."""
    over = sa.update(_runs).where(_runs.c.id == run_id, _runs.c.state == "running")
    ended = session.execute(over.values(state=state, why=why[:300], finished_at=clock.now()))
    timers.cancel(session, RUN, str(run_id))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def forget_old(session: Session) -> None:
    """Of runs before the last 30 keep the answers that were news, for 400 days; then nothing."""
    recent = sa.select(_runs.c.id).order_by(_runs.c.id.desc()).limit(RUNS_IN_FULL)
    ids = session.execute(recent).scalars().all()
    if len(ids) < RUNS_IN_FULL:
        return
    before = ids[-1]
    session.execute(sa.delete(_results).where(_results.c.run_id < before, _results.c.differs.is_(False)))
    old = sa.select(_runs.c.id).where(_runs.c.id < before, _runs.c.started_at < clock.now() - timedelta(days=DAYS_KEPT))
    session.execute(sa.delete(_results).where(_results.c.run_id.in_(old)))
    session.execute(sa.delete(_runs).where(_runs.c.id < before, _runs.c.started_at < clock.now() - timedelta(days=DAYS_KEPT)))
