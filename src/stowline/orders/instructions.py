"""Verbs of instructions: what the shop is to do about an order, once for each fact, until it says that it is done.

Stowline moves no money. Whoever decides that some is due writes an instruction in the same transaction; it is posted to
the store's own address (`shop_doors`, `instruction_post`), or waits on the desk's list for a person where there is none.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import author, clock, money, outbox, timers
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.orders import instruction_rules as rules
from stowline.orders.instruction_events import (
    InstructionAcknowledged,
    InstructionDied,
    InstructionOwed,
    InstructionRefused,
    InstructionSettled,
    InstructionWithdrawn,
)
from stowline.orders.instruction_models import Instruction, ShopDoor
from stowline.orders.instruction_rules import FOR_RETURN, KINDS, OPEN, WANTS_A_PERSON, Heard, Outcome, State
from stowline.orders.models import Order
from stowline.stores import queries as stores

__all__ = ["FOR_RETURN", "KINDS", "OPEN", "WANTS_A_PERSON", "Instruction", "State"]

TIMER = "instruction"
LEASE = timedelta(seconds=90)  # longer than one post may take, name look-up included
_i, _d = Instruction.__table__, ShopDoor.__table__  # type: ignore[attr-defined]


def owe(
    session: Session, order: Order, kind: str, *, key: str, amount_minor: int = 0, lines: Sequence[dict[str, Any]] = (),
    why: str = "",
) -> Instruction:  # fmt: skip
    """The shop is to do this about the order: the instruction of this key, made if it is new."""
    assert kind in KINDS
    known = session.exec(select(Instruction).where(Instruction.key == key)).one_or_none()
    if known is not None:
        return known
    made = Instruction(
        store_id=order.store_id, order_id=order.id or 0, order_ref=order.ref, kind=kind, amount_minor=amount_minor,
        currency=order.currency, lines=list(lines), why=why[:300], key=key, made_at=clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    outbox.record(session, InstructionOwed(*_named(made)), subject=made.order_id)
    if _open_door(session, made.store_id):
        _at(session, made, clock.now())
    return made


def _open_door(session: Session, store_id: int) -> bool:
    query = sa.select(_d.c.store_id).where(_d.c.store_id == store_id, _d.c.active.is_(True))
    return session.execute(query).first() is not None


def _at(session: Session, one: Instruction, when: datetime) -> None:
    one.next_at = when
    session.add(one)
    session.flush()
    timers.set_timer(session, TIMER, str(one.id), when)


def amount(one: Instruction) -> str:
    """ "12.50 EUR"; empty where no money is due."""
    return f"{money.amount_text(one.amount_minor, one.currency)} {one.currency}" if one.amount_minor else ""


def _named(one: Instruction) -> tuple[int, str, int, str, str]:
    return one.order_id, one.order_ref, one.id or 0, one.kind, amount(one)


def lock(session: Session, ident: int) -> Instruction:
    """An instruction, read anew and locked. Raises NotFound."""
    query = select(Instruction).where(Instruction.id == ident).with_for_update()
    found = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound("There is no such instruction.")
    return found


# --- what the shop says -------------------------------------------------------------------------------------------------


def acknowledge(session: Session, ident: int, heard: Heard) -> Instruction:
    """The shop calls back: done, or refused. The same again changes nothing. Raises NotFound, and Conflict where it was
    settled another way meanwhile.
    """
    one = lock(session, ident)
    if one.state in (heard.outcome, State.ACKNOWLEDGED) and heard.outcome == one.state:
        return one
    if rules.after(one.state, heard.outcome) is None:
        raise Conflict(f"Instruction {ident} is {_word(one)}. Nothing was changed: look at it in Stowline.")
    _mark(session, one, heard)
    return one


def _word(one: Instruction) -> str:
    by = f" by {one.settled_by}" if one.settled_by else ""
    return f"{'settled by hand' if one.state == State.SETTLED else one.state}{by}"


def _mark(session: Session, one: Instruction, heard: Heard) -> None:
    """Move it on, with its event."""
    state = rules.after(one.state, heard.outcome)
    assert state is not None
    changed = state != one.state
    one.state, one.say, one.busy_until = state, heard.say[:300], None
    one.ref = heard.ref[:120] or one.ref
    if state == State.SENT and one.sent_at is None:
        one.sent_at, one.tries = clock.now(), 0
    if state not in OPEN:
        one.next_at, one.settled_at = None, None if state in WANTS_A_PERSON else clock.now()
        timers.cancel(session, TIMER, str(one.id))
    session.add(one)
    session.flush()
    if changed:
        _tell(session, one)


def _tell(session: Session, one: Instruction) -> None:
    fact = _FACTS.get(State(one.state))
    if fact is not None:
        outbox.record(session, fact(one), subject=one.order_id)


_FACTS: dict[State, Callable[[Instruction], object]] = {
    State.ACKNOWLEDGED: lambda one: InstructionAcknowledged(*_named(one), one.ref),
    State.REFUSED: lambda one: InstructionRefused(*_named(one), one.say),
    State.DEAD: lambda one: InstructionDied(*_named(one), one.say),
    State.SETTLED: lambda one: InstructionSettled(*_named(one), one.settled_by, one.note),
    State.WITHDRAWN: lambda one: InstructionWithdrawn(*_named(one), one.say),
}


# --- what a person decides ----------------------------------------------------------------------------------------------


def replay(session: Session, ident: int) -> Instruction:
    """Send one that died or was refused once more, under the same key. Raises Conflict for any other."""
    one = lock(session, ident)
    if rules.after(one.state, Outcome.REPLAYED) is None:
        raise Conflict(f"Instruction {ident} is {_word(one)}; only one that died or was refused is sent again.")
    _mark(session, one, Heard(Outcome.REPLAYED, say="sent again by hand"))
    one.tries, one.sent_at = 0, None
    session.add(one)
    if _open_door(session, one.store_id):
        _at(session, one, clock.now())
    return one


def settle(session: Session, ident: int, note: str) -> Instruction:
    """A person did it in the shop. Raises Refused without a note, Conflict where it is settled or just being sent."""
    if not note.strip():
        raise Refused("Say what was done, and where it can be looked up.", where="note")
    one = lock(session, ident)
    if one.state == State.SETTLED:
        return one
    if rules.after(one.state, Outcome.BY_HAND) is None:
        raise Conflict(f"Instruction {ident} is {_word(one)} already.")
    if one.busy_until is not None and one.busy_until > clock.now():
        raise Conflict(f"Instruction {ident} is being sent to the shop right now. Look again in a minute.")
    one.note, one.settled_by = note.strip()[:500], author.current().who
    _mark(session, one, Heard(Outcome.BY_HAND))
    return one


def withdraw(session: Session, key: str, why: str) -> bool:
    """Call back an instruction that the shop has not got. Whether it never will."""
    query = select(Instruction).where(Instruction.key == key).with_for_update()
    one = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        return True
    untouched = one.state == State.OWED and one.tries == 0 and (one.busy_until or clock.now()) <= clock.now()
    if untouched:
        _mark(session, one, Heard(Outcome.WITHDRAWN, say=why))
    return untouched


# --- what one worker does -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """A worker's right to post one instruction, until `until`."""

    id: int
    url: str
    secret: str
    old_secret: str
    until: datetime


def take_turn(session: Session, ident: int) -> Turn | None:
    """The right to post it now; None where it is done, its shop rests or has no address, or another worker is at it."""
    one = session.exec(select(Instruction).where(Instruction.id == ident).with_for_update()).one_or_none()
    if one is None or one.state not in OPEN:
        return None
    door = session.get(ShopDoor, one.store_id)
    if door is None or not door.active:
        one.next_at = None
        session.add(one)
        session.flush()
        return None
    now = clock.now()
    later = max(filter(None, (one.next_at, one.busy_until, door.rest_until)), default=now)
    if later > now:
        timers.set_timer(session, TIMER, str(ident), later)
        return None
    one.busy_until = now + LEASE
    session.add(one)
    session.flush()
    return Turn(ident, door.url, door.secret, door.old_secret, one.busy_until)


def posted(session: Session, turn: Turn, heard: Heard, *, gone: bool, asked_s: int | None, rng: random.Random) -> None:
    """What one post came to. `gone`: the address answered that there is nobody any more (410)."""
    one = lock(session, turn.id)
    _note_door(session, one.store_id, fine=heard.outcome is not Outcome.FAILED, gone=gone, rng=rng)
    if one.busy_until != turn.until or rules.after(one.state, heard.outcome) is None:
        return  # settled another way meanwhile, or another worker's by now
    one.tries += 1
    _mark(session, one, heard)
    if one.state not in OPEN:
        return
    pause = rules.pause_s(one.state, max(one.tries, 1), rng, asked_s)
    if pause is None:
        _mark(session, one, Heard(Outcome.EXHAUSTED, say=one.say))
    else:
        _at(session, one, clock.now() + timedelta(seconds=pause))


def _note_door(session: Session, store_id: int, *, fine: bool, gone: bool, rng: random.Random) -> None:
    """A shop that fails rests, longer each time, and nothing is posted to it meanwhile."""
    door = session.exec(select(ShopDoor).where(ShopDoor.store_id == store_id).with_for_update()).one_or_none()
    if door is None:
        return
    door.tries = 0 if fine else door.tries + 1
    pause = None if fine else rules.pause_s(State.OWED, min(door.tries, 9), rng)
    door.rest_until = clock.now() + timedelta(seconds=pause) if pause and door.tries > 1 else None
    if gone:
        door.active, door.why = False, "The address answered that it is gone (410)."
    session.add(door)
    session.flush()


def told(session: Session, ident: int) -> tuple[Instruction, str]:
    """An instruction and its store's key, to be posted."""
    one = session.exec(select(Instruction).where(Instruction.id == ident)).one()
    return one, stores.store(session, one.store_id).key
