"""The shopper changes an order while the warehouse works at it: exactly one of the two wins, on both databases."""

from collections.abc import Callable
from functools import partial
from typing import Any

from stowline.core import db
from stowline.core.errors import Refused
from stowline.orders import merging
from stowline.orders import queries as orders
from stowline.orders.readdress import Address
from stowline.portal import changes
from stowline.shipping import service as shipping
from tests.asserts import breaches
from tests.desk.conftest import House
from tests.makers import at_once
from tests.portal.test_the_order_page import INES

NEW = Address(ship_name="Ines Moreau", line1="Quai de la Fosse 12", city="Nantes", postcode="44100")


def ident(ref: str) -> int:
    with db.reading() as session:
        return orders.by_ref(session, ref).id or 0


def tried(verb: Any) -> Any:
    try:
        return db.run(verb)
    except Refused:
        return None


def test_the_label_and_another_address(any_house: House) -> None:
    robot = any_house.robot()
    robot.stock_up({"MUG": 9})
    for n in range(3):
        robot.place(f"R{n}", {"MUG": 1}, **INES)
    robot.follow("pick:CART-1")
    for task in robot.tasks("pack"):
        robot.follow(task["task"], until="label")
    for n in range(3):
        order_id, code = ident(f"R{n}"), robot.order(f"R{n}")["parcels"][0]["code"]
        deeds = [lambda i=order_id: db.run(lambda s: changes.change_address(s, i, NEW)), lambda c=code: tried(lambda s: shipping.make_label(s, c))]
        said, _ = at_once(deeds if n % 2 else deeds[::-1])[:: 1 if n % 2 else -1]
        with db.reading() as session:
            line1 = orders.order(session, order_id).line1
        events = [one for one in robot.events(f"R{n}") if one in ("AddressChanged", "LabelMade")]
        if said.fate == "done":
            assert (line1, events) == (NEW.line1, ["AddressChanged", "LabelMade"])
        else:
            assert (said.why, line1, events) == ("labelled", "Rue des Carmes 8", ["LabelMade"])


def test_the_picker_and_a_cancellation_and_the_release_and_a_merge(any_house: House) -> None:
    robot = any_house.robot()
    robot.stock_up({"MUG": 9})
    for ref in ("P1", "M1", "M2"):
        robot.place(ref, {"MUG": 1}, **INES)
    assert robot.lease("pick:P1").status == 200
    code = robot.lease("pick:P1")["next"]["code"]
    order_id = ident("P1")
    said, scan = at_once([lambda: db.run(lambda s: changes.cancel(s, order_id)), lambda: robot.scan("pick:P1", code, 1)])
    order = robot.order("P1")
    if said.fate == "done":
        assert (order["state"], order["lines"][0]["picked"]) == ("cancelled", 0), scan.raw
    else:
        assert (said.why, order["lines"][0]["picked"], order["lines"][0]["cancelled"]) == ("picked", 1, 0)
    one, two = ident("M1"), ident("M2")
    merged, released = at_once([lambda: tried(lambda s: merging.merge(s, one, two, by="the shopper")), lambda: robot.lease("pick:M2")])
    assert (merged == 1) != (released.status == 200), (merged, released.raw)
    with db.reading() as session:
        assert breaches(session) == {}


def sent(order_id: int, wish: str) -> changes.Said:
    return db.run(lambda session: changes.set_parts(session, order_id, wish))


def test_all_together_again_and_the_release_of_a_part(any_house: House) -> None:
    robot = any_house.robot()
    robot.stock_up({"CUP": 9})
    robot.add_product("MUG")
    for n in range(4):
        ref = f"S{n}"
        robot.place(ref, {"CUP": 1, "MUG": 1}, **INES)
        order_id = ident(ref)
        twice = at_once([partial(sent, order_id, "parts")] * 2)
        assert sorted(one.fate for one in twice) == ["done", "same"]
        assert robot.events(ref).count("ShippingSet") == 1
        deeds: list[Callable[[], Any]] = [partial(sent, order_id, "complete"), partial(robot.lease, f"pick:{ref}")]
        said, leased = at_once(deeds if n % 2 else deeds[::-1])[:: 1 if n % 2 else -1]
        with db.reading() as session:
            order = orders.order(session, order_id)
            now = order.ships, order.released
        if said.fate == "done":
            assert (leased.status == 200, now) == (False, ("complete", 0)), leased.raw
        else:
            assert (said.why, leased.status, now) == ("picked", 200, ("parts", 1)), leased.raw
    with db.reading() as session:
        assert breaches(session) == {}
