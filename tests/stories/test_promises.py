"""Promises to those who wait: which delivery serves whom, in which days, and who hears when that changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from stowline.backorders import queries
from stowline.core import broker, clock, db, outbox, timers
from stowline.orders import queries as orders
from tests.makers import Tablet
from tests.stories.conftest import House

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def work_off() -> None:
    """The relay's and the workers' part, until nothing is due."""
    for _ in range(50):
        with db.transaction() as session:
            rings, fires = outbox.claim(session), timers.claim(session)
        for event_id, reaction in rings:
            broker.react(event_id, reaction)
        for timer_id, _ in fires:
            timers.fire(timer_id)
        if not rings and not fires:
            return


@contextmanager
def on(day: int, hour: int = 9) -> Iterator[None]:
    """So many days after the Monday on which these stories begin; what is due by then is done."""
    with clock.stopped_at(MONDAY + timedelta(days=day, hours=hour - 9)):
        work_off()
        yield
        work_off()


def buy(desk: Tablet, ref: str, units: int, first: int | None, last: int | None = None, supplier: str = "Potters & Co", sku: str = "MUG") -> None:
    """A purchase order, expected from so many days after that Monday to so many."""
    days = {} if first is None else {"expected_from": day(first), "expected_to": day(last if last is not None else first)}
    body = {"ref": ref, "supplier": supplier, "lines": [{"sku": sku, "quantity": units}]} | days
    assert desk.post("/api/v1/purchase-orders", body).status == 201


def day(n: int) -> str:
    return (MONDAY.date() + timedelta(days=n)).isoformat()


def revise(desk: Tablet, ref: str, last: int, **more: Any) -> None:
    body = {"expected_from": day(last), "expected_to": day(last), "why": "the kiln broke"} | more
    reply = desk.post(f"/api/v1/purchase-orders/{ref}/revisions", body)
    assert reply.status in (200, 201), reply.raw


def promised(ref: str) -> Any:
    """What stands promised to the only line of an order."""
    with db.reading() as session:
        order = orders.by_ref(session, ref)
        (line,) = orders.lines(session, order.id or 0)
        return queries.standing(session, [line.id]).get(line.id)


def window(ref: str) -> tuple[int, int] | None:
    """Its days, counted from that Monday."""
    found = promised(ref).window
    return None if found.p50 is None else ((found.p50 - MONDAY.date()).days, (found.p90 - MONDAY.date()).days)


def test_place_in_line_decides_which_delivery_serves_whom(house: House) -> None:
    desk = house.tablet()
    with on(0):
        desk.add_product("MUG")
        buy(desk, "PO-1", 10, 7, 11)
        buy(desk, "PO-2", 10, 21, 25, "Kiln Works")
        for ref in "ABCD":
            assert desk.place(ref, {"MUG": 6}).status == 201
        assert [promised(ref).window.arrivals for ref in "ABCD"] == [
            (("PO-1", 6),), (("PO-1", 4), ("PO-2", 2)), (("PO-2", 6),), (("PO-2", 2),)]  # fmt: skip
        # nothing is known of anybody yet: up to a week late, and a day or two of our own
        assert [window(ref) for ref in "ABCD"] == [(16, 21), (30, 35), (30, 35), None]
        assert promised("A").window.source == "assumed"
    with on(1):
        assert desk.post("/api/v1/orders/A/cancellation", {"reason": "changed mind"}).status == 200
    with on(1, 10):
        assert [promised(ref).window.arrival for ref in "BCD"] == ["PO-1", "PO-2", "PO-2"]
        assert window("D") == (30, 35)
    house.prove()
