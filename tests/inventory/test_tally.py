"""What a difference does to a bin, who must look again, and which bins the plan asks for: pure rules, tried with any numbers."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stowline.inventory import tally
from stowline.inventory.tally import Due, Found, Pace

UNITS = st.integers(0, 60)


@given(UNITS, UNITS, UNITS, UNITS, UNITS)
def test_the_parts_of_a_difference_add_up_to_it(good: int, hold: int, damaged: int, missing: int, counted: int) -> None:
    missing = min(missing, hold)
    difference = counted - good - hold - damaged
    parts = tally.split(good=good, hold=hold, damaged=damaged, missing=missing, difference=difference)
    assert parts is not None
    assert parts.difference == difference
    assert parts.found + parts.written == missing
    assert 0 <= parts.good <= good
    assert 0 <= parts.hold <= hold - missing
    assert 0 <= parts.damaged <= damaged
    assert min(parts.found, parts.written, parts.added) >= 0
    assert not (parts.added and (parts.good or parts.written))
    assert not (parts.good and parts.found)  # nothing good goes while missing units are found
    assert not (parts.hold and parts.good < good)


@given(UNITS, UNITS, UNITS)
def test_the_missing_are_found_as_far_as_the_count_says(good: int, missing: int, counted: int) -> None:
    parts = tally.split(good=good, hold=missing, damaged=0, missing=missing, difference=counted - good - missing)
    assert parts is not None
    assert parts.found == max(min(counted - good, missing), 0)
    assert parts.added == max(counted - good - missing, 0)


@given(UNITS, UNITS, UNITS, st.integers(-300, -1))
def test_more_than_there_is_never_leaves(good: int, hold: int, damaged: int, difference: int) -> None:
    parts = tally.split(good=good, hold=hold, damaged=damaged, missing=0, difference=difference)
    assert (parts is None) == (good + hold + damaged < -difference)


@given(st.integers(-60, 60), UNITS)
def test_what_lies_between_books_and_picker_contradicts_nobody(difference: int, missing: int) -> None:
    assert (Found(difference, missing, 60).doubt == 0) == (-missing <= difference <= 0)


RULES = {"units": 10, "percent": 25}


def contested(*found: Found) -> list[bool]:
    return tally.contested(found, **RULES)


def test_a_second_person_counts_what_is_off_by_much() -> None:
    alone = [Found(-10, 0, 1000), Found(-11, 0, 1000), Found(-1, 0, 1), Found(2, 0, 7), Found(2, 0, 8), Found(-40, 40, 40)]
    assert [contested(one) for one in alone] == [[False], [True], [False], [True], [False], [False]]


def test_many_serials_or_lots_that_are_a_little_off_are_much_together() -> None:
    gone, there, new = Found(-1, 0, 1, scanned=True), Found(0, 0, 1, scanned=True), Found(1, 0, 0, scanned=True)
    assert contested(gone, there, there, there, there, there, there, there) == [False] * 8
    assert contested(gone, gone, there, there) == [True, True, False, False]
    assert contested(*[new] * 30) == [False] * 30  # each was in somebody's hand
    assert contested(Found(-6, 0, 40), Found(-6, 0, 40), Found(0, 0, 40)) == [True, True, False]
    assert contested(Found(-6, 0, 40), Found(6, 0, 40)) == [False, False]  # one lot taken for the other: six, not twelve
    assert contested(Found(6, 0, 40), Found(6, 0, 40)) == [True, True]
    assert contested(Found(-6, 6, 40), Found(-6, 0, 40)) == [False, False]  # a picker missed the first six
    assert contested() == []


@given(st.lists(st.builds(Found, st.integers(-30, 30), st.integers(0, 30), UNITS, scanned=st.booleans()), max_size=8))
def test_what_is_much_by_itself_is_much_in_company(found: list[Found]) -> None:
    alone = [contested(one)[0] for one in found]
    assert all(together or not by_itself for by_itself, together in zip(alone, contested(*found), strict=True))
    assert not any(far for far, one in zip(contested(*found), found, strict=True) if not one.doubt)


def test_the_products_that_are_picked_most_are_counted_most() -> None:
    assert tally.classes({1: 70, 2: 15, 3: 10, 4: 4, 5: 1, 6: 0}, 80, 15) == {1: "A", 2: "A", 3: "B", 4: "C", 5: "C", 6: "C"}
    assert tally.classes({}, 80, 15) == {}


BEGAN = date(2026, 1, 5)


def rehearsed(grades: dict[int, str], pace: Pace, days: int) -> tuple[dict[int, list[date]], Counter[date]]:
    """Follow the plan day by day: when each bin was counted, and how many were on each day."""
    last: dict[int, date | None] = dict.fromkeys(grades)
    counted: dict[int, list[date]] = {bin_: [] for bin_ in grades}
    load: Counter[date] = Counter()
    for n in range(days):
        today = BEGAN + timedelta(days=n)
        for bin_ in tally.due_today([Due(one, grade, last[one]) for one, grade in grades.items()], today, pace):
            counted[bin_].append(today)
            last[bin_] = today
            load[today] += 1
    return counted, load


def test_every_bin_is_counted_within_the_days_of_its_class_and_the_work_is_spread() -> None:
    grades = {n: "A" if n < 40 else "B" if n < 100 else "C" for n in range(300)}
    pace = Pace({"A": 30, "B": 90, "C": 180}, 40, BEGAN)
    counted, load = rehearsed(grades, pace, 400)
    for bin_, days in counted.items():
        most = pace.days[grades[bin_]]
        gaps = [(b - a).days for a, b in zip([BEGAN, *days], days, strict=False)]
        assert max(gaps) <= most + 3, (bin_, gaps)  # a weekend may lie between
    assert all(day.isoweekday() <= 5 for day in load)
    assert max(load.values()) <= 7  # 2 of A, 1 of B, 2 of C, and what fell due over a weekend


@given(st.integers(1, 8), st.dictionaries(st.integers(1, 60), st.sampled_from("ABC"), min_size=1, max_size=60))
def test_a_small_cap_starves_no_bin(per_day: int, grades: dict[int, str]) -> None:
    pace = Pace({"A": 2, "B": 4, "C": 8}, per_day, BEGAN, "1234567")
    counted, load = rehearsed(grades, pace, 240)
    assert all(counted.values())
    assert max(load.values()) <= per_day


def test_what_is_not_done_yet_takes_the_places_of_the_day() -> None:
    bins = [Due(n, "A", None) for n in range(300)]
    pace = Pace({"A": 30, "B": 90, "C": 180}, 10, BEGAN)
    assert len(tally.due_today(bins, BEGAN, pace)) == 10
    assert len(tally.due_today(bins, BEGAN, pace, undone=8)) == 2
    assert tally.due_today(bins, BEGAN, pace, undone=12) == []
    assert tally.due_today(bins, BEGAN + timedelta(days=5), pace) == []
