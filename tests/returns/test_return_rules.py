"""Rules of returns on plain values: shares add up, nobody gets more than was paid, one table of what may follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.returns import policies, policy_rules, rules
from stowline.returns.policy_rules import HOUSE, Policy

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@given(st.integers(0, 10**9), st.lists(st.integers(1, 50), min_size=1, max_size=12))
def test_shares_of_a_price_add_up_to_it_in_whatever_steps_goods_come_back(total: int, steps: list[int]) -> None:
    of, before, given_back = sum(steps), 0, 0
    for units in steps:
        one = rules.share(total, of, before, units)
        assert 0 <= one <= total
        given_back, before = given_back + one, before + units
    assert given_back == total


@given(st.integers(0, 10**9), st.booleans(), st.integers(0, 100), st.integers(0, 10**6), st.integers(0, 10**9))
def test_what_is_paid_back_is_never_more_than_was_paid_and_never_less_than_nothing(paid: int, fault: bool, percent: int, label: int, cut: int) -> None:  # noqa: FBT001
    money = rules.worth(paid, fault=fault, restocking_percent=percent, label_fee=label, cut=cut)
    assert 0 <= money.amount <= paid
    assert money.amount + money.fee + money.label + money.cut == paid
    assert not fault or (money.fee, money.label) == (0, 0)


@given(st.sampled_from(rules.STATES), st.sampled_from(rules.STATES))
def test_what_the_table_does_not_have_is_refused_with_a_sentence(state: str, after: str) -> None:
    no = rules.why_not("RMA-1", state, after)
    assert (no is None) == (after in rules.AFTER[state])
    assert no is None or no.startswith("RMA-1 is ")


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_what_is_returnable_is_never_below_zero(handed_over: int, returned: int, awaited: int) -> None:
    assert rules.returnable(handed_over, returned, awaited) == max(0, handed_over - returned - awaited)


def test_a_reason_has_its_days_and_a_lost_parcel_its_patience() -> None:
    left, came = NOW - timedelta(days=40), NOW - timedelta(days=35)
    say = {one: policy_rules.why_not(HOUSE, one, NOW, left_at=left, since=came, delivered=True) for one in rules.REASONS}
    assert [one for one, no in say.items() if no is None] == ["not_received", "wrong", "damaged"]
    early = policy_rules.why_not(HOUSE, "not_received", NOW, left_at=NOW - timedelta(days=2), since=NOW, delivered=False)
    assert early is not None
    assert policies.in_english(early, "EUR") == "The parcel may still come. It can be reported as not received from 5 December 2026."


@pytest.mark.parametrize("policy", [HOUSE, replace(HOUSE, approve="auto", exchange="at_once", keep_below_minor=500, restocking_percent=15, label_fee_minor=490),
                                    replace(HOUSE, outcomes=("refund",), free_reasons=())])  # fmt: skip
def test_every_policy_is_told_in_whole_sentences(policy: Policy) -> None:
    said = [policies.in_english(one, "EUR") for one in policies.explained(policy)]
    assert len(said) >= 6
    assert all(one.endswith(".") and "{" not in one for one in said)
