"""What the calendar may claim of two variants: known intervals, and what holds of every pair of counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.core.shares import wilson
from stowline.notifications.calendar_rules import Words, claim, difference, trouble, variant

counted = st.integers(1, 5_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def test_intervals_that_were_published() -> None:
    """Newcombe 1998: 81 of 263 in the first paper, 56 of 70 against 48 of 80 in the second (method 10)."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert difference(48, 80, 56, 70) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert difference(0, 10, 10, 10) == pytest.approx((0.6075, 1.0), abs=5e-5)


@given(counted, counted)
def test_an_interval_holds_what_was_seen_and_turns_round_with_the_variants(a: tuple[int, int], b: tuple[int, int]) -> None:
    low, high = difference(*a, *b)
    assert -1 <= low <= b[0] / b[1] - a[0] / a[1] + 1e-12
    assert b[0] / b[1] - a[0] / a[1] - 1e-12 <= high <= 1
    assert difference(*b, *a) == pytest.approx((-high, -low))


@given(counted)
def test_more_of_the_same_narrows_it_and_equals_are_never_told_apart(a: tuple[int, int]) -> None:
    low, high = difference(*a, *a)
    twice = difference(2 * a[0], 2 * a[1], 2 * a[0], 2 * a[1])
    assert twice[1] - twice[0] < high - low
    assert "Nothing can be concluded" in claim("ordered", *a, *a)


def test_a_claim_says_when_there_is_none() -> None:
    assert "went to nobody" in claim("ordered", 0, 0, 5, 9)
    assert claim("ordered", 0, 20, 20, 20).endswith("Nothing can be concluded: each went to fewer than 30 people, or one did.")
    assert claim("ordered", 48, 80, 56, 70) == (
        "Of the first 48 of 80 ordered (60.0%), of the other 56 of 70 (80.0%). The difference lies between +5.2 and +33.4 points with 95 % confidence."
        " More ordered of the other one."
    )  # fmt: skip
    assert claim("answered", 56, 70, 48, 80).endswith("Fewer answered of the other one.")


@given(st.integers(1, 10**6), st.integers(0, 90))
def test_who_reads_which_stays_and_the_share_is_kept(entry: int, share: int) -> None:
    drawn = [variant(entry, person, share) for person in range(2000)]
    assert drawn == [variant(entry, person, share) for person in range(2000)]
    assert abs(drawn.count("b") / 20 - share) < 6


@pytest.mark.parametrize(("words", "field"), [
    (Words("Hello", "There."), ""), (Words(" ", "There."), "headline"), (Words("Hello", ""), "body"), (Words("a\nb", "There."), "headline"),
    (Words("a\rb", "There."), "headline"), (Words("a\u2028b", "There."), "headline"), (Words("Hello", "a\0b"), "body"), (Words("Hello", "a\tb\n\nc\r\nd"), ""),
    (Words("Hello", "x" * 4001), "body"), (Words("Hello", "There.", share_b=50), "headline_b"), (Words("Hello", "There.", "Hi", "", 50), "body_b"),
    (Words("Hello", "There.", "Hi", "Here.", 91), "share_b"), (Words("Hello", "There.", per_minute=0), "per_minute"),
])  # fmt: skip
def test_what_is_wrong_with_an_entry_is_said_with_its_field(words: Words, field: str) -> None:
    assert trouble(words)[0] == field
    assert bool(trouble(words)[1]) == bool(field)
