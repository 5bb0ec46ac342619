"""Sending one message: two short transactions with the channel between them, and nothing ever sent twice.

1. Look: still held, due, first of its order, true? Gather the facts, render, address the channel.
2. At the last moment before the text goes out: lock it, check again, mark it `sending`. Cancel and claim lock the same
   order, so whoever comes second sees the other.
3. Write down what became of it. A process that dies between 2 and 3 leaves `sending`, which becomes `unknown`.

One message is between 2 and 3 at a time in a process, so a kill leaves at most one message uncertain.
"""

import random
import threading
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.core.errors import NotFound
from stowline.notifications import facts, queries, service
from stowline.notifications.channels import Channel, DeliveryFailed, Envelope, for_settings
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered, RenderFailed, render
from stowline.notifications.rules import (
    Outcome,
    State,
    after,
    failure,
    message_id,
    next_try,
    thread_id,
)
from stowline.stores import queries as stores

log = structlog.get_logger("stowline.messages")
LOST_AFTER = timedelta(minutes=2)
WAIT_FOR_EARLIER = timedelta(seconds=1)
_one_at_a_time = threading.Lock()


class _CalledOff(Exception):  # noqa: N818  (not an error: the message must not go any more)
    """The message changed while it was being prepared."""


def deliver(ref: str) -> None:
    """The message timer's work: send the message if it may go now. Safe to repeat."""
    try:
        envelope = _look(int(ref))
    except NotFound:
        return
    except RenderFailed as error:
        _settle(int(ref), Outcome.UNWRITABLE, str(error))
        log.error("message_unwritable", message=ref, why=str(error))
        return
    if envelope is not None:
        _send(int(ref), envelope, for_settings(settings()))


def _look(ident: int) -> Envelope | None:
    with db.transaction() as session:
        message = queries.lock(session, ident)
        if message.state == State.SENDING:
            _lost(session, message)
        if message.state != State.HELD or not _may_go(session, message):
            return None
        why = service.untrue(session, message)
        if why:
            service.skip(session, message, why)
            return None
    with db.reading() as session:
        return _envelope(session, queries.message(session, ident))


def _may_go(session: Session, message: Message) -> bool:
    """Put off what is not due yet, or whose turn it is not: messages of one order go in the order they were owed."""
    now = clock.now()
    if message.due > now:
        timers.set_timer(session, service.TIMER, str(message.id), message.due)
        return False
    if queries.earlier_open(session, message):
        timers.set_timer(session, service.TIMER, str(message.id), now + WAIT_FOR_EARLIER)
        return False
    return True


def _lost(session: Session, message: Message) -> None:
    """A message that was being sent when its process died: nobody knows. One that is being sent now is left alone."""
    claimed = message.claimed_at or message.made_at
    if clock.now() - claimed < LOST_AFTER:
        timers.set_timer(session, service.TIMER, str(message.id), claimed + LOST_AFTER)
        return
    _mark(session, message, Outcome.UNSURE, "the program stopped while it was being sent; it may have arrived")


def _envelope(session: Session, message: Message) -> Envelope:
    store = stores.store(session, message.store_id)
    brand = facts.brand(store)
    locale = queries.locale_of(session, message)
    rendered = render(message.kind, locale=locale, brand=brand, data=facts.gather(session, message))
    domain = brand.from_address.rpartition("@")[2]
    return Envelope(
        kind=message.kind, order_ref=message.order_ref, message_id=message_id(message.key, domain),
        thread_id=thread_id(store.key, message.order_ref, domain), to_address=message.recipient,
        to_name=message.recipient_name, brand=brand, rendered=rendered, date=clock.now(),
    )


def _send(ident: int, envelope: Envelope, channel: Channel) -> None:
    with _one_at_a_time:
        try:
            channel.send(channel.prepare(envelope), before_data=lambda: _claim(ident, envelope.rendered))
        except _CalledOff:
            return
        except DeliveryFailed as error:
            _failed(ident, error)
        else:
            _settle(ident, Outcome.ACCEPTED, "")


def _claim(ident: int, rendered: Rendered) -> None:
    with db.transaction() as session:
        message = queries.lock(session, ident)
        why = service.untrue(session, message) if message.state == State.HELD else ""
        if why:
            service.skip(session, message, why)
        elif message.state == State.HELD:
            message.state, message.claimed_at = after(message.state, Outcome.HANDED_OUT), clock.now()
            message.subject, message.html = rendered.subject, rendered.html
            message.text, message.short = rendered.text, rendered.short
            session.add(message)
            return
    raise _CalledOff


def _failed(ident: int, error: DeliveryFailed) -> None:
    with db.transaction() as session:
        message = queries.lock(session, ident)
        message.attempt += 1
        outcome = failure(permanent=error.permanent, unsure=error.unsure, attempt=message.attempt)
        if outcome is Outcome.UNSURE and message.state == State.HELD:
            outcome = Outcome.TEMPORARY  # the text never left
        if outcome is Outcome.TEMPORARY:
            wait = next_try(message.attempt, random.Random(), retry_after=error.retry_after)  # noqa: S311  (jitter)
            message.due = clock.now() + timedelta(seconds=wait)
            timers.set_timer(session, service.TIMER, str(ident), message.due)
        _mark(session, message, outcome, error.say)
    log.warning("message_not_taken", message=ident, why=error.say, outcome=str(outcome))


def _settle(ident: int, outcome: Outcome, reason: str) -> None:
    with db.transaction() as session:
        _mark(session, queries.lock(session, ident), outcome, reason)


def _mark(session: Session, message: Message, outcome: Outcome, reason: str) -> None:
    message.state = after(message.state, outcome)
    message.reason = reason[:500]
    if message.state == State.SENT:
        message.sent_at = clock.now()
    session.add(message)
    session.flush()


def give_up_lost() -> int:
    """At the start of the one program that sends: whatever was being sent when it died is not certain. How many."""
    with db.transaction() as session:
        rows = session.execute(
            sa.update(Message).where(Message.state == State.SENDING)  # type: ignore[arg-type]
            .values(state=State.UNKNOWN, reason="the program stopped while it was being sent; it may have arrived")
        )
        return int(rows.rowcount)  # type: ignore[attr-defined]
