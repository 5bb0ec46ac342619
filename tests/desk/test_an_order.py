"""What a manager sees of one order and decides about it; on both databases where the decision moves stock."""

import re
from pathlib import Path

from tests.desk.conftest import Desk, House
from tests.services import cli

LINE = "Thing MUG MUG"


def test_a_held_order_gives_its_stock_to_who_waits_and_takes_its_place_again(any_house: House) -> None:
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.stock_up({"MUG": 1})
    robot.place("first", {"MUG": 1})
    robot.place("second", {"MUG": 1})
    assert robot.order("second")["state"] == "backordered"
    held = ruth.send(ruth.get("/orders/first?store=demo"), "/hold", reason="The address is asked for")
    assert "The order is on hold. Its stock went to the orders that wait." in held.text
    assert "On hold. The address is asked for" in held.text
    assert robot.order("second")["state"] == "allocated"
    assert "The order is on hold and gets no stock" in ruth.get("/waiting").text
    going = ruth.send(held, "/hold/release")
    assert "It took its place in line again." in going.text
    assert robot.order("first")["state"] == "backordered"
    assert "Order held: The address is asked for" in going.text
    assert "Hold lifted" in going.text
    assert "1st in line. No purchase order brings it yet." in going.text


def test_a_cancelled_order_frees_its_stock_and_says_why(any_house: House) -> None:
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.stock_up({"MUG": 1})
    robot.place("first", {"MUG": 1})
    robot.place("second", {"MUG": 1})
    page = ruth.send(ruth.get("/orders/first?store=demo"), "/cancellation", reason=" ordered \n twice ")
    assert "Order cancelled: ordered twice" in page.text
    assert robot.order("second")["state"] == "allocated"
    assert [form.action for form in page.forms if "/orders/" in form.action and "/tags" not in form.action] == []
    assert "first" in ruth.get("/orders?view=cancelled").text
    assert "Ordered twice" in ruth.get("/orders?view=cancelled").text


def test_a_reason_is_asked_for_and_a_picked_order_is_refused_on_its_own_page(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 2})
    robot.place("first", {"MUG": 1})
    page = ruth.get("/orders/first?store=demo")
    for reason, said in (("   ", "Say why."), ("x" * 301, "A reason has at most 300 characters.")):
        refused = ruth.send(page, "/cancellation", reason=reason)
        assert (refused.status, said in refused.text, "Order first" in refused.text) == (422, True, True)
    robot.follow("pick:CART-1")
    late = ruth.send(page, "/cancellation", reason="too late")
    assert late.status == 409
    assert "Order first cannot be cancelled. It is being picked or packed already." in late.text
    assert robot.order("first")["state"] == "picked"


def test_the_page_tells_scan_event_and_message_in_the_order_they_caused_one_another(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 2})
    robot.place("1042", {"MUG": 2}, customer={"name": "Ines Moreau", "email": "ines@example.test"})
    house.catch_up()
    robot.ship_all()
    house.catch_up()
    page = ruth.get("/orders/1042?store=demo")
    story = page.text.partition("What happened")[2]
    told = ["Parcel", "handed over", "On its way", "sent", "Label printed", "Picked 2 Thing MUG", "Released to CART-1",
            "Order placed, 2 units", "Order confirmed", "sent"]  # fmt: skip
    assert [part for part in told if not re.search(re.escape(part), story)] == []
    assert story.index("handed over") < story.index("On its way") < story.index("Label printed") < story.index("Order placed")
    assert "scan " in story
    assert f"{LINE} 2 2 0 2 2 2" in page.text
    assert re.search(r"In parcel \S+, handed over \w{3} \d+ \w{3}\.", page.text)
    label, slip = (next(href for href, text in page.links.items() if text == word) for word in ("Label", "Slip"))
    for paper in (label, slip):
        assert ruth.file(paper).headers["content-type"] == "application/pdf"
    mail = ruth.get(next(href for href in page.links if href.startswith("/messages/")))
    assert "ines@example.test" in mail.text
    assert "Order 1042" in mail.links.values()


def test_an_order_says_why_each_line_stands_where_it_stands(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 1, "CUP": 5})
    robot.place("first", {"MUG": 2, "CUP": 1})
    robot.place("second", {"MUG": 1})
    robot.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Potters", "lines": [{"sku": "MUG", "quantity": 9}],
               "expected_from": "2099-05-03", "expected_to": "2099-05-07"})  # fmt: skip
    first, second = (ruth.get(f"/orders/{ref}?store=demo").text for ref in ("first", "second"))
    assert "1 unit promised, to be picked from" in first
    assert "1st in line. 9 due 3 to 7 May 2099 on PO-1." in first
    assert "2nd in line. 9 due 3 to 7 May 2099 on PO-1." in second
    assert "Part waiting" in first
    list_ = ruth.get("/orders?view=waiting")
    assert "Thing MUG: 2nd in line; 9 due 3 to 7 May 2099 on PO-1" in list_.text


def test_a_silently_imported_order_says_so_and_its_shopper_hears_from_now_on(house: House, tmp_path: Path) -> None:
    ruth = house.ruth()
    sheet = tmp_path / "orders.csv"
    sheet.write_text("order,sku,quantity,unit_price,email,placed_at\n77,MUG,1,4.50,ines@example.test,2026-11-20T10:00:00Z\n")
    cli("import", "orders", str(sheet), "--format", "csv", "--create-products", "--store", "demo", env=house.env)
    page = ruth.get("/orders/77?store=demo")
    assert "none: imported in silence" in page.text
    told = ruth.send(page, "/telling")
    assert "The shopper hears of this order from now on. What happened before stays untold." in told.text
    assert "email, English, UTC time" in told.text
    house.catch_up()
    assert "Order placed" in told.text
    assert "Order confirmed" not in ruth.get("/messages?view=sent").text


def test_a_program_hears_a_refusal_as_json(house: House) -> None:
    robot = house.robot()
    robot.add_product("MUG")
    robot.place("1", {"MUG": 1})
    reply = robot.send("POST", "/orders/1/hold?store=demo", b"reason=", robot.headers)
    assert (reply.status, reply["where"], reply["say"]) == (422, "reason", "Say why.")


def test_a_ref_that_two_stores_share_is_a_choice(house: House, shared_ref: Desk) -> None:
    page = shared_ref.get("/orders/1042")
    assert page.status == 200
    assert page.path == "/orders?view=all&q=1042"
    assert sorted(href for href, text in page.links.items() if text == "1042") == ["/orders/1042?store=demo", "/orders/1042?store=kiln"]
    slip = shared_ref.get("/orders/1042/slip")
    assert (slip.status, "Several stores have an order 1042: demo, kiln." in slip.text) == (409, True)
