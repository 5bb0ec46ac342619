"""What is ordered together, and who a shopper is, read the same from both databases."""

from typing import Any

from stowline.catalog import queries as catalog
from stowline.notifications import looks
from stowline.orders import queries as orders
from stowline.orders import shoppers, together
from tests.makers import STORE
from tests.stories.conftest import House

ADA: Any = {"name": "Ada Byron", "email": "Ada@Example.test"}


def test_what_others_took_too_is_similar_where_it_is_here_and_a_second_order_is_no_first(house: House) -> None:
    robot = house.tablet()
    robot.stock_up({"MUG": 9, "TEAPOT": 5, "BOWL": 2, "SPOON": 9})
    for n in range(2):
        robot.place(f"before-{n}", {"MUG": 1, "TEAPOT": 1, "BOWL": 1})
    robot.place("once", {"MUG": 1, "SPOON": 1}, customer=ADA)
    robot.place("now", {"MUG": 1}, customer=ADA)
    with house.writing() as session:
        first, second = (orders.by_ref(session, ref, STORE) for ref in ("once", "now"))
        ids = catalog.ids_of(session, ["MUG", "TEAPOT", "BOWL", "SPOON"])
        often = together.often(session, second.store_id, [ids["MUG"]])
        assert sorted(often) == sorted([ids["TEAPOT"], ids["BOWL"]]), "a spoon was taken with a mug only once"
        assert [item["sku"] for item in looks.similar(session, second)] == ["TEAPOT"], "bowls are sold out"
        assert (shoppers.is_first(session, first), shoppers.is_first(session, second)) == (True, False)
        last = shoppers.last_order(session, second.store_id, "ADA@example.test ")
        assert last is not None
        assert last.ref == "now"
        assert shoppers.last_order(session, second.store_id, "nobody@example.test") is None
