"""A manager writes to all who wait: to those who were shown, once each, no faster than said, whatever stops in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.backorders import promises
from stowline.core import clock, db, timers
from stowline.core.errors import Conflict, Refused
from stowline.notifications import policies, run_queries, runs
from stowline.notifications.policy_rules import Policy
from stowline.orders import queries as orders
from tests.makers import Tablet, email_of
from tests.stories.conftest import House
from tests.stories.test_promises import work_off

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
one_database = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(house: House) -> Tablet:
    tablet = house.tablet()
    tablet.add_product("POT")
    for ref in "12345":
        assert tablet.place(ref, {"POT": 1}).status == 201
    with clock.stopped_at(NOON):
        work_off()
    return tablet


def draft(refs: str, **said: Any) -> int:
    text: dict[str, Any] = {"subject": "Order {order}: the kiln is lit", "body": "Dear {name}, it is.\n\nPatience.", "per_minute": 20, "asked": {}, "who": "Ruth"}
    return db.run(lambda session: runs.draft(session, [orders.by_ref(session, ref) for ref in refs], **text | said))


def move(run_id: int, step: str) -> None:
    db.run(lambda session: runs.move(session, run_id, step))


def seconds_later(n: float) -> None:
    with clock.stopped_at(NOON + timedelta(seconds=n)):
        work_off()


def notes() -> list[Any]:
    with db.reading() as session:
        return list(session.execute(sa.text("SELECT order_ref, state, reason, subject, text FROM message WHERE kind = 'note' ORDER BY id")))


def test_a_run_goes_to_those_who_were_shown_a_portion_at_a_time(desk: Tablet) -> None:
    run_id = draft("12345")
    assert desk.place("9", {"POT": 1}).status == 201  # later: it was not shown
    with clock.stopped_at(NOON):
        move(run_id, "start")
        move(run_id, "start")
    seconds_later(1)
    assert [one.order_ref for one in notes()] == ["1", "2"], "20 a minute: two in six seconds"
    seconds_later(5)
    assert len(notes()) == 2
    seconds_later(8)
    seconds_later(16)
    assert [(one.order_ref, one.state) for one in notes()] == [(ref, "sent") for ref in "12345"]
    assert notes()[0].subject == "Order 1: the kiln is lit"
    assert "Patience." in notes()[0].text
    with db.reading() as session:
        found = runs.run(session, run_id)
        assert (found.state, found.done, found.total) == ("finished", 5, 5)
        assert [(one.state, one.n) for one in run_queries.fates(session, [run_id])[run_id]] == [("sent", 5)]
    assert desk.events("1").count("NoteWritten") == 1


@one_database
def test_a_portion_that_was_lost_goes_again_and_one_that_was_kept_does_not(desk: Tablet) -> None:
    run_id = draft("123", per_minute=10)
    with clock.stopped_at(NOON):
        move(run_id, "start")

    class Killed(Exception):
        """The program ends before the commit."""

    def killed(session: db.Session) -> None:
        runs.work(session, str(run_id))
        raise Killed

    with clock.stopped_at(NOON), pytest.raises(Killed):
        db.run(killed)
    assert desk.events("1").count("NoteWritten") == 0
    with clock.stopped_at(NOON):
        db.run(lambda session: runs.work(session, str(run_id)))  # done, and its timer not forgotten: it rings once more
        db.run(lambda session: timers.set_timer(session, runs.TIMER, str(run_id), NOON))
    for n in (1, 8, 15, 22):
        seconds_later(n)
    assert [(one.order_ref, one.state) for one in notes()] == [("1", "sent"), ("2", "sent"), ("3", "sent")]
    assert [desk.events(ref).count("NoteWritten") for ref in "123"] == [1, 1, 1]


@one_database
def test_a_run_rests_goes_on_and_is_stopped_with_what_is_held(desk: Tablet) -> None:
    db.run(lambda session: policies.set_manners(session, 1, quiet_from=12 * 60, quiet_to=13 * 60, cap=2, cap_days=7, digest=True))
    run_id = draft("12345", per_minute=10)
    with clock.stopped_at(NOON):
        move(run_id, "start")
    seconds_later(1)
    with clock.stopped_at(NOON):
        move(run_id, "pause")
    seconds_later(60)
    assert len(notes()) == 1
    with clock.stopped_at(NOON + timedelta(seconds=61)):
        move(run_id, "resume")
    seconds_later(62)
    assert [one.state for one in notes()] == ["held", "held"], "it is quiet in the shoppers' zone"
    db.run(lambda session: runs.stop(session, run_id))
    seconds_later(7300)
    assert {(one.state, one.reason) for one in notes()} == {("skipped", "the run that it belongs to was stopped")}
    with pytest.raises(Conflict, match="This run is stopped"):
        move(run_id, "resume")


@pytest.mark.parametrize("house_url", ["postgres"], indirect=True)
def test_who_stops_a_run_waits_for_the_note_that_is_being_claimed(desk: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id, found = draft("1"), list[str]()

    def stop() -> str:
        try:
            with db.transaction() as session:
                session.execute(sa.text("SET LOCAL lock_timeout = '50ms'"))
                runs.stop(session, run_id)
        except sa.exc.OperationalError as why:
            return str(why.orig)
        return "stopped"

    def in_the_claim(*_: Any) -> None:
        with ThreadPoolExecutor(1) as another:
            found.append(another.submit(stop).result(30))

    monkeypatch.setattr(promises, "tell", in_the_claim)
    with clock.stopped_at(NOON):
        move(run_id, "start")
    seconds_later(1)
    assert len(found) == 1
    assert "lock timeout" in found[0]
    assert [one.state for one in notes()] == ["sent"]


@one_database
def test_a_person_is_written_to_once_and_gates_say_why_not(desk: Tablet) -> None:
    same = email_of("1")
    desk.place("7", {"POT": 1}, customer={"name": "", "email": same.upper()})
    db.run(lambda session: policies.set_policy(session, 1, "note", Policy(on=False)))
    run_id = draft("127")
    with clock.stopped_at(NOON):
        move(run_id, "start")
        work_off()
    with db.reading() as session:
        assert [(one.state, one.reason, one.n) for one in run_queries.fates(session, [run_id])[run_id]] == [("skipped", "this store does not send it", 2)]


@one_database
def test_a_text_that_cannot_go_is_refused_with_its_place(desk: Tablet) -> None:
    for where, said in (("subject", ""), ("subject", "x" * 121), ("subject", "a\nb"), ("body", " "), ("body", "{cat}"), ("per_minute", 0)):
        with pytest.raises(Refused) as why:
            draft("1", **{where: said})
        assert why.value.where == where
    with pytest.raises(Refused, match="Nobody"):
        draft("")
    assert desk.events("1").count("NoteWritten") == 0
