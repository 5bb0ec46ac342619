"""Why a line stands where it stands, in words, on the order's page and the waiting list."""

from datetime import UTC, datetime

from stowline.allocation import reserves, urgent
from stowline.allocation.rules import Facts, why
from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.orders import queries as orders
from stowline.stores import service as stores
from tests.desk.conftest import House


def test_why_in_words() -> None:
    for facts, said in (
        (Facts(5, 0, 14), ["14th in line"]),
        (Facts(5, 3, 2), ["2nd in line", "3 of 5 promised; the order ships complete"]),
        (Facts(5, 3, 1, ships="at_most", most_parcels=2), ["1st in line", "3 of 5 promised; the order ships in at most 2 parcels"]),
        (Facts(5, 0, 1001, kept=1, kept_for=("Kiln", "Loft")), ["over 1,000th in line", "1 unit free, kept for Kiln and Loft"]),
        (Facts(5, 0, 3, held=True, kept=4, kept_for=("Kiln",)), ["The order is on hold and gets no stock"]),
        (Facts(1, 0, 1, taken=((1, "1050", "Maja"),)), ["1st in line", "1 unit taken for urgent order 1050 by Maja"]),
        (Facts(2, 2, 1, instead_of="Mug"), ["in place of Mug"]),
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
