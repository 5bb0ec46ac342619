"""Figures of messages: shares of times, from times and from buckets; which messages go as soon as they can."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.notifications.metric_rules import STEP, bucket, prompt, quantile, quantile_of_buckets, rings, told
from stowline.notifications.policy_rules import DEFAULTS, Policy

TIMES = st.lists(st.floats(0, 1e6, allow_nan=False), min_size=1, max_size=60)


@given(TIMES, st.sampled_from([0.5, 0.95, 1.0]))
def test_buckets_say_the_same_to_within_a_tenth(times: list[float], share: float) -> None:
    counted: dict[int, int] = {}
    for one in times:
        counted[bucket(one)] = counted.get(bucket(one), 0) + 1
    exact, rough = quantile(times, share), quantile_of_buckets(counted, share)
    assert exact is not None
    assert rough is not None
    assert max(exact, 1) * 0.999 <= rough <= max(exact, 1) * STEP * 1.001


def test_no_time_has_no_share() -> None:
    assert quantile([], 0.5) is quantile_of_buckets({}, 0.5) is None
    assert quantile([3, 1, 2, 4], 0.5) == 2


@pytest.mark.parametrize(("seconds", "say"), [(0.84, "0.8 s"), (42, "42 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (None, "")])
def test_times_are_told_in_two_units_at_most(seconds: float | None, say: str) -> None:
    assert told(seconds) == say


def test_what_is_planned_to_wait_is_not_prompt() -> None:
    at_once = Policy()
    assert prompt(at_once, "email", 120)
    assert not prompt(at_once, "sms", 120)
    assert prompt(replace(at_once, urgent=True), "sms", 120)
    for held in (replace(at_once, delay_s=1), replace(at_once, capped=True), replace(at_once, quiet=True), replace(at_once, grace_s=600)):
        assert not prompt(held, "email", 120)
    assert not prompt(DEFAULTS["follow-up"], "email", 120)


def test_an_alarm_at_its_limit_rings_once_and_ends_only_well_below_it() -> None:
    stands, heard = False, []
    for value in (99, 101, 100, 102, 81, 101, 80, 100, 101):
        rung = rings(value, 100, stands=stands)
        heard += [value] if rung and not stands else []
        stands = rung
    assert heard == [101, 101], "from 101 to 80 it is one alarm"
    assert not rings(1e9, 0, stands=False)
    assert not rings(1e9, 0, stands=True), "a limit that was taken away ends it"
