"""At the dock: whose waiting is over, who carries what, and lists that page."""

import pytest

from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet
from tests.stories.conftest import House


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def test_a_receipt_says_whose_waiting_is_over(house: House, maja: Tablet) -> None:
    maja.add_product("MUG")
    for ref, units in (("old", 2), ("young", 3)):
        assert maja.place(ref, {"MUG": units}).status == 201
    said = [accepted(maja.scan("receive:", "MUG", units)).body for units in (1, 3, 9, 9)]
    assert [(one["say"], [(split["order"], split["units"]) for split in one["next"].get("splits", [])]) for one in said] == [
        ("Don't put away: slot S-01, order old", [("old", 1)]),
        ("Don't put away: slot S-01, order old", [("old", 2), ("young", 2)]),
        ("Don't put away: slot S-01, order old", [("old", 2), ("young", 3)]),
        ("Thing MUG: 9 received", [("old", 2), ("young", 3)]),  # what came before it is still in hand
    ]
    assert maja.stock("MUG") == {"on_hand": 22, "promised": 5, "free": 17, "waiting": 0}
    house.prove()


def test_the_dock_stays_with_the_product_in_hand(house: House, maja: Tablet) -> None:
    for sku in ("BOWL", "MUG"):
        maja.add_product(sku)
    lines = [{"sku": "BOWL", "quantity": 4}, {"sku": "MUG", "quantity": 3}]
    assert maja.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines}).status == 201
    assert maja.lease("receive:PO-1")["next"]["sku"] == "BOWL"
    reply = accepted(maja.scan("receive:PO-1", "MUG", 1))
    assert (reply["next"]["sku"], reply["next"]["left"]) == ("MUG", 2)
    reply = accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "Taken back: 1 unit is not received.")
    assert (reply["next"]["sku"], reply["next"]["left"]) == ("MUG", 3)
    assert accepted(maja.scan("receive:PO-1", "MUG", 3))["next"]["sku"] == "BOWL"
    house.prove()


def test_an_order_closed_short_says_so_and_opens_again(maja: Tablet) -> None:
    maja.add_product("MUG")
    lines = [{"sku": "MUG", "quantity": 3}]
    assert maja.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines}).status == 201
    maja.lease("receive:PO-1")
    accepted(maja.scan("receive:PO-1", "MUG", 2))
    assert accepted(maja.scan("receive:PO-1", "CMD:DONE"), "1 unit short")["hint"] == "More to come? Undo opens it again."
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "open again")
    assert accepted(maja.scan("receive:PO-1", "MUG", 1))["next"]["want"] == "nothing"


def test_one_line_to_pick_is_called_one_line(maja: Tablet) -> None:
    maja.stock_up({"MUG": 5})
    assert maja.place("1042", {"MUG": 1}).status == 201
    maja.lease("pick:CART-1")
    assert "CART-1: 1 line to pick" in [task["say"] for task in maja.tasks("pick")]


def test_two_at_the_dock_never_carry_the_same_units(house: House, maja: Tablet) -> None:
    ruth = house.tablet("ruth")
    maja.add_product("MUG")
    maja.receive({"MUG": 5})
    accepted(maja.scan("putaway:", "MUG", 4))
    refused(ruth.scan("putaway:", "MUG", 2), "1 stand at the dock, not 2")
    in_bin = accepted(ruth.scan("putaway:", "MUG", 1))["next"]["bin"]
    accepted(ruth.scan("putaway:", in_bin))
    accepted(maja.scan("putaway:", in_bin))
    house.prove()


def test_what_left_the_dock_meanwhile_is_not_carried_on(house: House, maja: Tablet) -> None:
    """The receipt is undone while the goods are in somebody's hands."""
    ruth = house.tablet("ruth")
    maja.add_product("MUG")
    accepted(ruth.scan("receive:", "MUG", 3))
    bin_ = accepted(maja.scan("putaway:", "MUG", 3))["next"]["bin"]
    accepted(ruth.scan("receive:", "CMD:UNDO"))
    reply = conflict(maja.scan("putaway:", bin_), "0 stand at the dock")
    assert reply["next"]["want"] == "nothing"
    assert maja.stock("MUG")["on_hand"] == 0
    house.prove()


def test_pick_tasks_page_by_key(maja: Tablet) -> None:
    maja.stock_up({"MUG": 5})
    assert maja.place("1042", {"MUG": 1}).status == 201
    assert maja.place("1043", {"MUG": 1}).status == 201
    whole = [item["task"] for item in maja.tasks("pick")]
    seen, after = [], ""
    for _ in range(len(whole) + 1):
        page = maja.get(f"/api/v1/tasks?kind=pick&limit=1&after={after}").body
        seen += [item["task"] for item in page["items"]]
        after = page["next"] or ""
        if not after:
            break
    assert seen == whole
    assert len(whole) == 4


def test_an_order_that_ran_short_of_everything_leaves_its_tote_and_takes_another_cart(house: House) -> None:
    maja, ruth = house.tablet("maja"), house.tablet("ruth")
    maja.stock_up({"MUG": 2})
    assert maja.place("1001", {"MUG": 2}).status == 201
    bin_ = maja.lease("pick:CART-1")["next"]["bin"]
    accepted(maja.scan("pick:CART-1", bin_))
    accepted(maja.scan("pick:CART-1", "CMD:SHORT"))
    for _ in range(2):
        maja.receive({"MUG": 1})
    assert ruth.lease("pick:CART-3")["next"]["bin"] == "S-01"
    ruth.follow("pick:CART-3")
    assert maja.order("1001")["state"] == "picked"
    house.prove()
