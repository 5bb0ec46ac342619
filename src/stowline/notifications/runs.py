"""Runs: a manager writes to many at once about their orders. Who gets it is fixed when the run is made, so that what was
shown is what is sent.

A timer writes to a portion of the orders in one transaction: it records the fact for each, and how far the run is. A crash
leaves both or none; what is owed from there on goes every message's way, through every gate.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock, ids, outbox, timers
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.notifications import run_queries as reads
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.run_events import NoteWritten
from stowline.notifications.run_models import NoteRun, NoteRunOrder
from stowline.notifications.run_rules import FASTEST, MOST_ORDERS, filled, paragraphs, portion, trouble
from stowline.orders.queries import Order

KIND = "note"
TIMER = "note-run"
NEXT = {"start": ("draft", "running"), "pause": ("running", "paused"), "resume": ("paused", "running")}


class Whom(Protocol):
    """An order that may be written about: whose it is, by what is compared."""

    @property
    def id(self) -> int | None:
        """The order's."""

    @property
    def store_id(self) -> int:
        """Its store's."""

    @property
    def email(self) -> str:
        """Its shopper's; '' where nobody knows."""


# -- make one --------------------------------------------------------------------------------------------------------


def draft(session: Session, whom: Iterable[Whom], *, subject: str, body: str, per_minute: int, asked: dict[str, Any], who: str) -> int:
    """Keep a text and those it is for, one order of each person, to be looked at before it starts: the run's id.

    Raises Refused with the field.
    """
    _check(subject, body, per_minute)
    chosen = _one_each(whom)
    if not chosen:
        raise Refused("Nobody is among those.", where="whom")
    run = NoteRun(subject=subject.strip(), body=body, asked=asked, per_minute=per_minute, total=len(chosen), made_by=who[:120], made_at=clock.now())
    session.add(run)
    session.flush()
    session.execute(sa.insert(NoteRunOrder), [{"run_id": run.id, "n": n, "order_id": one} for n, one in enumerate(chosen, 1)])
    return run.id or 0


def reword(session: Session, run_id: int, *, subject: str, body: str, per_minute: int) -> None:
    """Give a run that has not begun another text or pace. Raises Refused with the field, NotFound, and Conflict once it began."""
    _check(subject, body, per_minute)
    found = _lock(session, run_id)
    if found.state != "draft":
        raise Conflict(f"This run is {found.state}; only a draft is changed.")
    found.subject, found.body, found.per_minute = subject.strip(), body, per_minute
    _keep(session, found)


def _check(subject: str, body: str, per_minute: int) -> None:
    field, say = trouble(subject, body)
    if say:
        raise Refused(say, where=field)
    if not 1 <= per_minute <= FASTEST:
        raise Refused(f"From 1 to {FASTEST} messages a minute.", where="per_minute")


def _one_each(whom: Iterable[Whom]) -> list[int]:
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


def mark(found: NoteRun) -> str:
    """What a page says back with Start, so that no text goes that its reader did not see."""
    return ids.fingerprint(f"{found.per_minute}\0{found.subject}\0{found.body}")[:16]


def move(session: Session, run_id: int, step: str, *, seen: str = "") -> NoteRun:
    """Start, pause or resume a run; it may be pressed twice. `seen` is the mark of what its reader saw ('': not said). Raises
    NotFound, and Conflict where it cannot be.
    """
    before, after = NEXT[step]
    found = _lock(session, run_id)
    if found.state == after:
        return found
    if found.state != before:
        raise Conflict(f"This run is {found.state}.")
    if step == "start" and seen and seen != mark(found):
        raise Conflict("Somebody changed this draft since the page was drawn. Look at it once more.")
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
    if found.state == "finished" and not reads.is_held(session, run_id):
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
    due = [one.order for one in reads.recipients(session, int(ref), found.done, at_once)]
    facts = [(NoteWritten(one.id or 0, one.ref, int(ref), found.subject), one.id or 0) for one in due]
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


