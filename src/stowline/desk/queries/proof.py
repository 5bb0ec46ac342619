"""What the Integrity page shows: the last answer of each invariant, the run under way, the last 30 days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.core.config import settings
from stowline.desk import words
from stowline.desk.integrity import runs
from stowline.desk.integrity.boxes import BOXES, GUARD, Box
from stowline.desk.integrity.invariant import MOST_COUNTED
from stowline.desk.integrity.prove import BY_NAME, INVARIANTS
from stowline.desk.models import ProofResult, ProofRun

DAYS = 30
MOST_RUNS = 1000
_runs, _results = ProofRun.__table__, ProofResult.__table__  # type: ignore[attr-defined]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invariant said last: when it was asked, what it found, since when it is broken."""

    name: str
    holds: bool
    n: int
    breaches: list[str]
    asked_at: datetime
    broken_since: datetime | None


def answers(session: Session) -> dict[str, Answer]:
    """The last answer of each invariant there is, by name, whichever run gave it."""
    last = sa.select(_results.c.name, sa.func.max(_results.c.run_id).label("run_id")).group_by(_results.c.name).subquery()
    names = (_results.c.name, _results.c.holds, _results.c.n, _results.c.breaches, _results.c.asked_at, _results.c.broken_since)
    query = sa.select(*names).join(last, sa.and_(last.c.name == _results.c.name, last.c.run_id == _results.c.run_id))
    return {row.name: Answer(*row) for row in session.execute(query) if row.name in BY_NAME}


def broken(session: Session) -> list[Answer]:
    """The invariants that do not hold, by their last answer, in the order of the page."""
    known = answers(session)
    return [known[one.name] for one in INVARIANTS if one.name in known and not known[one.name].holds]


def view(session: Session) -> Row:
    """Everything the page shows."""
    known, run, last = answers(session), _running(session), _last(session)
    return {
        "say": _say(known, last), "running": run, "last": last, "broken": [_breach(one) for one in broken(session)],
        "boxes": [_box(box, known) for box in BOXES], "days": _days(session), "asked": bool(known),
        "next": _next_night(session),
    }  # fmt: skip


def _say(known: dict[str, Answer], last: Row | None) -> str:
    trouble = f" {last['say']}" if last and last["say"] else ""
    if not known:
        return f"Nothing was proved yet. The first proof runs a few minutes after the start, and then every night.{trouble}"
    wrong, n = sum(1 for one in known.values() if not one.holds), len(known)
    all_hold = f"All {n} queries hold" if n == len(INVARIANTS) else f"The {n} of {len(INVARIANTS)} queries that were asked hold"
    held = all_hold if not wrong else f"{wrong} of {n} {'does' if wrong == 1 else 'do'} not hold"
    return f"{held}, asked {words.ago(max(one.asked_at for one in known.values()))}.{trouble}"


def _running(session: Session) -> Row | None:
    run = session.execute(sa.select(_runs).where(_runs.c.state == "running")).one_or_none()
    if run is None:
        return None
    lost = run.beat_at <= clock.now() - runs.DEAD_AFTER
    at = INVARIANTS[run.done].name if run.done < len(INVARIANTS) else "the end"
    waits = "A worker takes it up now; the floor works on meanwhile." if run.taken_at is None else f"Now: {at}."
    say = f"Nobody heard of it {words.ago(run.beat_at)} or since. Begin again." if lost else waits
    return {"id": run.id, "done": run.done, "of": run.of, "by": run.asked_by, "at": run.started_at, "say": say, "lost": lost}


def _last(session: Session) -> Row | None:
    """The run that ended last."""
    query = sa.select(_runs).where(_runs.c.state != "running").order_by(_runs.c.id.desc()).limit(1)
    run = session.execute(query).one_or_none()
    if run is None:
        return None
    took = (run.finished_at - run.started_at).total_seconds()
    ended = {"failed": f"The last run failed. {run.why}", "stopped": f"The last run was not finished. {run.why}"}
    return {"state": run.state, "by": run.asked_by, "at": run.finished_at, "took": f"{took:,.1f} s", "say": ended.get(run.state, ""),
            "slowest": _slowest(session, run.id)}  # fmt: skip


def _slowest(session: Session, run_id: int) -> str:
    query = sa.select(_results.c.name, _results.c.took_ms).where(_results.c.run_id == run_id)
    row = session.execute(query.order_by(_results.c.took_ms.desc()).limit(1)).one_or_none()
    return f"{row.name}, {row.took_ms / 1000:,.1f} s" if row else ""


def _breach(one: Answer) -> Row:
    known = BY_NAME[one.name]
    return {"name": one.name, "say": known.say, "do": known.do, "since": one.broken_since, "asked_at": one.asked_at,
            "breaches": one.breaches, "more": _more(one)}  # fmt: skip


def _more(one: Answer) -> str:
    left = one.n - len(one.breaches)
    if left <= 0:
        return ""
    return f"and over {left:,} more" if one.n >= MOST_COUNTED else f"and {left:,} more"


def _box(box: Box, known: dict[str, Answer]) -> Row:
    """A promise with its proofs: {"way", "say", "kind", "word", "at"}; no tick without an answer of this database."""
    proofs = [_proof("query", BY_NAME[name].say, known.get(name)) for name in box.live]
    if box.guard:
        proofs.append(_proof("guard", box.guard, known.get(GUARD)))
    proofs += [{"way": "test", "say": say, "code": test, "kind": "", "word": "by test", "at": None} for say, test in box.tests]
    if box.open:
        proofs.append({"way": "none", "say": box.open, "code": "", "kind": "done", "word": "not proved", "at": None})
    return {"say": box.say, "proofs": proofs, "broken": any(one["kind"] == "bad" for one in proofs)}


def _proof(way: str, say: str, answer: Answer | None) -> Row:
    if answer is None:
        return {"way": way, "say": say, "code": "", "kind": "", "word": "not asked yet", "at": None}
    word = "holds" if answer.holds else words.units(answer.n, "breach", "breaches")
    return {"way": way, "say": say, "code": "", "kind": "ok" if answer.holds else "bad", "word": word, "at": answer.asked_at}


def _days(session: Session) -> list[Row]:
    """The last 30 days by the warehouse's calendar, oldest first: what the worst run of each found."""
    zone = ZoneInfo(settings().time_zone)
    today = clock.now().astimezone(zone).date()
    first = datetime.combine(today - timedelta(days=DAYS - 1), datetime.min.time(), zone).astimezone(UTC)
    query = sa.select(_runs.c.id, _runs.c.started_at, _runs.c.state).where(_runs.c.started_at >= sa.bindparam("first", first, _runs.c.started_at.type))
    worst: dict[date, str] = {}
    for _, at, state in session.execute(query.order_by(_runs.c.id.desc()).limit(MOST_RUNS)):
        on = at.astimezone(zone).date()
        worst[on] = max(worst.get(on, "none"), state, key=_WORST.index)
    days = [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]
    return [{"state": worst.get(on, "none"), "say": f"{words.day(on)}: {_DAY_WORDS[worst.get(on, 'none')]}"} for on in days]


_WORST = ("none", "running", "stopped", "failed", "held", "broken")
_DAY_WORDS = {"none": "no proof", "running": "under way", "stopped": "stopped before the end", "failed": "the proof failed",
              "held": "everything held", "broken": "something was broken"}  # fmt: skip


def _next_night(session: Session) -> datetime | None:
    """When the night's proof runs next; None while no relay has planned it."""
    timers = runs.timers.Timer.__table__  # type: ignore[attr-defined]
    return session.execute(sa.select(timers.c.due).where(timers.c.kind == runs.NIGHT)).scalar_one_or_none()
