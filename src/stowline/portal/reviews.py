"""What others say of a product: its approved reviews and their figures, and testimonials. For people, and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from stowline.cases import review_reads, review_rules
from stowline.cases.review_models import Review
from stowline.cases.review_reads import Testimonial
from stowline.cases.review_rules import Rating
from stowline.core import web
from stowline.portal.reader import Reader
from stowline.stores.queries import Store

ON_A_PAGE = 10
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What others say, as it was read."""

    rating: Rating
    reviews: Sequence[Review]
    testimonials: Sequence[Testimonial]


def read(session: Session, store: Store, product_id: int, *, before: int = 0, most: int = ON_A_PAGE) -> Said:
    """The reviews of a product in this store, newest first, from before an id."""
    shown = review_reads.shown(session, product_id, store_id=store.id, before=before, most=most)
    return Said(review_reads.rating(session, product_id, store.id), shown, review_reads.testimonials(session, product_id, store_id=store.id))


def told(said: Said, store: Store, sku: str, most: int) -> View:
    """As JSON: the figures are those of approved reviews alone."""
    more = len(said.reviews) > most
    rows = said.reviews[:most]
    return {
        "store": store.key, "sku": sku, "average": said.rating.average, "count": said.rating.count, "stars": list(said.rating.stars),
        "items": [{"id": one.id, "stars": one.stars, "text": one.text, "name": one.name, "locale": one.locale, "at": one.at, "answer": one.answer or None} for one in rows],
        "next": web.cursor.encode(rows[-1].id) if more else None,
        "testimonials": [{"name": one.name, "text": one.text} for one in said.testimonials], "schema_org": review_rules.schema_org(said.rating),
    }  # fmt: skip


def view(said: Said, store: Store, reader: Reader) -> View | None:
    """The card of the product's page; None while nobody said anything."""
    if not said.rating.count and not said.testimonials:
        return None
    rows = [{"stars": one.stars, "words": reader.say("reviews.n_stars", n=one.stars), "name": one.name, "at": reader.day(one.at), "text": one.text, "lang": one.locale,
             "answer": one.answer, "by": reader.say("reviews.answer", store=store.name)} for one in said.reviews]  # fmt: skip
    figures = reader.say("reviews.figures", n=said.rating.count, average=f"{said.rating.average:.1f}") if said.rating.count else ""
    return {"figures": figures, "rows": rows, "testimonials": [{"name": one.name, "text": one.text} for one in said.testimonials]}
