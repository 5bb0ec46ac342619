"""How much is brought to a pick face, and why."""

from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from stowline.inventory.refill import EXPECTED, LOW, PROMISED, Demand, Face, Refill, plan, whole_packs


def face(free: int, least: int = 5, most: int = 20, **facts: Any) -> Face:
    return Face(1, "A-03-2", 32, least, most, free, **facts)


def planned(*what: Any, **how: Any) -> tuple[int, int, str]:
    found = plan(*what, **how)
    assert found is not None
    return found.units, found.urgency, found.why


def test_promised_units_come_first_and_the_face_is_filled_to_its_most() -> None:
    assert planned([face(4)], Demand(12, 3, 2), 100) == (16, PROMISED, "12 are promised, 4 are free in the face")


def test_a_demand_above_the_most_is_brought_whole_if_there_is_room() -> None:
    assert planned([face(4)], Demand(30, 0), 100)[0] == 26
    assert planned([face(4, room=10)], Demand(30, 0), 100)[0] == 10
    assert planned([face(4)], Demand(30, 0), 7)[0] == 7


def test_what_is_expected_fills_before_the_fewest_is_reached() -> None:
    assert planned([face(8)], Demand(2, 9, 2), 100) == (
        12, EXPECTED, "2 promised and about 9 expected within 2 days, 8 are free in the face")  # fmt: skip


def test_a_low_face_is_filled_without_any_demand() -> None:
    assert planned([face(1)], Demand(0, 0), 100) == (19, LOW, "1 is free in the face, fewer than 5")
    assert plan([face(5)], Demand(0, 0), 100) is None


def test_nothing_is_asked_for_that_storage_has_not_or_the_face_cannot_hold() -> None:
    assert plan([face(0)], Demand(9, 0), 0) is None
    assert plan([face(0, room=0)], Demand(9, 0), 50) is None
    assert plan([], Demand(9, 0), 50) is None


def test_of_two_faces_the_emptier_one_is_filled() -> None:
    one, two = face(9), Face(2, "B-01-1", 50, 5, 20, 2)
    found = plan([one, two], Demand(15, 0), 100)
    assert found is not None
    assert (found.face.code, found.units) == ("B-01-1", 18)


def test_cases_are_brought_whole_where_that_still_serves() -> None:
    assert whole_packs(16, 8, 100, [12]) == 12
    assert whole_packs(16, 14, 100, [12]) == 24
    assert whole_packs(16, 14, 20, [12]) == 16
    assert whole_packs(30, 1, 100, [12, 24]) == 24
    assert planned([face(4)], Demand(12, 0), 100, [12])[0] == 12


faces = st.lists(
    st.builds(
        lambda least, more, free, room: Face(1, "A", 1, least, least + more, free, room),
        st.integers(0, 20), st.integers(1, 40), st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30)),
    ), min_size=1, max_size=4,
)  # fmt: skip


@given(faces, st.integers(0, 80), st.integers(0, 80), st.integers(0, 200), st.lists(st.integers(1, 24), max_size=3))
def test_never_more_than_reserve_and_room_and_never_without_a_need(
    there: list[Face], promised: int, expected: int, reserve: int, packs: list[int]
) -> None:
    found = plan(there, Demand(promised, expected), reserve, packs)
    free = sum(one.free for one in there)
    if promised + expected <= free and all(one.free >= one.least for one in there):
        assert found is None
    if found is not None:
        assert 0 < found.units <= reserve
        assert found.face.room is None or found.units <= found.face.room
        assert (found.urgency == PROMISED) == (promised > free)


@given(faces, st.integers(1, 80), st.lists(st.integers(2, 24), max_size=3))
def test_trips_end_when_the_demand_is_served(there: list[Face], promised: int, packs: list[int]) -> None:
    """Filling as planned, again and again, ends with the faces holding what is promised, room allowing."""
    there = [Face(n, f"A-{n}", n, one.least, one.most, one.free) for n, one in enumerate(there)]
    assume(sum(one.free for one in there) < promised)
    reserve, trips = 1000, 0
    while (found := plan(there, Demand(promised, 0), reserve, packs)) is not None:
        there = [_filled(one, found) for one in there]
        reserve -= found.units
        trips += 1
        assert trips < 20
    assert sum(one.free for one in there) >= promised
    assert all(one.free >= one.least for one in there)


def _filled(one: Face, found: Refill) -> Face:
    more = found.units if one.location_id == found.face.location_id else 0
    return Face(one.location_id, one.code, one.sequence, one.least, one.most, one.free + more)
