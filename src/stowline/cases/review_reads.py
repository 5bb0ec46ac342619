"""Reads of reviews: what may be reviewed, what is shown of a product and how it is rated, testimonials beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.cases import review_rules as rules
from stowline.cases.contact_models import Contact
from stowline.cases.review_models import Review
from stowline.cases.review_rules import Rating
from stowline.orders import kits
from stowline.orders.queries import OrderLine
from stowline.packing import queries as packing
from stowline.shipping import tracking_queries as tracking

_r, _c, _l = Review.__table__.c, Contact.__table__.c, OrderLine.__table__.c  # type: ignore[attr-defined]
MOST, MOST_TESTIMONIALS = 50, 10


@dataclass(frozen=True, slots=True)
class Bought:
    """Something of an order that came, with the review that was written of it."""

    line_id: int
    product_id: int
    sku: str
    name: str
    review: Review | None


@dataclass(frozen=True, slots=True)
class Testimonial:
    """A shopper's words that may be shown, as their author agreed."""

    name: str
    text: str


def reviewable(session: Session, order_id: int) -> list[Bought]:
    """What of an order was delivered, or reviewed before; a kit counts as one thing, once all its parts came."""
    came = _delivered(session, order_id)
    written = {one.order_line_id: one for one in session.exec(select(Review).where(Review.order_id == order_id).limit(500))}
    found = []
    for sold in kits.sold(session, order_id):
        first = sold.lines[0].id
        if first in written or (all(line.id in came for line in sold.lines if line.ordered > line.cancelled) and sold.handed_over):
            found.append(Bought(first, sold.product_id, sold.sku, sold.name, written.get(first)))
    return found


def _delivered(session: Session, order_id: int) -> set[int]:
    """The lines of which units came."""
    left = [one.id or 0 for one in packing.parcels_of(session, order_id) if one.state == "handed_over"]
    there = [ident for ident, way in tracking.ways(session, left, most=1).items() if way.milestone == "delivered"]
    return {item.order_line_id for some in packing.contents_of(session, there).values() for item in some}


def rating(session: Session, product_id: int, store_id: int | None = None) -> Rating:
    """How a product is rated by its approved reviews, in one store or in all."""
    return ratings(session, [product_id], store_id)[product_id]


def ratings(session: Session, product_ids: Sequence[int], store_id: int | None = None) -> dict[int, Rating]:
    """The same of several; each has one."""
    query = sa.select(_r.product_id, _r.stars, sa.func.count()).where(_r.product_id.in_(product_ids), _r.state == rules.APPROVED).group_by(_r.product_id, _r.stars)
    counted: dict[int, list[int]] = {one: [0] * 5 for one in product_ids}
    for product_id, stars, n in session.execute(query if store_id is None else query.where(_r.store_id == store_id)):
        counted[product_id][stars - 1] = n
    return {one: Rating((s[0], s[1], s[2], s[3], s[4])) for one, s in counted.items()}


def shown(session: Session, product_id: int, *, store_id: int | None = None, before: int = 0, most: int = MOST) -> list[Review]:
    """The approved reviews of a product, newest first, from before an id (0: from the newest)."""
    query = select(Review).where(Review.product_id == product_id, Review.state == rules.APPROVED)
    query = query.where(Review.store_id == store_id) if store_id is not None else query
    query = query.where(col(Review.id) < before) if before else query
    return list(session.exec(query.order_by(col(Review.id).desc()).limit(most)))


def testimonials(session: Session, product_id: int, *, store_id: int | None) -> list[Testimonial]:
    """Feedback from mails whose authors agreed that it is shown, about orders with this product, newest first."""
    holds = sa.select(_l.id).where(_l.product_id == product_id, _l.order_id == _c.order_id).exists()
    query = sa.select(_c.name, _c.text).where(_c.testimonial_at.is_not(None), _c.text != "", holds)
    query = query.where(_c.store_id == store_id) if store_id is not None else query
    return [Testimonial(*row) for row in session.execute(query.order_by(_c.testimonial_at.desc(), _c.id.desc()).limit(MOST_TESTIMONIALS))]


def waiting_count(session: Session, most: int = 10_000) -> int:
    """Reviews that nobody has decided, counted to `most`."""
    return len(session.execute(sa.select(_r.id).where(_r.state == rules.WAITING).limit(most)).all())
