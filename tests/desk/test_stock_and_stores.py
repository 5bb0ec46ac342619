"""What a manager decides about an order's stock, a store's policy and a product's substitutes."""

import pypdfium2

from tests.desk.conftest import House
from tests.desk.pages import Page
from tests.makers import api_order


def in_words(paper: bytes) -> str:
    """What stands on the first sheet."""
    return str(pypdfium2.PdfDocument(paper)[0].get_textpage().get_text_range())


def test_stock_is_taken_for_an_urgent_order_as_it_was_shown(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 4})
    robot.place("first", {"MUG": 2})
    robot.place("second", {"MUG": 2})
    robot.place("urgent", {"MUG": 1})
    assert "Stock and shipping" in ruth.get("/orders/urgent?store=demo").text
    page = ruth.get("/orders/urgent/stock?store=demo")
    assert "second" in page.text
    assert "may take 20 units a day; 20 are left today" in page.text
    robot.post("/api/v1/orders/second/cancellation", {"reason": "no"})
    robot.place("third", {"MUG": 1})
    robot.place("fourth", {"MUG": 1})
    stale = ruth.send(page, "/urgent", reason="a wedding")
    assert (stale.status, "changed who would lose what" in stale.text) == (409, True)
    assert robot.order("urgent")["state"] == "allocated"  # the cancelled order's stock went to it, first in line


def test_stock_is_taken_and_everybody_is_told(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 2})
    robot.place("first", {"MUG": 2})
    robot.place("urgent", {"MUG": 1})
    done = ruth.send(ruth.get("/orders/urgent/stock?store=demo"), "/urgent", reason="a wedding")
    assert "The stock is promised to this order now." in done.text
    assert robot.order("urgent")["state"] == "allocated"
    assert "1 unit taken for urgent order urgent by Ruth Adeyemi" in ruth.get("/orders/first?store=demo").text


def test_shipping_priority_and_speed_are_decided_on_one_page(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 1})
    robot.add_product("CUP")
    robot.place("first", {"MUG": 1, "CUP": 1})
    page = ruth.get("/orders/first/stock?store=demo")
    page = ruth.send(page, "/shipping", ships="parts", most_parcels="2")
    assert robot.order("first")["state"] == "allocated"
    refused = ruth.send(page, "/shipping", ships="at_most", most_parcels="1")
    assert (refused.status, "2 to 20" in refused.text) == (422, True)
    ruth.send(page, "/priority", priority="0")
    ruth.send(page, "/expedite", fast="yes")
    told = ruth.get("/orders/first?store=demo").text
    for said in ("Priority 0 from now on", "Goes out by the fast way", "in parts", "by the fast way"):
        assert said in told
    assert "the fast way" in in_words(ruth.get("/orders/first/slip?store=demo").answer.content)
    robot.lease("pick:CART-1")
    assert robot.scan("pick:CART-1", "NONSENSE")["task"]["title"] == "CART-1, urgent, expedite"
    robot.follow("pick:CART-1")
    bench = robot.tasks("pack")[0]["task"]
    assert robot.scan(bench, "MUG")["task"]["title"] == "Pack first, urgent, expedite"
    robot.scan(bench, "CMD:DONE")
    parcel = robot.order("first")["parcels"][0]["code"]
    assert "EXPRESS" in in_words(robot.post(f"/api/v1/parcels/{parcel}/label").raw)
    ruth.send(page, "/expedite", fast="no")
    assert "the fast way" not in in_words(ruth.get(f"/parcels/{parcel}/slip").answer.content)
    assert "EXPRESS" in in_words(robot.get(f"/api/v1/parcels/{parcel}/label").raw)  # a label that was made stays as it is


def test_an_urgent_order_is_seen_and_offered_first_wherever_people_act(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 4})
    for ref in ("first", "second"):
        robot.place(ref, {"MUG": 1})
        robot.lease("pick:CART-1" if ref == "first" else "pick:CART-2")
    robot.place("third", {"MUG": 2})
    robot.place("wedding", {"MUG": 1})
    ruth.send(ruth.get("/orders/wedding/stock?store=demo"), "/urgent", reason="a wedding")
    for page in ("/orders/wedding?store=demo", "/orders/wedding/stock?store=demo", "/orders"):
        assert _urgent_chips(ruth.get(page)) == 1, page
    assert "Urgent" not in ruth.get("/orders/first?store=demo").text
    offered = robot.tasks("pick")
    assert [(one["task"], one["urgent"]) for one in offered] == [
        ("pick:CART-3", True), ("pick:CART-4", True), ("pick:CART-1", False), ("pick:CART-2", False)]  # fmt: skip
    robot.lease("pick:CART-3")
    assert [(one["task"], one["urgent"]) for one in robot.tasks("pick")][:2] == [("pick:CART-3", True), ("pick:CART-1", False)]
    assert robot.scan("pick:CART-3", "NONSENSE")["task"]["title"] == "CART-3, urgent"
    for cart in (1, 2, 3):
        robot.follow(f"pick:CART-{cart}")
    pages = [robot.get("/api/v1/tasks?kind=pack&limit=1")]
    while pages[-1]["next"]:
        pages.append(robot.get(f"/api/v1/tasks?kind=pack&limit=1&after={pages[-1]['next']}"))
    assert [item["say"] for page in pages for item in page["items"]] == ["Order wedding", "Order first", "Order second"]
    bench = pages[0]["items"][0]["task"]
    assert robot.scan(bench, "NONSENSE")["task"]["title"] == "Pack wedding, urgent"
    listed = ruth.get("/floor/tasks?kind=pack")
    assert _urgent_chips(listed) == 1
    assert listed.text.index("Order wedding") < listed.text.index("Urgent") < listed.text.index("Order first")


def _urgent_chips(page: Page) -> int:
    return int(page.answer.content.count(b'<span class="chip chip-warn">Urgent</span>'))


def test_a_store_s_policy_and_what_is_kept_for_it(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.add_product("MUG")
    assert "by the day they were placed" in ruth.get("/stores").text
    page = ruth.get("/stores/demo")
    saved = ruth.send(page, "/policy", serves="ship_by", ships="at_most", most_parcels="3", urgent="7")
    assert "Saved." in saved.text
    listed = ruth.get("/stores").text
    assert "by the day they must leave" in listed
    assert "in at most 3 parcels" in listed
    kept = ruth.send(saved, "/reserves", sku="MUG", units="4", until="2100-01-31")
    assert "Kept. Other stores" in kept.text
    assert "Kept for a store" in ruth.get("/stock/MUG").text
    for form, said in (({"sku": "NO", "units": "1"}, "There is no product NO."), ({"sku": "MUG", "units": "0"}, "Give a whole number"),
                       ({"sku": "MUG", "units": "1", "until": "2020-01-01"}, "in the future"), ({"sku": "MUG", "units": "1", "until": "soon"}, "soon")):  # fmt: skip
        refused = ruth.send(kept, "/reserves", **form)
        assert (refused.status, said in refused.text) == (422, True), (form, refused.text)
    assert "Ended." in ruth.send(kept, "/reserves/end", sku="MUG").text
    assert ruth.send(page, "/policy", serves="luck", ships="parts", urgent="7", most_parcels="").status == 422


def test_substitutes_are_set_on_the_product_s_page_and_agreed_to_on_the_order_s(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"CUP": 2})
    robot.add_product("MUG")
    page = ruth.get("/stock/MUG")
    added = ruth.send(page, "/substitutes", sku="CUP", from_month="", to_month="")
    assert "It may take this product" in added.text
    refused = ruth.send(page, "/substitutes", sku="MUG", from_month="", to_month="")
    assert (refused.status, "its own place" in refused.text) == (422, True)
    assert robot.post("/api/v1/orders", api_order("first", {"MUG": 2})).status == 201
    order = ruth.get("/orders/first/stock?store=demo")
    noted = ruth.send(order, "/substitutes")
    assert "A free substitute takes the place" in noted.text
    assert [line["sku"] for line in robot.order("first")["lines"]] == ["MUG", "CUP"]
    assert "In place of Thing MUG." in ruth.get("/orders/first?store=demo").text
    assert "It takes this product" in ruth.send(added, "/substitutes/removal", sku="CUP").text
