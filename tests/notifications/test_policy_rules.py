"""Which event owes which kinds, and what a store's policy makes of it, on plain values."""

import itertools

import pytest

from stowline.notifications import policy_rules as rules
from stowline.notifications.policy_rules import DEFAULTS, Conditions, OrderFacts, Policy
from stowline.notifications.rules import KINDS, UNSENT

ORDER = OrderFacts(total_minor=5000, country="DE", tags=frozenset({"VIP"}), first_order=True)


def test_every_kind_has_a_policy_and_every_policy_a_kind() -> None:
    assert set(DEFAULTS) == set(KINDS)
    owed = set(itertools.chain(*rules.EVENTS.values(), *rules.MILESTONES.values()))
    assert owed <= KINDS.keys() - UNSENT


def test_marketing_is_capped_and_keeps_quiet_hours() -> None:
    for name, kind in KINDS.items():
        if not kind.transactional:
            assert DEFAULTS[name].capped, name
            assert DEFAULTS[name].quiet, name


def test_a_promise_that_moves_is_an_apology_or_good_news() -> None:
    assert rules.kinds_of("PromiseChanged", {"why": "later"}) == ("delay-apology",)
    assert rules.kinds_of("PromiseChanged", {"why": "dated"}) == ("good-news",)
    assert rules.kinds_of("MilestoneReached", {"milestone": "returning"}) == ()
    assert rules.kinds_of("BinReached", {}) == ()


@pytest.mark.parametrize("kind", sorted(DEFAULTS))
def test_what_a_store_said_reads_back_as_it_was(kind: str) -> None:
    assert rules.told(kind, DEFAULTS[kind]) == {}
    said = Policy(on=True, channels=("email", "sms"), delay_s=60, grace_s=0, expires_s=3600, capped=True, quiet=True, urgent=True,
                  conditions=Conditions(least_minor=100, countries=("DE", "AT"), tags=("VIP",), not_tags=("B2B",), first_order=False))  # fmt: skip
    assert rules.policy_of(kind, rules.told(kind, said)) == said


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        (Conditions(), ""), (Conditions(least_minor=5000, countries=("DE",), tags=("VIP", "B2B"), not_tags=("test",), first_order=True), ""),
        (Conditions(least_minor=5001), "total"), (Conditions(countries=("FR",)), "DE"), (Conditions(tags=("B2B",)), "no tag B2B"),
        (Conditions(not_tags=("VIP",)), "tagged VIP"), (Conditions(first_order=False), "not for a first order"),
    ],
)  # fmt: skip
def test_a_condition_that_is_not_met_says_which(asked: Conditions, word: str) -> None:
    said = rules.unmet(asked, ORDER)
    assert word in said if word else said == ""


def test_a_parcel_that_was_delivered_is_not_told_to_be_on_its_way() -> None:
    assert rules.overtaken("shipped", ["in_transit", "delivered"]) == "delivered"
    assert rules.overtaken("shipped", ["in_transit", "out_for_delivery"]) == ""
    assert rules.overtaken("in-transit", ["out_for_delivery"]) == "out_for_delivery"
    assert rules.overtaken("delivered", ["delivered"]) == ""
    assert rules.overtaken("delivery-failed", ["out_for_delivery"]) == ""
