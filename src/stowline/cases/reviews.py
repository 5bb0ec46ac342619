"""Verbs of reviews: written by who got the product, decided and answered by staff."""

from sqlmodel import Session, select

from stowline.cases import review_reads as reads
from stowline.cases import review_rules as rules
from stowline.cases.events import ReviewSettled, ReviewWritten
from stowline.cases.reply_text import clean, one_line
from stowline.cases.review_models import Review
from stowline.catalog import queries as catalog
from stowline.core import author, clock, outbox, rows
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.orders.queries import Order

_reviews = Review.__table__  # type: ignore[attr-defined]


def write(session: Session, order: Order, line_id: int, *, stars: int, text: str, name: str, locale: str) -> Review:
    """Stars and words for something of an order that came; until it is decided, they may be written anew.

    Raises Refused for no stars and for what has not come, Conflict once it is decided.
    """
    if not 1 <= stars <= 5:
        raise Refused("Choose one to five stars.", where="stars")
    bought = next((one for one in reads.reviewable(session, order.id or 0) if one.line_id == line_id), None)
    if bought is None:
        raise Refused("Only what was delivered can be reviewed.", where="line")
    now = clock.now()
    said = {"stars": stars, "text": clean(text).strip()[: rules.LONGEST], "name": one_line(name, rules.LONGEST_NAME), "locale": locale, "changed_at": now}
    row = {"store_id": order.store_id, "order_id": order.id, "order_line_id": line_id, "product_id": bought.product_id, "state": rules.WAITING, "reason": "", "answer": "",
           "answered_by": "", "at": now, "settled_by": "", **said}  # fmt: skip
    made = rows.insert_new(session, _reviews, row)
    one = _of_line(session, line_id)
    if made is not None:
        outbox.record(session, ReviewWritten(order.id or 0, made, bought.sku, stars), subject=order.id)
        return one
    if all(getattr(one, key) == value for key, value in said.items() if key not in ("changed_at", "locale")):
        return one  # the same form, sent twice
    if not rules.may_change(one.state):
        raise Conflict("This review is decided already and stays as it is.")
    for key, value in said.items():
        setattr(one, key, value)
    session.add(one)
    session.flush()
    return one


def approve(session: Session, ident: int) -> Review:
    """It is shown from now on; again: nothing changes."""
    return _settle(session, ident, rules.APPROVED, "")


def refuse(session: Session, ident: int, reason: str) -> Review:
    """It is not shown, and why; what was shown is taken off. Raises Refused without a reason."""
    why = one_line(reason, rules.LONGEST_REASON)
    if not why:
        raise Refused("Say why it is not shown.", where="reason")
    return _settle(session, ident, rules.REFUSED, why)


def answer(session: Session, ident: int, text: str) -> Review:
    """What the store says to it, for all to read; "" takes it back. Raises Refused for a review that is not shown."""
    one, said = lock(session, ident), clean(text).strip()
    if len(said) > rules.LONGEST_ANSWER:
        raise Refused(f"An answer has at most {rules.LONGEST_ANSWER:,} characters.", where="answer")
    if one.state != rules.APPROVED:
        raise Refused("Approve it first: only what is shown can be answered.", where="answer")
    one.answer, one.answered_by = said, author.current().who[:120] if said else ""
    session.add(one)
    return one


def lock(session: Session, ident: int) -> Review:
    """A review, read anew and locked. Raises NotFound."""
    found = session.get(Review, ident, with_for_update=True, populate_existing=True) if 0 < ident < 2**31 else None
    if found is None:
        raise NotFound("There is no such review.")
    return found


def _settle(session: Session, ident: int, state: str, reason: str) -> Review:
    one = lock(session, ident)
    if one.state == rules.ERASED:
        raise Conflict("Its author was erased, and their words with them.")
    if one.state == state and one.reason == reason:
        return one
    one.state, one.reason, one.settled_at, one.settled_by = state, reason, clock.now(), author.current().who[:120]
    session.add(one)
    sku = catalog.product(session, one.product_id).sku
    outbox.record(session, ReviewSettled(one.order_id, one.id or 0, sku, state, one.settled_by), subject=one.order_id)
    return one


def _of_line(session: Session, line_id: int) -> Review:
    query = select(Review).where(Review.order_line_id == line_id).with_for_update().execution_options(populate_existing=True)
    return session.exec(query).one()
