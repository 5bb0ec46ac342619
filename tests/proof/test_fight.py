"""Sixteen workers fight for ten units each of three products, through every door at once, over real connections.

What must come out: sums that are exact to the unit, no call that fails, nothing that was answered and is not in the
books. The suite plays a share of it; `make proof` all 2,000 actions on each database.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from stowline.core import db
from tests.makers import Reply, Tablet, at_once
from tests.services import proof_is_full
from tests.stories.conftest import House, busy_house, founded_postgres, founded_sqlite

__all__ = ["busy_house", "founded_postgres", "founded_sqlite"]  # fixtures of the stories

WORKERS = 16
ACTIONS = 2000 if proof_is_full() else 240
GOODS = ("RIVAL-A", "RIVAL-B", "RIVAL-C")
BINS = ("A-01-1", "A-01-2", "B-01-1")
ON_HAND = 10


class Fight:
    """What all workers share, and what each was answered."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.lock = threading.Lock()
        self.orders: list[str] = []
        self.answers: Counter[tuple[str, int]] = Counter()
        self.adjusted: Counter[str] = Counter()
        self.scans: list[str] = []

    def told(self, what: str, reply: Reply) -> Reply:
        """Note an answer; anything but a clear yes or no is a loss."""
        with self.lock:
            self.answers[what, reply.status] += 1
        assert reply.status in {200, 201, 403, 404, 409, 422}, (what, reply.status, reply.raw[:500])
        return reply

    def scan(self, who: Tablet, task: str, code: str, quantity: int = 1) -> Reply:
        reply = self.told(task.partition(":")[0], who.scan(task, code, quantity))
        if reply.status == 200:
            with self.lock:
                self.scans.append(reply["scan_id"])
        return reply

    # ------------------------------------------------------------ the doors

    def allocate(self, who: Tablet, dice: random.Random) -> None:
        ref = f"F-{dice.getrandbits(48):x}"
        lines = {sku: dice.randint(1, 3) for sku in dice.sample(GOODS, dice.randint(1, 2))}
        assert self.told("allocate", who.place(ref, lines)).status == 201
        with self.lock:
            self.orders.append(ref)

    def cancel(self, who: Tablet, dice: random.Random) -> None:
        with self.lock:
            ref = dice.choice(self.orders) if self.orders else ""
        if ref:
            self.told("cancel", who.post(f"/api/v1/orders/{ref}/cancellation", {"reason": "changed my mind"}))

    def move(self, who: Tablet, dice: random.Random) -> None:
        source, target = dice.sample(BINS, 2)
        for code in (source, dice.choice(GOODS), target):
            if self.scan(who, "move:", code).status != 200:
                self.scan(who, "move:", "CMD:DONE")
                return

    def count(self, who: Tablet, dice: random.Random) -> None:
        bin_ = dice.choice(BINS)
        if self.scan(who, f"count:{bin_}", bin_).status != 200:
            return
        for sku, units in self.lies(bin_).items():
            self.scan(who, f"count:{bin_}", sku, units)
        if self.scan(who, f"count:{bin_}", "CMD:DONE").status != 200:
            self.scan(who, f"count:{bin_}", bin_)

    def lies(self, bin_: str) -> dict[str, int]:
        """What a counter sees: perhaps not true any more a moment later."""
        query = (
            "SELECT p.sku, SUM(b.qty) FROM balance b JOIN location l ON l.id = b.location_id JOIN product p"
            " ON p.id = b.product_id WHERE l.code = :code AND b.qty > 0 GROUP BY p.sku"
        )
        with self.house._reading() as session:
            return {sku: int(units) for sku, units in session.execute(sa.text(query), {"code": bin_})}

    def adjust(self, who: Tablet, dice: random.Random) -> None:
        sku, units = dice.choice(GOODS), dice.choice((-1, 1))
        body = {"sku": sku, "bin": dice.choice(BINS), "units": units, "reason": "found" if units > 0 else "lost"}
        if self.told("adjust", who.post("/api/v1/adjustments", body)).status == 201:
            with self.lock:
                self.adjusted[sku] += units

    def pick(self, who: Tablet, dice: random.Random) -> None:
        with self.lock:
            ref = dice.choice(self.orders) if self.orders else ""
        lease = who.lease(f"pick:{ref}") if ref else None
        if lease is None or lease.status != 200:
            return
        step = lease["next"]
        for _ in range(dice.randint(1, 6)):
            if step is None or step["want"] == "nothing":
                return
            step = self.scan(who, f"pick:{ref}", step["code"])["next"]
        if dice.random() < 0.5:
            self.scan(who, f"pick:{ref}", "CMD:UNDO")

    def undo(self, who: Tablet, dice: random.Random) -> None:
        self.scan(who, dice.choice(("move:", "receive:")), "CMD:UNDO")

    def receive(self, who: Tablet, dice: random.Random) -> None:
        self.scan(who, "receive:", dice.choice(GOODS))
        self.scan(who, "receive:", "CMD:UNDO")

    def doors(self) -> list[Callable[[Tablet, random.Random], None]]:
        return [self.allocate, self.allocate, self.cancel, self.cancel, self.move, self.count, self.adjust, self.undo,
                self.pick, self.receive]  # fmt: skip


@pytest.fixture
def fight(busy_house: House) -> Fight:
    maja = busy_house.tablet()
    for sku in GOODS:
        maja.add_product(sku)
        for bin_, units in zip(BINS, (4, 3, 3), strict=True):
            body = {"sku": sku, "bin": bin_, "units": units, "reason": "found"}
            assert maja.post("/api/v1/adjustments", body).status == 201
        assert maja.stock(sku)["on_hand"] == ON_HAND
    return Fight(busy_house)


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_sixteen_workers_fight_for_ten_units_of_three_products(fight: Fight) -> None:
    def work(n: int) -> None:
        who, dice = fight.house.tablet(f"rival-{n}", door=n), random.Random(n)
        for _ in range(ACTIONS // WORKERS):
            dice.choice(fight.doors())(who, dice)

    at_once([partial(work, n) for n in range(WORKERS)])
    fight.house.prove()
    assert {what for what, status in fight.answers if status in {200, 201}} >= {
        "allocate", "cancel", "move", "count", "adjust", "receive", "pick",
    }  # fmt: skip
    with fight.house._reading() as session:
        _sums_are_exact(session, fight)
        _nothing_was_lost(session, fight)


def _sums_are_exact(session: db.Session, fight: Fight) -> None:
    """On hand is what was there, what was adjusted by those who were told so, and what counts and receipts brought."""
    query = """
        SELECT p.sku, SUM(CASE WHEN m.to_id > 4 THEN m.qty ELSE -m.qty END) FROM ledger m
        JOIN product p ON p.id = m.product_id
        WHERE (m.from_id <= 4 OR m.to_id <= 4) AND m.reason <> 'adjust' GROUP BY p.sku
    """
    other: Counter[str] = Counter({sku: int(units) for sku, units in session.execute(sa.text(query)) if sku in GOODS})
    here = dict(session.execute(sa.text(
        "SELECT p.sku, SUM(b.qty) FROM balance b JOIN product p ON p.id = b.product_id GROUP BY p.sku")).all())  # fmt: skip
    for sku in GOODS:
        assert here[sku] == ON_HAND + fight.adjusted[sku] + other[sku], sku


def _nothing_was_lost(session: db.Session, fight: Fight) -> None:
    """Every yes is in the books: orders, and scans with their accepted fate."""
    orders = set(session.execute(sa.text("SELECT ref FROM orders WHERE ref LIKE 'F-%'")).scalars())
    assert orders == set(fight.orders)
    kept = set(session.execute(sa.text("SELECT scan_id FROM scan WHERE fate = 'accepted'")).scalars())
    assert set(fight.scans) <= kept
