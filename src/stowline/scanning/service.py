"""The way of a scan: seen before? what does the code mean? which workflow? then one row that says how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import kits
from stowline.core import author, clock, outbox
from stowline.core.config import settings
from stowline.core.db import UtcDateTime
from stowline.core.errors import Conflict, Refused
from stowline.core.hot import Hot, moment
from stowline.scanning import queries
from stowline.scanning.codes import read
from stowline.scanning.events import ScanUndone
from stowline.scanning.models import Lease, PrintedCode, Step
from stowline.scanning.models import Scan as ScanRow
from stowline.scanning.rules import (
    ACCEPTED,
    CONFLICT,
    LARGEST_QUANTITY,
    REFUSED,
    STATUS,
    Asked,
    Holder,
    Scan,
    Seen,
    Verdict,
    shown,
    wants,
)

# Other rooms speak the protocol through this door.
__all__ = ["LARGEST_QUANTITY", "Asked", "Holder", "Scan", "Seen", "Verdict", "Workflow", "shown", "wants"]

Reply = dict[str, Any]
_scan = ScanRow.__table__  # type: ignore[attr-defined]
_step = Step.__table__  # type: ignore[attr-defined]
_lease = Lease.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Workflow:
    """How a kind of task takes a scan, takes one back, and what it wants now (for screens and robots). Of a `shared` task
    anybody takes their own scans back, whoever holds the lease.
    """

    scan: Callable[[Session, Scan], Verdict]
    undo: Callable[[Session, Scan, dict[str, Any]], Verdict]
    wanted: Callable[[Session, str, Holder], dict[str, Any]]
    shared: bool = False


class SeenBefore(Exception):
    """A scan id that stands in the log: whatever the repeat did is undone, and `before` has the answer."""


_workflows: dict[str, Workflow] = {}


def workflow(kind: str, how: Workflow) -> None:
    """Register the workflow of a task kind. Called by wiring only."""
    _workflows[kind] = how


def kinds() -> list[str]:
    """The task kinds there are."""
    return sorted(_workflows)


def wanted(session: Session, task: str, holder: Holder) -> dict[str, Any]:
    """What a task wants from this holder now: `{"next", "task"}`. Raises NotFound or Refused."""
    kind, _, ref = task.partition(":")
    how = _workflows.get(kind)
    if how is None:
        raise Refused(f"There is no task {shown(kind)}. There are: {', '.join(kinds())}.", where="task")
    return how.wanted(session, ref, holder)


def before(session: Session, asked: Asked) -> tuple[int, Reply] | None:
    """The answer this scan got already, marked as a duplicate; None if it is new."""
    row = _SEEN.one(session, scan_id=asked.scan_id)
    if row is None:
        return None
    task, code, fate, reply = row
    if task != asked.task or code != kept(asked.code):
        return STATUS[CONFLICT], {
            "scan_id": asked.scan_id, "fate": CONFLICT, "duplicate": False, "next": None, "task": None,
            "say": "This scan id belongs to another scan. Scan again.",
        }
    return STATUS[fate], {**msgspec.json.decode(reply), "duplicate": True}


_SEEN = Hot("SELECT task, code, fate, reply FROM scan WHERE scan_id = :scan_id")


def carry_out(session: Session, asked: Asked, holder: Holder, who: str) -> tuple[int, Reply]:
    """Do what a new scan asks and store it with its answer: (HTTP status, reply).

    Raises Refused or Conflict where a workflow found out too late that it cannot be done: the caller rolls back and
    stores the answer with `turn_down`.
    """
    token, acts = outbox.cause.set(asked.scan_id), author.begin(who, asked.device)
    try:
        verdict = _verdict(session, asked, holder, who)
        return store(session, asked, holder, who, verdict)
    finally:
        author.end(acts)
        outbox.cause.reset(token)


def turn_down(session: Session, asked: Asked, holder: Holder, who: str, why: Refused) -> tuple[int, Reply]:
    """Store a scan that changed nothing, with the reason."""
    verdict = Verdict(CONFLICT if why.status == STATUS[CONFLICT] else REFUSED, why.say)
    try:
        now = wanted(session, asked.task, holder)
        verdict = verdict.then(now["next"], now["task"])
    except Refused:
        pass  # the task itself is gone: the sentence is the answer
    return store(session, asked, holder, who, verdict)


def _verdict(session: Session, asked: Asked, holder: Holder, who: str) -> Verdict:
    kind, _, ref = asked.task.partition(":")
    how = _workflows.get(kind)
    if how is None:
        return Verdict.refused(f"There is no task {shown(kind)}. There are: {', '.join(kinds())}.")
    reading = read(asked.code)
    if reading.problem:
        return _still_wanted(session, asked, holder, Verdict.refused(reading.problem))
    things = () if reading.command else queries.meanings(session, reading)
    scan = Scan(asked.scan_id, kind, ref, reading.raw, asked.quantity, holder, who, asked.device,
                reading.command, things, asked.kind, reading)
    if reading.command == "UNDO":
        return _undo(session, how, scan)
    if kind != "look" and (kit := scan.kit) is not None:
        return _still_wanted(session, asked, holder, Verdict.refused(kits.scanned(session, kit.ref, kit.sku), seen=kit))
    return how.scan(session, scan)


def _still_wanted(session: Session, asked: Asked, holder: Holder, verdict: Verdict) -> Verdict:
    try:
        now = wanted(session, asked.task, holder)
    except Refused:
        return verdict
    return verdict.then(now["next"], now["task"])


def _undo(session: Session, how: Workflow, scan: Scan) -> Verdict:
    other = None if how.shared else queries.holder_of(session, scan.task)
    if other is not None and other.holder != scan.holder.key:
        raise Conflict(f"{other.label} is working on this. Get other work.", code="taken")
    query = sa.select(_scan.c.id, _scan.c.scan_id, _scan.c.effect).where(
        _scan.c.task == scan.task, _scan.c.holder == scan.holder.key, _scan.c.fate == ACCEPTED,
        _scan.c.effect.is_not(None), _scan.c.undone_by.is_(None),
    )
    last = session.execute(query.order_by(_scan.c.id.desc()).limit(1)).one_or_none()
    if last is None:
        now = how.wanted(session, scan.ref, scan.holder)
        return Verdict.refused("There is nothing to undo on this task.").then(now["next"], now["task"])
    mine = sa.update(_scan).where(_scan.c.id == last.id, _scan.c.undone_by.is_(None)).values(undone_by=scan.id)
    if not session.execute(mine).rowcount:  # type: ignore[attr-defined]
        raise Conflict("This scan was taken back just now. Look at what is wanted.")
    try:
        verdict = how.undo(session, scan, msgspec.json.decode(last.effect))
    except Conflict as why:
        raise Conflict(f"It cannot be taken back any more. {why.say}", code=why.code, where=why.where) from why
    if verdict.fate == ACCEPTED:
        outbox.record(session, ScanUndone(scan=last.scan_id, task=scan.task, by=scan.id))
    else:
        session.execute(sa.update(_scan).where(_scan.c.id == last.id).values(undone_by=None))
    return verdict


def store(session: Session, asked: Asked, holder: Holder, who: str, verdict: Verdict) -> tuple[int, Reply]:
    """Write the scan with its answer; the row is what a repeat of the scan will read."""
    reply: Reply = {"scan_id": asked.scan_id, "fate": verdict.fate, "duplicate": False, "say": verdict.say,
                    "hint": verdict.hint, "next": verdict.next, "task": verdict.task, "seen": verdict.seen}
    if verdict.choices:
        reply["choices"] = list(verdict.choices)
    stored = _INSERT.run(
        session, scan_id=asked.scan_id, task=asked.task, holder=holder.key, who=who, device=asked.device,
        code=kept(asked.code), quantity=asked.quantity, scanned_at=asked.scanned_at, at=clock.now(), fate=verdict.fate,
        reply=_encode(reply).decode(), effect=_encode(verdict.effect).decode() if verdict.effect else None,
    )
    if not stored:
        raise SeenBefore
    return STATUS[verdict.fate], reply


_encode = msgspec.json.Encoder().encode
_INSERT = Hot(
    "INSERT INTO scan (scan_id, task, holder, who, device, code, quantity, scanned_at, at, fate, reply, effect)"
    " VALUES (:scan_id, :task, :holder, :who, :device, :code, :quantity, :scanned_at, :at, :fate, :reply, :effect)"
    " ON CONFLICT (scan_id) DO NOTHING"
)


def kept(code: str) -> str:
    """A code as the log keeps it: at most 600 characters, NUL made visible (databases cannot hold it)."""
    return code.replace("\x00", "␀")[:600]


# --- codes, leases, steps ---------------------------------------------------------------------------------------------


def print_code(session: Session, code: str, kind: str, ref: int, label: str) -> None:
    """Enter a printed code into the directory, so that a scan of it finds (kind, ref)."""
    print_codes(session, [(code, kind, ref, label)])


def print_codes(session: Session, rows: list[tuple[str, str, int, str]]) -> None:
    """Enter several (code, kind, ref, label)."""
    if rows:
        session.execute(
            sa.insert(PrintedCode),
            [{"code": c[:200], "kind": k, "ref": r, "label": label[:200]} for c, k, r, label in rows],
        )


def lease(session: Session, task: str, holder: Holder, *, seconds: int | None = None) -> Lease:
    """Claim a task for a holder, or prolong the claim. Raises Conflict while somebody else holds it."""
    now = clock.now()
    until = now + timedelta(seconds=seconds or settings().lease_s)
    taken = session.execute(_CLAIM, {"task": task, "holder": holder.key, "label": holder.name, "until": until, "now": now})
    if not taken.rowcount:  # type: ignore[attr-defined]
        other = queries.holder_of(session, task)
        raise Conflict(f"{other.label if other else 'Somebody else'} is working on this. Get other work.", code="taken")
    return Lease(task=task, holder=holder.key, label=holder.name, until=until)


_CLAIM = sa.text(
    "INSERT INTO task_lease (task, holder, label, until) VALUES (:task, :holder, :label, :until)"
    " ON CONFLICT (task) DO UPDATE SET holder = excluded.holder, label = excluded.label, until = excluded.until"
    " WHERE task_lease.holder = excluded.holder OR task_lease.until <= :now"
).bindparams(sa.bindparam("until", type_=UtcDateTime), sa.bindparam("now", type_=UtcDateTime))


def keep_lease(session: Session, scan: Scan) -> None:
    """Have the scanning holder keep the task; writes only when half of the claim is used up. Raises Conflict."""
    row = _HELD.one(session, task=scan.task)
    renew(session, scan, *(row or (None, None, None)))


_HELD = Hot("SELECT holder, label, until FROM task_lease WHERE task = :task")


def renew(session: Session, scan: Scan, key: str | None, name: str | None, until: Any) -> None:  # noqa: ANN401
    """The same with the lease's columns at hand (a workflow may read them with its own first statement)."""
    now = clock.now()
    left = moment(until) - now if until is not None else None
    if key is None or left is None or left.total_seconds() <= 0 or (key == scan.holder.key and left < _half()):
        lease(session, scan.task, scan.holder)
    elif key != scan.holder.key:
        raise Conflict(f"{name} is working on this. Get other work.", code="taken")


def _half() -> timedelta:
    return timedelta(seconds=settings().lease_s / 2)


def last_holder(session: Session, task: str) -> str | None:
    """Who claimed a task last and did not let go of it, even if the time of the claim is over."""
    row = _HELD.one(session, task=task)
    return str(row[0]) if row else None


def let_go(session: Session, *tasks: str) -> None:
    """End the claims on tasks."""
    session.execute(sa.delete(_lease).where(_lease.c.task.in_(tasks)))


def step(session: Session, task: str, holder: Holder) -> dict[str, Any]:
    """What this holder has in hand on this task; empty if nothing."""
    row = session.execute(sa.select(_step.c.body).where(_step.c.task == task, _step.c.holder == holder.key)).scalar()
    return msgspec.json.decode(row) if row else {}


def set_step(session: Session, task: str, holder: Holder, body: dict[str, Any]) -> None:
    """Remember what this holder has in hand; an empty dict forgets it."""
    session.execute(sa.delete(_step).where(_step.c.task == task, _step.c.holder == holder.key))
    if body:
        session.execute(sa.insert(_step), {"task": task, "holder": holder.key, "at": clock.now(),
                                           "body": msgspec.json.encode(body).decode()})


def steps(session: Session, task: str) -> dict[str, dict[str, Any]]:
    """What each holder has in hand on a shared task, of the last five minutes."""
    since = clock.now() - timedelta(minutes=5)
    rows = session.execute(sa.select(_step.c.holder, _step.c.body).where(_step.c.task == task, _step.c.at > since))
    return {holder: msgspec.json.decode(body) for holder, body in rows}


def steps_of_kind(session: Session, kind: str) -> list[dict[str, Any]]:
    """What anybody has in hand on tasks of a kind, of the last five minutes."""
    since = clock.now() - timedelta(minutes=5)
    query = sa.select(_step.c.body).where(_step.c.task.startswith(f"{kind}:"), _step.c.at > since)
    return [msgspec.json.decode(body) for body in session.execute(query).scalars()]
