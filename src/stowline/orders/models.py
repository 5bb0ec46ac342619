"""Customers, their orders, the lines with their stage counters, and what could not be taken in."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

WAITS = "ordered - cancelled > allocated"
WAITS_IN_SQLITE = "allocated < ordered - cancelled"  # it turns a comparison so that the column stands first, then looks
LONG_AGO = "'1970-01-01 00:00:00.000000'"  # a column of moments that is added to a table needs a default
OF_A_KIT = "kit_id IS NOT NULL AND"


class Customer(SQLModel, table=True):
    """A shopper of one store, told apart by e-mail (or by the shop's own id where there is none). `registered_at`: since
    when the shop says that they have an account. `payment`: how they pay, in the shop's words, for display.
    """

    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("store_id", "email"),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    email: str = Field(max_length=254)
    name: str = Field(max_length=300)
    registered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    payment: str = Field(default="", max_length=80, sa_column_kwargs={"server_default": text("''")})


class Order(SQLModel, table=True):
    """One order. The counters are sums over its lines; `state` is derived from them (`rules.derive_state`), never set.

    `ships` and `most_parcels` say how it may go out (`rules.SHIPS`), and `serve_at` where it stands in line among those
    of its priority; they were the store's when it was placed. `parcels` of it are closed.
    What had not left of one that is `merged_into` another goes with that. `shop_id` is the shop's own number of it.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("store_id", "ref"),
        Index("ix_orders_ref", "ref"),
        Index("ix_orders_placed", "placed_at", "id"),
        Index("ix_orders_state", "state", "priority", "serve_at", "id"),
        Index("ix_orders_state_placed", "state", "placed_at", "id"),
        Index("ix_orders_store", "store_id", "placed_at", "id"),
        Index("ix_orders_shop", "store_id", "shop_id", sqlite_where=text("shop_id <> ''"), postgresql_where=text("shop_id <> ''")),
    )

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    ref: str = Field(max_length=100)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    customer_name: str = Field(default="", max_length=300)
    email: str = Field(default="", max_length=254)
    ship_name: str = Field(default="", max_length=300)
    company: str = Field(default="", max_length=300)
    line1: str = Field(default="", max_length=300)
    line2: str = Field(default="", max_length=300)
    city: str = Field(default="", max_length=200)
    region: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=40)
    country: str = Field(default="", max_length=2)
    phone: str = Field(default="", max_length=60)
    currency: str = Field(max_length=3)
    total_minor: int = Field(sa_type=BigInteger)
    priority: int = 5
    placed_at: datetime = Field(sa_type=UtcDateTime)
    ship_by: datetime = Field(sa_type=UtcDateTime)
    serve_at: datetime = Field(sa_type=UtcDateTime, sa_column_kwargs={"server_default": text(LONG_AGO)})
    entered_at: datetime = Field(sa_type=UtcDateTime)
    locale: str = Field(max_length=12)
    time_zone: str = Field(max_length=60)
    platform: str = Field(default="", max_length=20)
    shop_id: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": text("''")})
    tell: bool = True
    held: str = Field(default="", max_length=300)
    note: str = Field(default="", max_length=1000)
    ships: str = Field(default="complete", max_length=10, sa_column_kwargs={"server_default": text("'complete'")})
    most_parcels: int | None = None
    parcels: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    merged_into: int | None = None
    expedite: bool = Field(default=False, sa_column_kwargs={"server_default": text("FALSE")})
    state: str = Field(default="placed", max_length=16)
    ordered: int = Field(sa_type=BigInteger)
    cancelled: int = Field(default=0, sa_type=BigInteger)
    allocated: int = Field(default=0, sa_type=BigInteger)
    released: int = Field(default=0, sa_type=BigInteger)
    picked: int = Field(default=0, sa_type=BigInteger)
    packed: int = Field(default=0, sa_type=BigInteger)
    handed_over: int = Field(default=0, sa_type=BigInteger)
    returned: int = Field(default=0, sa_type=BigInteger)


class OrderKit(SQLModel, table=True):
    """Kits sold in one line of an order; the lines with its `kit_id` are what is picked for them, and keep the recipe.

    `unit_price` of one kit in 1/10,000 of the major unit. How far the kits have come is said by their lines alone.
    """

    __tablename__ = "order_kit"
    __table_args__ = (CheckConstraint("quantity > 0", name="ck_order_kit_quantity"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    product_id: int = Field(foreign_key="product.id", index=True)
    position: int
    name: str = Field(max_length=300)
    quantity: int
    unit_price: int = Field(sa_type=BigInteger)


class OrderLine(SQLModel, table=True):
    """Units of one product on an order, and how far they have come. `unit_price` in 1/10,000 of the major unit.

    `priority`, `placed_at`, `serve_at` and `held` repeat the order's, so that the waiting line is one index. A line of a kit has
    no price of its own, and `per_kit` units of it are in one kit. `substitute_for` is the line whose units this one replaces; where `substitutes_ok`, the shopper takes one.
    `shop_line` is the shop's own number of what was sold: a kit's lines share it, and it goes along when units are swapped
    or go with another order. The shop refunded `take_out` of the units in totes and boxes: they are to be put back.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        CheckConstraint("ordered > 0 AND cancelled >= 0 AND returned >= 0", name="ck_line_ordered"),
        CheckConstraint("allocated <= ordered - cancelled", name="ck_line_allocated"),
        CheckConstraint("released <= allocated", name="ck_line_released"),
        CheckConstraint("picked <= released", name="ck_line_picked"),
        CheckConstraint("packed <= picked", name="ck_line_packed"),
        CheckConstraint("handed_over <= packed", name="ck_line_handed_over"),
        CheckConstraint("returned <= handed_over", name="ck_line_returned"),
        CheckConstraint("take_out >= 0 AND take_out <= picked - handed_over", name="ck_line_take_out"),
        Index("ix_line_waiting", "product_id", "held", "priority", "serve_at", "id",
              sqlite_where=text(WAITS_IN_SQLITE), postgresql_where=text(WAITS)),
        Index("ix_line_queue", "placed_at", "id", sqlite_where=text(WAITS_IN_SQLITE), postgresql_where=text(WAITS)),
        Index("ix_line_substitutes", "product_id", sqlite_where=text(f"substitutes_ok AND {WAITS_IN_SQLITE}"),
              postgresql_where=text(f"substitutes_ok AND {WAITS}")),
        Index("ix_line_product", "product_id", "order_id"),
        Index("ix_line_shop", "shop_line", sqlite_where=text("shop_line <> ''"), postgresql_where=text("shop_line <> ''")),
        Index("ix_line_take_out", "order_id", sqlite_where=text("take_out > 0"), postgresql_where=text("take_out > 0")),
        Index("ix_line_kit", "kit_id", sqlite_where=text(f"{OF_A_KIT} {WAITS_IN_SQLITE}"),
              postgresql_where=text(f"{OF_A_KIT} {WAITS}")),
    )

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    product_id: int = Field(foreign_key="product.id")
    kit_id: int | None = Field(default=None, foreign_key="order_kit.id")
    per_kit: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    substitute_for: int | None = Field(default=None, foreign_key="order_line.id")
    substitutes_ok: bool = Field(default=False, sa_column_kwargs={"server_default": text("FALSE")})
    position: int
    name: str = Field(max_length=300)
    unit_price: int = Field(sa_type=BigInteger)
    priority: int
    placed_at: datetime = Field(sa_type=UtcDateTime)
    serve_at: datetime = Field(sa_type=UtcDateTime, sa_column_kwargs={"server_default": text(LONG_AGO)})
    held: bool = False
    ordered: int
    cancelled: int = 0
    allocated: int = 0
    released: int = 0
    picked: int = 0
    packed: int = 0
    handed_over: int = 0
    returned: int = 0
    shop_line: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": text("''")})
    take_out: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class SearchTerm(SQLModel, table=True):
    """A word that finds an order: its ref, e-mail, a word of a name, a tracking number; in lower case."""

    __tablename__ = "order_term"

    term: str = Field(primary_key=True, max_length=120)
    order_id: int = Field(primary_key=True, foreign_key="orders.id")


class IntakeError(SQLModel, table=True):
    """An order that could not be read or taken, with what came in, until somebody retries or drops it."""

    __tablename__ = "intake_error"
    __table_args__ = (Index("ix_intake_open", "id", sqlite_where=text("solved_at IS NULL"),
                            postgresql_where=text("solved_at IS NULL")),)

    id: int | None = Field(default=None, primary_key=True)
    store_id: int = Field(foreign_key="store.id")
    platform: str = Field(max_length=20)
    key: str = Field(unique=True, max_length=120)
    ref: str = Field(default="", max_length=100)
    say: str = Field(max_length=500)
    field: str = Field(default="", max_length=200)
    payload: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 1
    solved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = Field(default="", max_length=200)
