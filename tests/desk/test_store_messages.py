"""A store says on one page what it tells its shoppers: kinds, times, channels, conditions, manners, presets."""

import json
from dataclasses import replace
from typing import Any

import pytest

from stowline.core import db
from stowline.notifications import policies, presets
from stowline.notifications.policy_rules import DAY, DEFAULTS, Conditions, Policy
from tests.desk.conftest import Desk, House
from tests.desk.pages import Page

PAGE = "/stores/demo/messages"
CORE = {"order-confirmed", "shipped", "out-for-delivery", "delayed-in-transit", "delivered"}
WAITS = {"backorder-notice", "delay-apology"}
TYPED = {"on": "1", "channel.email": "1", "delay": "0", "delay_unit": "minutes", "expires": "3", "expires_unit": "days"}


def standing(kind: str) -> Policy:
    with db.reading() as session:
        return policies.policy(session, 1, kind)


def press(ruth: Desk, path: str, **typed: str) -> Page:
    form = ruth.get(PAGE).form("/manners").fields
    return Page(ruth.ask("POST", f"{PAGE}{path}", data={"csrf": form["csrf"], **typed}))


def row(page: Page, kind: str) -> str:
    return next(one for one in page.rows if kind in one)


def test_a_kind_is_told_as_the_store_says_until_it_is_as_the_house_does_again(ruth: Desk) -> None:
    assert f'href="{PAGE}"' in ruth.get("/stores/demo").answer.text
    said = {"channel.sms": "1", "delay": "1.5", "delay_unit": "hours", "quiet": "1", "grace": "4", "least": "50", "countries": "DE, France", "tags": "VIP, , VIP", "first_order": "yes"}
    kept = press(ruth, "/kinds/shipped", **TYPED | said)
    assert "It counts from the next event on" in kept.text
    assert standing("shipped") == Policy(
        channels=("email", "sms"), delay_s=5400, grace_s=240, expires_s=3 * DAY, quiet=True,
        conditions=Conditions(least_minor=5000, countries=("DE", "FR"), tags=("VIP",), first_order=True),
    )  # fmt: skip
    assert all(word in row(kept, "shipped") for word in ("90 minutes", "3 days", "from 50.00 EUR; to DE, FR; tagged VIP; only a first order", "as the store says"))
    assert "as the house does it again" in press(ruth, "/kinds/shipped/house").text
    assert standing("shipped") == DEFAULTS["shipped"]


@pytest.mark.parametrize(
    ("typed", "say"),
    [
        ({"delay": "soon"}, "The time after its cause is “soon”. Give a number"),
        ({"delay": "91", "delay_unit": "days"}, "from 0 to 7,776,000"),
        ({"delay": "1e9"}, "Give a number"),
        ({"expires": "0"}, "from 60 to"),
        ({"least": "12.345"}, "EUR has 2 decimals"),
        ({"countries": "DE, Atlantis"}, "“Atlantis” is no country"),
        ({"tags": "x" * 41}, "At most 40 fit"),
        ({"first_order": "maybe"}, "Say any order"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(ruth: Desk, typed: dict[str, str], say: str) -> None:
    before = standing("delivered")
    page = press(ruth, "/kinds/delivered", **TYPED | typed)
    assert (page.status, say in page.text, "Delivered was not saved" in page.text) == (422, True, True)
    assert 'aria-invalid="true"' in page.answer.text
    assert standing("delivered") == before


def test_a_message_by_no_channel_is_refused_and_an_unknown_one_is_not_there(ruth: Desk) -> None:
    nowhere = press(ruth, "/kinds/delivered", on="1", delay="0", expires="1", expires_unit="days")
    assert (nowhere.status, "Choose at least one channel" in nowhere.text) == (422, True)
    assert press(ruth, "/kinds/delivery-report", **TYPED).status == 404
    assert press(ruth, "/kinds/nothing", **TYPED).status == 404
    assert ruth.get(f"{PAGE}?preset=none").status == 404


def test_manners_are_kept_and_half_of_a_night_is_refused(ruth: Desk) -> None:
    said = {"quiet_from": "22:00", "quiet_to": "07:30", "cap": "3", "cap_days": "14"}
    page = press(ruth, "/manners", **said)
    assert "Saved." in page.text
    with db.reading() as session:
        kept = policies.manners(session, 1)
    assert (kept.quiet_from, kept.quiet_to, kept.cap, kept.cap_days, kept.digest) == (22 * 60, 7 * 60 + 30, 3, 14, False)
    half = press(ruth, "/manners", **said | {"quiet_to": ""})
    assert (half.status, "Quiet hours have a beginning and an end." in half.text) == (422, True)
    assert press(ruth, "/manners", **said | {"quiet_from": "25:00"}).status == 422
    press(ruth, "/manners", **said | {"quiet_from": "", "quiet_to": ""})
    with db.reading() as session:
        assert policies.manners(session, 1).quiet_from is None


def test_a_preset_shows_what_it_changes_switches_that_alone_and_once(ruth: Desk) -> None:
    db.run(lambda session: policies.set_policy(session, 1, "shipped", replace(DEFAULTS["shipped"], on=False, delay_s=60)))
    shown = ruth.get(f"{PAGE}?preset=core-five")
    assert "Switched on On its way" in shown.text
    assert standing("follow-up").on, "a look changes nothing"
    done = ruth.send(shown, "/preset")
    assert "Switched." in done.text
    with db.reading() as session:
        on = {kind for kind, policy in policies.all_of(session, 1).items() if policy.on}
    assert on == {*CORE, *WAITS, "back-in-stock", "case-answer", "case-closed"}
    assert standing("shipped").delay_s == 60
    again = ruth.get(f"{PAGE}?preset=core-five")
    assert "Nothing would change." in again.text
    db.run(lambda session: presets.switch(session, 1, "all"))
    with db.reading() as session:
        assert all(policy.on for policy in policies.all_of(session, 1).values())


def test_who_may_not_write_reads_and_changes_nothing(house: House) -> None:
    maja: Any = house.somebody().sign_in("maja@example.test")
    assert maja.ask("POST", f"{PAGE}/kinds/shipped", data=TYPED).status_code == 403
    assert standing("shipped") == DEFAULTS["shipped"]


def test_a_program_reads_and_says_a_policy_and_hears_what_is_wrong(house: House) -> None:
    robot, path = house.robot(), "/api/v1/stores/demo/messages/shipped"
    before = robot.get(path).body
    assert (before["kind"], before["on"], before["channels"], before["otherwise"]) == ("shipped", True, ["email"], False)

    def say(**more: Any) -> Any:
        body = {"on": True, "channels": ["email", "sms"], "expires_s": 3600, "conditions": {"least": "20", "countries": ["France"]}} | more
        return robot.send("PUT", path, json.dumps(body).encode(), {"authorization": f"Bearer {house.token}", "content-type": "application/json"})

    for _ in range(2):
        kept = say().body
    assert (kept["conditions"]["least"], kept["conditions"]["countries"], kept["otherwise"]) == ("20.00", ["FR"], True)
    assert standing("shipped").conditions == Conditions(least_minor=2000, countries=("FR",))
    for wrong, where in (({"channels": ["fax"]}, "channels"), ({"channels": []}, "channels"), ({"expires_s": 1}, "expires_s"), ({"delay_s": -1}, "delay_s")):
        refused = say(**wrong)
        assert (refused.status, refused.body["where"]) == (422, where)
    assert robot.get("/api/v1/stores/demo/messages/nothing").status == 404
