"""Names that somebody else gave leave as text in every spreadsheet of stock, however the spreadsheet splits its cells."""

import csv
import io
import re
from datetime import timedelta

import pytest

from stowline.catalog import queries as catalog
from stowline.core import clock, db
from stowline.inventory import lots
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from tests.desk.conftest import Desk, House

NAMES = (
    "=1+1",
    "+1",
    "-1-1",
    "@SUM(A1)",
    "＝1",
    "x;=1",
    "x; @A1",
    'x";=1',
    '"=1',
    '=HYPERLINK("http://evil.example","x")',
    "'=1",
    "x,=1",
)
FILES = ("/stock.csv", "/stock-by-bin.csv", "/lots.csv?view=all", "/arrivals.csv", "/low-stock.csv", "/expiring.csv?days=365",
         "/products.csv", "/orders.csv?view=all", "/bins.csv")  # fmt: skip
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
NUMBER = re.compile(r"-?\d+")


@pytest.fixture(scope="module")
def named(one_house: House) -> House:
    """Products, lots, purchase orders, suppliers and orders with such names."""
    robot, last = one_house.robot(), clock.now().date() + timedelta(days=40)
    for n, name in enumerate(NAMES):
        sku = f"{name}/{n}"
        robot.add_product(sku, name=name, lots=True, expires=True, low_at=99)
        order = {"ref": f"{name}#{n}", "supplier": name, "lines": [{"sku": sku, "quantity": 3}]}
        assert robot.post("/api/v1/purchase-orders", order).status == 201
        assert robot.place(f"{name}!{n}", {sku: 1}).status == 201
        with db.transaction() as session:
            product, place = (
                catalog.product_by_sku(session, sku).id or 0,
                stock.location_by_code(session, "A-01-1").id or 0,
            )
            lots.named(session, product, 2, lot=name[:20], expires_on=last)
            inventory.move(
                session,
                product_id=product,
                from_id=stock.ADJUSTMENT,
                to_id=place,
                qty=2,
                because="import",
                lot=name[:20],
            )
    return one_house


@pytest.fixture
def ruth(named: House) -> Desk:
    return named.ruth()


@pytest.mark.parametrize("path", FILES)
def test_no_cell_begins_like_a_formula(ruth: Desk, path: str) -> None:
    text = ruth.file(path).content.decode("utf-8-sig")
    for delimiter in ",;\t":
        found = [cell for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
        assert [cell for cell in found if FORMULA.match(cell) and not NUMBER.fullmatch(cell)] == []
    assert text.count("\n") > 1


def test_what_was_written_so_is_still_there(ruth: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(ruth.file("/stock-by-bin.csv").content.decode("utf-8-sig"))))
    told = {row["name"].replace(";'", ";").removeprefix("'") for row in rows}
    assert told == {name.removeprefix("'") for name in NAMES}
