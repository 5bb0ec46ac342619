"""A warehouse after its busiest year, written in bulk: 100,000 orders with lines, parcels, messages and diaries.

Only for reading: the rows have the shape and the spread of real ones, made by the database itself in a few seconds.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stowline.core import db
from stowline.tables import metadata

ORDERS, PRODUCTS, BINS, MESSAGES = 100_000, 2_000, 800, 100_000
NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
# of a hundred orders, the oldest hundredth of the year aside
STATE = """CASE WHEN i % 100 < 74 THEN 'handed_over' WHEN i % 100 < 78 THEN 'cancelled' WHEN i % 100 < 88 THEN 'allocated'
 WHEN i % 100 < 93 THEN 'backordered' WHEN i % 100 < 95 THEN 'part_allocated' WHEN i % 100 < 96 THEN 'picking'
 WHEN i % 100 < 97 THEN 'picked' WHEN i % 100 < 99 THEN 'packed' ELSE 'on_hold' END"""
GONE, SHUT = "i % 100 < 74", "i % 100 BETWEEN 74 AND 77"
WITH_STOCK = "(i % 100 < 74 OR i % 100 BETWEEN 78 AND 87 OR i % 100 BETWEEN 95 AND 98)"


class Filler:
    """Writes rows by INSERT … SELECT; columns that are not named get a plain value of their type."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.sqlite = session.connection().dialect.name == "sqlite"
        self.tables = metadata().tables

    def at(self, seconds_ago: str) -> str:
        """A moment before now, as this database writes it."""
        if self.sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{NOW:%Y-%m-%d %H:%M:%S}', (0 - ({seconds_ago})) || ' seconds')"
        return f"(TIMESTAMPTZ '{NOW.isoformat()}' - ({seconds_ago}) * INTERVAL '1 second')"

    def rows(self, table: str, many: int, where: str = "TRUE", **columns: str) -> None:
        """Rows for i = 1 to `many`; each column is an expression over i."""
        made = columns | {c.name: self._plain(c) for c in self.tables[table].columns if c.name not in columns and self._needed(c)}
        numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {many}) "
        insert = f"INSERT INTO {table} ({', '.join(made)}) "
        self.session.execute(sa.text(f"{insert}{numbers}SELECT {', '.join(made.values())} FROM n WHERE {where}".replace(":", "\\:")))

    @staticmethod
    def _needed(column: Any) -> bool:
        return not column.nullable and not column.primary_key

    def _plain(self, column: Any) -> str:
        if isinstance(column.type, sa.JSON):
            return "'{}'"
        if isinstance(column.type, db.UtcDateTime):
            return self.at("i")
        if isinstance(column.type, sa.Boolean):
            return "FALSE"
        return "0" if isinstance(column.type, sa.Integer) else "''"


def fill(house: db.Database) -> None:
    """Everything, in one transaction; then the database looks at its tables, as it does by itself in a living house."""
    with house.transaction(bulk=True) as session:
        made = Filler(session)
        _catalogue(made)
        _orders(made)
        _traces(made)
    if not house.is_sqlite:
        with house.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))


def _catalogue(made: Filler) -> None:
    made.rows("store", 2, id="1000 + i", key="'shop-' || i", name="'Shop ' || i", currency="'EUR'", locale="'en'",
              time_zone="'UTC'", sender_email="'shop@example.test'", accent="'#0b5a6e'", ship_within_days="2")
    made.rows("product", PRODUCTS, id="100000 + i", sku="'SKU-' || i", name="'Thing ' || i")
    made.rows("barcode", PRODUCTS, code="'SKU-' || i", kind="'sku'", shown="'SKU-' || i", product_id="100000 + i", quantity="1")
    made.rows("location", BINS, id="100000 + i", code="'Z-' || i", kind="'pick'", zone="'Z'", sequence="i", active="TRUE")
    made.rows("stock_level", PRODUCTS, product_id="100000 + i", on_hand="CASE WHEN i % 7 = 0 THEN 0 ELSE 5000 END", promised="0")
    made.rows("balance", PRODUCTS, product_id="100000 + i", location_id=f"100001 + i % {BINS}", lot="''", serial="''", condition="'good'",
              qty="CASE WHEN i % 7 = 0 THEN 0 ELSE 5000 END", bound="0")
    made.rows("purchase_order", 400, id="100000 + i", ref="'PO-' || (900000 + i)", supplier="'Supplier ' || (i % 40)",
              closed_at=f"CASE WHEN i > 40 THEN {made.at('i')} END")
    made.rows("purchase_order_line", 4000, purchase_order_id="100001 + i % 400", product_id=f"100001 + i % {PRODUCTS}",
              position="i", quantity="50", received="CASE WHEN i % 400 + 1 > 40 THEN 50 ELSE 0 END")


def _orders(made: Filler) -> None:
    placed = made.at(f"({ORDERS} - i) * 300")
    stage = {name: f"CASE WHEN {when} THEN 2 ELSE 0 END" for name, when in {
        "ordered": "TRUE", "cancelled": SHUT, "allocated": WITH_STOCK, "released": f"{GONE} OR i % 100 BETWEEN 95 AND 98",
        "picked": f"{GONE} OR i % 100 BETWEEN 96 AND 98", "packed": f"{GONE} OR i % 100 IN (97, 98)", "handed_over": GONE,
    }.items()}  # fmt: skip
    person = "'Person' || (i % 5000) || ' Family' || (i % 3000)"
    made.rows("orders", ORDERS, id="100000 + i", store_id="1001 + i % 2", ref="'R' || (1000000 + i)", customer_name=person,
              email="'p' || (i % 5000) || '@example.test'", ship_name=person, city="'Nantes'", country="'FR'", currency="'EUR'",
              total_minor="i % 90000", priority="5", placed_at=placed, serve_at=placed, ship_by=made.at(f"({ORDERS} - i) * 300 - 172800"),
              parcels=f"CASE WHEN {GONE} OR i % 100 IN (97, 98) THEN 1 ELSE 0 END",
              entered_at=placed, locale="'en'", time_zone="'UTC'", platform="'shopify'", tell="TRUE", state=STATE,
              held="CASE WHEN i % 100 = 99 THEN 'The address is asked for' ELSE '' END", **stage)
    held = {"held": "i % 100 = 99", "priority": "5", "placed_at": placed, "serve_at": placed}
    for n in (1, 2):  # two lines of one unit each; the order's counters are their sums
        part = {name: text.replace("THEN 2", "THEN 1") for name, text in stage.items()}
        if n == 1:
            part["allocated"] = part["allocated"].replace("78 AND 87", "78 AND 87 OR i % 100 IN (93, 94)")
        made.rows("order_line", ORDERS, id=f"{n}000000 + i", order_id="100000 + i", product_id=f"100001 + (i * {n}) % {PRODUCTS}",
                  position=str(n), name="'Thing'", unit_price="45000", **part, **held)
    for term in ("'r' || (1000000 + i)", "'p' || (i % 5000) || '@example.test'", "'person' || (i % 5000)", "'family' || (i % 3000)"):
        made.rows("order_term", ORDERS, term=term, order_id="100000 + i")


def _traces(made: Filler) -> None:
    then = made.at(f"({ORDERS} - i) * 300")
    made.rows("outbox", ORDERS, id="100000 + i", name="'OrderPlaced'", subject="100000 + i", at=then, body=(
        "'{\"order_id\":' || (100000 + i) || ',\"ref\":\"R' || (1000000 + i) || '\",\"store\":\"shop-1\",\"units\":2,\"waits\":0,\"tell\":true}'"))
    made.rows("message", MESSAGES, id="100000 + i", key="'placed:' || i", kind="'order-confirmed'", channel="'email'",
              recipient="'p' || (i % 5000) || '@example.test'", store_id="1001 + i % 2", order_id="100000 + i", state=(
              "CASE WHEN i % 1000 = 0 THEN 'dead' WHEN i % 9 = 0 THEN 'skipped' ELSE 'sent' END"), reason="'for a reason'",
              order_ref="'R' || (1000000 + i)", event_id="100000 + i", due=then, made_at=then, subject="'Order confirmed'")
    made.rows("parcel", ORDERS, f"{GONE} OR i % 100 IN (97, 98)", id="100000 + i", code="'X' || i || '-1'", order_id="100000 + i",
              n="1", state=f"CASE WHEN {GONE} THEN 'handed_over' ELSE 'labelled' END", from_id="100001", at_id="100001",
              opened_at=then, sealed_at=then, handed_over_at=f"CASE WHEN {GONE} THEN {then} END")
    made.rows("label", ORDERS, f"{GONE} OR i % 100 IN (97, 98)", parcel_id="100000 + i", carrier="'house'", service="'parcel'",
              tracking="'HX' || i", sscc="'3' || (10000000000000000 + i)", made_at=then)
    for n in (1, 2):
        made.rows("parcel_line", ORDERS, f"{GONE} OR i % 100 IN (97, 98)", parcel_id="100000 + i", order_line_id=f"{n}000000 + i",
                  product_id=f"100001 + (i * {n}) % {PRODUCTS}", lot="''", serial="''", qty="1")
    made.rows("ledger", 30_000, at=made.at("30000 - i"), product_id="CASE WHEN i % 2 = 0 THEN 100001 ELSE 100002 END", from_id="1",
              to_id="100001", from_condition="'good'", to_condition="'good'", qty="1", reason="'receive'")
    made.rows("intake_error", 5_000, store_id="1001", platform="'shopify'", key="'k' || i", ref="'BAD' || i", say="'It cannot be read.'",
              payload="'{}'", at=made.at("i"), tries="1", solved_at=f"CASE WHEN i % 5 > 0 THEN {made.at('i')} END")
    made.rows("count_request", 1_000, location_id=f"100001 + i % {BINS}", product_id="100000 + i", why="'One was missing'", kind="'short'", priority="2", round="1",
              at=made.at("i"))
