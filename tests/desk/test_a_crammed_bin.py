"""However much lies in one bin, no other looks empty, and nothing is left out of the sums and of the spreadsheet."""

import pytest

from stowline.catalog import queries as catalog
from stowline.catalog import service as products
from stowline.core import db
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from tests.desk.conftest import House
from tests.desk.test_stock_answers import cells

MANY = 510
FULL, NEXT = "A-01-1", "A-01-2"


@pytest.fixture(scope="module")
def crammed(one_house: House) -> House:
    """510 products, two units of each, in one bin, and one product in the next."""
    skus = [f"P-{n:03}" for n in range(MANY)]
    with db.transaction(bulk=True) as session:
        products.add_products(session, [(sku, f"Thing {sku}") for sku in (*skus, "MUG")])
        ids, place = catalog.ids_of(session, skus), stock.location_by_code(session, FULL).id or 0
        for sku in skus:
            inventory.move(session, product_id=ids[sku], from_id=stock.ADJUSTMENT, to_id=place, qty=2, because="import")
        inventory.move(session, product_id=catalog.product_by_sku(session, "MUG").id or 0, from_id=stock.ADJUSTMENT,
                       to_id=stock.location_by_code(session, NEXT).id or 0, qty=3, because="import")  # fmt: skip
    return one_house


def test_a_crammed_bin_lets_no_other_look_empty(crammed: House) -> None:
    page = crammed.ruth().get("/bins?q=A-01")
    assert page.links["/stock/MUG"] == "Thing MUG"
    assert "/stock/P-000" in page.links
    assert "500 more products" in page.text
    assert f"/bins/{FULL}" in page.links


def test_the_page_of_a_crammed_bin_counts_all_and_says_what_it_leaves_out(crammed: House) -> None:
    page = crammed.ruth().get(f"/bins/{FULL}")
    assert "Units 1,020" in page.text
    assert "Products 510" in page.text
    assert "The first 500 of 510 rows." in page.text
    assert page.links[f"/stock-by-bin.csv?bin={FULL}"] == "All of them as a spreadsheet"


def test_stock_by_bin_leaves_as_a_spreadsheet_whole(crammed: House) -> None:
    ruth = crammed.ruth()
    rows = cells(ruth, "/stock-by-bin.csv?q=A-01")
    assert [(row["bin"], row["sku"], row["on_hand"]) for row in rows if row["sku"] == "MUG"] == [(NEXT, "MUG", "3")]
    assert len({row["sku"] for row in rows if row["bin"] == FULL}) == MANY
    assert len(rows) == MANY + 1
    assert len(cells(ruth, f"/stock-by-bin.csv?bin={FULL}")) == MANY
    assert len(cells(ruth, "/stock-by-bin.csv?sku=P-007")) == 1
    for path, status in (("bin=NONE", 404), ("sku=NONE", 404), ("kind=none", 400), (f"q={'x' * 201}", 400)):
        assert ruth.ask("GET", f"/stock-by-bin.csv?{path}").status_code == status
