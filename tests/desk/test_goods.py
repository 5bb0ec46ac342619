"""Goods that are missing or late: bins to count, purchase orders."""

from tests.desk.conftest import House


def test_a_bin_that_ran_short_is_on_the_list_to_count(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 3})
    robot.place("1042", {"MUG": 3})
    robot.follow("pick:CART-1", until="product")
    assert robot.scan("pick:CART-1", "CMD:SHORT").status == 200
    page = ruth.get("/counts")
    assert "1 to count." in page.text
    assert "Thing MUG" in page.links.values()
    bin_ = ruth.get(next(href for href in page.links if href.startswith("/bins/")))
    assert "To be counted." in bin_.text


def test_a_late_delivery_is_red_and_can_be_closed_and_opened_again(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 2})
    robot.post("/api/v1/purchase-orders", {"ref": "PO/9 ü", "supplier": "Töpfer & Söhne", "expected_from": "2026-01-05",
               "expected_to": "2026-01-09", "lines": [{"sku": "MUG", "quantity": 50}]})  # fmt: skip
    late = ruth.get("/receiving?view=late")
    assert "1 expected, 1 late." in late.text
    page = ruth.get(next(href for href, said in late.links.items() if said == "PO/9 ü"))
    assert "Late. It was expected 5 to 9 Jan." in page.text
    assert "Orders wait for 2 units of it" in page.text
    assert "50 were due 5 to 9 Jan on PO/9 ü, late" in ruth.get("/orders/1042").text
    closed = ruth.send(page, "/close")
    assert "Nothing more is expected on this purchase order." in closed.text
    assert "No purchase order brings it yet" in ruth.get("/orders/1042").text
    assert "Goods may come on this purchase order again." in ruth.send(closed, "/reopen").text
