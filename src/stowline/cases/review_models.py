"""What shoppers think of what they got."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

_WAITS = text("state = 'waiting'")


class Review(SQLModel, table=True):
    """One shopper's stars (1 to 5) and words for a product of an order that they got; one for each order line.

    `name` is the one that they want to be shown ("" for none), `state` one of `review_rules.STATES`. `answer` is the store's,
    for all to read; `reason` why it was refused, for staff.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("order_line_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="ck_review_stars"),
        Index("ix_review_product", "product_id", "state", "id"),
        Index("ix_review_order", "order_id"),
        Index("ix_review_waiting", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_review_state", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    order_id: int = Field(foreign_key="orders.id")
    order_line_id: int = Field(foreign_key="order_line.id")
    product_id: int = Field(foreign_key="product.id")
    stars: int
    text: str = Field(sa_type=Text)
    name: str = Field(default="", max_length=60)
    locale: str = Field(max_length=12)
    state: str = Field(max_length=8)
    reason: str = Field(default="", max_length=300)
    answer: str = Field(default="", sa_type=Text)
    answered_by: str = Field(default="", max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str = Field(default="", max_length=120)
