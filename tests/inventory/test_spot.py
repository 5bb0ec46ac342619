"""Which bin is suggested, and why."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stowline.inventory.spot import Candidate, choose


def bin_(code: str, kind: str = "pick", sequence: int = 1, **facts: Any) -> Candidate:
    return Candidate(hash(code) % 10_000, code, kind, sequence, **({"room": None} | facts))


FACE = bin_("A-01", room=20, here=4, same_lot=4, face=(6, 20))
HOME = bin_("A-02", here=3, same_lot=3)
EMPTY, LATE = bin_("A-03", sequence=3), bin_("B-09", sequence=90)
SHARED, CROWDED = bin_("A-04", others=2), bin_("A-00", others=9)
RESERVE, OVERFLOW = bin_("S-01", "storage", 200), bin_("OVERFLOW", "storage", 100, others=1)
ALL = [OVERFLOW, RESERVE, CROWDED, SHARED, LATE, EMPTY, HOME]


def chosen(candidates: list[Candidate], units: int = 5, **how: Any) -> tuple[str, int, str]:
    spot = choose(candidates, units, **how)
    assert spot is not None
    return spot.code, spot.units, spot.why


def test_a_hungry_pick_face_comes_first_even_for_a_part() -> None:
    assert chosen([*ALL, FACE], 100) == ("A-01", 16, "its pick face, 4 lie there")


def test_what_a_fed_pick_face_does_not_take_goes_to_storage() -> None:
    fed = bin_("A-01", room=30, here=18, same_lot=18, face=(6, 20))
    assert chosen([EMPTY, RESERVE, OVERFLOW, fed], 100) == ("S-01", 100, "its pick face has enough; empty storage bin")
    assert chosen([EMPTY, RESERVE, OVERFLOW, fed], 2)[:2] == ("A-01", 2)


def test_a_hungry_pick_face_without_room_is_said_so() -> None:
    full = bin_("A-01", room=0, here=4, same_lot=4, face=(6, 20))
    assert chosen([EMPTY, RESERVE, full]) == ("S-01", 5, "its pick face has no room; empty storage bin")


def test_then_where_it_lies_then_an_empty_bin_then_a_shared_one_then_overflow() -> None:
    assert chosen(ALL) == ("A-02", 5, "it lies there already")
    assert chosen(ALL[:-1]) == ("A-03", 5, "empty picking bin")
    assert chosen(ALL[:-3]) == ("S-01", 5, "empty storage bin")
    assert chosen([OVERFLOW, CROWDED, SHARED]) == ("A-04", 5, "no bin is empty; fewest products, 2")
    assert chosen([OVERFLOW])[2] == "storage with room"


def test_the_zone_where_it_is_kept_goes_before_other_zones() -> None:
    kept = bin_("B-05", sequence=50, kept=True)
    assert chosen([EMPTY, kept]) == ("B-05", 5, "empty picking bin in the zone where it is kept")


def test_what_sells_fast_stands_early_and_what_sells_slowly_late() -> None:
    assert chosen([LATE, EMPTY], grade="A") == ("A-03", 5, "empty picking bin, early on the walk: it is picked often")
    assert chosen([LATE, EMPTY], grade="C") == ("B-09", 5, "empty picking bin, late on the walk: it is picked seldom")


def test_the_same_lot_comes_before_an_empty_bin_and_that_before_another_lot() -> None:
    other, same = bin_("A-07", here=4), bin_("A-08", sequence=8, here=4, same_lot=4)
    assert chosen([other, same, EMPTY], lot="L1") == ("A-08", 5, "lot L1 lies there already")
    assert chosen([other, EMPTY], lot="L1")[0] == "A-03"
    assert chosen([other], lot="L1") == ("A-07", 5, "other lots of it lie there")


def test_full_bins_are_never_suggested_and_the_roomiest_takes_a_part() -> None:
    full, some, more = bin_("A-02", here=9, same_lot=9, room=0), bin_("A-05", room=3), bin_("A-06", room=4)
    assert choose([full], 1) is None
    assert chosen([full, some, more], 10) == ("A-06", 4, "empty picking bin")
    assert choose([], 1) is None


candidates = st.builds(
    Candidate, st.integers(1, 99), st.text("AB0123456789-", min_size=1, max_size=6), st.sampled_from(["pick", "storage"]),
    st.integers(0, 99), st.one_of(st.none(), st.integers(0, 50)), st.integers(0, 9), st.integers(0, 9), st.integers(0, 5),
    st.booleans(), st.one_of(st.none(), st.tuples(st.integers(0, 5), st.integers(5, 30))),
)  # fmt: skip


@given(st.lists(candidates, max_size=12), st.integers(1, 60), st.sampled_from(["", "A", "B", "C"]))
def test_a_suggestion_always_has_room_for_what_it_says(bins: list[Candidate], units: int, grade: str) -> None:
    spot = choose(bins, units, grade=grade)
    fits = [one for one in bins if one.takes is None or one.takes > 0]
    assert (spot is None) == (not fits)
    if spot is None:
        return
    assert 0 < spot.units <= units
    assert spot.why
    assert any((one.location_id, one.code) == (spot.location_id, spot.code) and (one.room is None or one.room >= spot.units)
               for one in fits)  # fmt: skip
    if spot.units < units:  # a part only where no bin takes all, or a pick face is hungry
        hungry = any(one.face and one.here < one.face[0] for one in fits)
        assert hungry or all(one.takes is not None and one.takes < units for one in fits)
