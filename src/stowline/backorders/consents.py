"""Verbs of consent to a delay: ask, settle. Kept on the order, for stores that must (`OptionPolicy.us_rule`).

The caller holds the order's lock, as with its offer.
"""

from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.backorders import consent_rules as rules
from stowline.backorders import queries
from stowline.backorders.consent_models import Consent
from stowline.backorders.consent_rules import AFTER, ANSWERS, Outcome, State
from stowline.backorders.offer_events import ConsentAsked, ConsentSettled
from stowline.backorders.offer_models import Offer
from stowline.core import clock, outbox
from stowline.orders.queries import Order

__all__ = ["Consent", "State"]

_c = Consent.__table__.c  # type: ignore[attr-defined]


def ask(session: Session, order: Order, offer: Offer) -> Consent:
    """The notice that brought this offer asks the shopper to agree to the delay."""
    before, told, today = latest(session, order.id or 0), _told(session, order.id or 0), clock.now().date()
    if before is not None and before.state == State.ASKED:
        settle(session, before, order, Outcome.REPLACED, "a further delay is asked about", "Stowline")
    asked = rules.terms(
        ship_by=order.ship_by.date(), told=told, told_before=before.told if before else None, further=before is not None,
        ends=offer.ends_at.date(), today=today,
    )  # fmt: skip
    made = Consent(
        order_id=order.id or 0, store_id=order.store_id, offer_id=offer.id or 0, seq=before.seq + 1 if before else 1,
        kind=asked.kind, silence=asked.silence, told=told, asked_at=clock.now(), due=_end_of(asked.due),
    )  # fmt: skip
    session.add(made)
    session.flush()
    fact = ConsentAsked(made.order_id, order.ref, asked.kind, told.isoformat() if told else "", asked.silence, asked.due.isoformat())
    outbox.record(session, fact, subject=order.id)
    return made


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _told(session: Session, order_id: int) -> date | None:
    """The last day by which all that waits is promised to leave; None where any of it has none."""
    days = [one.window.p90 for one in queries.waiting_promises(session, order_id)]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def latest(session: Session, order_id: int) -> Consent | None:
    """The last question asked about an order."""
    query = select(Consent).where(Consent.order_id == order_id).order_by(col(Consent.seq).desc()).limit(1)
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def of_order(session: Session, order_id: int) -> list[Consent]:
    """Every question asked about an order, newest first."""
    return list(session.exec(select(Consent).where(Consent.order_id == order_id).order_by(col(Consent.seq).desc()).limit(50)))


def settle(session: Session, one: Consent, order: Order, outcome: Outcome, text: str, source: str) -> bool:
    """Move a question on, where it can go that way: whether it did."""
    state = AFTER.get((State(one.state), outcome))
    if state is None:
        return False
    one.state, one.text, one.source, one.settled_at = state, text[:300], source[:120], clock.now()
    session.add(one)
    session.flush()
    outbox.record(session, ConsentSettled(one.order_id, order.ref, state, text[:300], source[:120]), subject=one.order_id)
    return True


def answered(session: Session, order: Order, kind: str, source: str) -> None:
    """A choice was made: it says yes or no to the delay of what still waits."""
    one = latest(session, order.id or 0)
    if one is not None:
        settle(session, one, order, ANSWERS[kind], f"chose: {kind.replace('_', ' ')}", source)


def on_end(session: Session, order: Order) -> None:
    """Nothing of the order waits any more, or it was cancelled."""
    one = latest(session, order.id or 0)
    if one is None:
        return
    if order.state == "cancelled":
        settle(session, one, order, Outcome.REFUSED, "the order was cancelled", "the order")
    else:
        settle(session, one, order, Outcome.MET, "nothing waits any more", "the warehouse")


def due(session: Session, limit: int = 200) -> list[tuple[int, int]]:
    """(id, order id) of questions whose day came without an answer, the oldest first."""
    query = sa.select(_c.id, _c.order_id).where(_c.state == State.ASKED, _c.due <= clock.now())
    return [(one, order) for one, order in session.execute(query.order_by(_c.due).limit(limit))]


def lapsed(session: Session, limit: int = 100) -> list[Consent]:
    """Those that nobody agreed to, and nobody decided about: a person must, the oldest first."""
    return list(session.exec(select(Consent).where(Consent.state == State.LAPSED).order_by(col(Consent.due)).limit(limit)))


def lapsed_count(session: Session, at_most: int = 1000) -> int:
    """How many of those there are, counted to `at_most`."""
    some = sa.select(_c.id).where(_c.state == State.LAPSED).limit(at_most).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
