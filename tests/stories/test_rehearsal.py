"""A day is rehearsed: what happened goes through the policies once more, changed or not, and nothing at all is written."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stowline import tables
from stowline.core import clock, db
from stowline.notifications import consents, policies, preferences, rehearsals, suppressions
from stowline.notifications.policy_rules import Conditions, Policy
from stowline.notifications.preferences import Reader
from stowline.notifications.rehearsal_rules import Line, Outcome
from stowline.notifications.rehearsals import Asked, Rehearsal
from tests.makers import Tablet, email_of
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_who_hears_what import reached

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DAY = NOON.replace(hour=0)
one_database = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


@pytest.fixture
def maja(house: House) -> Iterator[Tablet]:
    tablet = house.tablet()
    with clock.stopped_at(DAY - timedelta(days=2)):
        tablet.stock_up({"MUG": 50})
        yield tablet


def at(moment: datetime) -> None:
    with clock.stopped_at(moment):
        work_off()


def everything() -> dict[str, list[Any]]:
    """Every row of every table."""
    with db.reading() as session:
        return {name: sorted(map(repr, session.execute(sa.select(table)))) for name, table in tables.metadata().tables.items()}


def rehearse(days: int = 1, manners: dict[str, Any] | None = None, **kinds: Policy) -> Rehearsal:
    with db.reading() as session:
        said, polite = rehearsals.present(session, 1)
    changed = {kind.replace("_", "-"): policy for kind, policy in kinds.items()}
    polite = polite if manners is None else policies.checked_manners(1, **manners)
    return rehearsals.rehearse(Asked(1, DAY, DAY + timedelta(days=days), said | changed, polite))


def line(found: Rehearsal, kind: str, ref: str, channel: str = "email") -> Line:
    [one] = [one for one in found.changed if (one.kind, one.order_ref, one.channel) == (kind, ref, channel)]
    return one


def fates(found: Rehearsal) -> dict[tuple[str, str, str], str]:
    return {(one.kind, one.order_ref, one.channel): str(one.outcome) for one in found.changed}


def a_day(maja: Tablet) -> None:
    """Two orders at noon; one is handed over, one cancelled within the grace of nothing; the carrier delivers."""
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        maja.place("2", {"MUG": 1})
        work_off()
        maja.ship_all()
        work_off()
    at(NOON + timedelta(minutes=5))
    with clock.stopped_at(NOON + timedelta(hours=2)):
        reached("1", "delivered")
        work_off()


def test_as_it_stands_a_day_comes_out_as_it_went_and_not_one_row_is_written(maja: Tablet) -> None:
    a_day(maja)
    before = everything()
    found = rehearse()
    assert everything() == before
    went = [one for one in found.changed if one.really == "sent"]
    assert {(one.kind, one.order_ref) for one in went} >= {("order-confirmed", "1"), ("order-confirmed", "2"), ("shipped", "1"), ("shipped", "2"), ("delivered", "1")}
    assert [one for one in found.changed if one.differs] == []
    assert [(one.at, one.outcome) for one in found.now] == [(one.at, one.outcome) for one in found.changed]
    later = line(found, "follow-up", "1")
    assert (later.goes, later.at, later.really) == (True, NOON + timedelta(days=5, hours=2), "held")


@one_database
def test_changed_policies_say_who_gets_what_else_and_why_not(maja: Tablet) -> None:
    a_day(maja)
    confirmed = Policy(conditions=Conditions(least_minor=1_000_000))
    found = rehearse(
        order_confirmed=confirmed, delivered=Policy(channels=("in-app",), delay_s=3600), shipped=Policy(on=False), packed=Policy(delay_s=7200), in_transit=Policy(),
    )  # fmt: skip
    assert line(found, "order-confirmed", "1").why == "policy: the order's total is below what this message asks for"
    assert line(found, "shipped", "2").why == "this store does not send it"
    assert line(found, "delivered", "1", "in-app").at == NOON + timedelta(hours=3)
    assert fates(found)["delivered", "1", "email"] == "is not owed", "it went, and would not"
    assert line(found, "packed", "1").why == "it has left already"
    assert {one.differs for one in found.changed if one.kind in ("order-confirmed", "shipped", "delivered")} == {True}
    assert {one.outcome for one in found.now if one.kind == "shipped"} == {Outcome.GOES}


@one_database
def test_nights_stops_and_wishes_are_judged_by_that_day_s_clock(maja: Tablet) -> None:
    with db.transaction() as session:
        preferences.set_reader(session, 1, email_of("1"), Reader("", "Asia/Tokyo", 21 * 60, 7 * 60, ""))
        preferences.choose(session, 1, email_of("2"), {("shipped", "email"): False})
    a_day(maja)
    with clock.stopped_at(NOON + timedelta(days=3)):
        db.run(lambda session: suppressions.suppress(session, "email", email_of("2"), scope="all", store_id=None, why="it bounced later", source="test"))
    night = rehearse(order_confirmed=Policy(quiet=True), manners={"quiet_from": 0, "quiet_to": 13 * 60, "cap": 2, "cap_days": 7, "digest": True})
    tokyo, here = line(night, "order-confirmed", "1"), line(night, "order-confirmed", "2")
    assert (tokyo.at, tokyo.why) == (NOON + timedelta(hours=10), "quiet hours until 07:00, Asia/Tokyo")
    assert here.goes, "the address bounced only later"
    assert here.why.startswith("quiet hours until 13:00")
    assert line(night, "shipped", "2").why == "the shopper does not want this kind by e-mail"
    short = rehearse(order_confirmed=Policy(quiet=True, expires_s=3600))
    assert line(short, "order-confirmed", "1").why.endswith("by then it is of no use any more")


@one_database
def test_the_cap_counts_what_went_before_and_what_goes_in_the_rehearsal(maja: Tablet) -> None:
    same = {"customer": {"name": "Ada", "email": "ada@example.test"}}
    with clock.stopped_at(DAY - timedelta(days=1)):
        maja.place("0", {"MUG": 1}, **same)
        work_off()
    with clock.stopped_at(NOON):
        for ref in "123":
            maja.place(ref, {"MUG": 1}, **same)
        work_off()
    found = rehearse(order_confirmed=Policy(capped=True, expires_s=14 * 86_400), manners={"quiet_from": None, "quiet_to": None, "cap": 2, "cap_days": 7, "digest": True})
    first, second, third = (line(found, "order-confirmed", ref) for ref in "123")
    assert first.at == NOON
    assert (second.at.date(), second.why) == ((DAY + timedelta(days=6)).date(), "the reader had 2 such messages in 7 days")
    assert third.at == NOON + timedelta(days=7)


@one_database
def test_what_is_taken_back_cancelled_or_overtaken_does_not_go(maja: Tablet) -> None:
    with clock.stopped_at(NOON):
        maja.place("1", {"MUG": 1})
        maja.place("2", {"MUG": 1})
        work_off()
        maja.ship_all()
        maja.post("/api/v1/orders/2/cancellation", {"reason": "no"})
    with clock.stopped_at(NOON + timedelta(hours=1)):
        reached("1", "delivered")
        work_off()
    found = rehearse(shipped=Policy(delay_s=2 * 3600), order_confirmed=Policy(delay_s=7200))
    assert line(found, "shipped", "1").why == "the shopper was told already that it is further along: delivered"
    found = rehearse(shipped=Policy(delay_s=2 * 3600), delivered=Policy(on=False))
    assert line(found, "shipped", "1").why == "it is further along by now: delivered"


@one_database
def test_many_events_are_played_in_portions_and_too_many_are_said(maja: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    a_day(maja)
    whole = rehearse()
    monkeypatch.setattr(rehearsals, "PORTION", 2)
    in_portions = rehearse()
    assert (in_portions.changed, in_portions.events, in_portions.cut_at) == (whole.changed, whole.events, None)
    monkeypatch.setattr(rehearsals, "MOST_EVENTS", 3)
    some = rehearse()
    assert (some.events, some.cut_at) == (4, NOON)


@one_database
def test_what_waits_for_the_cap_goes_in_one_mail(maja: Tablet) -> None:
    with db.transaction() as session:
        consents.record(session, 1, "ada@example.test", "email", given=True, text="Yes", source="test")
    for n in range(4):
        with clock.stopped_at(NOON + timedelta(minutes=n)):
            maja.place(str(n), {"MUG": 1}, customer={"name": "Ada", "email": "ada@example.test"})
            work_off()
            maja.ship_all()
            reached(str(n), "delivered")
            work_off()
    thanks = replace(Policy(), capped=True, expires_s=30 * 86_400)
    found = rehearse(thank_you=thanks, manners={"quiet_from": None, "quiet_to": None, "cap": 1, "cap_days": 1, "digest": True})
    told = [(str(one.outcome), one.at) for one in found.changed if one.kind == "thank-you"]
    together = NOON + timedelta(days=1)
    assert told == [("goes", NOON), *[("goes in one mail with others", together)] * 3]
