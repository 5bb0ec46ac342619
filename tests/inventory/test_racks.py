"""Racks and walks on plain values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.inventory.racks import Address, Rack, natural, planned, walk, wrong_with

RACK = Rack("C", first_bay=1, last_bay=3, first_level=0, last_level=1)


def test_a_rack_names_its_bins_bay_by_bay_from_the_floor_up() -> None:
    assert [one.code for one in planned(RACK)] == ["C-01-0", "C-01-1", "C-02-0", "C-02-1", "C-03-0", "C-03-1"]


def test_a_side_with_odd_bays_stands_on_the_map_bay_after_bay() -> None:
    rack = Rack("7", 1, 5, 0, 0, step=2, pattern="{aisle}{bay:03}", run="down", x_mm=500, y_mm=2000, pitch_mm=900)
    assert [(one.code, one.x_mm, one.y_mm) for one in planned(rack)] == [("7001", 500, 2000), ("7003", 500, 2900), ("7005", 500, 3800)]


@pytest.mark.parametrize(
    ("rack", "said"),
    [
        (Rack("C", 3, 1, 0, 1), "Bays go from"),
        (Rack("C", 1, 1000, 0, 1), "Bays go from"),
        (Rack("C", 1, 3, 2, 1), "Levels go from"),
        (Rack("C", 1, 999, 0, 5), "5,994 bins"),
        (Rack("C", 1, 3, 0, 1, pattern="{aisle}-{bay}"), "several bins the same code"),
        (Rack("C", 1, 3, 0, 1, pattern="{aisle}-{bay}-{level}-{x}"), "The code pattern knows"),
        (Rack("C", 1, 3, 0, 1, pattern="{bay}{level}" + "x" * 60), "1 to 60 printable characters"),
        (Rack("C", 1, 3, 0, 1, pattern="cmd:{bay}-{level}"), "CMD:"),
        (RACK, ""),
    ],
)
def test_a_rack_that_cannot_be_says_why(rack: Rack, said: str) -> None:
    wrong = wrong_with(rack)
    assert said in wrong
    assert bool(wrong) == bool(said)


def test_the_walk_goes_up_one_aisle_and_down_the_next() -> None:
    bins = [Address(f"{aisle}-{bay}-{level}", aisle, bay, level) for aisle in ("A2", "A10", "A1") for bay in (1, 2) for level in (1, 0)]
    assert [one.code for one in walk(bins)] == [
        "A1-1-0", "A1-1-1", "A1-2-0", "A1-2-1", "A2-2-0", "A2-2-1", "A2-1-0", "A2-1-1", "A10-1-0", "A10-1-1", "A10-2-0", "A10-2-1",
    ]  # fmt: skip


def test_bins_without_an_address_come_last_by_their_codes() -> None:
    assert [one.code for one in walk([Address("X10"), Address("X9"), Address("A", "A", 1, None), Address("B", "B")])] == ["A", "B", "X9", "X10"]


addresses = st.builds(Address, st.text(max_size=5), st.sampled_from(["", "A", "B", "10", "9"]), st.none() | st.integers(0, 20), st.none() | st.integers(0, 5))


@given(st.lists(addresses, max_size=40))
def test_a_walk_passes_every_bin_once_and_never_enters_an_aisle_twice(bins: list[Address]) -> None:
    way = walk(bins)
    assert sorted(way, key=repr) == sorted(bins, key=repr)
    aisles = [one.aisle for one in way if one.aisle and one.bay is not None]
    runs = [aisle for n, aisle in enumerate(aisles) if n == 0 or aisles[n - 1] != aisle]
    assert len(runs) == len(set(runs))
    assert runs == sorted(runs, key=natural)
