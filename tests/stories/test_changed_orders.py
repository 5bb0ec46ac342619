"""A placed order is changed while it waits: a swap, fewer units, another way to ship, another place in line."""

import pytest

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.core.errors import Conflict, Refused
from stowline.orders import queries as orders
from stowline.orders import service
from tests.stories.conftest import House


def line_of(ref: str, n: int = 0) -> orders.LineView:
    with db.transaction() as session:
        return orders.lines(session, orders.by_ref(session, ref).id or 0)[n]


def swap(ref: str, sku: str, units: int) -> int:
    line = line_of(ref)
    with db.transaction() as session:
        wanted = catalog.ids_of(session, [sku])[sku]
        return service.swap(session, line.id, wanted, units, why="the shopper chose it")


def cancel_units(ref: str, units: int) -> int:
    line = line_of(ref)
    with db.transaction() as session:
        return service.cancel_units(session, line.id, units, "the shopper took a credit")


def test_what_waits_is_swapped_at_the_same_price_and_what_is_promised_stays(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2, "CUP": 2})
    maja.place("1001", {"MUG": 5})
    total = maja.order("1001")["total_minor"]
    swap("1001", "CUP", 3)
    mug, cup = maja.order("1001")["lines"]
    assert (mug["quantity"], mug["cancelled"], mug["promised"], mug["waiting"]) == (5, 3, 2, 0)
    assert (cup["sku"], cup["quantity"], cup["promised"], cup["waiting"]) == ("CUP", 3, 2, 1)
    assert maja.order("1001")["total_minor"] == total
    assert (maja.stock("MUG")["waiting"], maja.stock("CUP")["promised"]) == (0, 2)
    assert "LineSwapped" in maja.events("1001")
    assert line_of("1001", 1).substitute_for == line_of("1001").id
    maja.receive({"CUP": 1})
    maja.follow("putaway:")
    assert maja.order("1001")["state"] == "allocated"
    maja.ship_all()
    assert maja.order("1001")["state"] == "handed_over"
    house.prove()


def test_a_swap_is_refused_for_what_does_not_wait_for_kits_and_for_the_same(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2, "CUP": 5, "BOX": 1})
    maja.add_product("GIFT", parts=[{"sku": "MUG", "units": 2}, {"sku": "BOX", "units": 1}])
    maja.place("1001", {"MUG": 3})
    before = house.books()
    for sku, units, say in (("CUP", 2, "Only 1 of them still waits"), ("CUP", 0, "at least 1"), ("MUG", 1, "same product"),
                            ("GIFT", 1, "is a kit")):  # fmt: skip
        with pytest.raises((Conflict, Refused), match=say):
            swap("1001", sku, units)
    maja.place("1002", {"GIFT": 1})
    with pytest.raises(Refused, match="part of a kit"):
        swap("1002", "CUP", 2)
    maja.receive({"MUG": 1})
    with pytest.raises(Conflict, match="its stock has come"):
        swap("1001", "CUP", 1)
    assert before["lines"][0][:2] == house.books()["lines"][0][:2]
    house.prove()


def test_units_that_wait_are_cancelled_for_what_they_cost_and_the_rest_goes_out(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    maja.place("1001", {"MUG": 5})
    assert cancel_units("1001", 3) == 3 * 450
    assert maja.order("1001")["state"] == "allocated"
    maja.ship_all()
    assert maja.order("1001")["state"] == "handed_over"
    house.prove()


def test_the_last_units_cancelled_cancel_the_order(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("1001", {"MUG": 2})
    cancel_units("1001", 1)
    assert maja.order("1001")["state"] == "backordered"
    cancel_units("1001", 1)
    assert maja.order("1001")["state"] == "cancelled"
    assert maja.events("1001").count("OrderCancelled") == 1
    maja.receive({"MUG": 2})
    assert maja.stock("MUG")["free"] == 2
    house.prove()


def test_a_priority_changes_who_is_served_first(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("1001", {"MUG": 1}, placed_at="2026-11-01T10:00:00Z")
    maja.place("1002", {"MUG": 1}, placed_at="2026-11-02T10:00:00Z")
    with db.transaction() as session:
        assert service.set_priority(session, orders.by_ref(session, "1002").id or 0, 1).priority == 1
    with db.transaction() as session, pytest.raises(Refused, match=r"0 \(first\) to 9"):
        service.set_priority(session, orders.by_ref(session, "1002").id or 0, 10)
    maja.receive({"MUG": 1})
    assert [maja.order(ref)["lines"][0]["promised"] for ref in ("1001", "1002")] == [0, 1]
    assert "PrioritySet" in maja.events("1002")
    house.prove()


def test_shipping_and_expedite_are_kept_on_the_order_once(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("1001", {"MUG": 1})
    for _ in range(2):
        with db.transaction() as session:
            order = service.set_shipping(session, orders.by_ref(session, "1001").id or 0, parts="at_most", at_most=2)
            assert (order.ships, order.most_parcels) == ("at_most", 2)
            assert service.expedite(session, order.id or 0, why="it waits so long").expedite
    assert [maja.events("1001").count(name) for name in ("ShippingSet", "ExpediteSet")] == [1, 1]
    for parts, most, say in (("slowly", None, "complete, parts or at_most"), ("at_most", None, "2 to 20"), ("at_most", 1, "2 to 20")):
        with db.transaction() as session, pytest.raises(Refused, match=say):
            service.set_shipping(session, orders.by_ref(session, "1001").id or 0, parts=parts, at_most=most)
    assert maja.post("/api/v1/orders/1001/cancellation", {"reason": "no"}).status == 200
    with db.transaction() as session, pytest.raises(Conflict, match="nothing of it is left"):
        service.expedite(session, orders.by_ref(session, "1001").id or 0, on=False)
    house.prove()
