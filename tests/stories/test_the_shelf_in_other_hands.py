"""The backorder shelf when something else than the usual happens to it: a manager gives a slot away, units have serials,
a slot is counted, a pallet serves several orders at once.
"""

from urllib.parse import urlencode

import pytest

from stowline.receiving import outlook
from tests.asserts import accepted, clear_no
from tests.makers import FORM_TYPE, Reply, Tablet, at_once
from tests.stories.conftest import House
from tests.stories.test_arrival_notices import PALLET, announce, goods
from tests.stories.test_lots_and_serials import CAMERA
from tests.stories.test_promises import buy
from tests.stories.test_serials_come_back import unit

ON_SQLITE = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    for sku in ("MUG", "POT"):
        tablet.add_product(sku)
    return tablet


def given(ruth: Tablet, slot: str, order: str, reason: str = "her wedding is on Saturday") -> Reply:
    form = urlencode({"slot": slot, "order": order, "reason": reason, "csrf": ruth.headers["X-CSRF-Token"]}).encode()
    return ruth.send("POST", "/backorders/shelf/given", form, {**ruth.headers, **FORM_TYPE})


def slot_of(tablet: Tablet, order: str) -> dict[str, object]:
    return next(one for one in tablet.get("/api/v1/shelf").body["items"] if one["order"] == order)


def test_a_manager_gives_a_slot_to_another_order_and_who_loses_it_is_promised_anew(house: House, maja: Tablet, ruth: Tablet) -> None:
    buy(maja, "PO-9", 9, 30)
    for ref in "AB":
        maja.place(ref, {"MUG": 2, "POT": 1})
    maja.place("C", {"MUG": 1, "POT": 5})
    accepted(maja.scan("receive:", "MUG", 2))
    clear_no(given(ruth, "S-01", "B"), 409)  # they are on their way
    accepted(maja.scan("receive:", "S-01"))
    for slot, ref, reason, status in (("S-01", "C", "why", 409), ("S-02", "B", "why", 409), ("S-01", "B", " ", 422), ("A-01-1", "B", "why", 422),
                                      ("S-01", "NOBODY", "why", 404), ("S-99", "B", "why", 404)):  # fmt: skip
        assert clear_no(given(ruth, slot, ref, reason), status)
    assert slot_of(maja, "A")["slot"] == "S-01"
    house.prove()
    both = at_once([lambda: given(ruth, "S-01", "B")] * 2)
    assert [reply.status for reply in both] == [303, 303]  # the second click says what is so
    assert (slot_of(maja, "B")["slot"], slot_of(maja, "B")["here"]) == ("S-01", 2)
    assert [maja.order(ref)["lines"][0]["promised"] for ref in "AB"] == [0, 2]
    assert {"SlotTaken", "PromiseTakenBack", "BackorderUnshelved"} <= set(maja.events("A"))
    assert maja.events("B").count("SlotGiven") == maja.events("B").count("BackorderFilled") == 1
    page = ruth.send("GET", "/orders/A", None, {**ruth.headers, "Accept": "text/html"}).raw.decode()
    assert "2 units of MUG in S-01 given to order B by Ruth Adeyemi: her wedding is on Saturday" in page
    house.prove()
    outlook.catch_up("")
    assert maja.get("/api/v1/waiting?sku=MUG")["items"][0]["arrivals"] == [{"ref": "PO-9", "units": 2}]
    assert maja.get("/api/v1/waiting?sku=MUG")["items"][0]["ref"] == "A"
    accepted(maja.scan("receive:", "POT", 2))
    accepted(maja.scan("receive:", "CMD:SKIP"))
    house.prove()


def test_a_slot_that_is_picked_from_is_given_to_nobody(house: House, maja: Tablet, ruth: Tablet) -> None:
    for ref in "AB":
        maja.place(ref, {"MUG": 2, "POT": 1})
    for sku in ("MUG", "POT"):
        accepted(maja.scan("receive:", sku, {"MUG": 2, "POT": 1}[sku]))
        accepted(maja.scan("receive:", "S-01"))
    replies = at_once([lambda: maja.lease("pick:A"), lambda: given(ruth, "S-01", "B")])
    house.prove()
    first = "A" if replies[0].status == 200 else "B"  # whoever was quicker has the mugs
    assert [reply.status for reply in replies] == ([200, 409] if first == "A" else [409, 303])
    accepted(maja.scan("receive:", "POT", 1))
    maja.follow("receive:", until="product")
    maja.follow(f"pick:{first}")
    assert maja.order(first)["state"] == "picked"
    house.prove()


def test_serials_lie_on_the_shelf_under_their_own_numbers(house: House, maja: Tablet, ruth: Tablet) -> None:
    maja.add_product("CAM", name="Camera", barcodes=[{"code": CAMERA}], serials=True)
    for ref in "AB":
        maja.place(ref, {"CAM": 1, "POT": 1})
    accepted(maja.scan("receive:", unit("S-1")), "Don't put away: slot S-01, order A")
    accepted(maja.scan("receive:", "S-01"))
    accepted(maja.scan("receive:", unit("S-2")), "slot S-02, order B")
    accepted(maja.scan("receive:", "S-02"))
    house.prove()
    clear_no(given(ruth, "S-01", "B"), 409)  # B has a slot and its camera already
    assert maja.post("/api/v1/orders/B/cancellation", {"reason": "no"}).status == 200
    maja.place("C", {"CAM": 1, "POT": 1})
    maja.follow("putaway:")  # the camera of B leaves the slot
    house.prove()
    accepted(maja.scan("receive:", "POT", 1))
    accepted(maja.scan("receive:", "S-01"))
    maja.follow("pick:A")
    maja.follow("pack:A")
    assert maja.order("A")["state"] == "packed"
    house.prove()


@ON_SQLITE
def test_a_slot_is_counted_like_any_bin_and_what_is_missing_is_waited_for(house: House, maja: Tablet) -> None:
    maja.place("A", {"MUG": 2, "POT": 1})
    accepted(maja.scan("receive:", "MUG", 2))
    accepted(maja.scan("receive:", "S-01"))
    accepted(maja.scan("count:S-01", "S-01"))
    accepted(maja.scan("count:S-01", "MUG", 2))
    accepted(maja.scan("count:S-01", "CMD:DONE"))
    assert slot_of(maja, "A")["here"] == 2
    accepted(maja.scan("count:S-01", "S-01"))
    accepted(maja.scan("count:S-01", "MUG", 1))
    accepted(maja.scan("count:S-01", "CMD:DONE"))
    house.prove()
    assert (slot_of(maja, "A")["here"], maja.order("A")["lines"][0]["promised"]) == (1, 1)
    accepted(maja.scan("receive:", "MUG", 1), "slot S-01, order A")
    accepted(maja.scan("receive:", "S-01"))
    assert slot_of(maja, "A")["here"] == 2
    house.prove()


@ON_SQLITE
def test_one_pallet_scan_serves_several_orders_each_into_its_own_slot(house: House, maja: Tablet) -> None:
    maja.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": goods(MUG=10, POT=4)})
    for ref in "ABC":
        maja.place(ref, {"MUG": 2, "POT": 2})
    announce(maja, [{"sscc": PALLET, "contents": goods(MUG=8, POT=3)}])
    step = accepted(maja.scan("receive:PO-1", PALLET), "slot S-01, order A")["next"]
    assert step["want"] == "bin"
    maja.follow("receive:PO-1", until="product")
    maja.follow("putaway:")
    house.prove()
    assert [maja.order(ref)["state"] for ref in "ABC"] == ["allocated", "part_allocated", "part_allocated"]
    assert {one["order"]: one["here"] for one in maja.get("/api/v1/shelf").body["items"] if one["order"]} == {"A": 4, "B": 3, "C": 2}
    assert maja.events("C").count("BackorderFilled") == 1
    maja.follow("pick:A")
    house.prove()
