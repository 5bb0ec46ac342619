"""Whole kits out of part counters: the part that has come least far decides, at every stage."""

from hypothesis import given
from hypothesis import strategies as st

from stowline.catalog.rules import Part, listed, whole_kits
from stowline.orders.kits import Sold, gathered
from stowline.orders.queries import LineView

PARTS = st.lists(st.tuples(st.integers(0, 500), st.integers(1, 20)), min_size=1, max_size=6)


@given(PARTS)
def test_so_many_kits_can_be_made_and_not_one_more(parts: list[tuple[int, int]]) -> None:
    n = whole_kits(parts)
    assert all(n * in_one <= there for there, in_one in parts)
    assert any((n + 1) * in_one > there for there, in_one in parts)


@given(PARTS, st.integers(0, 50), st.integers(0, 5))
def test_more_units_of_a_part_never_make_fewer_kits(parts: list[tuple[int, int]], more: int, at: int) -> None:
    which = at % len(parts)
    richer = [(there + more * (n == which), in_one) for n, (there, in_one) in enumerate(parts)]
    assert whole_kits(richer) >= whole_kits(parts)


@given(st.integers(0, 100), st.lists(st.integers(1, 20), min_size=1, max_size=6))
def test_the_units_of_whole_kits_are_whole_kits(kits: int, recipe: list[int]) -> None:
    assert whole_kits((kits * in_one, in_one) for in_one in recipe) == kits


def test_without_parts_there_is_no_kit_and_what_is_owed_is_none() -> None:
    assert whole_kits([]) == 0
    assert whole_kits([(-3, 1), (9, 1)]) == 0


def line(number: int, per_kit: int, kit_id: int | None = 1) -> LineView:
    return LineView(number, number, f"P{number}", f"Part {number}", 0, 99, 0, 0, 0, 0, 0, 0, 0, kit_id, per_kit)


GIFT = Sold(7, "GIFT", "Gift box", 100, 9, 0, 0, 0, 0, 0, 0, 0, (line(1, 2), line(2, 1)), is_kit=True)
PEN = Sold(8, "P3", "Part 3", 100, 9, 0, 0, 0, 0, 0, 0, 0, (line(3, 1, None),))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_what_is_gathered_adds_up_to_what_is_there(mugs: int, boxes: int, pens: int) -> None:
    held = gathered([GIFT, PEN], {1: mugs, 2: boxes, 3: pens})
    count = {"P1": 0, "P2": 0, "P3": 0}
    for one in held:
        for sku, _, n in one.parts or ((one.sku, one.name, one.quantity),):
            count[sku] += n
    assert count == {"P1": mugs, "P2": boxes, "P3": pens}
    assert sum(one.quantity for one in held if one.sku == "GIFT") == min(mugs // 2, boxes)
    assert all(one.quantity > 0 for one in held)


def test_units_beyond_whole_kits_say_what_they_are_for() -> None:
    kits, rest = gathered([GIFT], {1: 5, 2: 2})
    assert (kits.quantity, kits.parts) == (2, (("P1", "Part 1", 4), ("P2", "Part 2", 2)))
    assert (rest.sku, rest.quantity, rest.kit) == ("P1", 1, "Gift box")


def test_a_sentence_names_six_parts_and_counts_the_rest() -> None:
    parts = [Part(n, f"P{n}", f"Part {n}", n) for n in range(1, 9)]
    assert listed(parts[:2]) == "1 × Part 1, 2 × Part 2"
    assert listed(parts).endswith("6 × Part 6 and 2 more")
