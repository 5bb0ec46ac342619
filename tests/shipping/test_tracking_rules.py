"""The way of a parcel, in every order in which a carrier may tell it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.shipping.tracking_rules import (
    AFTER,
    ENDS,
    MOVES,
    Detail,
    clean,
    in_order,
    later_eta,
    may_tell,
    news,
    standing,
    why_not,
)

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def detail(milestone: str, hours: int, place: str = "") -> Detail:
    return Detail(milestone, MONDAY + timedelta(hours=hours), place)


def heard(details: list[Detail]) -> tuple[str, list[str]]:
    """Where a parcel stands after its details came in this order, and what was made known on the way."""
    known: list[Detail] = []
    told: list[str] = []
    for one in details:
        known.append(one)
        if (said := news(known, told)) is not None:
            assert may_tell(one, told)
            told.append(said.milestone)
    stands = standing(known)
    return (stands.milestone if stands else ""), told


USUAL = [detail("packed", 0), detail("in_transit", 1), detail("out_for_delivery", 20), detail("attempt_failed", 24),
         detail("out_for_delivery", 44), detail("delivered", 47)]  # fmt: skip


def test_a_parcel_s_way_is_told_once_step_by_step() -> None:
    assert heard(USUAL) == ("delivered", ["in_transit", "out_for_delivery", "attempt_failed", "delivered"])


def test_every_order_of_a_way_ends_in_the_same_place_and_tells_nothing_twice_or_backwards() -> None:
    for way in permutations([*USUAL, detail("in_transit", 30)]):
        stands, told = heard(list(way))
        assert stands == "delivered"
        assert told[-1] == "delivered"
        assert len(set(told)) == len(told)


DETAILS = st.builds(detail, st.sampled_from(("packed", *MOVES)), st.integers(0, 6), st.sampled_from(["", "Kenly"]))


@given(st.lists(DETAILS, max_size=9, unique=True), st.randoms(use_true_random=False))
def test_whatever_a_carrier_says_in_whatever_order(details: list[Detail], chance: object) -> None:
    mixed = list(details)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    (stands, told), (as_it_was, _) = heard(mixed), heard(in_order(details))
    assert stands == as_it_was
    assert len(set(told)) == len(told)
    for before, after in pairwise(told):
        assert after in AFTER[before] or after == "returned_to_sender", "what is told leads forward only"
    if stands in ENDS:
        assert stands in told, "what ends the way is always told"


@pytest.mark.parametrize("late", ["in_transit", "out_for_delivery", "attempt_failed", "delayed"])
def test_what_is_delivered_goes_back_to_nothing(late: str) -> None:
    assert heard([detail("delivered", 5), detail(late, 2), detail(late, 9)]) == ("delivered", ["delivered"])


def test_what_is_lost_may_be_found_and_is_then_not_lost() -> None:
    lost = [detail("in_transit", 1), detail("lost", 5)]
    assert heard(lost) == ("lost", ["in_transit", "lost"])
    assert heard([*lost, detail("in_transit", 9)]) == ("in_transit", ["in_transit", "lost"]), "that it moves again is no news"
    assert heard([*lost, detail("delivered", 9)]) == ("delivered", ["in_transit", "lost", "delivered"])
    assert heard([detail("delivered", 4), detail("lost", 5)])[0] == "delivered"


def test_delivered_on_the_way_back_is_back_with_us() -> None:
    back = [detail("attempt_failed", 1), detail("returning", 5), detail("delivered", 50)]
    assert heard(back) == ("returned_to_sender", ["attempt_failed", "returning", "returned_to_sender"])
    assert heard([back[0], back[2], back[1]]) == ("returned_to_sender", ["attempt_failed", "delivered", "returned_to_sender"])


def test_what_came_late_is_history_but_delivered_is_news_whenever_it_is_heard() -> None:
    assert heard([detail("in_transit", 9), detail("out_for_delivery", 2)]) == ("out_for_delivery", ["in_transit"])
    assert heard([detail("in_transit", 9), detail("delivered", 8)]) == ("delivered", ["in_transit", "delivered"])
    assert heard([detail("packed", 30), detail("in_transit", 9)])[1] == ["in_transit"], "a label is no movement"


def test_what_cannot_be_says_why() -> None:
    def why(one: Detail, *, out: bool = True) -> str:
        return why_not(one, handed_over=out, packed_at=MONDAY, now=MONDAY + timedelta(hours=10))

    assert why(detail("delivered", 9)) == ""
    assert "still in the house" in why(detail("delivered", 9), out=False)
    assert why(detail("packed", 9), out=False) == ""
    assert "has not come" in why(detail("in_transit", 11))
    assert "another parcel" in why(detail("delivered", -2000)).lower()


def test_the_day_said_last_is_the_day_that_is_expected() -> None:
    fifth, sixth = date(2026, 12, 5), date(2026, 12, 6)
    assert later_eta(None, None, fifth, MONDAY)
    assert later_eta(fifth, MONDAY, sixth, MONDAY)
    assert not later_eta(sixth, MONDAY, fifth, MONDAY)
    assert not later_eta(fifth, MONDAY, sixth, MONDAY - timedelta(hours=1))
    assert not later_eta(fifth, MONDAY, None, MONDAY + timedelta(hours=1))


def test_a_carrier_s_words_cannot_turn_a_page_round() -> None:
    assert clean("Left at\u202e door\u2066\x00\n 7", 40) == "Left at door 7"
    assert clean("x" * 500, 20) == "x" * 19 + "…"
    assert clean("می\u200cخواهم", 20) == "می\u200cخواهم"
    assert clean({"a": 1}, 20) == ""
