"""What a person does about messages that are stuck or were sent: once more, all of one cause, a copy to the shopper.

A replay keeps its message's key, and goes through every check again: one that is too late or not true any more is skipped.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, timers
from stowline.core.errors import Conflict, Refused
from stowline.notifications import gates, queries, retention, service
from stowline.notifications.announcing import TIMER, keep
from stowline.notifications.models import Message
from stowline.notifications.rules import Outcome, State, after

REST = "message-replay"
AT_ONCE, PAUSE = 500, timedelta(milliseconds=200)
MOST_LOOKED_AT, MOST_WHY = 5_000, 250
_m = Message.__table__.c  # type: ignore[attr-defined]
_NUMBERS = re.compile(r"[0-9a-f]{6,}|\d+(?:\.\d+)*|\S+@\S+")


def cause_of(reason: str) -> str:
    """A reason without what is one message's own (numbers, addresses): what many messages died of, pure."""
    return _NUMBERS.sub("…", reason)[:200] or "no reason was kept"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why messages are dead, and how many of the newest 5,000 are."""

    say: str
    messages: int


def causes(session: Session) -> list[Cause]:
    """What messages are dead of, the commonest first."""
    query = sa.select(_m.reason).where(_m.state == State.DEAD).order_by(_m.id.desc()).limit(MOST_LOOKED_AT)
    found = Counter(cause_of(reason) for reason in session.execute(query).scalars())
    return [Cause(say, n) for say, n in found.most_common(20)]


def replay_all(session: Session, cause: str = "") -> int:
    """Send all dead messages of a cause (of any) once more, whatever their number: how many go now. The rest follows by a
    timer in the same portions; one that dies again meanwhile is not sent a third time. Safe to press twice: what goes on
    already is left to go on (0).
    """
    if {cause, ""} & set(under_way(session)):
        return 0
    return _portion(session, 0, cause)


def go_on(session: Session, ref: str) -> None:
    """The timer's verb: the next portion, from the message on that `ref` names before its cause."""
    after_id, _, cause = ref.partition(":")
    _portion(session, int(after_id), cause)


def _portion(session: Session, after_id: int, cause: str) -> int:
    query = sa.select(_m.id, _m.reason).where(_m.state == State.DEAD, _m.id > after_id).order_by(_m.id).limit(MOST_LOOKED_AT)
    looked = session.execute(query).all()
    wanted = [row.id for row in looked if not cause or cause_of(row.reason) == cause]
    sent = _send(session, wanted[:AT_ONCE])
    last = wanted[AT_ONCE - 1] if len(wanted) > AT_ONCE else looked[-1].id if len(looked) == MOST_LOOKED_AT else None
    if last is not None:
        timers.set_timer(session, REST, f"{last}:{cause}", clock.now() + AT_ONCE * PAUSE)
    return sent


def under_way(session: Session) -> list[str]:
    """The causes ('' for all) whose messages are still being sent again, portion by portion."""
    return [ref.partition(":")[2] for ref in timers.refs(session, REST)]


def replay(session: Session, cause: str = "") -> int:
    """Send up to 500 dead messages of a cause (of any, if none is named) once more, oldest first, not all in one moment:
    how many. Call again until it answers 0. Safe to repeat: what is under way is dead no more.
    """
    query = sa.select(_m.id, _m.reason).where(_m.state == State.DEAD).order_by(_m.id).limit(MOST_LOOKED_AT)
    wanted = [row.id for row in session.execute(query) if not cause or cause_of(row.reason) == cause][:AT_ONCE]
    return _send(session, wanted)


def _send(session: Session, wanted: Sequence[int]) -> int:
    for n, message_id in enumerate(wanted):
        message = queries.lock(session, message_id)
        if message.state == State.DEAD:
            _again(session, message, n)
    return len(wanted)


def _again(session: Session, message: Message, n: int) -> None:
    message.state, message.reason = after(message.state, Outcome.REPLAYED), "sent again with others"
    message.attempt, message.due = 0, clock.now() + n * PAUSE
    timers.set_timer(session, TIMER, str(message.id), message.due)
    session.add(message)
    session.flush()


def send_copy(session: Session, message_id: int, *, who: str, why: str = "") -> int:
    """Send a message that went or was skipped to its shopper again, as it was: the id of the copy, a message of its own.

    What policy forbids (not true any more, too late, night, enough) needs a reason; an address that bounces, and what the
    reader does not want, cannot be overruled. Raises Conflict with what forbids it, Refused for a reason that is too long.
    """
    original = queries.lock(session, message_id)
    if original.state not in (State.SENT, State.SKIPPED):
        raise Conflict(f"This message is {original.state}; only one that was sent or skipped can go again as a copy.")
    if gone := retention.removed(original):
        raise Conflict(f"{gone} No copy can go.")
    if len(why) > MOST_WHY:
        raise Refused(f"Say why in at most {MOST_WHY} characters.", where="why")
    row = _copy(session, original, f"{who}: {why}"[:300] if why else "")
    _refuse_what_is_forbidden(session, Message(**row))
    made = keep(session, row)
    if made is None:
        raise Conflict("A copy of it is under way already.")
    return made


def _copy(session: Session, original: Message, forced: str) -> dict[str, Any]:
    now = clock.now()
    n = session.execute(sa.select(sa.func.count()).where(_m.copy_of_id == original.id)).scalar_one() + 1
    kept = original.model_dump(exclude={"id", "told_in_id", "claimed_at", "sent_at", "run_id"})
    return kept | {
        "key": f"{original.key[:280]}:copy:{n}", "copy_of_id": original.id, "forced": forced, "state": State.HELD, "reason": "",
        "due": now, "made_at": now, "attempt": 0, "expires_at": now + timedelta(days=1),
    }  # fmt: skip


def _refuse_what_is_forbidden(session: Session, copy: Message) -> None:
    shut = gates.closed(session, copy)
    if shut is not None and copy.forced:
        raise Conflict(f"It cannot go: {shut.why}.", where="why")
    say = shut.why if shut is not None else service.untrue(session, copy)
    if say and not copy.forced:
        raise Conflict(f"It is not to go: {say}. Say why it is to go all the same.", where="why")
