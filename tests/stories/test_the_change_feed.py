"""The change feed of stock: whoever asks with the last cursor misses nothing, whatever commits when."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stowline.core import db
from stowline.inventory import feed
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import SUPPLIER
from stowline.receiving import service as receiving
from tests.asserts import clear_no
from tests.makers import Tablet, at_once
from tests.stories.conftest import House

GOODS = ("CUP", "JUG", "MUG", "POT")
FIGURES = ("on_hand", "promised", "free", "waiting", "incoming")


@dataclass
class Poller:
    """A shop that asks again and again, and knows what it was told last of each product."""

    tablet: Tablet
    limit: int = 50
    cursor: str = ""
    knows: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def poll(self) -> list[str]:
        """Ask once: the SKUs that changed."""
        after = f"&after={self.cursor}" if self.cursor else ""
        answer = self.tablet.get(f"/api/v1/stock/changes?limit={self.limit}{after}")
        assert answer.status == 200, answer.raw
        self.cursor = answer["next"]
        self.knows |= {item["sku"]: tuple(item[name] for name in FIGURES) for item in answer["items"]}
        return [item["sku"] for item in answer["items"]]

    def catch_up(self) -> list[str]:
        """Ask until nothing is new."""
        told: list[str] = []
        while more := self.poll():
            told += more
        return told


def truth(tablet: Tablet) -> dict[str, tuple[int, ...]]:
    """What the books say of every product."""
    items: list[dict[str, Any]] = tablet.get("/api/v1/stock?limit=500")["items"]
    return {item["sku"]: tuple(item[name] for name in FIGURES) for item in items}


@pytest.fixture
def goods(house: House) -> dict[str, int]:
    """Four products: SKU to id."""
    maja = house.tablet()
    maja.stock_up(dict.fromkeys(GOODS, 5))
    with db.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT sku, id FROM product").all()
    return {str(sku): int(i) for sku, i in rows}


def receive(session: db.Session, product_id: int, units: int = 1) -> None:
    dock = session.connection().exec_driver_sql("SELECT id FROM location WHERE kind = 'dock'").scalar_one()
    inventory.move(session, product_id=product_id, from_id=SUPPLIER, to_id=dock, qty=units, because="receive")


def receive_slowly(session: db.Session, product_id: int) -> None:
    """A receipt whose statements are all sent."""
    receive(session, product_id)
    session.connection()  # what waits to travel is sent before the pause
    inventory.lock_levels(session, [product_id])


@contextmanager
def held_open(url: str, work: Callable[[db.Session], object]) -> Iterator[Callable[[], None]]:
    """Work on a connection of its own that is not committed before the call that it yields."""
    done, go = threading.Event(), threading.Event()
    own = db.Database(url)

    def slowly() -> None:
        with own.transaction() as session:
            work(session)
            session.connection()
            done.set()
            assert go.wait(60)

    thread = threading.Thread(target=slowly, daemon=True)
    thread.start()
    assert done.wait(60)

    def commit() -> None:
        go.set()
        thread.join(60)
        assert not thread.is_alive()

    try:
        yield commit
    finally:
        commit()
        own.close()


def test_a_poller_gets_every_product_first_and_then_only_what_changed(house: House, goods: dict[str, int]) -> None:
    maja, shop = house.tablet(), Poller(house.tablet(), limit=3)
    assert sorted(shop.catch_up()) == list(GOODS)
    assert shop.poll() == []
    maja.place("1001", {"MUG": 2})
    assert shop.poll() == ["MUG"]
    assert shop.knows == truth(maja)
    assert shop.knows["MUG"] == (5, 2, 3, 0, 0)
    assert goods.keys() == shop.knows.keys()


def test_what_waits_and_what_is_on_its_way_is_told_although_no_unit_moved(house: House, goods: dict[str, int]) -> None:
    maja, shop = house.tablet(), Poller(house.tablet())
    maja.place("1001", {"MUG": 5})
    shop.catch_up()
    maja.place("1002", {"MUG": 3})
    assert (shop.poll(), shop.knows["MUG"]) == (["MUG"], (5, 5, 0, 3, 0))
    maja.post("/api/v1/purchase-orders", {"ref": "PO-9", "supplier": "Kiln", "lines": [{"sku": "MUG", "quantity": 8}]})
    assert (shop.poll(), shop.knows["MUG"]) == (["MUG"], (5, 5, 0, 3, 8))
    maja.post("/api/v1/orders/1002/cancellation", {"reason": "changed my mind"})
    assert (shop.poll(), shop.knows["MUG"]) == (["MUG"], (5, 5, 0, 0, 8))
    maja.scan("receive:PO-9", "CMD:DONE")
    assert (shop.poll(), shop.knows["MUG"]) == (["MUG"], (5, 5, 0, 0, 0))
    maja.scan("receive:PO-9", "CMD:UNDO")
    assert (shop.poll(), shop.knows["MUG"]) == (["MUG"], (5, 5, 0, 0, 8))
    assert goods


def test_a_change_that_commits_late_is_not_skipped(house: House, goods: dict[str, int]) -> None:
    """The slow transaction wrote first and commits last; the poller looked in between."""
    shop = Poller(house.tablet())
    shop.catch_up()
    with held_open(house.url, lambda session: receive_slowly(session, goods["JUG"])) as commit_late:
        if house.url.startswith("postgresql"):  # SQLite has one writer: nobody can commit before it
            db.run(lambda session: receive(session, goods["CUP"]))
            assert shop.poll() == ["CUP"]
        assert shop.poll() == []
        commit_late()
        db.run(lambda session: receive(session, goods["MUG"]))
        assert shop.poll() == ["JUG", "MUG"]
    assert shop.knows == truth(house.tablet())


def buy(session: db.Session, ref: str, sku: str) -> None:
    receiving.enter(session, ref=ref, supplier="Kiln", lines=[(sku, 4)])


def test_what_is_bought_and_commits_late_is_not_skipped(house: House, goods: dict[str, int]) -> None:
    """No unit moves, so there is no level to look at: the mark of the slow one is the older, and is seen last."""
    shop = Poller(house.tablet())
    db.run(lambda session: buy(session, "PO-first", "POT"))  # a supplier whom two orders name first waits for the earlier
    shop.catch_up()
    with held_open(house.url, lambda session: buy(session, "PO-slow", "JUG")) as commit_late:
        if house.url.startswith("postgresql"):
            for n, sku in enumerate(("CUP", "MUG", "CUP")):
                db.run(lambda session, n=n, sku=sku: buy(session, f"PO-{n}", sku))  # type: ignore[misc]
                assert shop.poll() == [sku]
        assert shop.poll() == []
        commit_late()
        assert shop.poll() == ["JUG"]
    assert shop.knows["JUG"][-1] == 4
    assert shop.knows == truth(house.tablet())
    assert goods


def test_a_kit_is_told_again_when_its_part_commits_late(house: House, goods: dict[str, int]) -> None:
    maja, shop = house.tablet(), Poller(house.tablet())
    maja.add_product("BOX", parts=[{"sku": "JUG", "units": 2}, {"sku": "CUP", "units": 1}])
    shop.catch_up()
    assert shop.knows["BOX"] == (2, 0, 2, 0, 0)
    with held_open(house.url, lambda session: receive_slowly(session, goods["JUG"])) as commit_late:
        if house.url.startswith("postgresql"):
            db.run(lambda session: receive(session, goods["CUP"]))
            assert sorted(shop.poll()) == ["BOX", "CUP"]
        commit_late()
    assert sorted(shop.poll()) == ["BOX", "JUG"]
    assert shop.knows["BOX"] == (3, 0, 3, 0, 0)
    assert shop.knows == truth(maja)


def test_a_level_that_is_locked_keeps_nobody_waiting_and_is_told_afterwards(
    house: House, goods: dict[str, int]
) -> None:
    shop = Poller(house.tablet())
    shop.catch_up()
    for sku in ("CUP", "JUG"):
        db.run(lambda session, sku=sku: receive(session, goods[sku]))  # type: ignore[misc]
    if house.url.startswith("postgresql"):
        with held_open(house.url, lambda session: receive_slowly(session, goods["JUG"])):
            assert shop.catch_up() == ["CUP"]
    assert "JUG" in shop.catch_up()
    assert shop.knows == truth(house.tablet())


def test_writers_and_pollers_at_the_same_moment_agree_in_the_end(house: House, goods: dict[str, int]) -> None:
    pollers = [Poller(house.tablet(), limit=2) for _ in range(2)]

    def write(n: int) -> None:
        for turn in range(12):
            db.run(lambda session, n=n, turn=turn: receive(session, goods[GOODS[(n + turn) % 4]]))  # type: ignore[misc]

    def watch(poller: Poller) -> None:
        for _ in range(25):
            poller.poll()

    at_once([*(partial(write, n) for n in range(4)), *(partial(watch, poller) for poller in pollers)])
    for poller in pollers:
        poller.catch_up()
        assert poller.knows == truth(house.tablet())
    house.prove()


STEPS = st.lists(
    st.tuples(st.sampled_from(["receive", "order", "cancel", "expect", "poll", "fail"]), st.sampled_from(GOODS),
              st.integers(1, 4)),
    max_size=12,
)  # fmt: skip


def change_of_mind(session: db.Session, product_id: int) -> float:
    """A receipt that comes to nothing."""
    receive(session, product_id)
    return product_id / 0


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, limit=st.integers(1, 5))
def test_whatever_happens_between_polls_the_poller_ends_with_the_books(
    house: House, goods: dict[str, int], steps: list[tuple[str, str, int]], limit: int
) -> None:
    maja, shop, before = house.tablet(), Poller(house.tablet(), limit=limit), house.count("outbox")
    mine: list[str] = []
    for n, (what, sku, units) in enumerate(steps):
        if what == "receive":
            db.run(lambda session, sku=sku, units=units: receive(session, goods[sku], units))  # type: ignore[misc]
        elif what == "order":
            mine.append(f"R-{before}-{n}")
            assert maja.place(mine[-1], {sku: units * 3}).status == 201
        elif what == "cancel" and mine:
            maja.post(f"/api/v1/orders/{mine.pop()}/cancellation", {"reason": "changed my mind"})
        elif what == "expect":
            lines = [{"sku": sku, "quantity": units}]
            maja.post("/api/v1/purchase-orders", {"ref": f"E-{before}-{n}", "supplier": "Kiln", "lines": lines})
        elif what == "fail":
            with pytest.raises(ZeroDivisionError):
                db.run(partial(change_of_mind, product_id=goods[sku]))
        else:
            shop.poll()
    shop.catch_up()
    assert shop.knows == truth(maja)


def test_a_cursor_of_another_database_is_refused(house: House, goods: dict[str, int]) -> None:
    maja = house.tablet()
    Poller(maja).catch_up()
    assert "without after" in clear_no(maja.get("/api/v1/stock/changes?after=WzQwMDAwMF0"), 409)  # [400000]
    clear_no(maja.get("/api/v1/stock/changes?after=WyJhIl0"), 400)
    assert goods


def test_numbers_stay_with_the_product_and_grow(house: House, goods: dict[str, int]) -> None:
    """Compacted: a thousand changes of one product are one item."""
    for _ in range(5):
        db.run(lambda session: receive(session, goods["MUG"]))
        feed.keep_up()
    assert house.count("stock_feed") == 4
    with db.reading() as session:
        last = stock.changes(session, after=0, limit=10)
        assert last[-1].level.sku == "MUG"
        assert last[-1].number == feed.end(session)
        assert not feed.untold(session)
