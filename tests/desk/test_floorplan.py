"""The map as plain values: where boxes stand, and which shade they have."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.desk.floorplan import Box, Spot, draw
from stowline.desk.queries.warehouse_map import Mapped
from stowline.desk.shades import by_fill, by_picks

spots = st.lists(
    st.builds(Spot, st.just(0), st.text("AB-1", max_size=4), st.sampled_from(["", "N", "S"]), st.sampled_from(["", "A", "B", "10"]),
              st.none() | st.integers(0, 6), st.none() | st.integers(0, 3), st.none() | st.integers(0, 4000), st.none() | st.integers(0, 4000)),
    max_size=40,
).map(lambda found: [Spot(n, *[getattr(one, name) for name in ("code", "zone", "aisle", "bay", "level", "x", "y")]) for n, one in enumerate(found)])  # fmt: skip


def rack(aisle: str, x: int | None, bays: int = 5, levels: int = 3, first: int = 0) -> list[Spot]:
    """An aisle that runs down the map, with or without coordinates."""
    return [Spot(first + bay * levels + level, f"{aisle}-{bay}-{level}", "N", aisle, bay, level, x, 100 + bay * 120 if x is not None else None)
            for bay in range(bays) for level in range(levels)]  # fmt: skip


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.x + other.width and other.x < one.x + one.width and one.y < other.y + other.height and other.y < one.y + one.height


@given(spots, st.sampled_from([3, 10, 1000]))
@settings(max_examples=60)
def test_every_bin_is_drawn_once_and_inside_the_map(found: list[Spot], most: int) -> None:
    plan = draw(found, most)
    assert sorted(spot.id for box in plan.boxes for spot in box.spots) == [spot.id for spot in found]
    for box in plan.boxes:
        assert 0 <= box.x < box.x + box.width <= plan.width
        assert 0 <= box.y < box.y + box.height <= plan.height
    assert (plan.together == 0) == (len(found) <= most)


def test_racks_stand_side_by_side_and_their_bins_do_not_cover_each_other() -> None:
    plan = draw([*rack("A", 100), *rack("B", 460, first=100), *rack("C", 580, first=200)])
    assert len(plan.boxes) == 45
    assert not [pair for pair in combinations(plan.boxes, 2) if overlap(*pair)]
    assert [caption.words for caption in plan.captions] == ["A", "B", "C"]


def test_levels_stand_in_their_bay_the_lowest_first() -> None:
    plan = draw(rack("A", 100, bays=1))
    assert [box.spots[0].level for box in sorted(plan.boxes, key=lambda box: box.x)] == [0, 1, 2]
    assert len({(box.y, box.height) for box in plan.boxes}) == 1


def test_an_aisle_that_runs_to_the_right_has_its_levels_one_below_the_other() -> None:
    plan = draw([Spot(n, str(n), "N", "S", n // 2, n % 2, 100 + n // 2 * 110, 500) for n in range(8)])
    assert len({box.x for box in plan.boxes}) == 4
    assert len({box.y for box in plan.boxes}) == 2


def test_bins_without_coordinates_stand_below_the_others_and_in_order() -> None:
    plan = draw([*rack("A", 100), *rack("B", None, first=100), *rack("C", None, first=200), Spot(900, "DOCK", "", "", None, None, None, None)])
    foot = {aisle: max(box.y + box.height for box in plan.boxes if box.spots[0].aisle == aisle) for aisle in ("A", "B", "C", "")}
    top = {aisle: min(box.y for box in plan.boxes if box.spots[0].aisle == aisle) for aisle in ("A", "B", "C", "")}
    assert foot["A"] < top["B"] == top["C"] < foot["C"] < top[""]
    assert not [pair for pair in combinations(plan.boxes, 2) if overlap(*pair)]


def test_a_building_too_large_for_a_page_is_drawn_bay_by_bay_or_coarser() -> None:
    house = [spot for n in range(20) for spot in rack(f"A{n}", 300 * n, bays=50, levels=5, first=n * 1000)]
    assert (draw(house, 1500).together, len(draw(house, 1500).boxes)) == (1, 1000)
    assert (draw(house, 600).together, len(draw(house, 600).boxes)) == (2, 500)


def mapped(id_: int, units: int, share: float | None) -> Mapped:
    return Mapped(Spot(id_, str(id_), "", "", None, None, None, None), active=True, units=units, share=share)


@pytest.mark.parametrize(("share", "shade"), [(0.0, 0), (0.01, 1), (0.25, 1), (0.5, 2), (0.75, 3), (1.0, 4), (1.01, 5)])
def test_a_bin_is_shaded_by_its_limit(share: float, shade: int) -> None:
    assert by_fill([mapped(1, 10, share)]).of([1]) == shade


def test_bins_without_a_limit_are_compared_with_the_fullest_of_them() -> None:
    shades = by_fill([mapped(1, 100, None), mapped(2, 40, None), mapped(3, 0, None), mapped(4, 900, 0.1)])
    assert [shades.of([id_]) for id_ in (1, 2, 3, 4)] == [4, 2, 0, 1]
    assert shades.say.startswith("3 bins have no limit")


def test_the_busiest_twentieth_has_the_strongest_shade_and_the_legend_says_so() -> None:
    found = [mapped(n, 1, None) for n in range(101)]
    shades = by_picks(found, {n: n for n in range(1, 101)})
    assert [shades.of([n]) for n in (0, 1, 50, 51, 80, 81, 95, 96, 100)] == [0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert shades.legend == [(0, "no picks"), (1, "1 to 50 picks"), (2, "51 to 80 picks"), (3, "81 to 95 picks"), (4, "96 picks or more")]


@given(st.dictionaries(st.integers(0, 30), st.integers(1, 40), max_size=30))
def test_every_shade_of_the_map_stands_in_its_legend(picked: dict[int, int]) -> None:
    shades = by_picks([mapped(n, 1, None) for n in range(31)], picked)
    known = dict(shades.legend)
    for n in range(31):
        words = known[shades.of([n])]
        count = picked.get(n, 0)
        assert (count == 0) == (words == "no picks")
        if "to" in words:
            low, high = (int(part) for part in words.removesuffix(" picks").split(" to "))
            assert low <= count <= high
