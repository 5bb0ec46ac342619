"""We miss you: who has not ordered for a long time hears of it once per last order, if they agreed to such mail."""

from datetime import timedelta

from sqlmodel import Session

from stowline.core import clock, outbox
from stowline.core.outbox import Happened
from stowline.notifications import announcing, communication, policies, policy_rules, preferences, sequence_runs
from stowline.notifications.models import Message
from stowline.notifications.preference_rules import plain
from stowline.notifications.rules import message_key
from stowline.notifications.sequence_events import LongAway
from stowline.notifications.sequence_models import SequenceRun
from stowline.notifications.sequence_rules import AWAY, lot
from stowline.orders import queries as orders
from stowline.orders import shoppers
from stowline.orders.queries import Order

KIND = "win-back"
FORGOTTEN = timedelta(days=365)
"""Who was away so much longer than a store's number of days is left alone: switching it on wakes no old addresses."""
SPREAD_H = 7 * 24


def portion(session: Session, after: int, limit: int) -> tuple[list[SequenceRun], int | None]:
    """Sequences to begin for the next customers, and the customer to go on from; None at the end."""
    found = shoppers.last_orders(session, after=after, limit=limit)
    runs = [run for _, order in found if order is not None and (run := _run(session, order)) is not None]
    return runs, found[-1][0] if len(found) == limit else None


def _run(session: Session, order: Order) -> SequenceRun | None:
    now, days = clock.now(), timedelta(days=sequence_runs.pace(session, order.store_id).away_days)
    away = now - order.placed_at
    if not (order.tell and order.email and days <= away < days + FORGOTTEN) or not policies.policy(session, order.store_id, KIND).on:
        return None
    begins = now + timedelta(hours=lot(f"away:{order.id}", 0, SPREAD_H))
    return SequenceRun(sequence=AWAY, subject=f"order:{order.id}", store_id=order.store_id, order_id=order.id, address=order.email,
                       began_at=now, next_at=begins)  # fmt: skip


def step(session: Session, run: SequenceRun) -> None:
    """Say it once, or move on, or end."""
    order = orders.order(session, run.order_id or 0)
    why = over(session, order)
    if why:
        sequence_runs.end(session, run, why)
    elif (until := sequence_runs.taken_until(session, run)) is not None:
        sequence_runs.move_on(session, run, until)
    else:
        outbox.record(session, LongAway(order.id or 0, order.ref), subject=order.id)
        sequence_runs.stepped(session, run, run.next_at)
        sequence_runs.end(session, run, "it was said, once")


def over(session: Session, order: Order) -> str:
    """Why it is not to be said any more; '' if it is."""
    last = shoppers.last_order(session, order.store_id, order.email)
    if last is None or last.id != order.id:
        return "an order was placed meanwhile"
    policy = policies.policy(session, order.store_id, KIND)
    if not policy.on:
        return "this store does not send it"
    whys = [preferences.refuses(session, order.store_id, order.email, KIND, channel) for channel in policy.channels]
    return whys[0] if whys and all(whys) else ""


def announce(session: Session, happened: Happened) -> None:
    """Owe the message about no order, on every channel of the store's policy, once per last order."""
    order = orders.order(session, happened.values["order_id"])
    policy = policies.policy(session, order.store_id, KIND)
    unmet = policy_rules.unmet(policy.conditions, announcing.order_facts(session, order))
    for channel in policy.channels:
        address = announcing.recipient(session, order, channel)
        key = message_key(KIND, channel=channel, recipient=address, store=order.store_id, customer=order.customer_id or 0, order=order.id or 0)
        row = announcing.owed(KIND, channel, address, happened, policy) | {
            "key": key, "store_id": order.store_id, "recipient_name": order.customer_name or order.ship_name}  # fmt: skip
        why = f"policy: {unmet}" if unmet else announcing.unreachable(session, order.store_id, channel, address)
        announcing.keep(session, announcing.silenced(row, why))


def untrue(session: Session, message: Message) -> str:
    """Why a message that is held must not go any more: its person ordered meanwhile."""
    said = outbox.load(session, message.event_id)
    if said.name != "LongAway":
        return communication.untrue(session, message)
    last = shoppers.last_order(session, message.store_id or 0, plain(message.recipient)) if "@" in message.recipient else None
    return "an order was placed meanwhile" if last is not None and last.id != said.values["order_id"] else ""
