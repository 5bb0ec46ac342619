"""Baskets that were left: shops tell of them, and who agreed to it is reminded once or twice, until it is bought or emptied.

The newest word counts, by the shop's own clock. A reminder is a step of a sequence; what ends a basket ends it at once,
and a message that is held is looked at once more when it goes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.core import clock, outbox, rows
from stowline.core.config import settings
from stowline.core.outbox import Happened
from stowline.notifications import announcing, policies, preferences, sequence_runs
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.rules import message_key
from stowline.notifications.sequence_events import BasketLeft
from stowline.notifications.sequence_models import Basket, SequenceRun
from stowline.notifications.sequence_rules import BASKET
from stowline.orders import queries as orders
from stowline.orders import shoppers
from stowline.stores import queries as stores

KIND = "cart-reminder"
BOUGHT, EMPTIED = "it was bought", "it was emptied"
ANOTHERS = "the basket has another address by now"
ORDERED, GONE, ANEW = "an order was placed meanwhile", "the basket is kept no more", "it was filled anew"
LATE = "it is too late for it"
PORTION = 500
_c = Basket.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Said:
    """What a shop says of a basket. `over` is why it is over, '' while it is not."""

    ref: str
    email: str
    name: str
    lines: list[dict[str, Any]]
    currency: str
    total_minor: int
    url: str
    updated_at: datetime
    over: str


# --- what a shop tells ------------------------------------------------------------------------------------------------


def take(session: Session, store_id: int, said: Said) -> tuple[Basket, bool, bool]:
    """Keep what a shop says of a basket: the basket, whether it is new, and whether anything changed. What is older than
    what is known changes nothing.
    """
    first = _values(said) | {"store_id": store_id, "ref": said.ref, "time": 1}
    new = rows.insert_new(session, Basket.__table__, first) is not None  # type: ignore[attr-defined]
    basket = _lock(session, store_id, said.ref)
    if not new:
        if said.updated_at < basket.updated_at or (said.updated_at == basket.updated_at and (not said.over or basket.ended_at is not None)):
            return basket, False, False
        again = basket.time + (basket.ended_at is not None and not said.over)
        for name, value in (_values(said) | {"time": again}).items():
            setattr(basket, name, value)
        session.add(basket)
        session.flush()
    _follow(session, basket)
    return basket, new, True


def _values(said: Said) -> dict[str, Any]:
    now = clock.now()
    return {"address": plain(said.email), "name": said.name, "lines": said.lines, "currency": said.currency, "total_minor": said.total_minor,
            "url": said.url, "updated_at": said.updated_at, "seen_at": now, "ended_at": now if said.over else None, "why": said.over}  # fmt: skip


def _lock(session: Session, store_id: int, ref: str) -> Basket:
    query = select(Basket).where(_c.store_id == store_id, _c.ref == ref).with_for_update().execution_options(populate_existing=True)
    return session.exec(query).one()


def subject(basket: Basket) -> str:
    """What the reminders are about: this filling of this basket."""
    return f"basket:{basket.id}:{basket.time}"


def _follow(session: Session, basket: Basket) -> None:
    """Begin, put off or end the reminders of a basket."""
    run = sequence_runs.lock_one(session, BASKET, subject(basket))
    if basket.ended_at is not None:
        if run is not None and run.ended_at is None:
            sequence_runs.end(session, run, basket.why)
        return
    policy = policies.policy(session, basket.store_id, KIND)
    if run is None:
        if policy.on:
            due = basket.updated_at + timedelta(seconds=policy.delay_s)
            sequence_runs.begin(session, [SequenceRun(sequence=BASKET, subject=subject(basket), store_id=basket.store_id, address=basket.address,
                                                      began_at=clock.now(), next_at=due)])  # fmt: skip
    elif run.ended_at is None:
        wait = timedelta(hours=sequence_runs.pace(session, basket.store_id).cart_again_h) if run.step else timedelta(seconds=policy.delay_s)
        run.address = basket.address
        sequence_runs.move_on(session, run, basket.updated_at + wait)


# --- a step -----------------------------------------------------------------------------------------------------------


def step(session: Session, run: SequenceRun) -> None:
    """Remind, or move on, or end."""
    _, basket_id, time = run.subject.split(":")
    policy, again = policies.policy(session, run.store_id, KIND), sequence_runs.pace(session, run.store_id).cart_again_h
    why = over(session, int(basket_id), int(time)) or _barred(session, run)
    if not why and clock.now() > run.next_at + timedelta(seconds=policy.expires_s):
        why = LATE
    if why:
        sequence_runs.end(session, run, why)
    elif (until := sequence_runs.taken_until(session, run)) is not None:
        sequence_runs.move_on(session, run, until)
    else:
        outbox.record(session, BasketLeft(run.store_id, int(basket_id), int(time), run.step + 1))
        sequence_runs.stepped(session, run, clock.now() + timedelta(hours=again))
        if run.step >= 2 or not again:
            sequence_runs.end(session, run, "it was said, once" if run.step == 1 else "it was said, twice")


def _barred(session: Session, run: SequenceRun) -> str:
    policy = policies.policy(session, run.store_id, KIND)
    if not policy.on:
        return announcing.NOT_SENT
    whys = [preferences.refuses(session, run.store_id, run.address, KIND, channel) for channel in policy.channels]
    return whys[0] if whys and all(whys) else ""


def over(session: Session, basket_id: int, time: int) -> str:
    """Why nobody is to be reminded of this filling of a basket any more; '' if they are."""
    basket = session.exec(select(Basket).where(Basket.id == basket_id).execution_options(populate_existing=True)).one_or_none()
    if basket is None:
        return GONE
    if basket.time != time:
        return ANEW
    if basket.ended_at is not None:
        return basket.why
    last = shoppers.last_order(session, basket.store_id, basket.address)
    return ORDERED if last is not None and last.placed_at >= basket.updated_at else ""


def on_ordered(session: Session, happened: Happened) -> None:
    """An order was placed: what its shopper left in a basket before is not spoken of any more."""
    order = orders.order(session, happened.values["order_id"])
    for run in sequence_runs.of_person(session, BASKET, order.store_id, order.email) if order.email else ():
        why = over(session, *(int(part) for part in run.subject.split(":")[1:]))
        if why:
            sequence_runs.end(session, run, why)


# --- its message ------------------------------------------------------------------------------------------------------


def announce(session: Session, happened: Happened) -> None:
    """Owe the reminder on every channel of the store's policy, once for each step. Its delay has passed already."""
    said = happened.values
    basket = session.get(Basket, said["basket_id"])
    if basket is None:
        return
    policy = replace(policies.policy(session, basket.store_id, KIND), delay_s=0)
    for channel in policy.channels:
        address = _reached(session, basket, channel)
        key = message_key(KIND, channel=channel, recipient=address, store=basket.store_id, cart=f"{basket.id}.{said['time']}", step=said["step"])
        row = announcing.owed(KIND, channel, address, happened, policy) | {"key": key, "store_id": basket.store_id, "recipient_name": basket.name}
        announcing.keep(session, announcing.silenced(row, announcing.unreachable(session, basket.store_id, channel, address)))


def _reached(session: Session, basket: Basket, channel: str) -> str:
    return basket.address if channel in ("in-app", "webhook") else preferences.address_for(session, basket.store_id, basket.address, channel)


def facts(session: Session, message: Message) -> dict[str, Any]:
    """What a reminder says: the basket as it stands, and where it is gone on with."""
    basket = session.get(Basket, outbox.load(session, message.event_id).values["basket_id"])
    store = stores.store(session, message.store_id or 0)
    lines, url = (basket.lines, basket.url) if basket else ([], "")
    return {"zone": store.time_zone, "customer_name": message.recipient_name, "currency": basket.currency if basket else store.currency,
            "lines": lines, "status_url": url or store.url}  # fmt: skip


def untrue(session: Session, message: Message) -> str:
    """Why a reminder that is held must not go any more; '' if it may."""
    said = outbox.load(session, message.event_id).values
    basket, why = session.get(Basket, said["basket_id"]), over(session, said["basket_id"], said["time"])
    return why if why or basket is None or _reached(session, basket, message.channel) == message.recipient else ANOTHERS


# --- how long they are kept -------------------------------------------------------------------------------------------


def forget(session: Session) -> int:
    """Drop some baskets that nobody touched for as long as the setting says: how many."""
    old = clock.now() - timedelta(days=settings().basket_retention_days)
    some = list(session.execute(sa.select(_c.id).where(_c.seen_at < old).order_by(_c.seen_at).limit(PORTION)).scalars())
    session.execute(sa.delete(Basket).where(_c.id.in_(some)))
    return len(some)
