"""Orders that go out in parts, stores that serve in their own order, and units that are kept for one store."""

from datetime import timedelta

import pytest

from stowline.allocation import reserves
from stowline.catalog import queries as catalog
from stowline.core import clock, db, timers
from stowline.core.errors import Conflict, Refused
from stowline.orders import policies, service
from stowline.orders import queries as orders
from stowline.stores import queries as stores
from stowline.stores import service as store_service
from tests.asserts import clear_no, conflict
from tests.makers import STORE, Tablet
from tests.stories.conftest import House

ON_SQLITE = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


def ships(ref: str, parts: str, at_most: int | None = None) -> None:
    with db.transaction() as session:
        service.set_shipping(session, orders.by_ref(session, ref).id or 0, parts=parts, at_most=at_most)


def gone(maja: Tablet, ref: str) -> tuple[str, dict[str, int]]:
    order = maja.order(ref)
    return order["state"], {line["sku"]: line["handed_over"] for line in order["lines"]}


def restock(maja: Tablet, sku: str, units: int) -> None:
    maja.receive({sku: units})
    maja.follow("putaway:")


# --- in parts ---------------------------------------------------------------------------------------------------------


def test_an_order_that_ships_in_parts_sends_what_is_there_and_the_rest_when_it_came(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3, "CUP": 1})
    maja.place("1001", {"MUG": 3, "CUP": 3})
    assert maja.order("1001")["state"] == "part_allocated"
    ships("1001", "parts")
    assert maja.order("1001")["state"] == "allocated"
    maja.ship_all()
    assert gone(maja, "1001") == ("part_allocated", {"MUG": 3, "CUP": 1})
    house.prove()
    restock(maja, "CUP", 1)
    maja.ship_all()
    restock(maja, "CUP", 1)
    maja.ship_all()
    assert gone(maja, "1001") == ("handed_over", {"MUG": 3, "CUP": 3})
    parcels = maja.order("1001")["parcels"]
    assert [[(line["sku"], line["quantity"]) for line in parcel["lines"]] for parcel in parcels] == [
        [("MUG", 3), ("CUP", 1)], [("CUP", 1)], [("CUP", 1)]]  # fmt: skip
    house.prove()


def test_what_comes_while_a_part_is_under_way_goes_with_the_next(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 1, "CUP": 1})
    maja.place("1000", {"CUP": 1})
    maja.place("1001", {"MUG": 1, "CUP": 1})
    ships("1001", "parts")
    maja.follow("pick:1001")
    restock(maja, "CUP", 1)
    assert maja.order("1001")["state"] == "picked"
    maja.follow("pack:1001")
    assert maja.order("1001")["state"] == "packed"
    conflict(maja.scan("pick:1001", "A-01-1"))
    maja.follow(maja.open_manifest())
    assert maja.order("1001")["state"] == "allocated"
    maja.ship_all()
    assert gone(maja, "1001") == ("handed_over", {"MUG": 1, "CUP": 1})
    house.prove()


@ON_SQLITE
def test_every_step_of_a_part_can_be_taken_back(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    maja.add_product("CUP")
    maja.place("1001", {"MUG": 2, "CUP": 1})
    ships("1001", "parts")
    maja.lease("pick:1001")
    seen = [house.books()]
    steps = [("pick:1001", 3), ("pack:1001", 2)]
    for task, _ in steps:
        step = maja.lease(task)["next"]
        while step["want"] not in {"nothing", "label"}:
            step = maja.scan(task, step["code"], step.get("left", 1) if step["want"] == "product" else 1)["next"]
            seen.append(house.books())
    assert maja.order("1001")["state"] == "packed"
    done = len(seen) - 1
    for n in range(done - 1, -1, -1):
        task = "pack:1001" if n >= done - 2 else "pick:1001"
        assert maja.scan(task, "CMD:UNDO").status == 200
        assert house.books() == seen[n]
    house.prove()


def test_the_last_of_so_many_parcels_waits_for_all_the_rest(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 1})
    maja.add_product("CUP")
    maja.add_product("PEN")
    maja.place("1001", {"MUG": 1, "CUP": 1, "PEN": 1})
    ships("1001", "at_most", 2)
    maja.ship_all()
    assert gone(maja, "1001")[0] == "part_allocated"
    restock(maja, "CUP", 1)
    assert maja.order("1001")["state"] == "part_allocated"
    assert not maja.tasks("pick")
    restock(maja, "PEN", 1)
    maja.ship_all()
    assert gone(maja, "1001") == ("handed_over", {"MUG": 1, "CUP": 1, "PEN": 1})
    assert len(maja.order("1001")["parcels"]) == 2
    house.prove()


@ON_SQLITE
def test_the_rest_of_an_order_is_held_let_go_and_cancelled_when_a_part_has_left(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 1})
    maja.add_product("CUP")
    maja.place("1001", {"MUG": 1, "CUP": 2})
    ships("1001", "parts")
    maja.ship_all()
    restock(maja, "CUP", 1)
    with db.transaction() as session:
        order_id = orders.by_ref(session, "1001").id or 0
        assert service.hold(session, order_id, "is the address right?").state == "on_hold"
        assert service.lift_hold(session, order_id).state == "allocated"
    maja.place("1002", {"CUP": 1})
    assert maja.post("/api/v1/orders/1001/cancellation", {"reason": "enough"}).status == 200
    assert gone(maja, "1001") == ("handed_over", {"MUG": 1, "CUP": 0})
    assert maja.events("1001").count("RestCancelled") == 1
    assert maja.order("1002")["state"] == "allocated"
    clear_no(maja.post("/api/v1/orders/1001/cancellation", {"reason": "enough"}), 409)
    house.prove()


@ON_SQLITE
def test_the_way_of_shipping_narrows_only_between_parcels_and_never_splits_a_kit(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    maja.add_product("CUP")
    maja.add_product("SET", parts=[{"sku": "MUG", "units": 1}, {"sku": "CUP", "units": 1}])
    maja.place("1001", {"MUG": 1, "CUP": 1})
    ships("1001", "parts")
    maja.lease("pick:1001")
    with pytest.raises(Conflict, match="being picked or packed"):
        ships("1001", "complete")
    maja.place("1002", {"SET": 1})
    with pytest.raises(Refused, match="has a kit, which is never split"):
        ships("1002", "parts")
    house.prove()


# --- the store's policy -----------------------------------------------------------------------------------------------


def set_policy(key: str = STORE, serves: str = "placed", how: str = "complete", most: int | None = None) -> None:
    with db.transaction() as session:
        policies.set_policy(session, stores.store_by_key(session, key), serves=serves, ships=how, most_parcels=most)
    run_timers()


def run_timers() -> None:
    """Every timer of allocation, whenever it is due, until there is none."""
    while True:
        with db.transaction() as session:
            kinds = f"('{policies.TIMER}', '{reserves.TIMER}')"
            ids = session.connection().exec_driver_sql(f"SELECT id FROM timer WHERE kind IN {kinds}").scalars().all()
        if not ids:
            return
        for timer_id in ids:
            timers.fire(timer_id)


@ON_SQLITE
def test_a_store_that_ships_in_parts_does_so_from_the_next_order_on_but_not_with_kits(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3})
    maja.add_product("CUP")
    maja.add_product("SET", parts=[{"sku": "MUG", "units": 1}, {"sku": "CUP", "units": 1}])
    maja.place("1001", {"MUG": 1, "CUP": 1})
    set_policy(how="parts")
    maja.place("1002", {"MUG": 1, "CUP": 1})
    maja.place("1003", {"SET": 1})
    assert [maja.order(ref)["state"] for ref in ("1001", "1002", "1003")] == ["part_allocated", "allocated", "part_allocated"]
    house.prove()


def test_a_store_may_serve_by_the_day_orders_must_leave_and_open_orders_follow(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("1001", {"MUG": 1}, placed_at="2026-11-01T10:00:00Z")
    with db.transaction() as session:
        store_service.open_store(session, "fast")
        slow = stores.store_by_key(session, STORE)
        slow.ship_within_days = 9
        session.add(slow)
    maja.place("1002", {"MUG": 1}, placed_at="2026-11-02T10:00:00Z")
    maja.place("1003", {"MUG": 1}, placed_at="2026-11-03T10:00:00Z", store="fast")
    for key in (STORE, "fast"):
        set_policy(key, serves="ship_by")
    house.prove()
    for ref in ("1001", "1003", "1002"):
        maja.receive({"MUG": 1})
        assert maja.order(ref)["lines"][0]["promised"] == 1, ref
    with db.transaction() as session, pytest.raises(Refused, match="served by placed or ship_by"):
        policies.set_policy(session, stores.store_by_key(session, STORE), serves="luck", ships="complete", most_parcels=None)


# --- kept for one store -----------------------------------------------------------------------------------------------


def keep(units: int, store: str, until: timedelta | None = None, sku: str = "MUG") -> None:
    with db.transaction() as session:
        ids = catalog.ids_of(session, [sku])[sku], stores.store_by_key(session, store).id or 0
        reserves.keep(session, *ids, units, clock.now() + until if until else None, "Ruth")


def test_what_is_kept_for_a_store_goes_to_its_orders_alone_until_it_ends(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    with db.transaction() as session:
        store_service.open_store(session, "club")
    keep(3, "club", timedelta(hours=4))
    maja.place("1001", {"MUG": 4})
    maja.place("1002", {"MUG": 1}, store="club")
    maja.place("1003", {"MUG": 2}, store="club")
    restock(maja, "MUG", 4)

    def promised() -> list[int]:
        return [maja.order(ref)["lines"][0]["promised"] for ref in ("1001", "1002", "1003")]

    assert promised() == [1, 1, 2]
    house.prove()
    restock(maja, "MUG", 2)
    assert promised() == [1, 1, 2]
    assert maja.stock("MUG")["free"] == 2
    house.prove()
    run_timers()
    assert promised() == [3, 1, 2]
    assert house.count("reserve") == 0
    house.prove()


@ON_SQLITE
def test_a_reserve_that_makes_no_sense_is_refused(house: House) -> None:
    maja = house.tablet()
    maja.add_product("MUG")
    maja.add_product("SET", parts=[{"sku": "MUG", "units": 2}])
    for units, until, sku, say in ((0, None, "MUG", "1 to"), (1, timedelta(-1), "MUG", "in the future"), (1, None, "SET", "of its parts")):
        with pytest.raises(Refused, match=say):
            keep(units, STORE, until, sku)
    assert house.count("reserve") == 0
