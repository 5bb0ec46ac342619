"""Sending one message: two short transactions with the channel between them, and nothing ever sent twice.

1. Look: still held, due, first of its order, true? Gather the facts, render, address the channel.
2. At the last moment before the text goes out: lock it, check again, mark it `sending`. Cancel and claim lock the same
   order, so whoever comes second sees the other.
3. Write down what became of it. A process that dies between 2 and 3 leaves `sending`, which becomes `unknown`.

Messages to one provider are between 2 and 3 one after the other in a process (turns.py).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlmodel import Session

from stowline.backorders import promises
from stowline.backorders.queries import Promised
from stowline.core import clock, db, timers
from stowline.core.errors import NotFound
from stowline.core.hot import Hot
from stowline.notifications import (
    announcing,
    breakers,
    channel_settings,
    closing,
    digests,
    facts,
    gates,
    queries,
    reports,
    service,
    sign_in,
    turns,
)
from stowline.notifications.channels import Channel, DeliveryFailed, Envelope
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered, RenderFailed, render
from stowline.notifications.rules import (
    AFTER,
    UNWRITABLE,
    Outcome,
    State,
    after,
    failure,
    message_id,
    next_try,
    thread_id,
)
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.stores import queries as stores

log = structlog.get_logger("stowline.messages")
_m = Message.__table__.c  # type: ignore[attr-defined]
_CLAIM = Hot("UPDATE message SET state = 'sending', claimed_at = :at, subject = :subject, html = :html, text = :text, short = :short"
             " WHERE id = :id")  # fmt: skip
_ARRIVED = Hot("UPDATE message SET state = 'sent', reason = '', sent_at = :at WHERE id = :id AND state = 'sending' AND claimed_at = :claimed_at")
LOST_AFTER = timedelta(minutes=5)  # longer than any conversation from the claim on (smtp.Patience)
WAIT_FOR_EARLIER = timedelta(seconds=1)
KNOWN_AGAIN = ("webhook", "in-app")
"""Channels whose other side knows a message that it had already: what is not certain goes again."""
STOPPED = "the program stopped while it was being sent"


class _CalledOff(Exception):
    """The message changed while it was being prepared."""


def deliver(ref: str) -> None:
    """The message timer's work: send the message if it may go now. Safe to repeat."""
    try:
        found = _look(int(ref))
    except NotFound:
        return
    except RenderFailed as error:
        _settle(int(ref), Outcome.UNWRITABLE, f"{UNWRITABLE}{error}")
        log.exception("message_unwritable", message=ref)
        return
    except DeliveryFailed as error:
        _failed(int(ref), None, error)
        return
    if found is not None:
        _send(int(ref), found)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A message as it goes out, the promises that it shows, the messages that it tells of, and by which channel and provider."""

    envelope: Envelope
    shown: Sequence[Promised]
    told: tuple[int, ...]
    channel: Channel
    provider: str


def _look(ident: int) -> _Ready | None:
    """The message, ready to go; None if it does not go now. Raises DeliveryFailed where its store has no such channel any more."""
    return _glance(ident) or _look_closely(ident)


def _glance(ident: int) -> _Ready | None:
    """The message ready to go, where nothing is in its way and nothing is to be written down: most are. The claim asks all
    of it once more, and for certain.
    """
    with db.reading() as session:
        message = queries.message(session, ident)
        order = orders.order(session, message.order_id) if message.order_id is not None else None
        store = stores.store(session, message.store_id) if message.store_id is not None else None
        if order is None or store is None or not _is_clear(session, message, order):
            return None
        try:
            return _ready(session, message)
        except (RenderFailed, DeliveryFailed):
            return None  # to be looked at closely


def _is_clear(session: Session, message: Message, order: Order) -> bool:
    """Whether nothing is in the way of a message about an order, as far as can be seen."""
    if message.state != State.HELD or message.due > clock.now() or digests.may_fold(message) or queries.earlier_open(session, message):
        return False
    why = "" if message.forced else service.untrue(session, message, order)
    return not why and gates.closed(session, message, looking=True) is None


def _look_closely(ident: int) -> _Ready | None:
    """The same for any message, and what keeps it from going is written down."""
    with db.transaction() as session:
        message, order = queries.lock_with_order(session, ident)
        if message.state == State.SENDING:
            _lost(session, message)
        if message.state != State.HELD or not _may_go(session, message):
            return None
        if _is_stopped(session, message, order) or digests.fold(session, message, _written):
            return None
    with db.reading() as session:
        return _ready(session, queries.message(session, ident))


def _ready(session: Session, message: Message) -> _Ready:
    return _Ready(_envelope(session, message), facts.shown(session, message), digests.tells(session, message),
                  channel_settings.for_channel(session, message), breakers.provider_of(message))  # fmt: skip


def _may_go(session: Session, message: Message) -> bool:
    """Put off what is not due yet, or whose turn it is not: messages of one order go in the order they were owed."""
    now = clock.now()
    if message.due > now:
        timers.set_timer(session, announcing.TIMER, str(message.id), message.due)
        return False
    if queries.earlier_open(session, message):
        timers.set_timer(session, announcing.TIMER, str(message.id), now + WAIT_FOR_EARLIER)
        return False
    return True


def _is_stopped(session: Session, message: Message, order: Order | None, *, under_way: bool = False) -> bool:
    """Skip what is not true any more or will never be let through, put off what has to wait; whether it was either."""
    why = "" if message.forced else digests.untrue(session, message) if message.kind == digests.KIND else service.untrue(session, message, order)
    shut = gates.Never(why) if why else gates.closed(session, message, under_way=under_way)
    if isinstance(shut, gates.Never):
        service.skip(session, message, shut.why)
    elif shut is not None:
        service.put_off(session, message, shut.until, shut.why)
    return shut is not None


def _lost(session: Session, message: Message) -> None:
    """A message that was being sent when its process died: nobody knows. One that is being sent now is left alone."""
    claimed = message.claimed_at or message.made_at
    if clock.now() - claimed < LOST_AFTER:
        timers.set_timer(session, announcing.TIMER, str(message.id), claimed + LOST_AFTER)
        return
    if message.channel in KNOWN_AGAIN:
        _mark(session, message, Outcome.TEMPORARY, STOPPED)
        timers.set_timer(session, announcing.TIMER, str(message.id), clock.now())
    else:
        _mark(session, message, Outcome.UNSURE, f"{STOPPED}; it may have arrived")


def _envelope(session: Session, message: Message) -> Envelope:
    brand, rendered = facts.brand_of(session, message), _as_it_was(message) or _written(session, message)
    domain = brand.from_address.rpartition("@")[2]
    return Envelope(
        kind=message.kind, order_ref=message.order_ref, message_id=message_id(message.key, domain),
        thread_id=_thread(session, message, domain),
        unsubscribe_url=facts.way_out(message), to_address=message.recipient,
        to_name=message.recipient_name, brand=brand, rendered=rendered, date=clock.now(),
        attachments=reports.attachments(session, message), ident=message.id or 0,
    )


def _written(session: Session, message: Message) -> Rendered:
    return render(message.kind, locale=queries.locale_of(session, message), brand=facts.brand_of(session, message),
                  data=facts.gather(session, message))  # fmt: skip


def _as_it_was(message: Message) -> Rendered | None:
    """A copy of what went reads as that did."""
    if message.copy_of_id is None or not message.html:
        return None
    return Rendered(message.subject, message.html, message.text, message.short)


def _thread(session: Session, message: Message, domain: str) -> str:
    """What ties the mails of one order together; '' for what is about none."""
    if not message.order_ref or message.store_id is None:
        return ""
    return thread_id(stores.store(session, message.store_id).key, message.order_ref, domain)


class _Claim:
    """One try to send one message. `at` is when it was claimed, None while its text is still in the house.

    The moment tells tries apart: what became of an older try says nothing about a newer one.
    """

    def __init__(self, ident: int, ready: _Ready) -> None:
        self.ident, self.shown, self.told = ident, ready.shown, ready.told
        self.kept = sign_in.without_link(ready.envelope.kind, ready.envelope.rendered)
        self._turns = turns.of(ready.provider)
        self.at: datetime | None = None

    def take(self) -> None:
        """Mark the message as being sent, unless it must not go any more (_CalledOff)."""
        self._turns.enter(self)
        with db.transaction() as session:
            message, order = queries.lock_with_order(session, self.ident)
            service.hold(session, message)
            if message.state == State.HELD and not _is_stopped(session, message, order, under_way=True) and self._is_as_written(session, message):
                self.at = clock.now()
                _CLAIM.run(session, id=self.ident, at=self.at, subject=self.kept.subject, html=self.kept.html,
                           text=self.kept.text, short=self.kept.short)  # fmt: skip
                promises.tell(session, self.shown, self.ident)
            elif message.state == State.SENDING:
                _lost(session, message)  # another worker was quicker; our timer watches over it, for should it die
        if self.at is None:
            raise _CalledOff

    def _is_as_written(self, session: Session, message: Message) -> bool:
        """Whether all that a digest tells of is still true; else it is written anew at once."""
        same = digests.tells(session, message, sure=True) == self.told
        if not same:
            timers.set_timer(session, announcing.TIMER, str(self.ident), clock.now())
        return same

    def end(self) -> None:
        """Let the next message go."""
        self._turns.leave(self)


def _send(ident: int, ready: _Ready) -> None:
    claim = _Claim(ident, ready)
    try:
        ready.channel.send(ready.channel.prepare(ready.envelope), before_data=claim.take)
    except _CalledOff:
        return
    except DeliveryFailed as error:
        _failed(ident, claim.at, error)
    else:
        _sent(ident, claim.at, ready)
    finally:
        claim.end()


def _sent(ident: int, claimed_at: datetime | None, ready: _Ready) -> None:
    with db.transaction() as session:
        if not _mark_at_once(session, ident, claimed_at):
            message = queries.lock(session, ident)
            if not _speaks_for(claimed_at, message, Outcome.ACCEPTED):
                return
            _mark(session, message, Outcome.ACCEPTED, "")
        timers.cancel(session, announcing.TIMER, str(ident))
        breakers.worked(session, ready.provider)
        if ready.envelope.kind == closing.KIND:
            closing.close(session, ident)


def _mark_at_once(session: Session, ident: int, claimed_at: datetime | None) -> bool:
    """Write down that a message arrived without reading it again, if it is as this try left it: it nearly always is."""
    return bool(_ARRIVED.run(session, id=ident, claimed_at=claimed_at, at=clock.now()))


def _failed(ident: int, claimed_at: datetime | None, error: DeliveryFailed) -> None:
    with db.transaction() as session:
        message = queries.lock(session, ident)
        if error.down:
            breakers.failed(session, breakers.provider_of(message), error.say)
        outcome = failure(permanent=error.permanent, unsure=error.unsure, attempt=message.attempt + 1)
        if outcome is Outcome.UNSURE and message.state == State.HELD:
            outcome = Outcome.TEMPORARY  # the text never left
        if not _speaks_for(claimed_at, message, outcome):
            return
        message.attempt += 1
        _mark(session, message, outcome, error.say)
        if message.state == State.HELD:
            wait = next_try(message.attempt, random.Random(), retry_after=error.retry_after)  # noqa: S311  (jitter)
            message.due = clock.now() + timedelta(seconds=wait)
            timers.set_timer(session, announcing.TIMER, str(ident), message.due)
    log.warning("message_not_taken", message=ident, why=error.say, outcome=str(outcome))


def _speaks_for(claimed_at: datetime | None, message: Message, outcome: Outcome) -> bool:
    """Whether this try's end settles the message: no newer try has it, and nobody settled it otherwise meanwhile."""
    if claimed_at is None:
        ours = message.state == State.HELD
    else:
        ours = message.claimed_at == claimed_at and (State(message.state), outcome) in AFTER
    if not ours:
        log.warning("late_answer", message=message.id, outcome=str(outcome), state=message.state)
    return ours


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
    """At the start of the one program that sends: whatever was being sent when it died is not certain, or goes again where
    the other side knows a message that it had. How many.
    """
    again = _m.channel.in_(KNOWN_AGAIN)
    with db.transaction() as session:
        lost = sa.update(Message).where(_m.state == State.SENDING)
        held = session.execute(lost.where(again).values(state=State.HELD, reason=STOPPED))
        unknown = session.execute(lost.where(~again).values(state=State.UNKNOWN, reason=f"{STOPPED}; it may have arrived"))
        return int(held.rowcount) + int(unknown.rowcount)
