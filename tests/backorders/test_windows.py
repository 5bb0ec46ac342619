"""Windows of days: exact sums of small histories, by hand and by brute force."""

from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.backorders import windows
from stowline.backorders.forecast import Forecast
from stowline.backorders.windows import Arrival, Basis, History, Window

MONDAY = date(2026, 11, 30)
POTTERS = Arrival("PO-1", 1, "Potters & Co", 10, MONDAY, MONDAY + timedelta(days=4))
KILN = Arrival("PO-2", 2, "Kiln Works", 5, MONDAY, MONDAY + timedelta(days=11))
DAYS = st.dictionaries(st.integers(-5, 20), st.integers(1, 9), min_size=1, max_size=6).map(
    lambda found: {day: n / sum(found.values()) for day, n in found.items()}
)


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
@given(st.lists(st.tuples(st.integers(1, 5), DAYS), min_size=1, max_size=3), st.data())
def test_the_day_on_which_enough_is_there_is_exact(several: list[tuple[int, dict[int, float]]], data: st.DataObject) -> None:
    """Every way in which the deliveries may come, one by one: the goods of whichever come first go to whoever is first."""
    need = data.draw(st.integers(1, sum(units for units, _ in several)))
    expected: dict[int, float] = {}
    for way in product(*(days.items() for _, days in several)):
        there, p = 0, 1.0
        for _, chance in way:
            p *= chance
        for (day, _), units in sorted((one, units) for one, (units, _) in zip(way, several, strict=True)):
            there += units
            if there >= need:
                expected[day] = expected.get(day, 0.0) + p
                break
    assert windows.enough(several, need) == pytest.approx(expected)


@settings(max_examples=60, deadline=None)
@given(DAYS, st.dictionaries(st.integers(0, 4), st.just(1.0), min_size=1, max_size=1))
def test_our_own_work_follows_each_day_that_goods_may_come(comes: dict[int, float], handling: dict[int, float]) -> None:
    expected: dict[int, float] = {}
    comes = {MONDAY.toordinal() + day: p for day, p in comes.items()}
    for (day, p), (n, q) in product(comes.items(), handling.items()):
        leaves = windows.after_working_days(day, n)
        expected[leaves] = expected.get(leaves, 0.0) + p * q
    assert windows.handed_over(comes, handling) == pytest.approx(expected)


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


def forecast(days: dict[int, int], today: date = MONDAY) -> Forecast:
    """Suppliers 1 and 2 are always so many days late; our own work takes a day."""
    always = {supplier: History({late: 1.0}, 20) for supplier, late in days.items()}
    return Forecast({7: [POTTERS, KILN]}, always, {1: History({1: 1.0}, 30)}, today)


def test_a_line_of_two_deliveries_waits_for_the_last_one() -> None:
    found = forecast({1: 0, 2: 3}).window(7, 1, 9, 3)
    assert (found.p50, found.p90) == (MONDAY + timedelta(days=15), MONDAY + timedelta(days=15))
    assert (found.arrivals, found.arrival, found.supplier) == ((("PO-1", 1), ("PO-2", 2)), "PO-2", "Kiln Works")


def test_goods_that_overtake_others_serve_whoever_is_first() -> None:
    """PO-1 is so late that PO-2 comes before it: a place that PO-1 was to serve is served by PO-2, and the next one waits."""
    late = {1: 20, 2: 0}
    assert forecast(late).window(7, 1, 0, 5).p90 == MONDAY + timedelta(days=14)
    assert forecast(late).window(7, 1, 5, 1).p90 == MONDAY + timedelta(days=25)


def test_no_date_is_said_where_a_unit_has_no_delivery_or_a_delivery_no_day() -> None:
    assert not forecast({1: 0, 2: 0}).window(7, 1, 14, 3).dated
    over = forecast({1: 0, 2: 0}, today=MONDAY + timedelta(days=13))  # PO-1 is later than anything that is assumed
    assert not over.window(7, 1, 5, 6).dated
    assert over.window(7, 1, 0, 5).dated


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
