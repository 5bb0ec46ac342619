"""Verbs of offers: make one, choose, end it. Levels are locked before the order, the order before its offer.

An offer is made with the notice or the apology that tells of it (notifications), or by a person at the desk; it ends at
its day, when a newer one stands, when nothing waits any more, when the order is cancelled. A choice is one transaction
with all that it brings about, and the same choice again answers the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session, col, select

from stowline.allocation import service as allocation
from stowline.backorders import consents, holds, option_policies, options, stand_ins
from stowline.backorders.offer_events import OfferEnded, OfferMade, OptionChosen
from stowline.backorders.offer_models import Offer
from stowline.backorders.offer_rules import AFTER, FINAL, Option, Outcome, State, verdict
from stowline.core import clock, db, money, outbox, timers
from stowline.core.errors import Conflict, NotFound
from stowline.core.outbox import Happened
from stowline.inventory import service as inventory
from stowline.orders import queries as orders
from stowline.orders.queries import Order

__all__ = ["Offer", "Option"]

TIMER = "offer-end"
ASKING = ("notice", "apology")  # what tells of a delay asks for consent to it, where the store must
EVERY = timedelta(hours=1)  # an offer lasts a day at least


@dataclass(frozen=True, slots=True)
class Said:
    """What a click came to. `fate`: chosen, same (again), used (something else was chosen for good), ended, gone (not
    possible any more), changed (the amount is another than was shown).
    """

    fate: str
    offer: Offer
    option: Option | None = None


def lock(session: Session, order_id: int) -> Order:
    """Lock the levels of all products that an offer of this order may touch, then the order."""
    products = {line.product_id for line in orders.lines(session, order_id)}
    mine = [one.id or 0 for one in _current(session, order_id)]
    inventory.lock_levels(session, sorted(products | holds.of_order_products(session, mine) | stand_ins.candidates(session, order_id)))
    return orders.lock(session, order_id)


def _current(session: Session, order_id: int) -> list[Offer]:
    """The offers of an order that something may still become of."""
    query = select(Offer).where(Offer.order_id == order_id, col(Offer.state).in_([State.OPEN, State.CHOSEN]))
    return list(session.exec(query.order_by(col(Offer.id))))


def _locked(session: Session, offer_id: int) -> Offer:
    query = select(Offer).where(Offer.id == offer_id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(query).one_or_none()
    if found is None:
        raise NotFound("There is no such offer.")
    return found


# --- making -------------------------------------------------------------------------------------------------------------


def make(session: Session, order_id: int, because: str, revision: str, *, by: str = "Stowline") -> Offer | None:
    """Offer the order's shopper what can be done now: the offer of this fact, made if it is new and something waits.

    It takes the place of an older one. None where nothing waits, the order is held, or the store offers nothing.
    """
    key = f"{order_id}:{because}:{revision}"[:120]
    known = session.exec(select(Offer).where(Offer.key == key)).one_or_none()
    if known is not None:
        return known
    order = lock(session, order_id)
    policy = option_policies.of_store(session, order.store_id)
    found = options.now(session, order) if policy.active else []
    if not found:
        return None
    freed, at = _replace(session, order), clock.now()
    found = options.now(session, order)  # what the older one held is free again
    made = Offer(
        order_id=order_id, store_id=order.store_id, key=key, because=because, options=[options.as_row(one) for one in found],
        made_at=at, made_by=by[:120], ends_at=at + timedelta(days=policy.days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    holds.hold(session, made.id or 0, _wanted(found), made.ends_at)
    fact = OfferMade(order_id, order.ref, made.id or 0, because, ", ".join(dict.fromkeys(one.kind for one in found)),
                     made.ends_at.isoformat(), by)  # fmt: skip
    outbox.record(session, fact, subject=order_id)
    if policy.us_rule and because in ASKING:
        made.ends_at = max(made.ends_at, consents.ask(session, order, made).due)  # as long as an answer is waited for
        session.flush()
    allocation.fill(session, freed)
    return made


def _wanted(found: Sequence[Option]) -> dict[int, int]:
    """Units to hold: of each substitute as many as the largest line that it may stand in for."""
    units: dict[int, int] = {}
    for one in found:
        if one.product_id is not None:
            units[one.product_id] = max(units.get(one.product_id, 0), one.units)
    return units


def _replace(session: Session, order: Order) -> set[int]:
    """Older offers end where a newer one is made; who chose to wait thinks again with the newer one."""
    freed: set[int] = set()
    for one in _current(session, order.id or 0):
        older = _locked(session, one.id or 0)
        if older.state == State.OPEN:
            freed |= _ended(session, order, older, Outcome.REPLACED)
        elif older.ends_at > clock.now():
            older.ends_at = clock.now()
            session.add(older)
    return freed


def make_by_hand(session: Session, order_id: int, by: str) -> Offer:
    """A person offers it. Raises Conflict where there is nothing to choose."""
    made = make(session, order_id, "support", clock.now().isoformat(timespec="seconds"), by=by)
    if made is None:
        raise Conflict("Nothing of this order waits, or it is on hold, or its store makes no offers. There is nothing to choose.")
    return made


# --- choosing -----------------------------------------------------------------------------------------------------------


def choose(session: Session, offer_id: int, name: str, *, by: str, shown_minor: int | None = None) -> Said:
    """Carry a choice out, at once and whole. `shown_minor` is the money that the shopper saw with it.

    Nothing is changed unless the fate is "chosen". Raises NotFound.
    """
    seen = by_id(session, offer_id)
    order = lock(session, seen.order_id)
    offer = _locked(session, offer_id)
    said = verdict(offer.state, offer.choice, name, ends_at=offer.ends_at, now=clock.now())
    if said != "go":
        return Said(said, offer)
    option = next((one for one in options.now(session, order, offer_id) if one.name == name), None)
    if option is None:
        return Said("gone", offer)
    if shown_minor is not None and shown_minor != option.amount_minor + option.bonus_minor:
        return Said("changed", offer, option)
    _chosen(session, order, offer, option, by)
    return Said("chosen", offer, option)


def _chosen(session: Session, order: Order, offer: Offer, option: Option, by: str) -> None:
    if offer.state == State.CHOSEN:
        options.take_back_waiting(session, order, offer)
    offer.state = AFTER[State(offer.state), Outcome.CHOSEN]
    offer.choice, offer.answer = option.name, options.as_row(option)
    offer.chosen_at, offer.chosen_by = clock.now(), by[:120]
    session.add(offer)
    session.flush()
    due = option.amount_minor + option.bonus_minor
    amount = f"{money.amount_text(due, order.currency)} {order.currency}" if due else ""
    fact = OptionChosen(offer.order_id, order.ref, offer.id or 0, option.kind, option.units, amount, option.goods, by)
    outbox.record(session, fact, subject=offer.order_id)
    options.carry_out(session, order, offer, option, by=by)
    consents.answered(session, order, option.kind, by)
    allocation.fill(session, holds.release(session, offer.id or 0))


# --- ending -------------------------------------------------------------------------------------------------------------


def _ended(session: Session, order: Order, offer: Offer, outcome: Outcome) -> set[int]:
    """End an open offer: the products of which units are free now; the caller serves who waits."""
    offer.state, offer.why, offer.ended_at = AFTER[State(offer.state), outcome], outcome, clock.now()
    session.add(offer)
    session.flush()
    outbox.record(session, OfferEnded(offer.order_id, order.ref, offer.id or 0, outcome), subject=offer.order_id)
    return holds.release(session, offer.id or 0)


def look(ref: str) -> None:
    """The standing timer's work: end what nobody chose of by its day, each in a transaction of its own."""
    while due := _due():
        for offer_id in due:
            db.run(partial(expire, offer_id=offer_id))
    db.run(lambda session: timers.set_timer(session, TIMER, ref, _next_look(session)))


def _due() -> list[int]:
    with db.reading() as session:
        query = select(Offer.id).where(Offer.state == State.OPEN, col(Offer.ends_at) <= clock.now())
        return [ident or 0 for ident in session.exec(query.order_by(col(Offer.ends_at)).limit(200))]


def _next_look(session: Session) -> datetime:
    query = select(Offer.ends_at).where(Offer.state == State.OPEN).order_by(col(Offer.ends_at)).limit(1)
    first = session.exec(query).one_or_none()
    return clock.now() + EVERY if first is None else min(first, clock.now() + EVERY)


def expire(session: Session, offer_id: int) -> None:
    """Nothing was chosen by the day; before it, and after a choice, nothing happens."""
    order = lock(session, by_id(session, offer_id).order_id)
    offer = _locked(session, offer_id)
    if offer.state == State.OPEN and offer.ends_at <= clock.now():
        allocation.fill(session, _ended(session, order, offer, Outcome.EXPIRED))


def on_news(session: Session, happened: Happened) -> None:
    """Stock came for an order, or units of it were swapped or cancelled: an offer about what waits no more ends."""
    order_id = int(happened.values["order_id"])
    if not _current(session, order_id):
        return
    order = lock(session, order_id)
    if order.state == "cancelled" or happened.name == "RestCancelled":
        outcome = Outcome.CANCELLED if order.state == "cancelled" else Outcome.SETTLED
        options.call_back_fast(session, order, "the order was cancelled")
    elif order.ordered - order.cancelled <= order.allocated:
        outcome = Outcome.SETTLED if happened.name in ("UnitsCancelled", "LineSwapped") else Outcome.CAME
    else:
        return
    freed: set[int] = set()
    for one in _current(session, order_id):
        offer = _locked(session, one.id or 0)
        if offer.state == State.OPEN:
            freed |= _ended(session, order, offer, outcome)
    consents.on_end(session, order)
    allocation.fill(session, freed)


# --- reading ------------------------------------------------------------------------------------------------------------


def by_id(session: Session, offer_id: int) -> Offer:
    """An offer. Raises NotFound."""
    found = session.get(Offer, offer_id)
    if found is None:
        raise NotFound("There is no such offer.")
    return found


def latest(session: Session, order_id: int) -> Offer | None:
    """The last offer of an order."""
    return session.exec(select(Offer).where(Offer.order_id == order_id).order_by(col(Offer.id).desc()).limit(1)).one_or_none()


def of_order(session: Session, order_id: int, limit: int = 20) -> list[Offer]:
    """The offers of an order, newest first."""
    return list(session.exec(select(Offer).where(Offer.order_id == order_id).order_by(col(Offer.id).desc()).limit(limit)))


def choices(session: Session, offer: Offer, order: Order) -> list[Option]:
    """What can be chosen of an offer now; nothing once it ended or a choice stands for good."""
    past = clock.now() >= offer.ends_at
    final = offer.state == State.CHOSEN and FINAL[str(offer.answer["kind"])]
    if offer.state == State.ENDED or past or final:
        return []
    found = options.now(session, order, offer.id)
    return [replace(one, fast=False) if one.name == offer.choice else one for one in found]


def chosen_since(session: Session, order_id: int, moment: datetime) -> bool:
    """Whether the shopper chose something since then: what was to be told of before is true no more."""
    query = select(Offer.id).where(Offer.order_id == order_id, Offer.state == State.CHOSEN, col(Offer.chosen_at) >= moment)
    return session.exec(query.limit(1)).first() is not None
