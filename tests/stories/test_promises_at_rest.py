"""Promises under rivals: whoever places, revises, receives or recalculates at the same moment, what stands in the end is
what a recalculation from nothing would say, and each shopper is owed each piece of news once.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.backorders import promises, recalculating, windows
from stowline.backorders.promises import Why
from stowline.core import clock, db
from stowline.core.config import settings
from stowline.orders import changing, policies
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.receiving import outlook, queries, revisions
from stowline.stores import queries as stores
from tests.makers import STORE, Tablet, api_order, at_once
from tests.services import proof_is_full
from tests.stories.conftest import House
from tests.stories.test_promises import MONDAY, buy, messages, on, promised, window, work_off
from tests.stories.test_rivals import cancel, scan

ROUNDS = 12 if proof_is_full() else 2


def place(ref: str, units: int) -> None:
    from stowline.orders.intake import api  # noqa: PLC0415  (as in test_rivals)

    read: Any = api.read(api_order(ref, {"MUG": units}))
    db.run(lambda s: order_service.place(s, stores.store_by_key(s, STORE), read))


def move(ref: str, last: int) -> None:
    """A purchase order is revised."""
    due = MONDAY.date() + timedelta(days=last)

    def revise(session: Any) -> None:
        order = queries.by_ref(session, ref)
        revisions.revise(session, order.id or 0, expected_from=due, expected_to=due, why="the kiln broke")

    db.run(revise)


def recalculate() -> None:
    db.run(lambda s: promises.mark_all(s, Why("asked for")))
    outlook.catch_up("")


def stand() -> list[tuple[Any, ...]]:
    """What stands promised to all who wait, and what of it is announced."""
    with db.reading() as session:
        query = ("SELECT l.id, s.p50, s.p90, s.arrivals, s.news_revision, s.told_p90 FROM order_line l LEFT JOIN promise_standing s"
                 " ON s.order_line_id = l.id WHERE l.ordered - l.cancelled > l.allocated ORDER BY l.id")  # fmt: skip
        return [tuple(row) for row in session.execute(sa.text(query))]


def at_rest() -> None:
    """All that was marked is done; then a recalculation of everything changes nothing, and nobody was told twice."""
    outlook.catch_up("")
    before = stand()
    assert all(row[3] is not None for row in before)
    recalculate()
    assert stand() == before
    with db.reading() as session:
        twice = session.execute(sa.text("SELECT order_id, body, COUNT(*) FROM (SELECT subject AS order_id, body FROM outbox"
                                        " WHERE name = 'PromiseChanged') e GROUP BY order_id, body HAVING COUNT(*) > 1")).all()  # fmt: skip
        assert not twice
        for one in (found for row in before if (found := promised_line(session, row[0])).told_at):
            beyond = windows.news(one.window, one.told_p90, told=True) or windows.good_news(
                one.window, one.told_p50, one.told_p90, told=True, least=settings().good_news_days)
            announced = session.execute(sa.text("SELECT news_revision FROM promise_standing WHERE order_line_id = :l"),
                                        {"l": one.line_id}).scalar_one()  # fmt: skip
            assert bool(beyond) == bool(announced), one


def promised_line(session: Any, line_id: int) -> Any:
    from stowline.backorders import queries as backorders  # noqa: PLC0415

    return backorders.standing(session, [line_id])[line_id]


@contextmanager
def a_rival(patch: pytest.MonkeyPatch, deed: Callable[[], object]) -> Iterator[None]:
    """The first who has read what is on its way is interrupted there, by somebody who acts as far as they can go on."""
    real, met = outlook.supply, threading.Event()
    rivals: list[threading.Thread] = []

    def supply(session: Any, product_ids: Any) -> Any:
        found = real(session, product_ids)
        if not met.is_set():
            met.set()
            rivals.append(threading.Thread(target=deed, daemon=True))
            rivals[0].start()
            rivals[0].join(0.4)
        return found

    patch.setattr(outlook, "supply", supply)
    yield
    patch.setattr(outlook, "supply", real)
    assert met.is_set()
    rivals[0].join(20)
    assert not rivals[0].is_alive()


@pytest.fixture
def desk(house: House) -> Tablet:
    """Ten mugs are due in a week; A and B wait for six of them and were told so."""
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7)
        for ref in "AB":
            desk.place(ref, {"MUG": 3})
    with on(0, 12):
        assert promised("B").told_at is not None
    return desk


def revised_and_recalculated() -> None:
    move("PO-1", 30)
    outlook.catch_up("")


DEEDS = {"an order is placed": lambda: place("C", 2), "promises are made anew": recalculate}


@pytest.mark.parametrize("deed", DEEDS)
def test_whoever_read_the_old_days_does_not_leave_them_standing(
    deed: str, desk: Tablet, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.stopped_at(MONDAY + timedelta(days=1)):
        with a_rival(monkeypatch, revised_and_recalculated):
            DEEDS[deed]()
        at_rest()
    assert window("B") == (36, 38)
    with on(1, 12):
        pass
    assert messages("delay-apology") == {"A": ["sent"], "B": ["sent"]}
    assert desk.events("B").count("PromiseChanged") == 1
    house.prove()


def test_what_is_marked_early_and_committed_late_is_not_forgotten(desk: Tablet, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow transaction has drawn its number before a quick one, and commits while the quick one's mark is worked off."""
    if house.url.startswith("sqlite"):
        pytest.skip("SQLite has one writer at a time: numbers commit in order")
    go_on, there = threading.Event(), threading.Event()

    def slowly() -> None:
        def work(session: Any) -> None:
            promises.mark(session, [1], Why("slow"))
            there.set()
            go_on.wait(10)

        db.run(work)

    with clock.stopped_at(MONDAY + timedelta(days=1)):
        db.run(lambda s: promises.mark(s, [1], Why("first")))  # the timer is to run soon: others leave it alone
        slow = threading.Thread(target=slowly, daemon=True)
        slow.start()
        there.wait(10)
        db.run(lambda s: promises.mark(s, [1], Why("quick")))

        def end() -> None:
            go_on.set()
            slow.join(10)

        def supply(session: Any, product_ids: Any) -> Any:
            end()
            return outlook.supply(session, product_ids)

        recalculating.product(1, supply)
        with db.reading() as session:
            left = [row.cause for row in session.execute(sa.text("SELECT cause FROM promise_due ORDER BY id"))]
        assert left == ["slow"]
        at_rest()


@pytest.mark.timeout(300)
def test_all_at_once_and_at_rest_in_the_end(desk: Tablet, house: House) -> None:
    with clock.stopped_at(MONDAY + timedelta(days=1)):
        for n in range(ROUNDS):
            at_once([
                partial(place, f"N-{n}", 2), partial(place, f"M-{n}", 1), partial(move, "PO-1", 7 + 9 * (n % 3)),
                lambda: outlook.catch_up(""), recalculate, partial(scan, "tom", "receive:PO-1", "MUG"),
                partial(cancel, f"M-{n - 1}" if n else "A"), work_off,
            ])  # fmt: skip
            at_rest()
    with on(1, 12):
        pass
    at_rest()
    house.prove()


def test_another_order_of_service_and_another_priority_move_the_promises(desk: Tablet, house: House) -> None:
    with on(0, 13):
        buy(desk, "PO-2", 10, 60)
        desk.place("C", {"MUG": 5}, placed_at="2026-11-01T10:00:00Z")
        outlook.catch_up("")
    before = {ref: promised(ref).window.arrivals for ref in "ABC"}
    assert before["B"] == (("PO-1", 2), ("PO-2", 1))
    with on(0, 14):
        db.run(lambda s: changing.set_priority(s, orders.by_ref(s, "B").id or 0, 1))
        outlook.catch_up("")
        assert promised("B").window.arrivals == (("PO-1", 3),)
        assert promised("A").window.arrivals == (("PO-1", 2), ("PO-2", 1))
        db.run(lambda s: changing.set_priority(s, orders.by_ref(s, "B").id or 0, 5))
        at_rest()

        def by_day(session: Any) -> None:
            store = stores.store_by_key(session, STORE)
            session.execute(sa.text("UPDATE orders SET ship_by = :d WHERE ref = 'C'"), {"d": "2027-06-01 00:00:00"})
            policies.set_policy(session, store, serves="ship_by", ships="complete", most_parcels=None)

        db.run(by_day)
        work_off()
        outlook.catch_up("")
        assert {ref: promised(ref).window.arrivals for ref in "ABC"} == {
            "A": (("PO-1", 3),), "B": (("PO-1", 3),), "C": (("PO-1", 4), ("PO-2", 1))}  # fmt: skip
        at_rest()
    house.prove()
