"""Check digits and the canonical form of a GTIN, on small cases and on barcodes of real products."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.catalog.rules import (
    canonical,
    check_digit,
    gtin14,
    has_right_check_digit,
    make_gtin13,
)

DIGITS = "0123456789"


@pytest.mark.parametrize(
    ("code", "kept_as"),
    [
        ("96385074", "00000096385074"),
        ("416000336108", "00416000336108"),
        ("9506000134352", "09506000134352"),
        ("19506000134359", "19506000134359"),
    ],
)
def test_each_length_of_gtin_is_kept_in_fourteen_digits(code: str, kept_as: str) -> None:
    assert gtin14(code) == canonical(code) == kept_as


FULL_WIDTH = "".join(chr(0xFF10 + int(digit)) for digit in "9506000134352")
ARABIC = "".join(chr(0x0660 + int(digit)) for digit in "9506000134352")
SHORT_AND_PLAIN = [
    "",
    "2",
    "22178",
    "85123A",
    "85123a",
    "RED MUG",
    "mug_blue",
    "杯子 红",
    "²" * 8,
]
NEARLY = [
    "9506000134353",
    "95060001 34352",
    "950600013435",
    "950600013435200",
    "9506000134352\n",
    FULL_WIDTH,
    ARABIC,
]


@pytest.mark.parametrize("code", SHORT_AND_PLAIN + NEARLY)
def test_what_is_no_gtin_stays_exactly_as_it_is(code: str) -> None:
    assert gtin14(code) is None
    assert canonical(code) == code


@given(st.text(DIGITS, min_size=12, max_size=12))
def test_a_made_gtin_is_valid_and_one_wrong_digit_is_always_seen(body: str) -> None:
    made = make_gtin13(body)
    assert gtin14(made) == "0" + made
    for at, digit in enumerate(made):
        other = str((int(digit) + 1) % 10)
        assert gtin14(made[:at] + other + made[at + 1 :]) is None


@pytest.mark.parametrize("body", ["", "12345678901", "1234567890123", "12345678901x", FULL_WIDTH[:12]])
def test_a_gtin_13_is_made_from_twelve_digits_only(body: str) -> None:
    with pytest.raises(ValueError, match="made from"):
        make_gtin13(body)


def test_a_check_digit_is_made_from_digits_only() -> None:
    assert (check_digit("950600013435"), check_digit("9638507"), check_digit("0")) == (
        2,
        4,
        0,
    )
    with pytest.raises(ValueError, match="digits only"):
        check_digit("95O6")


def test_gs1s_own_check_digit_vectors_agree(shared: Path) -> None:
    with (shared / "data/barcodes/gs1/gs1_linter_vectors.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["linter"] == "csum"]
    verdicts = [(has_right_check_digit(row["data_c_escaped"]), row["expect"] == "pass") for row in rows]
    assert verdicts.count((True, True)) == 5
    assert verdicts.count((False, False)) == 9
    assert len(verdicts) == 14


def test_real_food_barcodes_are_read_as_their_makers_meant(shared: Path) -> None:
    with (shared / "data/catalogue/open_food_facts/off_products_sample.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["barcode"] for row in csv.DictReader(file)]
    assert len(codes) == 8169
    assert sum(gtin14(code) is not None for code in codes) == 8129


def test_real_shop_upcs_are_all_valid(shared: Path) -> None:
    text = (shared / "data/catalogue/bestbuy/bestbuy_33_products.json").read_text(encoding="utf-8")
    kept = [gtin14(product["upc"]) for product in json.loads(text)]
    assert len(kept) == 33
    assert all(code is not None and code.startswith("00") for code in kept)
