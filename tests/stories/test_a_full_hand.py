"""Whoever is called away with goods in hand: "Get work" leads back to them, and nothing was booked meanwhile."""

import html
import re
from urllib.parse import quote

import pytest

from stowline.core import db
from stowline.core.access import Identity
from stowline.floor import home
from stowline.floor.forms import holder
from stowline.people.rules import ROLES
from tests.asserts import accepted
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_replenishment import mugs

_OFFER = re.compile(r'href="([^"]*)">[^\n]*Next for you</span>(.*?)</a>', re.DOTALL)


@pytest.fixture
def maja(house: House) -> Tablet:
    return house.tablet("maja")


def get_work(tablet: Tablet) -> str:
    """The page."""
    return tablet.send("GET", "/floor", None, tablet.headers | {"Accept": "text/html"}).raw.decode()


def offered(tablet: Tablet) -> tuple[str, str]:
    """Where "Get work" leads first, and in which words."""
    found = _OFFER.search(get_work(tablet))
    assert found, "nothing is offered"
    return found[1], " ".join(html.unescape(re.sub(r"<[^>]*>", " ", found[2])).split())


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("move:", "Move Scan the bin that 4 Thing MUG go to, or more from A-01-1"),
        ("scrap:", "Scrap Why scrap 4 Thing MUG?"),
        ("quarantine:", "Quarantine Why put 4 Thing MUG apart?"),
    ],
)
def test_units_that_were_taken_are_offered_first(house: House, maja: Tablet, task: str, words: str) -> None:
    maja.stock_up({"MUG": 20})
    before = house.books()
    accepted(maja.scan(task, "A-01-1"))
    accepted(maja.scan(task, "MUG", 4))
    assert offered(maja) == (f"/floor/task/{task}", words)
    assert house.books() == before
    accepted(maja.scan(task, "CMD:UNDO"))
    accepted(maja.scan(task, "CMD:UNDO"))
    assert "Next for you" not in get_work(maja)


def test_goods_from_the_dock_are_offered_before_any_other_work(house: House, maja: Tablet) -> None:
    maja.stock_up({"MUG": 20})
    assert maja.place("1042", {"MUG": 1}).status == 201
    maja.receive({"MUG": 3})
    accepted(maja.scan("putaway:", "MUG", 3))
    assert offered(maja) == ("/floor/task/putaway:", "Put away Put 3 Thing MUG into A-01-1: it lies there already")
    hers = get_work(house.tablet("ruth"))
    assert "/floor/task/pick:CART-1/lease" in hers
    assert "Put 3 Thing MUG" not in hers


def test_faces_are_filled_before_the_dock_is_cleared_only_where_orders_need_it(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=4, R_01=100)
    maja.add_product("CUP")
    maja.receive({"CUP": 1})
    assert maja.tasks("replenish")[0]["next"]["say"].endswith("4 are free in the face, fewer than 5")
    assert next_for_a_receiver() == "Put away"
    assert maja.place("1042", {"MUG": 6}).status == 201
    assert next_for_a_receiver() == "Replenish"
    assert house.count("pick_face") == 1


def next_for_a_receiver() -> str:
    """The work that "Get work" offers to somebody with a receiver's rights."""
    wen = Identity("user", 99, "Wen Zhang", ROLES["receiver"])
    with db.reading() as session:
        return str((home.suggested(session, wen, holder(wen, "")) or {}).get("title"))


def test_a_trip_that_was_given_back_is_still_in_its_carriers_hands(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=2, R_01=100)
    maja.lease("replenish:MUG")
    accepted(maja.scan("replenish:MUG", "R-01"))
    accepted(maja.scan("replenish:MUG", "MUG", 6))
    maja.send("POST", f"/floor/task/{quote('replenish:MUG')}/release", b"", maja.headers)
    where, words = offered(maja)
    assert where == "/floor/task/replenish:MUG"
    assert words.endswith("Take 6 more Thing MUG from R-01, or bring these to A-03-2")
    accepted(maja.scan("replenish:MUG", "A-03-2"), "6 Thing MUG: from R-01 to A-03-2")


def test_a_trip_that_somebody_else_has_by_now_is_not_offered(house: House, maja: Tablet) -> None:
    mugs(maja, A_03_2=2, R_01=100)
    accepted(maja.scan("replenish:MUG", "R-01"))
    accepted(maja.scan("replenish:MUG", "MUG", 6))
    maja.send("POST", f"/floor/task/{quote('replenish:MUG')}/release", b"", maja.headers)
    assert house.tablet("ruth").lease("replenish:MUG").status == 200
    assert "replenish:MUG" not in get_work(maja)
    house.prove()
