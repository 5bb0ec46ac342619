"""Setting up a store's messages, without a database: what is chosen, what it changes, which step follows."""

from dataclasses import replace

from stowline.notifications import setup_rules as rules
from stowline.notifications.policy_rules import DAY, DEFAULTS
from stowline.notifications.presets import LEFT_ALONE
from stowline.notifications.setup_rules import Draft

STANDING = {kind: DEFAULTS[kind] for kind in ("order-confirmed", "packed", "good-news", "thank-you", "back-in-stock")}


def test_nothing_chosen_changes_nothing() -> None:
    assert rules.wanted(STANDING, Draft(), LEFT_ALONE) == STANDING
    assert not Draft().says_something


def test_kinds_are_switched_and_what_else_was_said_of_them_stays() -> None:
    standing = {**STANDING, "packed": replace(STANDING["packed"], delay_s=DAY, channels=())}
    will = rules.wanted(standing, Draft(kinds=("order-confirmed", "packed")), LEFT_ALONE)
    assert [kind for kind, policy in will.items() if policy.on] == ["order-confirmed", "packed", "back-in-stock"]
    assert (will["packed"].delay_s, will["packed"].channels) == (DAY, ("email",)), "one without a way goes by e-mail"


def test_ways_are_those_of_kinds_about_an_order_and_marketing_keeps_its_own() -> None:
    will = rules.wanted(STANDING, Draft(kinds=("packed", "thank-you"), channels=("sms", "email")), LEFT_ALONE)
    assert will["packed"].channels == ("email", "sms")
    assert will["thank-you"].channels == will["order-confirmed"].channels == ("email",)
    assert rules.used(will) == ("email", "sms")


def test_a_draft_is_read_back_as_it_was_kept() -> None:
    for one in (Draft(), Draft(kinds=(), silent=True), Draft(kinds=("packed",), channels=("sms",), brand={"name": "Kiln"})):
        assert rules.draft(rules.plain(one)) == one


def test_the_steps_stand_in_one_order() -> None:
    assert [rules.next_step(()), rules.next_step(("kinds", "brand")), rules.next_step(tuple(rules.STEPS))] == ["kinds", "channels", "live"]
    assert [rules.after("kinds"), rules.after("live"), rules.before("kinds"), rules.before("live")] == ["channels", "live", "", "preview"]
