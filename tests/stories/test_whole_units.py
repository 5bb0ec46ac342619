"""Stock is counted in whole units: a fraction is refused at every door, with the reason in a sentence, and changes nothing."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from stowline.catalog.units import is_fraction, units
from stowline.core.fields import Bad
from tests.commands import stowline
from tests.makers import FORM_TYPE, Tablet, api_order, shopify_order, webhook, woo_order
from tests.stories.conftest import House

WHY = "Stock is counted in whole units: "
TABLES = ("barcode", "orders", "purchase_order", "kit_part", "ledger")


def order(tablet: Tablet, n: Any) -> str:
    body = api_order("1001", {"MUG": 1})
    body["lines"][0]["quantity"] = n
    return str(tablet.post("/api/v1/orders", body).body)


def purchase_order(tablet: Tablet, n: Any) -> str:
    lines = [{"sku": "MUG", "quantity": n}]
    return str(tablet.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines}).body)


def pack(tablet: Tablet, n: Any) -> str:
    body = {"sku": "CUP", "name": "Cup", "barcodes": [{"code": "4006381333931", "quantity": n}]}
    return str(tablet.post("/api/v1/products", body).body)


def pack_of_a_known_one(tablet: Tablet, n: Any) -> str:
    body = json.dumps({"barcodes": [{"code": "4006381333931", "quantity": n}]}).encode()
    return str(tablet.send("PATCH", "/api/v1/products/MUG", body, tablet.headers).body)


def parts(tablet: Tablet, n: Any) -> str:
    return str(tablet.post("/api/v1/products/MUG/parts", {"parts": [{"sku": "BOX", "units": n}]}).body)


def scan(tablet: Tablet, n: Any) -> str:
    return str(tablet.scan("move:", "MUG", n).body)


def scan_in_a_batch(tablet: Tablet, n: Any) -> str:
    one = {"scan_id": str(uuid.uuid4()), "task": "look:", "code": "MUG", "quantity": n}
    return str(tablet.post("/scans/batch", {"scans": [one]}).body)


def scan_by_a_form(tablet: Tablet, n: Any) -> str:
    form = urlencode({"scan_id": str(uuid.uuid4()), "task": "look:", "code": "MUG", "quantity": str(n)}).encode()
    return tablet.send("POST", "/scans", form, {**tablet.headers, **FORM_TYPE}).raw.decode()


def adjustment(tablet: Tablet, n: Any) -> str:
    asked = {"sku": "MUG", "bin": "A-01-1", "units": n, "reason": "found"}
    return str(tablet.post("/api/v1/adjustments", asked).body)


def counted(tablet: Tablet, n: Any) -> str:
    asked = {"sku": "MUG", "bin": "A-01-1", "counted": n, "reason": "found"}
    return str(tablet.post("/api/v1/adjustments", asked).body)


def csv_file(what: str, head: str, row: str) -> Callable[[Tablet, Any, Path], str]:
    def door(tablet: Tablet, n: Any, folder: Path) -> str:
        del tablet
        file = folder / "file.csv"
        file.write_text(f"{head}\n{row.format(n)}\n")
        tally = stowline("import", what, str(file), "--format", "csv", "--json").json
        assert (tally["accepted"], len(tally["reasons"])) == (0, 1)
        return str(tally["reasons"][0]["say"])

    return door


DOORS: dict[str, Callable[..., str]] = {
    "a scan": scan,
    "a scan in a batch": scan_in_a_batch,
    "a scan by a form": scan_by_a_form,
    "an order": order,
    "a purchase order": purchase_order,
    "a pack of a new product": pack,
    "a pack of a known product": pack_of_a_known_one,
    "a part of a kit": parts,
    "an adjustment": adjustment,
    "a counted number": counted,
    "a file of orders": csv_file("orders", "order,sku,quantity", "1001,MUG,{}"),
    "a file of purchase orders": csv_file("purchase-orders", "ref,supplier,sku,quantity", "PO-1,Kiln,MUG,{}"),
    "a file of stock": csv_file("stock", "sku,bin,quantity", "MUG,A-01-1,{}"),
    "a file of kits": csv_file("kits", "kit,part,units", "MUG,BOX,{}"),
    "a file of pick faces": csv_file("faces", "sku,bin,min,max", "MUG,A-01-1,0,{}"),
    "a file of bins": csv_file("bins", "code,kind,max_units", "A-01-1,pick,{}"),
}


@pytest.mark.parametrize("name", DOORS)
def test_a_fraction_is_refused_with_the_reason(house: House, tmp_path: Path, name: str) -> None:
    tablet = house.tablet()
    tablet.add_product("MUG")
    tablet.add_product("BOX")
    before = [house.count(table) for table in TABLES]
    for n in (1.5, 0.25):
        said = DOORS[name](tablet, n, tmp_path) if "file" in name else DOORS[name](tablet, n)
        assert WHY in said, said
        assert f"{n}" in said
        assert "is not a whole number. Count it in a smaller unit" in said
    assert [house.count(table) for table in TABLES] == before


FORMS = {
    "replenishment/faces": "sku=MUG&bin=A-01-1&min=0&max={}",
    "products/MUG/details": "low_at={}",
    "products/MUG/barcodes": "code=4006381333931&quantity={}",
    "stock/MUG/parts": "sku=BOX&units={}",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_fraction_on_a_form_of_the_desk_is_refused_with_the_reason(house: House, ruth: Tablet, form: str) -> None:
    tablet = house.tablet()
    tablet.add_product("MUG")
    tablet.add_product("BOX")
    before = [house.count(table) for table in (*TABLES, "pick_face", "adjustment")]
    for said in ("1.5", "0,25"):
        answer = ruth.post(f"/{form}", FORMS[form].format(said).encode(), {**FORM_TYPE, "Accept": "text/html"})
        assert answer.status == 422
        assert WHY in answer.raw.decode(), said
    assert [house.count(table) for table in (*TABLES, "pick_face", "adjustment")] == before
    ruth.headers["Accept"] = "application/json"
    assert tablet.get("/api/v1/products/MUG")["low_at"] is None


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
def test_a_shops_fraction_waits_among_the_intake_errors_with_the_reason(house: House, platform: str) -> None:
    tablet = house.tablet()
    tablet.add_product("MUG")
    body = shopify_order("#7", {"MUG": 1}) if platform == "shopify" else woo_order("7", {"MUG": 1})
    for name in ("quantity", "current_quantity"):
        if name in body["line_items"][0]:
            body["line_items"][0][name] = 1.5
    assert webhook(house.send(), platform, body).status == 202
    assert house.count("orders") == 0
    with house._reading() as session:
        reasons = [row[0] for row in session.connection().exec_driver_sql("SELECT say FROM intake_error").all()]
    assert len(reasons) == 1
    assert f"{WHY}1.5 is not a whole number." in reasons[0]


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
def test_a_shop_that_writes_two_as_2_0_means_two(house: House, platform: str) -> None:
    tablet = house.tablet()
    tablet.add_product("MUG")
    body = shopify_order("#7", {"MUG": 2}) if platform == "shopify" else woo_order("7", {"MUG": 2})
    body["line_items"][0]["quantity"] = 2.0
    assert webhook(house.send(), platform, body).status == 202
    assert tablet.stock("MUG")["waiting"] == 2


@pytest.mark.parametrize("value", [1.5, -0.5, "1.5", "1,5", ".5", "2.25", " 1.5 "])
def test_a_fraction_is_known_as_one(value: object) -> None:
    assert is_fraction(value)
    with pytest.raises(Bad, match="whole units"):
        units(value)


@pytest.mark.parametrize(
    "value", ["1,000", "1.", "x", "", None, True, float("nan"), float("inf"), 1e400, "1.5.2", [], 10**30]
)
def test_what_is_no_fraction_is_refused_for_what_it_is(value: object) -> None:
    assert not is_fraction(value)
    if value != "1.":
        with pytest.raises(Bad, match="Give a whole number from 1 to 1,000,000"):
            units(value)
