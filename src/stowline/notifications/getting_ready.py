"""The series on a long wait: every 10 to 14 days, per product of an order, how it stands; until it comes, is chosen about,
leaves or is cancelled. It begins by a nightly look at the lines that wait, and says nothing right after other news.
"""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders import offers
from stowline.backorders import queries as backorders
from stowline.core import clock, outbox
from stowline.notifications import policies, sequence_rules, sequence_runs
from stowline.notifications.models import Message
from stowline.notifications.queries import WENT
from stowline.notifications.rules import State
from stowline.notifications.sequence_events import WaitGoesOn
from stowline.notifications.sequence_models import SequenceRun
from stowline.notifications.sequence_rules import GETTING_READY, NEWS, NEWS_KINDS, Wait
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Sold
from stowline.orders.queries import Order, WaitingLine

KIND = "getting-ready"
MOST_READ = 5_000
_m = Message.__table__.c  # type: ignore[attr-defined]
Key = tuple[datetime, int]


# --- how it begins ----------------------------------------------------------------------------------------------------


def portion(session: Session, after: Key | None, limit: int) -> tuple[list[SequenceRun], Key | None]:
    """Sequences to begin for the next lines that wait, and the key to go on from; None at the end."""
    lines = orders.waiting_lines(session, after=after, limit=limit)
    standing = backorders.standing(session, [line.line_id for line in lines])
    long = [line for line in lines if _is_long(session, line, standing.get(line.line_id))]
    by_order: dict[int, set[int]] = defaultdict(set)
    for line in long:
        by_order[line.order_id].add(line.line_id)
    runs = [run for order_id, ids in by_order.items() for run in _runs(session, orders.order(session, order_id), ids)]
    return runs, (lines[-1].placed_at, lines[-1].line_id) if len(lines) == limit else None


def _is_long(session: Session, line: WaitingLine, promised: backorders.Promised | None) -> bool:
    if not policies.policy(session, line.store_id, KIND).on:
        return False
    days = sequence_runs.pace(session, line.store_id).long_days
    return sequence_rules.is_long(promised.window.p50 if promised else None, line.placed_at, clock.now(), days)


def _runs(session: Session, order: Order, line_ids: set[int]) -> list[SequenceRun]:
    """One for each product (or kit) of an order that these lines belong to."""
    if not order.tell or order.held:
        return []
    now, pace = clock.now(), sequence_runs.pace(session, order.store_id)
    begins = sequence_rules.next_day(order.id or 0, order.placed_at, now, pace)
    ids = {line.product_id for line in kits.sold(session, order.id or 0) if any(part.id in line_ids for part in line.lines)}
    return [SequenceRun(sequence=GETTING_READY, subject=subject(order.id or 0, product_id), store_id=order.store_id, order_id=order.id,
                        product_id=product_id, address=order.email, began_at=now, next_at=begins) for product_id in sorted(ids)]  # fmt: skip


def subject(order_id: int, product_id: int) -> str:
    """What the series is about."""
    return f"order:{order_id}:product:{product_id}"


# --- a step -----------------------------------------------------------------------------------------------------------


def step(session: Session, run: SequenceRun) -> None:
    """Say how it stands, or move on, or end. The caller holds the order's lock and the run's."""
    order = orders.order(session, run.order_id or 0)
    sold = _sold(session, run)
    why = over(session, order, sold)
    if why:
        sequence_runs.end(session, run, why)
        return
    pace, now = sequence_runs.pace(session, run.store_id), clock.now()
    following = sequence_rules.next_day(order.id or 0, order.placed_at, now, pace)
    if order.held or not policies.policy(session, run.store_id, KIND).on or _had_news(session, order.id or 0, now):
        sequence_runs.move_on(session, run, following)
    elif (until := sequence_runs.taken_until(session, run)) is not None:
        sequence_runs.move_on(session, run, until)
    else:
        _say(session, run, order, sold[0])
        sequence_runs.stepped(session, run, following)


def _say(session: Session, run: SequenceRun, order: Order, sold: Sold) -> None:
    fact = WaitGoesOn(order.id or 0, order.ref, sold.product_id, sold.sku, sold.name, run.step + 1, _said_last(session, order, run))
    outbox.record(session, fact, subject=order.id)


def _said_last(session: Session, order: Order, run: SequenceRun) -> str:
    """What a manager wanted shoppers to read of this product since the last step."""
    since = run.last_at or run.began_at
    skus = {part.sku for line in _sold(session, run) for part in line.lines}
    said = [one.values["say"] for one in outbox.diary(session, order.id or 0, limit=MOST_READ)
            if one.name == "PromiseChanged" and one.at > since and one.values["sku"] in skus and one.values["say"]]  # fmt: skip
    return str(said[-1]) if said else ""


def _had_news(session: Session, order_id: int, now: datetime) -> bool:
    """Whether the shopper was told other news of the order just now, or is about to be."""
    told = sa.func.coalesce(_m.sent_at, _m.claimed_at, _m.due)
    query = sa.select(_m.id).where(_m.order_id == order_id, _m.kind.in_(NEWS_KINDS), _m.state.in_([*WENT, State.HELD]), told > now - NEWS)
    return session.execute(query.limit(1)).first() is not None


# --- how it ends ------------------------------------------------------------------------------------------------------


def over(session: Session, order: Order, sold: list[Sold]) -> str:
    """Why the series on a product of an order has ended; '' while it goes on."""
    chosen = offers.chosen_since(session, order.id or 0, order.placed_at)
    wait = Wait(order.state == "cancelled", sum(line.waiting for line in sold), sum(line.ordered - line.cancelled for line in sold), chosen)
    return sequence_rules.over(wait)


def look(session: Session, order_id: int) -> None:
    """Something happened to an order: end what is over of it. The order is locked, as it is for a step; where nothing is
    under way (most orders) it is not: what begins now looks by itself.
    """
    if not sequence_runs.is_any_of(session, order_id):
        return
    order = orders.lock(session, order_id)
    for run in sequence_runs.of_order(session, order_id):
        why = over(session, order, _sold(session, run)) if run.sequence == GETTING_READY else ""
        if why:
            sequence_runs.end(session, run, why)


def untrue(session: Session, message: Message, order: Order) -> str:
    """Why a message of the series must not go any more; '' if it may."""
    said = outbox.load(session, message.event_id).values
    return over(session, order, [line for line in kits.sold(session, order.id or 0) if line.product_id == said["product_id"]])


def _sold(session: Session, run: SequenceRun) -> list[Sold]:
    return [line for line in kits.sold(session, run.order_id or 0) if line.product_id == run.product_id]
