"""Who wants to hear when a product is back in stock, and how many heard of what is there now."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

WAITING = "state = 'waiting'"


class SignUp(SQLModel, table=True):
    """One shopper of one store who asked to hear of one product. Its place in line is (since, id).

    States: waiting, told, left. `times` counts how often it was told: each time is a message of its own.
    """

    __tablename__ = "sign_up"
    __table_args__ = (
        UniqueConstraint("store_id", "product_id", "email"),
        Index("ix_sign_up_waiting", "product_id", "since", "id", sqlite_where=text(WAITING), postgresql_where=text(WAITING)),
        Index("ix_sign_up_product", "product_id", "since", "id"),
        Index("ix_sign_up_email", "email"),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    product_id: int = Field(foreign_key="product.id")
    email: str = Field(max_length=254)
    locale: str = Field(max_length=12)
    state: str = Field(default="waiting", max_length=8)
    since: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    times: int = 0


class Restock(SQLModel, table=True):
    """How many people were told of a product since none of it was free."""

    __tablename__ = "restock"
    __table_args__ = (CheckConstraint("told >= 0", name="ck_restock_told"),)

    product_id: int = Field(primary_key=True, foreign_key="product.id")
    told: int = 0
