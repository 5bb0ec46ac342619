"""What the next days bring: the forecast beats last week, its range holds, and of what it never saw it claims nothing."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.core.errors import Refused
from stowline.planning import forecast_rules as rules
from stowline.planning import season_rules as season
from stowline.planning.forecast_rules import History, forecast, interval, quantile

MONDAY = date(2025, 1, 6)


def house(weeks: int, mean: float = 60.0, *, growth: float = 0.0, seed: int = 1, first: date = MONDAY, country: str = "", shut: int = 6) -> History:
    """Orders by lot: a strong Monday, nothing on the weekday `shut`, and a level that grows by so much a week."""
    lots = np.random.default_rng(seed)
    days = [first + timedelta(days=n) for n in range(7 * weeks)]
    means = [0.0 if day.weekday() == shut else mean * (1.5 if day.weekday() == 0 else 1.0) * (1 + growth) ** (n / 7) for n, day in enumerate(days)]
    return History(first, tuple(int(lots.poisson(one)) for one in means), country)


def test_black_friday_is_the_day_after_thanksgiving() -> None:
    assert [season.black_friday(year) for year in (2024, 2025, 2026, 2029)] == [date(2024, 11, 29), date(2025, 11, 28), date(2026, 11, 27), date(2029, 11, 23)]
    assert season.cyber_monday(2026) == date(2026, 11, 30)


def test_holidays_are_those_of_the_country_or_its_part() -> None:
    corpus_christi = date(2026, 6, 4)
    assert season.public_holidays("DE-BY", [corpus_christi])[corpus_christi] == "Corpus Christi"
    assert season.public_holidays("DE-BE", [corpus_christi]) == season.public_holidays("", [corpus_christi]) == {}
    for nowhere in ("XX", "DE-XX"):
        with pytest.raises(Refused, match="No public holidays are known"):
            season.public_holidays(nowhere, [corpus_christi])


def test_weekdays_and_growth_are_found_and_the_closed_day_expects_none() -> None:
    days = forecast(house(40, growth=0.01), 14)
    by_weekday = {one.day.weekday(): one for one in days[7:]}
    assert (by_weekday[6].closed, by_weekday[6].orders, by_weekday[6].high) == (True, 0.0, 0)
    now = 60 * 1.01**41
    assert by_weekday[2].orders == pytest.approx(now, rel=0.1)
    assert by_weekday[0].orders == pytest.approx(1.5 * now, rel=0.1)


def test_a_short_history_says_what_last_week_was() -> None:
    past = house(5)
    assert [one.orders for one in forecast(past, 9)] == [one.baseline for one in forecast(past, 9)]
    assert forecast(past, 1)[0].baseline == past.orders[-7]
    assert forecast(History(MONDAY, ()), 7) == []


def test_a_shop_of_few_orders_has_a_range_of_whole_orders_from_none_on() -> None:
    days = forecast(house(30, 0.7, shut=7), 7)
    assert all(one.low == 0 <= one.orders < one.high <= 5 for one in days)


def test_a_house_that_never_had_an_order_on_a_holiday_expects_none_on_the_next() -> None:
    past = house(100, country="DE", first=date(2024, 1, 1))
    free = season.public_holidays("DE", past.days)
    quiet = History(past.first, tuple(0 if day in free else n for day, n in zip(past.days, past.orders, strict=True)), "DE")
    christmas = {one.day: one for one in forecast(quiet, 45)}[date(2025, 12, 25)]
    assert (christmas.closed, christmas.holiday, christmas.orders) == (True, "Christmas Day", 0.0)
    assert not {one.day: one for one in forecast(past, 45)}[date(2025, 12, 25)].closed


def test_last_years_black_friday_lifts_the_next_and_no_history_claims_none() -> None:
    past = house(100, first=date(2023, 12, 25))
    peak = season.black_friday(2024)
    lifted = History(past.first, tuple(n * 4 if day == peak else n for day, n in zip(past.days, past.orders, strict=True)))
    next_peak = season.black_friday(2025)
    with_peak, without = ({one.day: one.orders for one in forecast(one, 10)}[next_peak] for one in (lifted, past))
    assert with_peak > 2 * without
    assert without == pytest.approx(60, rel=0.15)


def test_the_range_holds_on_four_of_five_days_whose_lots_are_known() -> None:
    held = [one.low <= came <= one.high for seed in range(12) for one, came in _ahead(house(60, seed=seed)) if not one.closed]
    assert 0.75 <= sum(held) / len(held) <= 0.92


def _ahead(whole: History) -> list[tuple[rules.Expected, int]]:
    known = whole.until(whole.last - timedelta(days=14))
    return list(zip(forecast(known, 14), whole.orders[-14:], strict=True))


@given(mean=st.floats(0.01, 3000), over=st.floats(1.0, 30.0), at=st.floats(0.01, 0.99))
def test_quantiles_are_in_order_and_about_where_they_belong(mean: float, over: float, at: float) -> None:
    low, high = interval(mean, mean * over)
    assert 0 <= low <= high
    assert quantile(mean, mean * over, at) <= quantile(mean, mean * over, min(0.999, at + 0.005))
    assert low <= mean + 1
    assert high + 1 >= mean or over > mean  # a few huge days among many of none


def test_quantiles_are_those_of_the_distribution() -> None:
    lots = np.random.default_rng(7)
    poisson, wide = lots.poisson(12.0, 200_000), lots.negative_binomial(80 * 80 / 160, 80 / 240, 200_000)
    for share in (0.1, 0.5, 0.9):
        assert quantile(12.0, 12.0, share) == int(np.quantile(poisson, share, method="inverted_cdf"))
        assert abs(quantile(80.0, 240.0, share) - np.quantile(wide, share)) <= 1
    assert quantile(0.0, 0.0, 0.9) == 0


@given(orders=st.lists(st.integers(0, 2000), min_size=0, max_size=120), days=st.integers(1, 30))
def test_any_history_has_a_forecast_for_each_day_in_order(orders: list[int], days: int) -> None:
    found = forecast(History(MONDAY, tuple(orders)), days)
    assert len(found) == (days if orders else 0)
    assert all(np.isfinite(one.orders) and 0 <= one.low <= one.high for one in found)
    assert [one.day for one in found] == [MONDAY + timedelta(days=len(orders) + n) for n in range(len(found))]
