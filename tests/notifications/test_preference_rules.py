"""Who may be told what by which way: every kind by every channel, decided on plain values."""

import pytest

from stowline.notifications.preference_rules import (
    CHOSEN,
    GROUPS,
    NEWS,
    OWED,
    Said,
    groups,
    is_marketing,
    plain,
    refusal,
)
from stowline.notifications.rules import KINDS, UNSENT

SERVICE = [kind for name, kinds in GROUPS.items() if name != NEWS for kind in kinds if not is_marketing(kind)]
MARKETING = [kind for kinds in GROUPS.values() for kind in kinds if is_marketing(kind)]


@pytest.mark.parametrize("kind", SERVICE)
def test_what_is_owed_or_asked_for_comes_by_mail_until_switched_off(kind: str) -> None:
    assert refusal(kind, "email", Said()) == ""
    assert bool(refusal(kind, "email", Said(wanted={"email": False}))) is (kind not in OWED)
    assert refusal(kind, "sms", Said()) != "", "nobody gets everything twice"
    assert refusal(kind, "sms", Said(wanted={"sms": True})) == ""
    assert refusal(kind, "email", Said(consent={"email": False}, stopped=True)) == "", (
        "who stops marketing gets receipts"
    )


@pytest.mark.parametrize("kind", sorted(OWED))
def test_what_law_or_fairness_owes_keeps_one_way_that_arrives(kind: str) -> None:
    off = dict.fromkeys(CHOSEN, False)
    assert refusal(kind, "email", Said(wanted=off)) == ""
    by_text = off | {"sms": True}
    assert refusal(kind, "email", Said(wanted=by_text)) == "", (
        "a number that anybody may have typed is no way for certain"
    )
    assert refusal(kind, "email", Said(wanted=by_text, own_phone=True)) != ""


@pytest.mark.parametrize("kind", MARKETING)
def test_marketing_needs_its_own_consent_for_each_way(kind: str) -> None:
    assert "no consent" in refusal(kind, "email", Said())
    assert "no consent" in refusal(kind, "email", Said(wanted={"email": True}))
    assert refusal(kind, "email", Said(consent={"email": True})) == ""
    assert refusal(kind, "email", Said(consent={"email": True}, wanted={"email": False})) != ""
    assert "no consent" in refusal(kind, "sms", Said(consent={"email": True}, own_phone=True))
    assert "number" in refusal(kind, "sms", Said(consent={"sms": True}))
    assert refusal(kind, "sms", Said(consent={"sms": True}, own_phone=True)) == ""


@pytest.mark.parametrize("kind", MARKETING)
def test_a_store_may_write_to_its_own_customers_until_they_stop_it(kind: str) -> None:
    assert refusal(kind, "email", Said(own_customer=True)) == ""
    assert "no consent" in refusal(kind, "sms", Said(own_customer=True, own_phone=True))
    assert "stopped" in refusal(kind, "email", Said(own_customer=True, consent={"email": False}))
    assert "erased" in refusal(kind, "email", Said(own_customer=True, stopped=True))
    assert refusal(kind, "email", Said(stopped=True, consent={"email": True})) == "", "a new consent is a new beginning"


def test_an_orders_own_page_and_the_shops_programs_ask_nobody() -> None:
    everything_off = Said(wanted=dict.fromkeys((*CHOSEN, "in-app", "webhook"), False), consent={"email": False})
    assert {refusal(kind, way, everything_off) for kind in SERVICE + MARKETING for way in ("in-app", "webhook")} == {""}


def test_every_kind_for_shoppers_stands_in_one_group() -> None:
    shown = [kind for kinds in groups().values() for kind in kinds]
    assert sorted(shown) == sorted(KINDS.keys() - {"delivery-report", "digest", "sign-in-link"} - UNSENT)
    assert {name: kinds for name, kinds in groups().items() if name != NEWS and any(map(is_marketing, kinds))} == {}
    assert not any(map(is_marketing, OWED))


def test_addresses_are_compared_without_case_and_blanks() -> None:
    assert plain(" Ines.STRAẞE@Example.Test ") == "ines.strasse@example.test"
