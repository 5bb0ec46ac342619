from pathlib import Path
from typing import Any

import pytest

from stowline.catalog import goods_csv
from stowline.catalog.goods_csv import Good
from stowline.core.errors import Refused


def read(*rows: str, mapping: dict[str, str] | None = None) -> Any:
    return goods_csv.read("\n".join(rows).encode(), mapping)


def test_a_product_with_all_that_is_known_of_it() -> None:
    batch = read("sku,barcode,name,weight_g,length_mm,width_mm,height_mm", "MUG,5012345678900,Mug,340,90,90,110.0")
    assert batch.things == (Good(2, "MUG", "Mug", "5012345678900", 340, 90, 90, 110),)


def test_code_and_title_are_enough_and_codes_stay_exact() -> None:
    batch = read("code,title", "85123a,Heart", "85123A,", "BANK CHARGES,x", mapping={"sku": "code", "name": "title"})
    assert [(good.sku, good.name) for good in batch.things] == [
        ("85123a", "Heart"),
        ("85123A", "85123A"),
        ("BANK CHARGES", "x"),
    ]


def test_an_empty_or_zero_measure_is_not_known() -> None:
    (good,) = read("sku,weight_g,length_mm", "A,0,").things
    assert (good.weight_g, good.length_mm) == (None, None)


@pytest.mark.parametrize(
    "row", [",x,", "A,5.01235E+12,", "A,5E+12,", "A,,-1", "A,,12.5", "A,,99999999999", "A\x07,,", "A,,NaN"]
)
def test_a_bad_row_is_refused_and_the_others_stand(row: Any) -> None:
    batch = read("sku,barcode,weight_g", row, "OK,E+1,1")
    assert [refusal.number for refusal in batch.refusals] == [2]
    assert [good.sku for good in batch.things] == ["OK"]


def test_a_file_without_a_sku_column_is_refused() -> None:
    with pytest.raises(Refused, match="no column “sku”"):
        read("code,title", "A,B")


@pytest.mark.parametrize(
    ("code", "say"),
    [
        ("4006381333932", "“4006381333932” is no GTIN: its check digit is 2 and should be 1"),
        ("49000027280", "has 11 digits. A GTIN has 8, 12, 13 or 14. With a 0 in front it would be one"),
        ("123456", "has 6 digits"),
        ("123456789012345678", "has 18 digits"),
    ],
)
def test_digits_that_no_gtin_has_are_refused_with_the_reason(code: str, say: str) -> None:
    (refusal,) = read("sku,barcode", f"MUG,{code}").refusals
    assert (refusal.number, say in refusal.say) == (2, True), refusal.say


@pytest.mark.parametrize("code", ["MUG-7", "X001ABCD23", "12 34", "2026/11", "４００６３８１", "96385074", "416000336108", ""])
def test_codes_with_letters_or_signs_claim_to_be_no_gtin_and_pass(code: str) -> None:
    (good,) = read("sku,barcode", f"MUG,{code}").things
    assert good.barcode == (code or None)


def test_a_name_loses_what_cannot_be_printed_and_a_code_with_it_is_refused() -> None:
    batch = read("sku,name", "A,Gr\x99u\u0085n  tea", "B\x99,Tea")
    assert [(good.sku, good.name) for good in batch.things] == [("A", "Grun tea")]
    assert [refusal.number for refusal in batch.refusals] == [3]


def test_the_real_barcodes_are_read_as_written(shared: Path) -> None:
    file = shared / "data/catalogue/open_food_facts/off_products_sample.csv"
    batch = goods_csv.read(file, {"sku": "barcode", "barcode": "barcode", "name": "product_name"})
    assert (batch.rows, len(batch.things), len(batch.refusals)) == (8169, 8129, 40)
    assert batch.things[0].barcode == "0011213019154"
    assert all("A GTIN has" in one.say or "its check digit is" in one.say for one in batch.refusals)
