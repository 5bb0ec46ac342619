"""What fits a bin and what may lie together: the rules on plain values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.inventory.fit import ANY, ONE_LOT, ONE_PRODUCT, Fit, Goods, Inside, Rules, fullness, room_for, rule_of

MUG, CUP = Goods(1, "MUG", weight_g=350, volume_mm3=1_000_000), Goods(2, "CUP", weight_g=200, volume_mm3=500_000)
FEATHER = Goods(3, "FEATHER")
BIN = Rules("A-01-1")

limits = st.none() | st.integers(1, 100_000)
goods = st.builds(Goods, st.integers(1, 3), st.sampled_from("ABC"), st.none() | st.integers(1, 5000), st.none() | st.integers(1, 10**7))
insides = st.lists(st.builds(Inside, goods, st.sampled_from(["", "L1", "L2"]), st.integers(1, 500)), max_size=5)
rules = st.builds(Rules, st.just("A-01-1"), st.just(True), st.sampled_from([ANY, ONE_PRODUCT, ONE_LOT]), limits, limits, limits)  # noqa: FBT003


def within(rules: Rules, contents: list[Inside]) -> bool:
    """Whether what lies in a bin keeps every limit of it."""
    weight = sum(one.units * (one.goods.weight_g or 0) for one in contents)
    volume = sum(one.units * (one.goods.volume_mm3 or 0) for one in contents)
    return (
        (rules.max_units is None or sum(one.units for one in contents) <= rules.max_units)
        and (rules.max_weight_g is None or weight <= rules.max_weight_g)
        and (rules.max_volume_cm3 is None or volume <= rules.max_volume_cm3 * 1000)
    )


def unmixed(rules: Rules, contents: list[Inside]) -> bool:
    """Whether what lies in a bin keeps its mixing rule."""
    products = {one.goods.product_id for one in contents}
    return rules.mixing == ANY or (len(products) <= 1 and (rules.mixing == ONE_PRODUCT or len({one.lot for one in contents}) <= 1))


@given(rules, insides, goods, st.sampled_from(["", "L1"]))
def test_what_is_said_to_fit_keeps_every_rule_and_one_more_breaks_one(rules: Rules, contents: list[Inside], one: Goods, lot: str) -> None:
    fit = room_for(rules, contents, one, lot)
    assert fit.why
    assert "None" not in fit.why
    if fit.units is None or fit.units > 0:
        more = [*contents, Inside(one, lot, fit.units if fit.units is not None else 10**9)]
        assert within(replace(rules, max_weight_g=None, max_volume_cm3=None), more)
        if one.weight_g:
            assert within(replace(rules, max_units=None, max_volume_cm3=None), more)
        if one.volume_mm3:
            assert within(replace(rules, max_units=None, max_weight_g=None), more)
        assert unmixed(rules, more) or not unmixed(rules, contents)
    if fit.units is not None:
        more = [*contents, Inside(one, lot, fit.units + 1)]
        assert not within(rules, more) or not unmixed(rules, more)


@given(rules, insides, goods)
def test_a_closed_bin_takes_nothing_whatever_its_limits(rules: Rules, contents: list[Inside], one: Goods) -> None:
    assert room_for(replace(rules, active=False), contents, one) == Fit(0, "A-01-1 is closed")


@given(rules, insides)
def test_a_bin_is_over_full_exactly_if_it_breaks_a_limit(rules: Rules, contents: list[Inside]) -> None:
    full = fullness(rules, contents)
    assert (full is None) == (rules.max_units is None and rules.max_weight_g is None and rules.max_volume_cm3 is None)
    assert full is None or (full <= 1) == within(rules, contents)


@pytest.mark.parametrize(
    ("rules", "contents", "goods", "lot", "fit"),
    [
        (BIN, [Inside(CUP, "", 9)], MUG, "", Fit(None, "A-01-1 has no limit")),
        (replace(BIN, max_units=40), [Inside(MUG, "", 12)], MUG, "", Fit(28, "A-01-1 has room for 28 more: 12 of 40 units")),
        (replace(BIN, max_units=40), [Inside(MUG, "", 45)], MUG, "", Fit(0, "A-01-1 is full: 45 of 40 units")),
        (replace(BIN, max_units=40, max_weight_g=2000), [Inside(CUP, "", 2)], MUG, "",
         Fit(4, "A-01-1 has room for 4 more: 0.4 of 2.0 kg")),
        (replace(BIN, max_volume_cm3=3000), [Inside(CUP, "", 1)], MUG, "",
         Fit(2, "A-01-1 has room for 2 more: 0.5 of 3.0 litres")),
        (replace(BIN, max_weight_g=10), [], FEATHER, "", Fit(None, "A-01-1 has no limit")),
        (replace(BIN, mixing=ONE_PRODUCT), [Inside(CUP, "", 1)], MUG, "",
         Fit(0, "A-01-1 takes one product only, and CUP lies in it")),
        (replace(BIN, mixing=ONE_PRODUCT), [Inside(MUG, "L1", 1)], MUG, "L2", Fit(None, "A-01-1 has no limit")),
        (replace(BIN, mixing=ONE_LOT), [Inside(MUG, "L1", 1)], MUG, "L2",
         Fit(0, "A-01-1 takes one lot only, and lot L1 lies in it")),
        (replace(BIN, mixing=ONE_LOT), [Inside(MUG, "L1", 1)], MUG, "L1", Fit(None, "A-01-1 has no limit")),
        (replace(BIN, mixing=ONE_LOT), [Inside(MUG, "", 1)], MUG, "L1",
         Fit(0, "A-01-1 takes one lot only, and stock without a lot lies in it")),
    ],
)  # fmt: skip
def test_the_answer_says_how_many_more_and_why(rules: Rules, contents: list[Inside], goods: Goods, lot: str, fit: Fit) -> None:
    assert room_for(rules, contents, goods, lot) == fit


def test_a_bins_own_rule_counts_before_its_zones() -> None:
    assert rule_of("", "") == rule_of(ANY, ONE_LOT) == ANY
    assert rule_of("", ONE_LOT) == ONE_LOT


def test_a_fit_takes_what_fits() -> None:
    assert Fit(None, "").takes(10**9)
    assert Fit(3, "").takes(3)
    assert not Fit(3, "").takes(4)
