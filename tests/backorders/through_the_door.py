"""The autumn once more, through the product's own door and on a database: purchase orders are entered and revised by its
API, goods come in by receive scans, each line is an order that is placed by its API, and the house's own timers promise
and learn. Orders that are chosen to leave are put away, picked, packed and handed over by scans.

The day: at eight the purchase orders and the receipts, then what is due is recalculated; at noon the orders, at five the
parcels of the day, at midnight the night's work.
"""

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from stowline.core import broker, clock, db
from stowline.receiving import outlook
from tests.backorders.replay import BEGINS, ENDS, SUPPLIERS, Bought, bought, leaves, sales
from tests.makers import Tablet, api_order

_WAITING = sa.text("SELECT l.id, o.ref FROM order_line l JOIN orders o ON o.id = l.order_id WHERE l.ordered - l.cancelled > l.allocated")
_PROMISES = sa.text(
    "SELECT o.ref, p.p50, p.p90, s.supplier FROM promise p JOIN order_line l ON l.id = p.order_line_id JOIN orders o ON o.id = l.order_id"
    " JOIN promise_standing s ON s.order_line_id = l.id WHERE p.revision = 1"
).columns(p50=sa.Date, p90=sa.Date)
_HANDED_OVER = sa.text(
    "SELECT e.id FROM outbox e WHERE e.name = 'ParcelHandedOver'"
    " AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.event_id = e.id AND r.reaction = 'promise-kept') ORDER BY e.id"
)


@dataclass(slots=True)
class Told:
    """What an order was promised when it was placed, and when its last unit left; None where it is still here."""

    on: date
    p50: date | None
    p90: date | None
    supplier: str
    left: date | None


class Door:
    """The house day by day. One in `ship_one_in` of the orders that waited really leaves, by scans; of the others the
    day is known from the lot that says how long our own work takes.
    """

    def __init__(self, desk: Tablet, file: Path, *, products: int, skip: int = 0, seed: int = 4, ship_one_in: int = 1) -> None:
        self.desk, self.seed, self.ship_one_in = desk, seed, ship_one_in
        self.sold = sales(file, products, skip)
        self.buying = deque(bought(self.sold, Random(seed)))
        self.open: list[Bought] = []
        self.placed: dict[str, date] = {}
        self.waiting: set[str] = set()
        self.left: dict[str, date] = {}
        self.to_ship: dict[date, list[str]] = defaultdict(list)
        for product in sorted({product for lines in self.sold.values() for product, _ in lines}):
            desk.add_product(sku(product))

    def run(self) -> dict[str, Told]:
        """Live until all who waited are served and gone: what each was promised, by the number of its line."""
        day = BEGINS
        while day <= ENDS or ((self.waiting or self.to_ship) and day < ENDS + timedelta(days=120)):
            self.live(day)
            day += timedelta(days=1)
        with db.reading() as session:
            rows = session.execute(_PROMISES).all()
        return {ref: Told(self.placed[ref], p50, p90, supplier, self.left.get(ref)) for ref, p50, p90, supplier in rows}

    def live(self, day: date) -> None:
        with clock.stopped_at(at(day, 8)):
            self.buy(day)
            self.receive(day)
        with clock.stopped_at(at(day, 8, 10)):
            outlook.catch_up("")
        if day <= ENDS:
            with clock.stopped_at(at(day, 12)):
                self.sell(day)
                outlook.catch_up("")
        with clock.stopped_at(at(day, 17)):
            self.ship(day)
        with clock.stopped_at(at(day + timedelta(days=1), 0, 5)):
            db.run(lambda session: outlook.nightly(session, ""))
            outlook.catch_up("")

    def buy(self, day: date) -> None:
        """Purchase orders of the day are entered, and those that move are revised."""
        while self.buying and self.buying[0].agreed[0][0].date() <= day:
            order = self.buying.popleft()
            due = order.agreed[0][1].isoformat()
            body = {"ref": order.ref, "supplier": SUPPLIERS[order.supplier - 1].name, "expected_from": due, "expected_to": due,
                    "lines": [{"sku": sku(order.product), "quantity": order.units}]}  # fmt: skip
            assert self.desk.post("/api/v1/purchase-orders", body).status == 201
            self.open.append(order)
        for order in self.open:
            for _, due_on in [moved for moved in order.agreed[1:] if moved[0].date() == day]:
                moved_to = {"expected_from": due_on.isoformat(), "expected_to": due_on.isoformat(), "why": "the supplier says so"}
                reply = self.desk.post(f"/api/v1/purchase-orders/{order.ref}/revisions", moved_to)
                assert reply.status in {200, 201}, reply.raw  # 200: it says what stands

    def receive(self, day: date) -> None:
        """What comes today is scanned in, and all of it is put away."""
        came = [order for order in self.open if order.comes <= day]
        for order in sorted(came, key=lambda one: one.product):
            self.open.remove(order)
            self.desk.follow(f"receive:{order.ref}")
        if came:
            self.desk.follow("putaway:")
            self.served(day)

    def served(self, day: date) -> None:
        """Who waits for nothing any more leaves after our own work."""
        with db.reading() as session:
            still = {ref for _, ref in session.execute(_WAITING)}
        for ref in sorted(self.waiting - still, key=int):
            self.left[ref] = leaves(self.seed, int(ref), day)
            if int(ref) % self.ship_one_in == 0:
                self.to_ship[self.left[ref]].append(ref)
        self.waiting = still

    def sell(self, day: date) -> None:
        for product, units in self.sold.get(day, []):
            ref = str(len(self.placed))
            self.placed[ref] = day
            body = api_order(ref, {sku(product): units}, customer={"name": "Ada Byron"})
            assert self.desk.post("/api/v1/orders", body).status == 201
        with db.reading() as session:
            self.waiting = {ref for _, ref in session.execute(_WAITING)}

    def ship(self, day: date) -> None:
        """Today's parcels."""
        going = self.to_ship.pop(day, [])
        for ref in going:
            if self.desk.lease(f"pick:{ref}").status == 200:
                self.desk.follow(f"pick:{ref}")
            self.desk.follow(f"pack:{ref}")
        if going:
            self.desk.follow(self.desk.open_manifest())
        with db.reading() as session:
            over = list(session.execute(_HANDED_OVER).scalars())
        for event_id in over:
            broker.react(event_id, "promise-kept")


def sku(product: int) -> str:
    """The goods of one rank."""
    return f"GIFT-{product}"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)
