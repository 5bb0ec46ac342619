"""The backorder shelf: what comes for somebody who waits goes into a slot, or straight to the pack bench, and no further."""

from urllib.parse import urlencode
from uuid import uuid4

import pytest

from stowline.catalog import details
from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.inventory import lots
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from tests.asserts import accepted, conflict, refused
from tests.makers import FORM_TYPE, Json, Tablet, at_once
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    for sku in ("MUG", "POT"):
        tablet.add_product(sku)
    return tablet


def wait_for(maja: Tablet, **orders: Json) -> None:
    for ref, lines in orders.items():
        assert maja.place(ref, lines).status == 201


def test_a_part_of_an_order_waits_in_its_slot_and_is_picked_from_there_when_the_rest_came(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1})
    reply = accepted(maja.scan("receive:", "MUG", 5), "Don't put away: slot S-01, order A")
    assert reply["hint"] == "Thing MUG: 5 received. Put 2 in S-01, then scan the slot. 3 more go to A-01-1."
    assert reply["next"]["splits"] == [{"slot": "S-01", "order": "A", "units": 2}]
    assert (reply["next"]["want"], reply["next"]["bin"], reply["next"]["rest"], reply["next"]["rest_bin"]) == ("bin", "S-01", 3, "A-01-1")
    refused(maja.scan("receive:", "S-02"), "Wrong slot", "S-02", "S-01")
    reply = accepted(maja.scan("receive:", "S-01"), "S-01: 2 Thing MUG for order A")
    assert reply["hint"] == "3 more go to A-01-1."
    house.prove()
    (slot,) = [one for one in maja.get("/api/v1/shelf").body["items"] if one["order"]]
    assert (slot["slot"], slot["order"], slot["here"], slot["of"], slot["waiting"], slot["complete"]) == ("S-01", "A", 2, 3, 1, False)
    shown = maja.get("/backorders/shelf").raw.decode()
    assert "1 of 40 slots are kept for orders." in shown
    assert "2 of 3 here" in shown
    assert maja.get("/api/v1/shelf?limit=1")["next"]
    assert maja.tasks("pick") == []
    accepted(maja.scan("receive:", "POT", 1), "Don't put away: slot S-01, order A")
    assert accepted(maja.scan("receive:", "S-01"))["hint"] == "Order A is complete: it can be picked."
    assert next((task["task"], task["say"]) for task in maja.tasks("pick")) == ("pick:A", "Order A is complete in S-01")
    maja.follow("pick:A")
    assert maja.order("A")["state"] == "picked"
    for task in maja.tasks("pack"):
        maja.follow(task["task"])
    maja.follow(maja.open_manifest())
    assert maja.order("A")["state"] == "handed_over"
    assert house.count("shelf_slot WHERE order_id IS NOT NULL") == 0
    assert {"BackorderShelved", "OrderReleased", "LinePicked"} <= set(maja.events("A"))
    house.prove()


def test_an_order_that_is_complete_at_once_goes_straight_to_the_pack_bench(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2})
    reply = accepted(maja.scan("receive:", "MUG", 2), "Don't put away: pack bench, order A")
    assert reply["next"]["code"] == "STAGE-1"
    before = house.books()
    accepted(maja.scan("receive:", "STAGE-1"), "order A can be packed")
    assert maja.order("A")["state"] == "picked"
    house.prove()
    accepted(maja.scan("receive:", "CMD:UNDO"), "Taken out again")
    assert {k: v for k, v in house.books().items() if k not in {"picks", "lists"}} == {
        k: v for k, v in before.items() if k not in {"picks", "lists"}}  # fmt: skip
    accepted(maja.scan("receive:", "STAGE-1"))
    maja.follow(maja.tasks("pack")[0]["task"])
    conflict(maja.scan("receive:", "CMD:UNDO"), "packed already")
    maja.follow(maja.open_manifest())
    assert maja.order("A")["state"] == "handed_over"
    house.prove()


def test_who_scans_on_leaves_the_units_at_the_dock_for_put_away(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1})
    accepted(maja.scan("receive:", "MUG", 5), "slot S-01")
    accepted(maja.scan("receive:", "POT", 1), "slot S-01")  # the mugs are left where they are
    assert accepted(maja.scan("receive:", "S-01"))["hint"] is None  # not "complete": the mugs are not in it
    accepted(maja.scan("receive:", "CMD:UNDO"))
    accepted(maja.scan("receive:", "CMD:SKIP"), "put aside")
    house.prove()
    step = maja.lease("putaway:")["next"]
    assert (step["sku"], step["left"], step["order"]) == ("MUG", 2, "A")
    assert accepted(maja.scan("putaway:", "MUG"), "slot S-01, order A")["next"]["bin"] == "S-01"
    refused(maja.scan("putaway:", "A-01-1"), "Wrong slot")
    accepted(maja.scan("putaway:", "S-01"), "S-01: 2 Thing MUG")
    maja.follow("putaway:")
    assert maja.tasks("putaway") == []
    assert maja.stock("MUG")["free"] == 3
    maja.follow("pick:A")
    house.prove()


def test_the_same_goods_scanned_one_by_one_go_into_their_slot_together(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1})
    bare = house.books()
    assert accepted(maja.scan("receive:", "MUG"), "slot S-01, order A")["next"]["left"] == 1
    reply = accepted(maja.scan("receive:", "MUG"), "slot S-01, order A")
    assert (reply["hint"], reply["next"]["left"]) == ("Thing MUG: 1 received. Put 2 in S-01, then scan the slot.", 2)
    reply = accepted(maja.scan("receive:", "MUG"), "Thing MUG: 1 received")  # nobody waits for the third: it is for a bin
    assert (reply["next"]["bin"], reply["next"]["left"], reply["next"]["rest"], reply["next"]["rest_bin"]) == ("S-01", 2, 1, "A-01-1")
    accepted(maja.scan("receive:", "CMD:DAMAGED"))
    assert accepted(maja.scan("receive:", "MUG"))["next"]["rest"] == 1
    accepted(maja.scan("receive:", "CMD:UNDO"), "Taken back: 1 unit")
    accepted(maja.scan("receive:", "CMD:UNDO"))
    assert accepted(maja.scan("receive:", "S-01"), "S-01: 2 Thing MUG for order A")["hint"] == "1 more goes to A-01-1."
    house.prove()
    accepted(maja.scan("receive:", "CMD:UNDO"), "Taken out again: 2 Thing MUG")
    for _ in range(3):
        accepted(maja.scan("receive:", "CMD:UNDO"), "Taken back: 1 unit")
    assert house.books() == bare
    house.prove()


def test_an_unknown_code_before_the_slot_names_the_slot(maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1})
    accepted(maja.scan("receive:", "MUG"))
    refused(maja.scan("receive:", "NO-SUCH-9"), "Nobody knows the code NO-SUCH-9. Scan S-01, or the next product.")


def test_an_orders_code_leads_to_its_work_on_the_shelf_and_at_the_bench(maja: Tablet, ruth: Tablet) -> None:
    def opened() -> tuple[int, str]:
        form = urlencode({"scan_id": str(uuid4()), "task": "look:", "code": "A", "quantity": "1", "opens": "1"}).encode()
        reply = ruth.send("POST", "/scans", form, {**ruth.headers, **FORM_TYPE, "Accept": "text/html"})
        return reply.status, reply.headers.get("location", "")

    wait_for(maja, A={"MUG": 2, "POT": 1})
    assert opened()[0] == 200  # nothing can be done yet: it says what it is
    for scanned in ("MUG", "MUG", "S-01", "POT", "S-01"):
        accepted(maja.scan("receive:", scanned))
    assert opened() == (303, "/floor/task/pick:A")
    assert ruth.send("POST", "/floor/task/pick:A/release", b"", {**ruth.headers, **FORM_TYPE}).status == 303
    maja.follow("pick:A")
    assert opened()[1].startswith("/floor/task/pack:")


def test_every_step_to_the_shelf_can_be_taken_back(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1}, B={"MUG": 1})
    bare = house.books()
    assert "1 more order after it." in accepted(maja.scan("receive:", "MUG", 4), "slot S-01, order A")["hint"]
    kept = house.books()
    accepted(maja.scan("receive:", "S-01"))
    accepted(maja.scan("receive:", "CMD:UNDO"), "Taken out again: 2 Thing MUG for order A")
    assert house.books() == kept
    reply = accepted(maja.scan("receive:", "CMD:UNDO"), "Taken back: 4 units")
    assert house.books() == bare
    assert reply["next"]["want"] == "product"
    house.prove()


def test_units_on_the_shelf_of_a_cancelled_order_are_cleared_before_the_slot_is_anybody_s(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1}, B={"MUG": 2})
    accepted(maja.scan("receive:", "MUG", 2))
    accepted(maja.scan("receive:", "S-01"))
    assert maja.post("/api/v1/orders/A/cancellation", {"reason": "changed my mind"}).status == 200
    assert maja.order("B")["lines"][0]["promised"] == 2
    house.prove()
    wait_for(maja, C={"POT": 1, "MUG": 1})
    accepted(maja.scan("receive:", "POT", 1), "slot S-02, order C")  # not S-01: it is not empty
    accepted(maja.scan("receive:", "S-02"))
    step = maja.lease("putaway:")["next"]
    assert (step["bin"], step["left"]) == ("S-01", 2)
    maja.follow("putaway:")
    assert "BackorderUnshelved" in maja.events("A")
    maja.follow("pick:B")
    house.prove()


def test_where_no_slot_is_free_units_go_to_a_bin_and_the_answer_says_so(house: House, maja: Tablet) -> None:
    with house.writing() as session:
        for n in range(2, 41):
            session.connection().exec_driver_sql(f"UPDATE location SET active = FALSE WHERE code = 'S-{n:02d}'")
    wait_for(maja, A={"MUG": 1, "POT": 1}, B={"MUG": 1, "POT": 1})
    reply = accepted(maja.scan("receive:", "MUG", 2), "slot S-01, order A")
    assert "No slot is free: put away." in reply["hint"]
    assert (reply["next"]["rest"], len(reply["next"]["splits"])) == (1, 1)
    house.prove()


def test_units_that_are_not_in_the_slot_are_sought_elsewhere(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1})
    for sku, units in (("MUG", 4), ("POT", 1)):
        accepted(maja.scan("receive:", sku, units))
        accepted(maja.scan("receive:", "S-01"))
    maja.follow("putaway:")
    step = maja.lease("pick:A")["next"]
    accepted(maja.scan("pick:A", step["bin"]))
    reply = accepted(maja.scan("pick:A", "CMD:SHORT"), "missing in S-01")
    assert reply["fate"] == "accepted"
    house.prove()
    maja.follow("pick:A")
    assert maja.order("A")["state"] == "picked"
    house.prove()


def test_what_leaves_a_slot_is_kept_no_longer_and_waited_for_again(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 2, "POT": 1}, B={"MUG": 1})
    accepted(maja.scan("receive:", "MUG", 3))
    accepted(maja.scan("receive:", "S-01"))
    accepted(maja.scan("receive:", "STAGE-1"))
    refused(maja.scan("scrap:", "S-01"), "belongs to orders")
    db.run(lambda session: inventory.lose(
        session, product_id=catalog.product_by_sku(session, "MUG").id or 0, from_id=stock.location_by_code(session, "S-01").id or 0,
        to_id=stock.SCRAP, qty=1, because="scrap", why="broken"))  # fmt: skip
    assert [line["promised"] for line in maja.order("A")["lines"]] == [1, 0]
    assert maja.get("/api/v1/shelf").body["items"][0]["here"] == 1
    house.prove()
    accepted(maja.scan("receive:", "MUG", 2), "slot S-01, order A")
    maja.follow("receive:", until="product")
    maja.follow("putaway:")
    house.prove()


def test_a_recalled_lot_leaves_the_shelf_and_its_order_waits_again(house: House, maja: Tablet) -> None:
    db.run(lambda session: details.change(session, "MUG", {"lots": True}))
    wait_for(maja, A={"MUG": 2, "POT": 1})
    accepted(maja.scan("receive:", "MUG", 3), "lot")
    accepted(maja.scan("receive:", "L1"), "slot S-01")
    accepted(maja.scan("receive:", "S-01"))
    db.run(lambda session: lots.hold(session, lots.by_code(session, catalog.product_by_sku(session, "MUG").id or 0, "L1"), "glass in it"))
    assert maja.order("A")["state"] == "backordered"
    house.prove()
    step = maja.lease("putaway:")["next"]
    assert (step["want"], step["lot"]) == ("product", "L1")
    maja.follow("putaway:")
    slot = maja.get("/api/v1/shelf").body["items"][0]
    assert (slot["order"], slot["to_clear"]) == (None, 0)
    house.prove()


def test_a_held_order_lets_go_of_its_slot_and_takes_its_place_in_line_again(house: House, maja: Tablet) -> None:
    wait_for(maja, A={"MUG": 1, "POT": 1}, B={"MUG": 1, "POT": 1})
    accepted(maja.scan("receive:", "MUG", 1), "slot S-01, order A")
    accepted(maja.scan("receive:", "S-01"))
    order_id = db.run(lambda session: orders.by_ref(session, "A").id) or 0
    db.run(lambda session: order_service.hold(session, order_id, "is the address right?"))
    assert maja.order("B")["lines"][0]["promised"] == 1
    house.prove()
    db.run(lambda session: order_service.lift_hold(session, order_id))
    accepted(maja.scan("receive:", "POT", 2))
    maja.follow("receive:", until="product")
    maja.follow("putaway:")
    maja.follow("pick:B")
    assert (maja.order("A")["state"], maja.order("B")["state"]) == ("part_allocated", "picked")
    house.prove()


def test_two_who_put_the_same_units_down_are_told_who_was_quicker(house: House, maja: Tablet) -> None:
    ruth = house.tablet("ruth")
    wait_for(maja, A={"MUG": 2, "POT": 1})
    accepted(maja.scan("receive:", "MUG", 2))
    assert ruth.tasks("putaway")[0]["next"]["want"] == "nothing"  # it is in maja's hands
    accepted(maja.scan("receive:", "CMD:SKIP"))
    accepted(ruth.scan("putaway:", "MUG"), "slot S-01")
    accepted(maja.scan("receive:", "CMD:UNDO"), "In your hand again")
    replies = at_once([lambda: ruth.scan("putaway:", "S-01"), lambda: maja.scan("receive:", "S-01")])
    assert min(reply.status for reply in replies) == 200
    assert max(reply.status for reply in replies) in {409, 422}
    house.prove()
