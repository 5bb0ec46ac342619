"""Where units go, and who loses a promise: pure rules, whatever the numbers."""

from hypothesis import given
from hypothesis import strategies as st

from stowline.allocation.rules import Promised, give_back
from stowline.backorders.rules import BECOMES, BENCH, BIN, SLOT, FreeSlot, Size, Waiter, may_become, places


def waiter(order_id: int, came: int, lacks: int = 0, *, due: int = 0, picking: bool = False) -> Waiter:
    return Waiter(order_id, f"O-{order_id}", came, due or came + lacks, lacks, Size(came + lacks), picking)


def slot(location_id: int, units: int) -> FreeSlot:
    return FreeSlot(location_id, f"S-{location_id:02d}", Size(units, None, None), location_id)


def test_the_smallest_slot_that_fits_is_taken_and_a_large_order_gets_a_bin() -> None:
    found = places([waiter(1, 3, 1), waiter(2, 1, 1), waiter(3, 50, 1)], {}, [slot(1, 20), slot(2, 4), slot(3, 8)], 0)
    assert [(place.order_id, place.to, place.slot_id) for place in found] == [(1, SLOT, 2), (2, SLOT, 3), (3, BIN, None)]
    assert found[2].why == "Order O-3 is too large for a free slot"


def test_an_order_keeps_its_slot_and_one_that_is_being_picked_gets_none() -> None:
    found = places([waiter(1, 2, 3), waiter(2, 2, picking=True), waiter(3, 1, 1)], {1: 9}, [], 12)
    assert [(place.to, place.slot_id, place.why) for place in found] == [
        (SLOT, 9, ""), (BIN, None, "Order O-2 is being picked already"), (BIN, None, "No slot is free")]  # fmt: skip


def test_weight_and_volume_count_where_a_slot_limits_them() -> None:
    heavy = Waiter(1, "O-1", 1, 2, 1, Size(2, 9_000, 12_000))
    free = [FreeSlot(1, "S-01", Size(9, None, 10_000), 1), FreeSlot(2, "S-02", Size(9, 8_000, None), 2), FreeSlot(3, "S-03", Size(9, None, None), 3)]
    assert places([heavy], {}, free, 0)[0].slot_id == 3


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3), st.integers(0, 2), st.booleans()), max_size=30),
    st.lists(st.integers(1, 12), max_size=10),
    st.integers(0, 4),
)
def test_no_slot_is_given_twice_and_only_whole_orders_cross(rows: list[tuple[int, int, int, bool]], sizes: list[int], across: int) -> None:
    waiters = [waiter(n, came, lacks, due=came + lacks + more, picking=picking) for n, (came, lacks, more, picking) in enumerate(rows)]
    free = [slot(n, size) for n, size in enumerate(sizes, 1)]
    found = places(waiters, {}, free, across)
    assert [place.order_id for place in found] == [one.order_id for one in waiters]
    given_ = [place.slot_id for place in found if place.to == SLOT]
    assert len(given_) == len(set(given_))
    crossed = [one for one, place in zip(waiters, found, strict=True) if place.to == BENCH]
    assert len(crossed) <= across
    assert all(one.came == one.due and not one.lacks and not one.picking for one in crossed)
    size = {one.location_id: one.size for one in free}
    for one, place in zip(waiters, found, strict=True):
        assert bool(place.why) is (place.to == BIN)
        assert place.to != SLOT or size[place.slot_id or 0].holds(one.need)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9), st.booleans()), max_size=20), st.integers(1, 60))
def test_what_is_given_back_is_what_is_short_and_kept_units_go_last(rows: list[tuple[int, int, bool]], short: int) -> None:
    promised = [Promised(n, n, units, min(kept, units), first) for n, (units, kept, first) in enumerate(rows)]
    lost = dict(give_back(promised, short))
    assert sum(lost.values()) == min(short, sum(one.units for one in promised))
    assert all(0 < n <= one.units for one, n in lost.items())
    if any(n > one.units - one.kept and not one.first for one, n in lost.items()):  # somebody lost what was kept
        assert all(lost.get(one, 0) >= one.units - one.kept for one in promised)


def test_a_line_of_the_shelf_goes_forward_and_one_step_back() -> None:
    assert {state: after for state, after in BECOMES.items() if "open" in after} == {
        "on_shelf": ("open", "consumed", "dropped"), "consumed": ("open",)}  # fmt: skip
    assert not any(may_become("dropped", after) for after in BECOMES)
