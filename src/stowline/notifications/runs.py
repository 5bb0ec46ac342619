"""Runs: a manager writes to many at once about their orders. Who gets it is fixed when the run is made, so that what was
shown is what is sent.

A timer writes to a portion of the orders in one transaction: it records the fact for each, and how far the run is. A crash
leaves both or none; what is owed from there on goes every message's way, through every gate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import clock, outbox, timers
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.run_events import NoteWritten
from stowline.notifications.run_models import NoteRun, NoteRunOrder
from stowline.notifications.run_rules import FASTEST, MOST_ORDERS, filled, paragraphs, portion, trouble
from stowline.orders import queries as orders
from stowline.orders.queries import Order

KIND = "note"
TIMER = "note-run"
NEXT = {"start": ("draft", "running"), "pause": ("running", "paused"), "resume": ("paused", "running")}
_r, _w, _m = NoteRun.__table__.c, NoteRunOrder.__table__.c, Message.__table__.c  # type: ignore[attr-defined]


# -- make one --------------------------------------------------------------------------------------------------------


def draft(session: Session, whom: Iterable[Order], *, subject: str, body: str, per_minute: int, asked: dict[str, Any], who: str) -> int:
    """Keep a text and those it is for, one order of each person, to be looked at before it starts: the run's id.

    Raises Refused with the field.
    """
    field, say = trouble(subject, body)
    if say:
        raise Refused(say, where=field)
    if not 1 <= per_minute <= FASTEST:
        raise Refused(f"From 1 to {FASTEST} messages a minute.", where="per_minute")
    chosen = _one_each(whom)
    if not chosen:
        raise Refused("Nobody is among those.", where="whom")
    run = NoteRun(subject=subject.strip(), body=body, asked=asked, per_minute=per_minute, total=len(chosen), made_by=who[:120], made_at=clock.now())
    session.add(run)
    session.flush()
    session.execute(sa.insert(NoteRunOrder), [{"run_id": run.id, "n": n, "order_id": one} for n, one in enumerate(chosen, 1)])
    return run.id or 0


def _one_each(whom: Iterable[Order]) -> list[int]:
    """The first order of each person in each store; of nobody known, each order."""
    found: dict[object, int] = {}
    for order in whom:
        found.setdefault((order.store_id, plain(order.email)) if order.email else order.id, order.id or 0)
        if len(found) > MOST_ORDERS:
            raise Refused(f"A run is for at most {MOST_ORDERS:,} orders. Choose fewer.", where="whom")
    return list(found.values())


# -- work it off -----------------------------------------------------------------------------------------------------


def run(session: Session, run_id: int) -> NoteRun:
    """A run by its id. Raises NotFound."""
    found = session.get(NoteRun, run_id)
    if found is None:
        raise NotFound("There is no such run.")
    return found


def move(session: Session, run_id: int, step: str) -> NoteRun:
    """Start, pause or resume a run; it may be pressed twice. Raises NotFound, and Conflict where it cannot be."""
    before, after = NEXT[step]
    found = _lock(session, run_id)
    if found.state == after:
        return found
    if found.state != before:
        raise Conflict(f"This run is {found.state}.")
    found.state, found.started_at = after, found.started_at or clock.now()
    _keep(session, found)
    if after == "running":
        timers.set_timer(session, TIMER, str(run_id), clock.now())
    else:
        timers.cancel(session, TIMER, str(run_id))
    return found


def stop(session: Session, run_id: int) -> NoteRun:
    """End a run for good: nobody else is written to, and what is held of it does not go. Raises Conflict once it is over."""
    found = _lock(session, run_id)
    if found.state == "finished" and not _held(session, run_id):
        raise Conflict("This run is finished, and nothing of it is held.")
    found.state, found.ended_at = "stopped", found.ended_at or clock.now()
    _keep(session, found)
    timers.cancel(session, TIMER, str(run_id))
    return found


def work(session: Session, ref: str) -> None:
    """The timer's verb: the next portion."""
    found = _lock(session, int(ref))
    if found.state != "running":
        return
    at_once, pause = portion(found.per_minute)
    facts = [(NoteWritten(one.id or 0, one.ref, int(ref), found.subject), one.id or 0) for one in recipients(session, int(ref), found.done, at_once)]
    outbox.record_all(session, facts)
    found.done += len(facts)
    if found.done >= found.total or not facts:
        found.state, found.ended_at = "finished", clock.now()
    else:
        timers.set_timer(session, TIMER, ref, clock.now() + timedelta(seconds=pause))
    _keep(session, found)


def _lock(session: Session, run_id: int) -> NoteRun:
    query = select(NoteRun).where(NoteRun.id == run_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound("There is no such run.")
    return found


def _keep(session: Session, found: NoteRun) -> None:
    session.add(found)
    session.flush()


# -- look at it ------------------------------------------------------------------------------------------------------


def recipients(session: Session, run_id: int, after: int = 0, limit: int = 50) -> list[Order]:
    """The orders of a run, in their order, from after a place."""
    query = sa.select(_w.order_id).where(_w.run_id == run_id, _w.n > after).order_by(_w.n).limit(limit)
    return [orders.order(session, one) for one in session.execute(query).scalars()]


def listed(session: Session, before: int | None = None, limit: int = 50) -> list[NoteRun]:
    """Runs, newest first, from before an id."""
    query = select(NoteRun).where(_r.id < before) if before is not None else select(NoteRun)
    return list(session.exec(query.order_by(col(NoteRun.id).desc()).limit(limit)))


@dataclass(frozen=True, slots=True)
class Fate:
    """How many messages of a run stand so, and why."""

    state: str
    reason: str
    n: int


def fates(session: Session, run_id: int) -> list[Fate]:
    """What became of a run's messages, the commonest first."""
    mine = _of_run(run_id).with_only_columns(_m.state, _m.reason, sa.func.count().label("n")).group_by(_m.state, _m.reason)
    return [Fate(*row) for row in session.execute(mine.order_by(sa.desc("n")).limit(50))]


def _held(session: Session, run_id: int) -> bool:
    return session.execute(_of_run(run_id).where(_m.state == "held").limit(1)).first() is not None


def _of_run(run_id: int) -> sa.Select[Any]:
    """The messages of a run: their key names it (rules.message_key)."""
    key = sa.literal("note:") + sa.cast(_m.store_id, sa.String) + ":" + sa.cast(_m.order_id, sa.String) + f":{run_id}:%"
    joined = sa.and_(_m.order_id == _w.order_id, _m.kind == KIND, _m.key.like(key))
    return sa.select(_m.id).select_from(NoteRunOrder).join(Message, joined).where(_w.run_id == run_id)


# -- what its messages say -------------------------------------------------------------------------------------------


def facts(session: Session, order: Order, message: Message) -> dict[str, Any]:
    """A note's own words, filled for this order."""
    return words(run(session, _run_id(session, message)), order)


def words(found: NoteRun, order: Order) -> dict[str, Any]:
    """A run's words, filled for an order."""
    known: dict[str, str] = {"name": order.customer_name or order.ship_name, "order": order.ref}
    return {"headline": filled(found.subject, **known), "texts": [filled(one, **known) for one in paragraphs(found.body)]}


def untrue(session: Session, message: Message) -> str:
    """Why a note must not go; '' if it may."""
    return "the run that it belongs to was stopped" if run(session, _run_id(session, message)).state == "stopped" else ""


def _run_id(session: Session, message: Message) -> int:
    return int(outbox.load(session, message.event_id).values["run_id"])


