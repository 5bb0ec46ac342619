"""Products to be completed: who has no name, no weight, no size, no barcode, and one product's own page."""

import csv
import io
import json
from urllib.parse import quote

import pytest

from tests.desk.conftest import Desk, House


@pytest.fixture
def shop(house: House) -> House:
    """Products that lack one thing each, and one that lacks nothing."""
    robot = house.robot()
    whole = {"weight_g": 350, "dims_mm": [120, 90, 95]}
    for sku, name, more in (
        ("ALL", "Whole", whole | {"barcodes": [{"code": "4006381333931"}]}),
        ("BARE", "No code", whole),
        ("A/B #7 ü", "", whole | {"barcodes": [{"code": "96385074"}]}),
        ("LIGHT", "No weight", {"dims_mm": [1, 2, 3], "barcodes": [{"code": "416000336108"}]}),
        ("FLAT", "No size", {"weight_g": 5, "barcodes": [{"code": "X-1"}]}),
    ):
        assert robot.post("/api/v1/products", {"sku": sku, "name": name, **more}).status == 201
    return house


@pytest.mark.parametrize(
    ("view", "lacks"), [("unnamed", "A/B #7 ü"), ("weightless", "LIGHT"), ("sizeless", "FLAT"), ("barcodeless", "BARE")]
)
def test_each_view_lists_what_lacks_it_and_nothing_else(shop: House, view: str, lacks: str) -> None:
    ruth = shop.ruth()
    page = ruth.get(f"/products?view={view}")
    (link,) = [href for href in page.links if href.startswith("/products/")]
    assert link == f"/products/{quote(lacks, safe='')}"
    assert "5 products. 1 without a name." in page.text


def test_a_manager_names_a_product_and_it_leaves_the_list(shop: House) -> None:
    ruth = shop.ruth()
    listed = ruth.get("/products?view=unnamed")
    page = ruth.get(next(href for href in listed.links if href.startswith("/products/")))
    saved = ruth.send(page, "/details", name="Bowl, ash", weight_g="420")
    assert "The product was changed." in saved.text
    assert "Bowl, ash" in saved.text
    assert "Nothing is missing here" in ruth.get("/products?view=unnamed").text
    assert ruth.get("/products?q=Bowl").links["/products/A%2FB%20%237%20%C3%BC"] == "Bowl, ash"


def test_a_refusal_keeps_what_was_typed(shop: House) -> None:
    ruth = shop.ruth()
    page = ruth.send(ruth.get("/products/BARE"), "/details", name="Better", weight_g="1.5")
    assert (page.status, "The weight in g is “1.5”" in page.text) == (422, True)
    assert page.form("/details").fields["name"] == "Better"
    half = ruth.send(ruth.get("/products/BARE"), "/details", height_mm="")
    assert "A size has all three" in half.text
    assert "No code" in ruth.get("/products?view=barcodeless").text


def test_a_case_gets_its_barcode_and_a_wrong_one_is_taken_off(shop: House) -> None:
    ruth, robot = shop.ruth(), shop.robot()
    page = ruth.send(ruth.get("/products/ALL"), "/barcodes", code="14006381333938", quantity="12")
    assert "a pack of 12" in page.text
    assert "means another product" in ruth.send(ruth.get("/products/BARE"), "/barcodes", code="96385074").text
    off = ruth.send(ruth.get("/products/FLAT"), "/removal")
    assert "No barcode yet." in off.text
    assert robot.get("/api/v1/products/ALL")["barcodes"][1] == {"code": "14006381333938", "quantity": 12}


def test_lots_are_switched_on_the_page_until_units_come(shop: House) -> None:
    ruth, robot = shop.ruth(), shop.robot()
    page = ruth.get("/products/ALL")
    nothing = {
        name: value for name, value in page.form("/tracking").fields.items() if name in ("csrf", "min_days_left")
    }
    answer = ruth.ask(
        "POST", "/products/ALL/tracking", data=nothing | {"lots": "1", "expires": "1", "min_days_left": "30"}
    )
    assert "Units of it are told apart in this way" in answer.text
    told = robot.get("/api/v1/products/ALL").body
    assert (told["lots"], told["expires"], told["fefo"], told["min_days_left"]) == (True, True, False, 30)
    robot.receive({"BARE": 2})
    refused = ruth.ask("POST", "/products/BARE/tracking", data=nothing | {"serials": "1"})
    assert (refused.status_code, "2 of BARE lie in" in refused.text) == (409, True)
    kept = ruth.ask("POST", "/products/BARE/tracking", data=nothing)
    assert kept.status_code == 200


def test_a_new_product_leads_to_its_own_page_and_a_known_one_too(shop: House) -> None:
    ruth = shop.ruth()
    page = ruth.send(ruth.get("/products"), "/products", sku="NEW 1", name="")
    assert (page.path, "The product is known from now on" in page.text) == ("/products/NEW%201?done=added", True)
    assert "This SKU is known already" in ruth.send(ruth.get("/products"), "/products", sku="ALL").text
    assert "without spaces at its ends" not in ruth.send(ruth.get("/products"), "/products", sku=" X ").text
    assert ruth.send(ruth.get("/products"), "/products", sku="", name="x").status == 422


def test_pages_follow_one_another_and_the_spreadsheet_has_all(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    for n in range(60):
        robot.add_product(f"P{n:02}")
    first = ruth.get("/products")
    second = ruth.get(next(href for href, said in first.links.items() if said == "Later"))
    names = [href for page in (first, second) for href in page.links if href.startswith("/products/P")]
    assert names == [f"/products/P{n:02}" for n in range(60)]
    sheet = ruth.file("/products.csv?view=barcodeless")
    rows = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert [row["sku"] for row in rows] == [f"P{n:02}" for n in range(60)]


def test_who_may_not_write_reads_and_changes_nothing(shop: House) -> None:
    maja = shop.somebody().sign_in("maja@example.test")
    assert maja.get("/products").status == 403
    assert maja.ask("POST", "/products/ALL/details", data={"name": "x"}).status_code == 403


def test_a_program_gets_the_refusal_as_json(shop: House, ruth: Desk) -> None:
    csrf = ruth.get("/products/ALL").form("/details").fields["csrf"]
    answer = ruth.ask(
        "POST", "/products/ALL/details", data={"csrf": csrf, "name": "x" * 301}, headers={"accept": "application/json"}
    )
    assert (answer.status_code, json.loads(answer.text)["say"]) == (
        422,
        "The name has 301 characters. At most 300 fit.",
    )
