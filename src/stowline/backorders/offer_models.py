"""What a waiting shopper was offered, what they chose, and the stock that is held for it meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, false
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime


class Offer(SQLModel, table=True):
    """The choices of one order's shopper, from one fact (a notice, an apology, a person at the desk) until `ends_at`.

    `key` names the fact: there is one offer for it, ever. States stand in `offer_rules.AFTER`. `options` are as they were
    offered; what can be executed is looked at anew each time. `choice` is the option's name ("wait", "swap-4-12"),
    `answer` what it came to, `why` the reason of an end.
    """

    __tablename__ = "offer"
    __table_args__ = (Index("ix_offer_order", "order_id", "id"), Index("ix_offer_ends", "state", "ends_at"))

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id")
    store_id: int = Field(foreign_key="store.id")
    key: str = Field(unique=True, max_length=120)
    because: str = Field(max_length=20)
    state: str = Field(default="open", max_length=8)
    options: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(default="", max_length=120)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    choice: str = Field(default="", max_length=60)
    answer: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    chosen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    chosen_by: str = Field(default="", max_length=120)
    why: str = Field(default="", max_length=200)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StockHold(SQLModel, table=True):
    """Units of a product that are kept free for an offer while it lasts: they count as promised of its stock."""

    __tablename__ = "stock_hold"
    __table_args__ = (
        CheckConstraint("units > 0", name="ck_stock_hold_units"), Index("ix_stock_hold_product", "product_id", "offer_id"),
    )  # fmt: skip

    offer_id: int = Field(primary_key=True, foreign_key="offer.id")
    product_id: int = Field(primary_key=True, foreign_key="product.id")
    units: int
    until: datetime = Field(sa_type=UtcDateTime)


class OptionPolicy(SQLModel, table=True):
    """What a store offers to those who wait; a store without a row has the defaults. `us_rule` asks for consent to a delay
    (`consent_rules`); `lapse_cancels` cancels and pays back where it is needed and nobody gave it.
    """

    __tablename__ = "option_policy"
    __table_args__ = (
        CheckConstraint("days BETWEEN 1 AND 60", name="ck_option_policy_days"),
        CheckConstraint("bonus_percent BETWEEN 0 AND 100", name="ck_option_policy_bonus"),
    )

    store_id: int = Field(primary_key=True, foreign_key="store.id")
    active: bool = True
    days: int = 7
    bonus_percent: int = 0
    expedite: bool = True
    us_rule: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    lapse_cancels: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
