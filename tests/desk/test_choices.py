"""At the desk: what a shop offers, an offer by hand, a choice for a shopper on the phone."""

from tests.desk.conftest import House


def test_a_manager_offers_and_chooses_for_a_shopper_on_the_phone(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"CUP": 2})
    robot.add_product("MUG")
    robot.place("1042", {"CUP": 1, "MUG": 2})
    assert "Saved. Offers from now on" in ruth.send(ruth.get("/choices"), "/choices/demo", days="3", bonus="10").text
    for wrong in ("0", "many", ""):
        assert ruth.send(ruth.get("/choices"), "/choices/demo", days=wrong).status == 422
    page = ruth.get("/orders/1042?store=demo")
    assert "Nothing was offered yet." in page.text
    page = ruth.send(page, "/offers")
    assert "The shopper may choose now" in page.text
    assert "open Offered by hand" in page.text
    assert "Store credit, 9.90 EUR" in page.text
    no = ruth.send(page, "/choice", choice="swap-1-1")
    assert (no.status, "that is not possible any more" in no.text) == (409, True)
    page = ruth.send(page, "/choice", choice="credit")
    assert "Store credit , chosen by Ruth Adeyemi for the shopper" in page.text
    assert "The shop: Give store credit €9.90" in page.text
    assert "No address" in page.text
    assert "Give store credit" in ruth.get("/instructions").text
    assert robot.order("1042")["state"] == "allocated"
