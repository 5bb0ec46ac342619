"""Page markers and limits that no page of ours wrote: told with a sentence or answered like any other, on both databases."""

import base64
import json

import pytest

from stowline.catalog import queries as catalog
from stowline.catalog import service as products
from stowline.core import db
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from tests.desk.conftest import Desk, House
from tests.desk.test_stock_answers import stocked
from tests.makers import Tablet

HUGE = (2**31, 2**40, 2**63 - 1, -(2**63) + 1)


def marker(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


@pytest.fixture
def both(any_house: House) -> tuple[Tablet, Desk]:
    return stocked(any_house), any_house.ruth()


def test_numbers_that_no_row_has_are_no_defect(both: tuple[Tablet, Desk]) -> None:
    robot, ruth = both
    for n in HUGE:
        api = {
            f"bins?after={marker(n, 1, '', '', '')}", f"bins?after={marker(1, n, '', '', '')}", f"lots?after={marker(n, '', '')}",
            f"lots?sku=MUG&after={marker(n, '', '')}", f"changes?after={marker(n)}",
        }  # fmt: skip
        for path in api:
            answer = robot.get(f"/api/v1/stock/{path}")
            assert answer.status in {200, 409, 422}, (path, answer.raw)
            assert answer.status == 200 or answer["say"].endswith(".")
        for path in (f"/expiring?after={marker('2026-01-01', n)}", f"/arrivals?before={marker('2026-01-01', n)}",
                     f"/low-stock?view=cover&after={marker(n, n)}", f"/stock/MUG?after={marker(n)}"):  # fmt: skip
            assert ruth.get(path).status in {200, 422}, path
    for n in (*HUGE, 10**30):
        assert ruth.get(f"/support?order={n}").status in {404, 422}, n


@pytest.mark.parametrize(
    "said",
    [
        "WyJhIl0",
        "W10",
        "e30",
        "!!!!",
        "A",
        marker(None),
        marker(1.5),
        "W3RydWVd",  # [true]
        marker([1]),
        marker(1, 2),
        "W" * 4000,
    ],
)
def test_what_is_no_place_in_the_feed_is_refused(house: House, said: str) -> None:
    answer = house.robot().get(f"/api/v1/stock/changes?after={said}")
    assert (answer.status, answer["where"]) == (400, "after")


def test_texts_that_no_database_takes_are_refused(both: tuple[Tablet, Desk]) -> None:
    robot, _ = both
    for raw in (b'["\\u0000"]', b'["\\ud800"]', b'["a\\u0000b"]', b'[1,1,"\\u0000","",""]'):
        said = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
        assert robot.get(f"/api/v1/stock?after={said}").status == 400
        assert robot.get(f"/api/v1/stock/bins?after={said}").status == 400
    assert robot.get(f"/api/v1/stock?after={marker('x' * 5000)}")["items"] == []


def test_limits_are_whole_numbers_and_never_more_than_a_page(house: House) -> None:
    robot = house.robot()
    robot.stock_up({f"P-{n:03}": 1 for n in range(12)})
    for path in ("", "/changes", "/bins", "/lots"):
        for said in ("0", "-1", "9999999999", "1e3", "٣", "", "2.0", "+5", "0x10"):
            answer = robot.get(f"/api/v1/stock{path}?limit={said.replace('+', '%2B')}")
            assert (answer.status, answer["where"]) == (400, "limit"), (path, said)
        assert len(robot.get(f"/api/v1/stock{path}?limit=5")["items"]) == 5
        assert len(robot.get(f"/api/v1/stock{path}?limit=999999999")["items"]) == 12


@pytest.fixture
def crowded_feed(house: House) -> Tablet:
    """503 products with one unit each."""
    skus = [f"P-{n:03}" for n in range(503)]
    with db.transaction(bulk=True) as session:
        products.add_products(session, [(sku, sku) for sku in skus])
        dock = stock.first_of_kind(session, "dock").id or 0
        for product in catalog.ids_of(session, skus).values():
            inventory.move(session, product_id=product, from_id=stock.ADJUSTMENT, to_id=dock, qty=1, because="import")
    return house.robot()


def test_a_limit_beyond_a_page_is_a_page(crowded_feed: Tablet) -> None:
    for path in ("", "/changes"):
        page = crowded_feed.get(f"/api/v1/stock{path}?limit=999999999")
        assert len(page["items"]) == 500
        assert len(crowded_feed.get(f"/api/v1/stock{path}?limit=500&after={page['next']}")["items"]) == 3
