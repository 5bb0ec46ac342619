"""Questions about a delay whose day came: silence is consent, or the order is cancelled and paid back, or a person decides."""

from datetime import timedelta
from functools import partial

from sqlmodel import Session

from stowline.backorders import consents, offers, option_policies
from stowline.backorders.consent_rules import Outcome
from stowline.core import clock, db, timers

TIMER = "consent"
EVERY = timedelta(minutes=30)
RULE = "the order rule"
NEVER_ANSWERED = "nobody answered by the day"


def look(ref: str) -> None:
    """The standing timer's work: settle what is due, each in a transaction of its own."""
    while found := _due():
        for ident, order_id in found:
            db.run(partial(settle, ident=ident, order_id=order_id))
    db.run(lambda session: timers.set_timer(session, TIMER, ref, clock.now() + EVERY))


def _due() -> list[tuple[int, int]]:
    with db.reading() as session:
        return consents.due(session)


def settle(session: Session, ident: int, order_id: int) -> None:
    """One question whose day came."""
    order = offers.lock(session, order_id)
    one = consents.latest(session, order_id)
    if one is None or one.id != ident or one.due > clock.now():
        return
    if order.state == "cancelled" or order.ordered - order.cancelled <= order.allocated:
        consents.on_end(session, order)
        return
    outcome = Outcome.OVER if one.silence else Outcome.LAPSED
    if not consents.settle(session, one, order, outcome, NEVER_ANSWERED, RULE) or one.silence:
        return
    if option_policies.of_store(session, order.store_id).lapse_cancels:
        _cancel(session, order_id, ident)


def _cancel(session: Session, order_id: int, ident: int) -> None:
    """What waits is cancelled and paid back, or the whole order where its parts cannot be; if neither can, a person decides."""
    made = offers.make(session, order_id, "rule", str(ident), by=RULE)
    for name in ("cancel", "cancel_order") if made else ():
        if made and offers.choose(session, made.id or 0, name, by=RULE).fate == "chosen":
            return
