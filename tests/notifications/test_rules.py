"""Keys that make a message one of a kind, states it can go through, waits between tries."""

import itertools
from random import Random

import pytest

from stowline.notifications import rules
from stowline.notifications.rules import KINDS, NoSuchStep, Outcome, State, after, message_id, message_key, thread_id


def a_key(order: str = "1042", recipient: str = "ines@post.example", **more: str) -> str:
    return message_key("order-confirmed", channel="email", recipient=recipient, store="kiln", order=order, **more)


# -- keys


def test_the_same_fact_has_the_same_key_however_the_address_is_written() -> None:
    assert a_key(recipient="Ines@Post.example") == a_key(recipient="ines@post.example")


def test_two_parcels_of_an_order_are_two_messages_and_two_scans_of_one_are_one() -> None:
    first, again, second = (
        message_key("shipped", channel="email", recipient="a@b.example", store="kiln", parcel=code)
        for code in ("P-1", "P-1", "P-2")
    )
    assert first == again != second


def test_a_later_promise_is_a_new_notice() -> None:
    notices = [
        message_key(
            "backorder-notice", channel="email", recipient="a@b.example", store="kiln", order="1", revision=number
        )
        for number in (1, 2)
    ]
    assert notices[0] != notices[1]


def test_colons_in_a_ref_cannot_make_two_messages_look_like_one() -> None:
    assert a_key(order="1:email") != a_key(order="1", recipient="email:ines@post.example")
    pieces = ["a", "a:b", "a%3Ab", "b", "b:a", ":", "%"]
    keys = {
        message_key("order-confirmed", channel="email", recipient="x@y.example", store=store, order=order)
        for store, order in itertools.product(pieces, pieces)
    }
    assert len(keys) == len(pieces) ** 2


def test_a_key_fits_its_column_and_still_tells_long_refs_apart() -> None:
    long = [a_key(order="訂" * 400 + end, recipient="i" * 200 + "@post.example") for end in "ab"]
    assert all(len(key) <= 300 for key in long)
    assert long[0] != long[1]


def test_a_key_with_a_missing_or_foreign_fact_is_refused() -> None:
    with pytest.raises(ValueError, match="named by store, order"):
        a_key(parcel="P-1")
    with pytest.raises(ValueError, match="named by store, parcel"):
        message_key("shipped", channel="email", recipient="a@b.example", store="kiln")
    with pytest.raises(KeyError):
        message_key("love-letter", channel="email", recipient="a@b.example")


def test_a_message_id_is_fixed_by_its_key_and_safe_in_a_header() -> None:
    assert message_id(a_key(), "kiln.example") == message_id(a_key(), "kiln.example")
    assert message_id(a_key("1"), "kiln.example") != message_id(a_key("2"), "kiln.example")
    assert message_id("訂\r\nBcc: x", "kiln.example\r\nBcc: x").isascii()
    assert message_id("k", "kiln.example\r\nBcc: x").endswith("@kiln.examplebccx>")
    assert message_id("k", "店").endswith("@localhost>")


def test_an_order_is_one_thread_per_store() -> None:
    assert thread_id("kiln", "1042", "x.example") == thread_id("kiln", "1042", "x.example")
    assert thread_id("kiln", "1042", "x.example") != thread_id("loom", "1042", "x.example")


def test_only_what_a_scan_causes_waits_out_the_grace() -> None:
    assert rules.due_after("shipped", 120) == 120
    assert rules.due_after("order-confirmed", 120) == 0


def test_what_nobody_is_owed_is_marketing_and_what_is_about_an_order_is_not() -> None:
    marketing = {kind.name for kind in KINDS.values() if not kind.transactional}
    assert marketing == {"thank-you", "feedback", "points", "cart-reminder", "win-back", "news", "greeting-card", "digest"}


# -- states


def test_the_good_way() -> None:
    assert after(after("held", Outcome.HANDED_OUT), Outcome.ACCEPTED) is State.SENT


def test_a_lost_answer_is_unknown_until_a_person_decides() -> None:
    lost = after(State.SENDING, Outcome.UNSURE)
    assert lost is State.UNKNOWN
    assert after(lost, Outcome.CONFIRMED) is State.SENT
    assert after(lost, Outcome.ACCEPTED) is State.SENT
    assert after(lost, Outcome.REPLAYED) is State.HELD


def test_nothing_repeats_by_itself_once_it_may_have_arrived() -> None:
    by_itself = set(Outcome) - {Outcome.REPLAYED}
    for state in (State.SENT, State.SKIPPED, State.UNKNOWN, State.DEAD):
        followers = {rules.AFTER.get((state, outcome)) for outcome in by_itself}
        assert not followers & {State.HELD, State.SENDING}


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("state", [State.SENT, State.SKIPPED])
def test_sent_and_skipped_are_for_ever(state: State, outcome: Outcome) -> None:
    with pytest.raises(NoSuchStep, match=f"A message that is {state} cannot be {outcome}"):
        after(state, outcome)


def test_every_open_state_can_end() -> None:
    for state in (State.HELD, State.SENDING, State.UNKNOWN, State.DEAD):
        reached, waiting = {state}, [state]
        while waiting:
            here = waiting.pop()
            new = {then for (start, _), then in rules.AFTER.items() if start is here} - reached
            reached |= new
            waiting += new
        assert reached & {State.SENT, State.SKIPPED}


def test_a_failure_means_later_until_the_tries_are_used_up() -> None:
    assert rules.failure(permanent=False, unsure=False, attempt=1) is Outcome.TEMPORARY
    assert rules.failure(permanent=False, unsure=False, attempt=rules.TRIES) is Outcome.EXHAUSTED
    assert rules.failure(permanent=True, unsure=False, attempt=1) is Outcome.PERMANENT
    assert rules.failure(permanent=False, unsure=True, attempt=rules.TRIES) is Outcome.UNSURE


# -- waits


def test_waits_double_from_half_a_minute_to_four_hours() -> None:
    rng = Random(7)
    waits = [[rules.next_try(attempt, rng) for _ in range(200)] for attempt in range(1, 31)]
    for attempt, drawn in enumerate(waits, start=1):
        ceiling = min(30.0 * 2 ** (attempt - 1), 4 * 3600.0)
        assert ceiling / 2 <= min(drawn) < max(drawn) <= ceiling


def test_messages_that_failed_together_do_not_return_together() -> None:
    rng = Random(7)
    assert len({round(rules.next_try(4, rng)) for _ in range(100)}) > 50


def test_the_other_side_is_not_asked_before_it_wants_but_within_a_day() -> None:
    rng = Random(7)
    assert rules.next_try(1, rng, retry_after=300) == 300
    assert rules.next_try(9, rng, retry_after=1) >= 3600 / 2
    assert rules.next_try(1, rng, retry_after=10**9) == 24 * 3600
