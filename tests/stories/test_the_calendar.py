"""What a store says to many on a day: whom it reaches, that it stops, that nobody hears two in one breath, what came of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from stowline.core.errors import Conflict, Refused
from stowline.notifications import calendar_queries, communication, consents
from stowline.notifications.calendar_models import CalendarEntry
from stowline.notifications.calendar_rules import Words, variant
from tests.makers import Tablet
from tests.stories.conftest import House
from tests.stories.test_promises import work_off
from tests.stories.test_what_shops_tell import told
from tests.stories.test_who_hears_what import say

BEGIN = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
WORDS = Words("The winter glazes", "They are here.\n\nCome and see.", per_minute=600)
both_databases = pytest.mark.parametrize("house_url", ["sqlite", "postgres"], indirect=True)
one_database = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


def at(days: float) -> datetime:
    return BEGIN + timedelta(days=days)


def pass_to(days: float) -> None:
    with clock.stopped_at(at(days)):
        work_off()


@pytest.fixture
def desk(house: House) -> Tablet:
    """Twelve people have accounts; those with an even number agreed to marketing."""
    desk = house.tablet()
    with clock.stopped_at(at(-30)):
        for kind in ("news", "greeting-card", "win-back"):
            say(kind, on=True)
        for n in range(12):
            desk.post("/api/v1/customers", {"store": "demo", "email": f"p{n}@example.test", "name": f"P{n}"})
            if n % 2 == 0:
                db.run(partial(consents.record, store_id=1, address=f"p{n}@example.test", channel="email", given=True, text="Yes", source="checkout"))
        work_off()
    return desk


def put_on(on: float, kind: str = "news", words: Words = WORDS, *, planned: bool = True, **whom: Any) -> int:
    """An entry on a day, put on the calendar the day before the beginning."""
    def make(session: db.Session) -> int:
        found = communication.keep(session, None, store_id=1, kind=kind, at=at(on), whom={"who": "agreed", **whom}, words=words, who="Ruth")
        if planned:
            communication.plan(session, found.id or 0)
        return found.id or 0

    with clock.stopped_at(at(-1)):
        return db.run(make)


def entry(ident: int) -> CalendarEntry:
    with db.reading() as session:
        return calendar_queries.entry(session, ident)


@both_databases
def test_news_go_on_their_day_to_who_agreed_each_once_and_report_what_came_of_both_texts(desk: Tablet) -> None:
    desk.stock_up({"MUG": 9})
    ident = put_on(0, words=replace(WORDS, headline_b="Moss, ash and blue", body_b="Three glazes.", share_b=50))
    with db.reading() as session:
        assert calendar_queries.count(session, entry(ident)) == 6
    pass_to(-0.1)
    assert told("news") == []
    pass_to(0.001)
    db.run(partial(communication.work, ref=str(ident)))  # its timer rings twice
    pass_to(0.01)
    assert (entry(ident).state, entry(ident).said) == ("done", 6)
    assert sorted(address for address, _, _ in told("news")) == sorted(f"p{n}@example.test" for n in range(0, 12, 2))
    assert {state for _, state, _ in told("news")} == {"sent"}
    with db.reading() as session:
        rows = session.execute(sa.text("SELECT p.customer_id, p.variant, m.subject FROM calendar_person p JOIN message m ON m.id = p.message_id")).all()
        who = dict(session.execute(sa.text("SELECT email, id FROM customer")).all())
    assert {row.variant for row in rows} <= {variant(ident, row.customer_id, 50) for row in rows}
    assert {row.subject for row in rows if row.variant == "b"} == {"Moss, ash and blue"} or all(row.variant == "a" for row in rows)
    with clock.stopped_at(at(1)):
        assert desk.place("A", {"MUG": 1}, customer={"name": "P2", "email": "p2@example.test"}, placed_at=at(1).isoformat()).status == 201
        db.run(partial(consents.record, store_id=1, address="p4@example.test", channel="email", given=False, text="Stop", source="a link"))
    with clock.stopped_at(at(9)):
        desk.place("B", {"MUG": 1}, customer={"name": "P6", "email": "p6@example.test"}, placed_at=at(9).isoformat())
    with db.reading() as session:
        came = {one.variant: one for one in calendar_queries.came(session, ident)}
        fates = calendar_queries.fates(session, ident)
    assert sum(one.went for one in came.values()) == 6
    assert {name for name, one in came.items() if one.ordered} == {variant(ident, who["p2@example.test"], 50)}, "an order nine days later is not its outcome"
    assert {name for name, one in came.items() if one.left} == {variant(ident, who["p4@example.test"], 50)}
    assert [(one.state, one.n) for one in fates] == [("sent", 6)]


@one_database
def test_two_entries_of_one_day_are_not_heard_in_one_breath_and_not_when_they_are_of_no_use(desk: Tablet) -> None:
    say("greeting-card", expires_s=6 * 3600)
    put_on(0)
    put_on(0.1, "greeting-card")
    put_on(0.2, "news", replace(WORDS, headline="And another"))
    pass_to(0.01)
    pass_to(0.11)
    assert {state for _, state, _ in told("news")} == {"sent"}
    cards = told("greeting-card")
    assert {state for _, state, _ in cards} == {"skipped"}
    assert cards[0][2] == "the reader heard of something else within a day, and by then it is of no use any more"
    pass_to(0.21)
    assert sorted(state for _, state, _ in told("news")) == ["held"] * 6 + ["sent"] * 6
    pass_to(1.02)
    assert {state for _, state, _ in told("news")} == {"sent"}


@one_database
def test_what_is_stopped_does_not_go_and_what_is_held_of_it_neither(desk: Tablet) -> None:
    ident = put_on(0, words=replace(WORDS, per_minute=10))
    with clock.stopped_at(at(0)):
        db.run(partial(communication.work, ref=str(ident)))  # one person's turn; not announced yet
        assert (entry(ident).state, entry(ident).said) == ("going", 1)
        assert db.run(lambda session: communication.stop(session, ident).state) == "stopped"
        with pytest.raises(Conflict):
            db.run(lambda session: communication.plan(session, ident))
    pass_to(0.1)
    assert told("news") == [("p0@example.test", "skipped", communication.STOPPED)]
    assert entry(ident).said == 1


@one_database
def test_we_miss_you_goes_to_who_is_away_and_a_day_that_was_slept_through_is_not_made_up_for(desk: Tablet) -> None:
    desk.stock_up({"MUG": 9})
    for n, days in ((2, -200), (4, -10)):
        desk.place(f"O-{n}", {"MUG": 1}, customer={"name": "P", "email": f"p{n}@example.test"}, placed_at=at(days).isoformat())
    away = put_on(0, "win-back", who="away", days=180)
    recent = put_on(0, "news", who="recent", days=30)
    late = put_on(5)
    pass_to(0.01)
    assert [address for address, _, _ in told("win-back")] == ["p2@example.test"]
    assert [address for address, _, _ in told("news")] == ["p4@example.test"]
    pass_to(20)
    assert [entry(one).state for one in (away, recent, late)] == ["done", "done", "stopped"]
    assert entry(late).why == communication.TOO_LATE
    with db.reading() as session:
        assert "Come and see." in session.execute(sa.text("SELECT text FROM message WHERE kind = 'win-back'")).scalar_one()


@one_database
def test_an_entry_is_changed_until_it_goes_and_refused_where_it_makes_no_sense(desk: Tablet) -> None:
    ident = put_on(1, planned=False)
    say("news", on=False)
    with clock.stopped_at(at(-1)), pytest.raises(Refused, match="does not send news"):
        db.run(lambda session: communication.plan(session, ident))
    say("news", on=True)
    with pytest.raises(Refused) as past:
        put_on(-5)
    assert past.value.where == "at"
    with clock.stopped_at(at(-1)):
        db.run(lambda session: communication.plan(session, ident))
        db.run(lambda session: communication.keep(session, ident, store_id=1, kind="news", at=at(2), whom={"who": "agreed"}, words=WORDS, who="Ruth"))
    pass_to(1.5)
    assert entry(ident).state == "planned"
    pass_to(2.01)
    assert entry(ident).state == "done"
    with pytest.raises(Conflict):
        db.run(lambda session: communication.stop(session, ident))
