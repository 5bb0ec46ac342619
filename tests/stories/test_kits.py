"""Kits: sold as one, picked as their parts; never stocked, whole or not at all, and the price counts once."""

from functools import partial
from typing import Any
from urllib.parse import quote

import pypdfium2
import pytest

from stowline.notifications import facts
from stowline.notifications.models import Message
from stowline.orders import queries as orders
from tests.asserts import accepted, clear_no, refused
from tests.makers import Json, Reply, Tablet, api_order, at_once, shopify_order, webhook, woo_order
from tests.stories.conftest import House

GIFT = [{"sku": "MUG", "units": 2}, {"sku": "BOX", "units": 1}]
KIT_SAYS = "Kit GIFT: scan its parts (2 × Thing MUG, 1 × Thing BOX)."


@pytest.fixture
def maja(house: House) -> Tablet:
    """Somebody in a warehouse that sells a gift box of two mugs."""
    maja = house.tablet("maja")
    for sku in ("MUG", "BOX", "PEN"):
        maja.add_product(sku)
    maja.add_product("GIFT", name="Gift box", parts=GIFT, barcodes=[{"code": "4006381333931"}])
    return maja


def buy(tablet: Tablet, ref: str, *wanted: tuple[str, int, str]) -> Reply:
    """An order of (SKU, units, price of one)."""
    lines = [{"sku": sku, "quantity": units, "unit_price": price} for sku, units, price in wanted]
    return tablet.post("/api/v1/orders", api_order(ref, {}) | {"lines": lines})


def stages(line: Json) -> dict[str, int]:
    return {name: line[name] for name in ("promised", "waiting", "picked", "packed", "handed_over", "cancelled")}


def words_of(paper: bytes) -> str:
    """The text on a PDF."""
    document = pypdfium2.PdfDocument(paper)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


# --- sold, picked, packed, gone ---------------------------------------------------------------------------------------


def test_a_kit_is_sold_as_one_and_picked_packed_and_handed_over_as_its_parts(house: House, maja: Tablet, ruth: Tablet) -> None:
    maja.receive({"MUG": 5, "BOX": 3, "PEN": 1})
    maja.follow("putaway:")
    placed = buy(maja, "1001", ("GIFT", 2, "12.3456"), ("PEN", 1, "1.00"))
    assert (placed.status, placed["total_minor"]) == (201, 2469 + 100)
    assert [(line["sku"], line["quantity"], line["promised"]) for line in placed["lines"]] == [("GIFT", 2, 2), ("PEN", 1, 1)]
    assert [(part["sku"], part["per_kit"], part["quantity"], part["promised"]) for part in placed["lines"][0]["parts"]] == [
        ("MUG", 2, 4, 4), ("BOX", 1, 2, 2)]  # fmt: skip
    assert "parts" not in placed["lines"][1]

    assert maja.lease("pick:CART-1")["next"]["detail"] == "for kit Gift box"
    maja.follow("pick:CART-1")
    bench = maja.tasks("pack")[0]["task"]
    assert maja.lease(bench)["next"]["detail"] == "for kit Gift box"
    maja.follow(bench)
    order = maja.order("1001")
    assert stages(order["lines"][0]) == {"promised": 2, "waiting": 0, "picked": 2, "packed": 2, "handed_over": 0, "cancelled": 0}
    assert [(line["sku"], line["quantity"]) for line in order["parcels"][0]["lines"]] == [("MUG", 4), ("BOX", 2), ("PEN", 1)]
    maja.follow(maja.open_manifest())
    assert maja.order("1001")["lines"][0]["handed_over"] == 2
    assert (maja.stock("MUG")["on_hand"], maja.stock("BOX")["on_hand"]) == (1, 1)
    assert maja.stock("GIFT") == {"on_hand": 0, "promised": 0, "free": 0, "waiting": 0}
    _is_one_thing_with_its_parts(ruth, order["parcels"][0]["code"])
    house.prove()


def _is_one_thing_with_its_parts(ruth: Tablet, parcel: str) -> None:
    """On the order page, the shopper's page and the slip."""
    ruth.headers["Accept"] = "text/html"
    page = ruth.get("/orders/1001").raw.decode()
    assert "Gift box" in page
    assert "2 in each" in page
    assert "2 Gift box (4 Thing MUG, 2 Thing BOX); 1 Thing PEN" in page
    shopper = ruth.get(page.split("/track/")[1].split('"')[0].join(("/track/", ""))).raw.decode()
    assert "<bdi>Gift box</bdi>" in shopper
    assert "4 × <bdi>Thing MUG</bdi>" in shopper
    slip = words_of(ruth.get(f"/parcels/{parcel}/slip").raw)
    assert "3 items" in slip
    assert "Gift box" in slip
    assert "4 × Thing MUG" in slip


def test_a_mail_tells_of_the_kit_with_its_parts(house: House, maja: Tablet) -> None:
    maja.receive({"MUG": 2})
    maja.place("1001", {"GIFT": 2, "PEN": 1})
    with house._reading() as session:
        order_id = orders.by_ref(session, "1001").id or 0
        confirmed = facts.gather(session, Message.model_construct(kind="order-confirmed", order_id=order_id))
        waits = facts.gather(session, Message.model_construct(kind="backorder-notice", order_id=order_id))
    assert [(line["name"], line["quantity"], line["waits"], line["total_minor"]) for line in confirmed["lines"]] == [
        ("Gift box", 2, 2, 900), ("Thing PEN", 1, 1, 450)]  # fmt: skip
    assert confirmed["lines"][0]["parts"] == [{"name": "Thing MUG", "quantity": 4}, {"name": "Thing BOX", "quantity": 2}]
    assert [(line["sku"], line["quantity"]) for line in waits["waiting"]] == [("GIFT", 2), ("PEN", 1)]
    assert waits["ready"] == []


def test_a_kit_that_lacks_one_part_is_not_released_and_goes_out_whole_when_it_came(house: House, maja: Tablet) -> None:
    maja.receive({"MUG": 4, "BOX": 1})
    maja.follow("putaway:")
    maja.place("1001", {"GIFT": 2})
    line = maja.order("1001")["lines"][0]
    assert (line["promised"], line["waiting"]) == (1, 1)
    assert [part["waiting"] for part in line["parts"]] == [0, 1]
    assert not [task for task in maja.tasks("pick") if task["task"] == "pick:CART-1"]
    assert maja.stock("GIFT") == {"on_hand": 1, "promised": 1, "free": 0, "waiting": 1}
    maja.receive({"BOX": 1})
    maja.follow("putaway:")
    maja.ship_all()
    assert (maja.order("1001")["state"], maja.order("1001")["lines"][0]["handed_over"]) == ("handed_over", 2)
    house.prove()


def test_a_cancelled_kit_gives_its_parts_to_those_who_wait(house: House, maja: Tablet) -> None:
    maja.receive({"MUG": 2, "BOX": 1})
    maja.place("1001", {"GIFT": 1})
    maja.place("1002", {"MUG": 1})
    assert maja.order("1002")["lines"][0]["waiting"] == 1
    told = maja.post("/api/v1/orders/1001/cancellation", {"reason": "changed my mind"})
    assert stages(told["lines"][0])["cancelled"] == 1
    assert maja.order("1002")["lines"][0]["promised"] == 1
    house.prove()


def test_two_buyers_of_the_last_kit_get_one_between_them(house: House, maja: Tablet) -> None:
    maja.receive({"MUG": 3, "BOX": 3})
    at_once([partial(house.tablet(ref).place, ref, {"GIFT": 1}) for ref in ("2001", "2002")])
    assert sum(maja.order(ref)["lines"][0]["promised"] for ref in ("2001", "2002")) == 1
    assert maja.stock("GIFT") == {"on_hand": 1, "promised": 1, "free": 0, "waiting": 1}
    house.prove()


def test_orders_keep_the_recipe_they_were_placed_with(house: House, maja: Tablet) -> None:
    maja.receive({"MUG": 9, "BOX": 9, "PEN": 9})
    maja.place("1001", {"GIFT": 1})
    changed = maja.post("/api/v1/products/GIFT/parts", {"parts": [{"sku": "PEN", "units": 3}]})
    assert changed["parts"] == [{"sku": "PEN", "units": 3}]
    maja.place("1002", {"GIFT": 1})
    assert [[part["sku"] for part in maja.order(ref)["lines"][0]["parts"]] for ref in ("1001", "1002")] == [["MUG", "BOX"], ["PEN"]]
    assert maja.post("/api/v1/products/GIFT/parts", {"parts": []})["parts"] == []
    maja.place("1003", {"GIFT": 1})
    assert "parts" not in maja.order("1003")["lines"][0]
    house.prove()


@pytest.mark.parametrize("shop", ["shopify", "woocommerce"])
def test_a_kit_from_a_shop_is_taken_apart_like_any_other(house: House, maja: Tablet, shop: str) -> None:
    maja.receive({"MUG": 2, "BOX": 1})
    body = shopify_order("#7", {"GIFT": 1}) if shop == "shopify" else woo_order("7", {"GIFT": 1})
    assert [one["outcome"] for one in webhook(house.sends[0](), shop, body)["taken"]] == ["new"]
    line = maja.order("#7" if shop == "shopify" else "7")["lines"][0]
    assert (line["sku"], line["promised"], [part["sku"] for part in line["parts"]]) == ("GIFT", 1, ["MUG", "BOX"])


def test_an_order_is_found_by_the_kit_it_bought(maja: Tablet, ruth: Tablet) -> None:
    maja.place("1001", {"GIFT": 1})
    maja.place("1002", {"MUG": 1})
    ruth.headers["Accept"] = "text/html"
    found = ruth.get("/orders?q=GIFT").raw.decode()
    assert "1001" in found
    assert "1002" not in found


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_kit_on_the_floor_says_what_to_scan_instead(house: House, maja: Tablet) -> None:
    maja.receive({"MUG": 2, "BOX": 1})
    for task in ("receive:", "putaway:", "pack:TOTE-01"):
        refused(maja.scan(task, "4006381333931"), KIT_SAYS)
    maja.post("/api/v1/purchase-orders", {"ref": "PO-9", "supplier": "Kiln", "lines": [{"sku": "MUG", "quantity": 1}]})
    maja.lease("receive:PO-9")
    assert refused(maja.scan("receive:PO-9", "GIFT"), KIT_SAYS)["next"]["sku"] == "MUG"
    accepted(maja.scan("look:", "GIFT"), "scan its parts")
    house.prove()


def test_a_kit_is_neither_bought_nor_stocked(house: House, maja: Tablet) -> None:
    order = {"ref": "PO-9", "supplier": "Kiln", "lines": [{"sku": "GIFT", "quantity": 1}]}
    say = clear_no(maja.post("/api/v1/purchase-orders", order), 422)
    assert say == "Kit GIFT is not bought as one. Take its parts: 2 × Thing MUG, 1 × Thing BOX."
    house.prove()


@pytest.mark.parametrize(
    ("parts", "status", "say"),
    [
        ([("MUG", 1), ("MUG", 2)], 422, "MUG is named twice. Name each part once, with all its units."),
        ([("MUG", 0)], 422, "A kit holds 1 to 10,000 units of a part, not 0 of MUG."),
        ([("SET", 1)], 422, "SET cannot be a part of itself."),
        ([("GIFT", 1)], 422, "GIFT is a kit itself. Put its parts into SET: 2 × Thing MUG, 1 × Thing BOX."),
        ([("NONE", 1)], 422, "There is no product NONE. Add it to the catalogue first."),
        ([(f"P{n}", 1) for n in range(51)], 422, "A kit has at most 50 parts; SET would have 51."),
    ],
)
def test_what_cannot_be_a_recipe_is_refused_with_its_place(
    maja: Tablet, parts: list[tuple[str, int]], status: int, say: str
) -> None:
    maja.add_product("SET")
    asked = {"parts": [{"sku": sku, "units": units} for sku, units in parts]}
    assert clear_no(maja.post("/api/v1/products/SET/parts", asked), status) == say
    assert maja.get("/api/v1/products/SET")["parts"] == []


def test_a_part_becomes_no_kit_and_a_product_in_the_house_neither(maja: Tablet) -> None:
    pen = {"parts": [{"sku": "PEN", "units": 1}]}
    say = clear_no(maja.post("/api/v1/products/MUG/parts", pen), 422)
    assert say == "MUG is a part of kit GIFT, so it cannot be a kit. Take it out of there first."
    maja.add_product("OLD")
    maja.place("1001", {"OLD": 1})
    assert clear_no(maja.post("/api/v1/products/OLD/parts", pen), 409).startswith("Order 1001 is owed OLD as one piece.")
    maja.post("/api/v1/orders/1001/cancellation", {"reason": "none"})
    assert maja.post("/api/v1/products/OLD/parts", pen).status == 200
    maja.add_product("HERE")
    maja.receive({"HERE": 2})
    assert clear_no(maja.post("/api/v1/products/HERE/parts", pen), 409).startswith("2 of HERE lie in DOCK")
    maja.add_product("DUE")
    due = {"ref": "PO-DUE", "supplier": "Kiln", "lines": [{"sku": "DUE", "quantity": 1}]}
    maja.post("/api/v1/purchase-orders", due)
    assert clear_no(maja.post("/api/v1/products/DUE/parts", pen), 409).startswith("Purchase order PO-DUE brings DUE")


def test_a_product_that_comes_in_while_it_becomes_a_kit_is_one_or_the_other(house: House, maja: Tablet) -> None:
    """Whoever is second is refused: never does a kit lie in the house."""
    one, other, pen = house.tablet("one"), house.tablet("other"), {"parts": [{"sku": "PEN", "units": 1}]}
    for n in range(4):
        maja.add_product(f"NEW-{n}")
        made, came = at_once([partial(one.post, f"/api/v1/products/NEW-{n}/parts", pen), partial(other.scan, "receive:", f"NEW-{n}")])
        assert sorted((made.status == 200, came.status == 200)) == [False, True], (made.raw, came.raw)
    house.prove()


def test_more_parts_than_an_order_may_have_are_refused(maja: Tablet) -> None:
    say = clear_no(maja.place("1001", {"GIFT": 600_000}), 422)
    assert say == ("600,000 of kit GIFT need 1,200,000 units of MUG. At most 1,000,000 of a product are taken in a line.")
    many = {f"P{n}": 1 for n in range(50)}
    for sku in many:
        maja.add_product(sku)
    maja.add_product("ALL", parts=[{"sku": sku, "units": 1} for sku in many])
    crowd = buy(maja, "1002", *[("ALL", 1, "1.00")] * 201)
    assert clear_no(crowd, 422).startswith("With the parts of its kits the order has 10,050 lines.")


# --- stock and the desk -----------------------------------------------------------------------------------------------


def test_stock_of_a_kit_is_what_its_parts_make_up(maja: Tablet) -> None:
    maja.receive({"MUG": 7, "BOX": 5})
    maja.place("1001", {"MUG": 2})
    coming = {"ref": "PO-2", "supplier": "Kiln", "lines": [{"sku": "MUG", "quantity": 4}]}
    maja.post("/api/v1/purchase-orders", coming)
    (answer,) = maja.get("/api/v1/stock?sku=GIFT").body
    assert {name: answer[name] for name in ("on_hand", "promised", "free", "waiting", "incoming", "kit")} == {
        "on_hand": 3, "promised": 1, "free": 2, "waiting": 0, "incoming": 2, "kit": GIFT}  # fmt: skip
    listed = {row["sku"]: row for row in maja.get("/api/v1/stock?limit=500")["items"]}
    assert listed["GIFT"]["free"] == 2
    assert "kit" not in listed["MUG"]


def test_shops_hear_that_a_kit_changed_with_its_parts_and_with_its_recipe(maja: Tablet) -> None:
    place = maja.get("/api/v1/stock/changes?limit=500")["next"]
    maja.receive({"BOX": 1, "MUG": 2})
    heard = maja.get(f"/api/v1/stock/changes?after={place}").body
    assert {row["sku"]: row["free"] for row in heard["items"]} == {"BOX": 1, "MUG": 2, "GIFT": 1}
    maja.post("/api/v1/products/GIFT/parts", {"parts": [{"sku": "MUG", "units": 1}]})
    (row,) = maja.get(f"/api/v1/stock/changes?after={heard['next']}")["items"]
    assert (row["sku"], row["free"], row["kit"]) == ("GIFT", 2, [{"sku": "MUG", "units": 1}])


def test_a_manager_names_the_parts_on_the_products_page(maja: Tablet, ruth: Tablet) -> None:
    maja.add_product("SET", name="Desk set")
    _save(ruth, "SET", [("PEN", "2"), ("", "1"), ("BOX", "1")], 303)
    ruth.headers["Accept"] = "text/html"
    page = ruth.get("/stock/SET").raw.decode()
    assert "sold as one, picked as these" in page
    assert "Is part of" in ruth.get("/stock/PEN").raw.decode()
    again = _save(ruth, "SET", [("PEN", "two")], 422)
    assert 'value="two"' in again
    assert maja.get("/api/v1/products/SET")["parts"] == [{"sku": "PEN", "units": 2}, {"sku": "BOX", "units": 1}]
    _save(ruth, "SET", [("", "1")], 303)
    assert maja.get("/api/v1/products/SET")["parts"] == []


def _save(ruth: Tablet, sku: str, rows: list[tuple[str, str]], status: int) -> str:
    form = "&".join(f"sku={quote(part)}&units={quote(units)}" for part, units in rows).encode()
    headers: dict[str, Any] = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    answer = ruth.post(f"/stock/{sku}/parts", form, headers)
    assert answer.status == status, answer.raw[:500]
    return answer.raw.decode()
