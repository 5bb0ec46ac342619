"""Windows of days: exact sums of small histories, by hand and by brute force."""

from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.backorders import windows
from stowline.backorders.windows import Arrival, Basis, History, Window

MONDAY = date(2026, 11, 30)
POTTERS = Arrival("PO-1", 1, "Potters & Co", 10, MONDAY, MONDAY + timedelta(days=4))
KILN = Arrival("PO-2", 2, "Kiln Works", 5, MONDAY, MONDAY + timedelta(days=11))
DAYS = st.dictionaries(st.integers(-5, 20), st.integers(1, 9), min_size=1, max_size=6).map(
    lambda found: {day: n / sum(found.values()) for day, n in found.items()}
)


def on(day: date, *, source: str = "own", n: int = 20) -> Basis:
    return Basis({day.toordinal(): 1.0}, source, n)


def test_a_purchase_order_of_a_thousand_lines_weighs_as_much_as_one_of_a_single_line() -> None:
    seen = windows.history([[(0, 1000.0)], [(7, 1.0)]])
    assert (seen.days, seen.n) == ({0: 0.5, 7: 0.5}, 2)


def test_a_thin_history_gives_way_to_all_suppliers_and_then_to_what_is_stated() -> None:
    seven, eight = History({3: 1.0}, 7), History({5: 1.0}, 8)
    assert windows.basis(eight, History(), windows.ASSUMED_SLIP).source == "own"
    assert windows.basis(seven, eight, windows.ASSUMED_SLIP) == Basis({5: 1.0}, "pooled", 8)
    assert windows.basis(seven, seven, windows.ASSUMED_SLIP) == Basis(windows.ASSUMED_SLIP, "assumed", 0)


def test_goods_that_are_late_are_not_expected_yesterday() -> None:
    slips = [Basis({0: 0.5, 2: 0.25, 9: 0.25}, "own", 20)]
    left = windows.arrival_days(MONDAY, slips, MONDAY + timedelta(days=1))
    assert left is not None
    assert left.days == {MONDAY.toordinal() + 2: 0.5, MONDAY.toordinal() + 9: 0.5}


def test_goods_later_than_ever_before_have_no_date() -> None:
    own, pooled = Basis({0: 0.9, 4: 0.1}, "own", 10), Basis({0: 0.9, 6: 0.1}, "pooled", 100)
    later = windows.arrival_days(MONDAY, [own, pooled], MONDAY + timedelta(days=3))
    assert later is not None
    assert (later.source, later.days) == ("pooled", {MONDAY.toordinal() + 6: 1.0})  # one order of ten is too few
    assumed = Basis(windows.ASSUMED_SLIP, "assumed", 0)
    assert windows.arrival_days(MONDAY, [own, pooled, assumed], MONDAY + timedelta(days=8)) is None


@pytest.mark.parametrize(("day", "working_days", "leaves"), [(4, 0, 4), (4, 1, 7), (5, 0, 7), (6, 1, 8), (2, 3, 7), (0, 5, 7)])
def test_parcels_leave_on_working_days(day: int, working_days: int, leaves: int) -> None:
    first = MONDAY.toordinal()
    assert windows.after_working_days(first + day, working_days) == first + leaves


def test_what_was_measured_is_what_is_promised() -> None:
    for start, n in product(range(7), range(12)):
        first = MONDAY + timedelta(days=start)
        leaves = date.fromordinal(windows.after_working_days(first.toordinal(), n))
        if first.weekday() in windows.WORKING_DAYS:
            assert windows.working_days_between(first, leaves) == n


@settings(max_examples=60, deadline=None)
@given(DAYS, DAYS, st.dictionaries(st.integers(0, 4), st.just(1.0), min_size=1, max_size=1))
def test_two_deliveries_and_our_work_are_combined_exactly(one: dict[int, float], other: dict[int, float], handling: dict[int, float]) -> None:
    base = MONDAY.toordinal()
    one, other = ({base + day: p for day, p in days.items()} for days in (one, other))
    expected: dict[int, float] = {}
    for (a, p), (b, q), (n, r) in product(one.items(), other.items(), handling.items()):
        day = windows.after_working_days(max(a, b), n)
        expected[day] = expected.get(day, 0.0) + p * q * r
    found = windows.handed_over(windows.last_of([one, other]), handling)
    assert found == pytest.approx(expected)
    assert sum(found.values()) == pytest.approx(1)


@settings(max_examples=100, deadline=None)
@given(DAYS)
def test_the_ninetieth_is_never_before_the_fiftieth(days: dict[int, float]) -> None:
    assert windows.quantile(days, 0.5) <= windows.quantile(days, 0.9)


def test_quantiles_are_right_on_average_though_days_are_whole() -> None:
    rng = Random(4)
    kept = {0.5: 0.0, 0.9: 0.0}
    for _ in range(400):
        days = {round(rng.gauss(rng.uniform(0, 9), 4)): 0.0 for _ in range(12)}
        weights = [rng.random() for _ in days]
        days = dict(zip(days, [w / sum(weights) for w in weights], strict=True))
        for share in kept:
            kept[share] += sum(p for day, p in days.items() if day <= windows.quantile(days, share)) / 400
    assert kept == pytest.approx({0.5: 0.5, 0.9: 0.9}, abs=0.03)


def test_place_in_line_decides_which_delivery_serves() -> None:
    assert windows.serving([POTTERS, KILN], 3, 2) == ([(POTTERS, 2)], True)
    assert windows.serving([POTTERS, KILN], 9, 3) == ([(POTTERS, 1), (KILN, 2)], True)
    assert windows.serving([POTTERS, KILN], 14, 3) == ([(KILN, 1)], False)
    assert windows.serving([POTTERS, KILN], 15, 1) == ([], False)


def test_a_line_of_two_deliveries_waits_for_the_last_one() -> None:
    comes: dict[str, Basis | None] = {"PO-1": on(MONDAY), "PO-2": on(MONDAY + timedelta(days=7), source="pooled", n=9)}
    parts, whole = windows.serving([POTTERS, KILN], 9, 3)
    found = windows.window(parts, whole=whole, comes=comes, handling=Basis({1: 1.0}, "own", 30))
    assert (found.p50, found.p90) == (MONDAY + timedelta(days=8), MONDAY + timedelta(days=8))
    assert (found.arrivals, found.arrival, found.source, found.n) == ((("PO-1", 1), ("PO-2", 2)), "PO-2", "pooled", 9)


def test_no_date_is_said_where_a_unit_has_no_delivery_or_a_delivery_no_day() -> None:
    comes: dict[str, Basis | None] = {"PO-1": on(MONDAY), "PO-2": None}
    handling = Basis({0: 1.0}, "own", 30)
    assert not windows.window([(POTTERS, 1)], whole=False, comes=comes, handling=handling).dated
    assert not windows.window([(POTTERS, 1), (KILN, 1)], whole=True, comes=comes, handling=handling).dated
    assert windows.window([(POTTERS, 1)], whole=True, comes=comes, handling=handling).dated


def test_only_what_goes_beyond_the_told_days_is_news() -> None:
    told = MONDAY + timedelta(days=10)
    later, within = Window(p50=MONDAY, p90=told + timedelta(days=1)), Window(p50=told, p90=told)
    assert windows.news(later, told, told=True) == "later"
    assert windows.news(within, told, told=True) == ""
    assert windows.news(windows.NO_DATE, told, told=True) == "undated"
    assert windows.news(later, None, told=True) == ""  # "no date yet" was told: a date is no bad news
    assert windows.news(later, told, told=False) == ""  # nobody was told anything
    assert windows.news(later, told, told=True, ageing=True, today=MONDAY) == ""
    assert windows.news(later, told, told=True, ageing=True, today=told + timedelta(days=1)) == "later"
