"""Grades by picks, and what a forecast expects."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stowline.inventory.pace import expected, grades

MONDAY = date(2026, 11, 23)


def past(units: dict[int, int]) -> dict[date, int]:
    """Units by how many days ago."""
    return {MONDAY - timedelta(days=ago): n for ago, n in units.items()}


def test_the_few_that_are_picked_most_are_a() -> None:
    assert grades({1: 800, 2: 100, 3: 60, 4: 40, 5: 0}) == {1: "A", 2: "B", 3: "B", 4: "C"}


@given(st.dictionaries(st.integers(1, 500), st.integers(-3, 10_000), max_size=60))
def test_more_picks_never_mean_a_slower_grade(picks: dict[int, int]) -> None:
    found = grades(picks)
    assert set(found) == {product for product, n in picks.items() if n > 0}
    ranked = [found[product] for product in sorted(found, key=lambda p: (-picks[p], p))]
    assert ranked == sorted(ranked)
    assert ranked[:1] in ([], ["A"])


def test_nothing_is_expected_before_the_first_whole_day() -> None:
    assert expected({MONDAY: 50}, MONDAY, 2, MONDAY) == 0
    assert expected({}, MONDAY, 2, None) == 0


def test_a_young_house_expects_its_mean_day() -> None:
    assert expected(past({1: 3, 2: 4}), MONDAY, 2, MONDAY - timedelta(days=4)) == 4  # 7 in 4 days, two days: 3.5


def test_four_weeks_teach_which_weekday_sells() -> None:
    mondays = past({7: 8, 14: 8, 21: 8, 28: 8})
    assert expected(mondays, MONDAY, 1, MONDAY - timedelta(days=300)) == 8
    assert expected(mondays, MONDAY + timedelta(days=1), 6, MONDAY - timedelta(days=300)) == 0
    assert expected(mondays, MONDAY, 8, MONDAY - timedelta(days=300)) == 16


@given(
    st.dictionaries(st.integers(0, 40), st.integers(-5, 1000), max_size=40), st.integers(0, 30), st.integers(0, 60)
)
def test_a_longer_cover_never_expects_less(units: dict[int, int], days: int, known: int) -> None:
    since = MONDAY - timedelta(days=known)
    assert 0 <= expected(past(units), MONDAY, days, since) <= expected(past(units), MONDAY, days + 1, since)
