"""The back-in-stock list, support and tags on SQLite and on PostgreSQL, with rivals."""

from stowline.backorders import sign_ups
from stowline.core import db
from stowline.inventory import queries as inventory
from tests.desk.conftest import House
from tests.makers import at_once
from tests.portal.test_back_in_stock import pass_on, set_factor, told, wants


def test_two_that_look_at_once_tell_nobody_twice_and_not_too_many(any_house: House) -> None:
    robot = any_house.robot()
    robot.add_product("URN")
    set_factor(2)
    wants(robot, "URN", *(f"n{i}" for i in range(9)))
    robot.receive({"URN": 2})
    with db.reading() as session:
        ident = str(inventory.level(session, "URN").product_id)
    at_once([lambda: sign_ups.look(ident)] * 4)
    pass_on()
    assert told("URN") == ["n0", "n1", "n2", "n3"]
    sign_ups.sweep("")
    pass_on()
    assert told("URN") == ["n0", "n1", "n2", "n3"]
    assert "n4 @" in any_house.ruth().get("/back-in-stock/URN").text
    assert robot.send("PUT", "/api/v1/orders/none/tags/x", None, robot.headers).status == 404
    robot.place("U1", {"URN": 3})
    assert robot.send("PUT", "/api/v1/orders/U1/tags/x", None, robot.headers)["tags"] == ["backorder", "x"]
    assert "number 1 in line" in any_house.ruth().get("/support?q=U1").text
    assert "Ada Byron" in any_house.ruth().get("/customers").text
    assert robot.get("/api/v1/products/URN/availability")["state"] == "backorder"
