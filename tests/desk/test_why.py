"""Why a line stands where it stands, in words, on the order's page and the waiting list."""

from datetime import UTC, datetime

from stowline.allocation import reserves, urgent
from stowline.allocation.rules import Facts, why
from stowline.catalog import queries as catalog
from stowline.catalog import substitutes
from stowline.core import db
from stowline.orders import queries as orders
from stowline.orders import service
from stowline.stores import service as stores
from tests.desk.conftest import House
from tests.makers import api_order


def test_why_in_words() -> None:
    for facts, said in (
        (Facts(5, 0, 14), ["14th in line"]),
        (Facts(5, 3, 2), ["2nd in line", "3 of 5 promised; the order ships complete"]),
        (Facts(5, 3, 1, ships="at_most", most_parcels=2), ["1st in line", "3 of 5 promised; the order ships in at most 2 parcels"]),
        (Facts(5, 0, 1001, kept=1, kept_for=("Kiln", "Loft")), ["over 1,000th in line", "1 unit free, kept for Kiln and Loft"]),
        (Facts(5, 0, 3, held=True, kept=4, kept_for=("Kiln",)), ["The order is on hold and gets no stock"]),
        (Facts(1, 0, 1, taken=((1, "1050", "Maja"),)), ["1st in line", "1 unit taken for urgent order 1050 by Maja"]),
        (Facts(2, 2, 1, instead_of="Mug"), ["in place of Mug"]),
        (Facts(2, 0, 1, agreed=True), ["1st in line", "the shopper takes a substitute; none in season has 2 units free"]),
        (Facts(2, 0, 1, sold_out=True), ["1st in line", "the product is told as out of stock, not as a backorder"]),
        (Facts(2, 2, 1, others_wait=True), ["the order ships complete and waits for its other lines"]),
        (Facts(2, 2, 1, others_wait=True, ships="parts"), []),
    ):
        assert why(facts) == said


def test_the_pages_say_who_keeps_and_who_took(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 3})
    robot.place("first", {"MUG": 3})
    robot.place("second", {"MUG": 2})
    with db.transaction() as session:
        urgent.take_for(session, orders.by_ref(session, "second").id or 0, why="a wedding", who="Maja")
        club = stores.open_store(session, "club", "The club")
        mug = catalog.ids_of(session, ["MUG"])["MUG"]
        reserves.keep(session, mug, club.id or 0, 2, datetime(2100, 1, 1, tzinfo=UTC), "Ruth")
    robot.receive({"MUG": 1})
    page = ruth.get("/orders/first?store=demo").text
    for said in ("1st in line. No purchase order brings it yet. 1 of 3 promised; the order ships complete.",
                 "1 unit free, kept for The club.", "2 units taken for urgent order second by Maja."):  # fmt: skip
        assert said in page
    listed = ruth.get("/waiting").text
    assert "1st in line; no purchase order brings it yet; 1 of 3 promised; the order ships complete; 1 unit free, kept for The club" in listed


def test_every_reason_that_a_waiting_line_can_have_is_told_on_its_page_and_to_programs(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 3, "CUP": 1})
    for sku in ("JUG", "BOWL", "LAMP", "VASE"):
        robot.add_product(sku)
    for ref, sku, days in (("PO-SOON", "JUG", ("2099-05-03", "2099-05-07")), ("PO-LATE", "BOWL", ("2026-01-05", "2026-01-06")), ("PO-SOME", "LAMP", None)):
        dates = dict(zip(("expected_from", "expected_to"), days, strict=True)) if days else {}
        robot.post("/api/v1/purchase-orders", {"ref": ref, "supplier": "Potters", "lines": [{"sku": sku, "quantity": 9}], **dates})
    robot.send("PATCH", "/api/v1/products/VASE", b'{"backorderable": false}', robot.headers | {"Content-Type": "application/json"})
    for ref, lines in (("due", {"JUG": 2}), ("late", {"BOWL": 2}), ("some", {"LAMP": 1}), ("none", {"VASE": 1}), ("held", {"JUG": 1}),
                       ("whole", {"MUG": 1, "JUG": 1}), ("picked", {"MUG": 1})):  # fmt: skip
        assert robot.place(ref, lines).status == 201
    robot.post("/api/v1/orders", api_order("agreed", {}) | {"lines": [{"sku": "BOWL", "quantity": 2, "unit_price": "1", "substitute": True}]})
    with db.transaction() as session:
        substitutes.add(session, "BOWL", "CUP")
        service.hold(session, orders.by_ref(session, "held").id or 0, "paid?")
    robot.lease("pick:CART-1")
    for ref, *said in (
        ("due", "1st in line. 9 due 3 to 7 May", "on PO-SOON"), ("late", "1st in line. 9 were due 5 to 6 Jan", "on PO-LATE, late."),
        ("some", "1st in line. 9 due on PO-SOME, no date."),
        ("none", "No purchase order brings it yet. The product is told as out of stock, not as a backorder."),
        ("held", "The order is on hold and gets no stock."), ("whole", "2nd in line.", "The order ships complete and waits for its other lines."),
        ("picked", "1 unit on a pick list"), ("agreed", "2nd in line.", "The shopper takes a substitute; none in season has 2 units free."),
    ):  # fmt: skip
        page, told = ruth.get(f"/orders/{ref}?store=demo").text, " ".join(line["why"] for line in robot.order(ref)["lines"])
        for words in said:
            assert words in page, ref
            assert words in told, ref
