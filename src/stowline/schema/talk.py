"""Cases of shoppers, and what they think of what they got."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class CaseEntry(Struct):
    """Something that was said. `author` is shopper, staff or note (staff among themselves)."""

    author: str
    who: str | None
    text: str
    at: datetime


class ShopperCase(Struct):
    """A case. `kind` is not_received, wrong, damaged, question, return or other; `state` open, waiting, solved or closed. `due_at` while it is to be answered. Lists leave `entries` empty."""

    ref: str
    store: str
    order: str
    kind: str
    state: str
    owner: str | None
    opened_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    verdict: str | None
    entries: list[CaseEntry]


class ShopperCasePage(Struct):
    """Cases, oldest first."""

    items: list[ShopperCase]
    next: str | None


class CaseAnswer(Struct):
    """An answer to a shopper. Placeholders of snippets are filled from the order; `solve` settles the case with it."""

    text: str
    solve: bool = False


class ProductReview(Struct):
    """An approved review. `name` is the one that its author wants shown, "" for none; `answer` the store's."""

    id: int
    stars: int
    text: str
    name: str
    locale: str
    at: datetime
    answer: str | None


class ProductTestimonial(Struct):
    """Feedback whose author agreed that it is shown."""

    name: str
    text: str


class ProductReviews(Struct):
    """Approved reviews of a product in a store, newest first, and their figures. `stars` counts those with one to five stars; `schema_org` is an AggregateRating, null without a review."""

    store: str
    sku: str
    average: float | None
    count: int
    stars: list[int]
    items: list[ProductReview]
    next: str | None
    testimonials: list[ProductTestimonial]
    schema_org: dict[str, Any] | None
