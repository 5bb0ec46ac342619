"""How long the texts of messages are kept: each night those of settled ones that are older than the setting are emptied.

That there was a message stays: kind, subject, state, reason and times. A sent message without a text is one whose text
was removed.
"""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, timers
from stowline.core.config import settings
from stowline.notifications.models import Message
from stowline.notifications.rules import State

NIGHT, PORTION = "message-texts", "message-texts-portion"
EVERY = timedelta(days=1)
AT_ONCE = 500
SETTLED = (State.SENT, State.SKIPPED, State.DEAD)
"""Not those that wait, nor those of which a person still has to say whether they arrived."""
GONE = {"html": "", "text": "", "short": ""}
_m = Message.__table__.c  # type: ignore[attr-defined]


def nightly(session: Session, _ref: str) -> None:
    """The timer's verb: begin, where texts are not kept for ever, and plan the next night."""
    if settings().message_retention_days:
        timers.set_timer(session, PORTION, "0", clock.now())
    timers.set_timer(session, NIGHT, "", clock.now() + EVERY)


def portion(session: Session, ref: str) -> None:
    """The timer's verb: empty some messages after the one with this id, and go on after them."""
    days = settings().message_retention_days
    if not days:
        return
    old = sa.func.coalesce(_m.sent_at, _m.made_at) < clock.now() - timedelta(days=days)
    full = sa.or_(*(_m[name] != "" for name in GONE))
    query = sa.select(_m.id).where(_m.id > int(ref), _m.state.in_(SETTLED), old, full).order_by(_m.id).limit(AT_ONCE)
    some = list(session.execute(query.with_for_update(skip_locked=True)).scalars())
    session.execute(sa.update(Message).where(_m.id.in_(some)).values(**GONE))
    if len(some) == AT_ONCE:
        timers.set_timer(session, PORTION, str(some[-1]), clock.now())


def removed(message: Message) -> str:
    """What is said in place of a text that was removed; empty where the text is there, or was never written."""
    if message.state != State.SENT or any(getattr(message, name) for name in GONE):
        return ""
    if not message.recipient:
        return "Its text was removed when the person was erased."
    days = settings().message_retention_days
    return f"Its text was removed after {days:,} {'day' if days == 1 else 'days'}." if days else "Its text was removed."
