from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.core import money


@pytest.mark.parametrize(
    ("said", "code", "units"),
    [
        ("409.94", "USD", 40994),
        ("1980", "JPY", 1980),
        ("1.234", "KWD", 1234),
        ("0.0001", "CLF", 1),
        ("-5.5", "eur", -550),
        (".5", "EUR", 50),
        ("5.", "EUR", 500),
        (" 12.5000 ", "EUR", 1250),
        ("0", "XOF", 0),
    ],
)
def test_an_amount_is_read_to_the_minor_unit_of_its_currency(said: Any, code: Any, units: Any) -> None:
    assert money.minor(said, code) == units


@pytest.mark.parametrize(
    ("said", "code", "why"),
    [
        ("1.5", "JPY", "has no decimals"),
        ("1.239", "EUR", "EUR has 2 decimals"),
        ("1,50", "EUR", "not a decimal number"),
        ("1e3", "EUR", "not a decimal number"),
        ("NaN", "EUR", "not a decimal number"),
        ("£5", "GBP", "not a decimal number"),
        ("٣", "EUR", "not a decimal number"),
        ("", "EUR", "not a decimal number"),
        (".", "EUR", "not a decimal number"),
        ("10000000000000.00", "EUR", "too large"),
        ("1", "ABC", "not a currency"),
        ("1", "", "not a currency"),
    ],
)
def test_an_amount_that_is_not_exact_is_refused_with_a_sentence(said: Any, code: Any, why: Any) -> None:
    with pytest.raises(ValueError, match=why):
        money.minor(said, code)


def test_a_price_keeps_four_decimals_and_drops_none() -> None:
    assert money.unit_price("0.0123") == 123
    assert money.unit_price("1.95000") == 19500
    with pytest.raises(ValueError, match="at most four decimals"):
        money.unit_price("0.00001")


def test_a_price_from_json_is_read_as_it_was_written() -> None:
    assert money.unit_price(0.1) == 1000
    assert money.unit_price(12) == 120000


@pytest.mark.parametrize(
    "value",
    [True, None, [], {}, float("nan"), float("inf"), 1e300, pytest.param(10**5000, id="5000 digits"), -0.01, "-1"],
)
def test_what_is_no_price_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="price"):
        money.unit_price(value)


def test_a_line_total_is_rounded_half_up_once_and_not_per_unit() -> None:
    assert money.line_total(money.unit_price("0.0050"), 1, "EUR") == 1
    assert money.line_total(money.unit_price("0.0049"), 1, "EUR") == 0
    assert money.line_total(money.unit_price("0.0049"), 100, "EUR") == 49
    assert money.line_total(money.unit_price("0.5"), 1, "JPY") == 1
    assert money.line_total(money.unit_price("0.0001"), 3, "UYW") == 3
    with pytest.raises(ValueError, match="too large"):
        money.line_total(money.MOST_UNIT_PRICE, 10**6, "KWD")


@given(st.integers(0, money.MOST_UNIT_PRICE))
@settings(deadline=None)
def test_a_price_survives_being_written_and_read(price: Any) -> None:
    assert money.unit_price(money.price_text(price)) == price


@given(st.integers(-money.MOST_MINOR, money.MOST_MINOR), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
@settings(deadline=None)
def test_an_amount_survives_being_written_and_read(units: Any, code: Any) -> None:
    assert money.minor(money.amount_text(units, code), code) == units


@given(st.text(), st.text())
@settings(deadline=None)
def test_any_text_is_read_or_refused_with_a_sentence(said: str, code: str) -> None:
    reads: list[Callable[[], int]] = [
        lambda: money.minor(said, code),
        lambda: money.minor(said, "EUR"),
        lambda: money.unit_price(said),
    ]
    for read in reads:
        try:
            assert isinstance(read(), int)
        except ValueError as error:
            assert str(error).endswith(".")  # noqa: PT017  (either outcome is right)
