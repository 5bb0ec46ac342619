"""Staff at work on cases: by when one is due, which are late, who sees to it, and the ready answer to begin with."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from stowline.cases import case_rules
from stowline.cases import service as snippets
from stowline.cases.case_models import Case
from stowline.core import clock, db
from stowline.people import queries as people
from tests.portal.conftest import Shopper
from tests.portal.test_problems import wrong

BERLIN, NEW_YORK, TAIPEI = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Taipei"))


def at(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(("zone", "said", "hours", "due"), [
    (BERLIN, "2026-11-23 10:00", 4, "2026-11-23 14:00"),  # a Monday
    (BERLIN, "2026-11-23 13:00", 4, "2026-11-23 17:00"),  # to the last minute of the day
    (BERLIN, "2026-11-23 15:00", 4, "2026-11-24 11:00"),
    (BERLIN, "2026-11-23 03:00", 8, "2026-11-23 17:00"),  # at night: from the morning on
    (BERLIN, "2026-11-23 17:00", 1, "2026-11-24 10:00"),
    (BERLIN, "2026-11-23 22:00", 8, "2026-11-24 17:00"),
    (BERLIN, "2026-11-27 16:00", 2, "2026-11-30 10:00"),  # over a weekend
    (BERLIN, "2026-11-28 12:00", 4, "2026-11-30 13:00"),  # on a Saturday
    (BERLIN, "2026-11-29 23:59", 4, "2026-11-30 13:00"),
    (BERLIN, "2026-11-23 09:00", 40, "2026-11-27 17:00"),  # a whole week of work
    (BERLIN, "2026-11-23 09:30", 40, "2026-11-30 09:30"),
    (NEW_YORK, "2026-03-06 16:00", 2, "2026-03-09 10:00"),  # summer time begins meanwhile
    (TAIPEI, "2026-11-27 16:30", 1, "2026-11-30 09:30"),
])  # fmt: skip
def test_a_case_is_due_by_working_hours_of_the_stores_clock(zone: ZoneInfo, said: str, hours: int, due: str) -> None:
    found = case_rules.due(at(said, zone).astimezone(UTC), hours, zone)
    assert (found.tzinfo, found) == (UTC, at(due, zone).astimezone(UTC))


@pytest.fixture
def told(ines: Shopper) -> Shopper:
    robot = ines.house.robot()
    robot.add_product("CUP")
    robot.place("1042", {"CUP": 1})
    ines.house.deliver()
    wrong(ines)
    return ines


def case() -> Case:
    with db.reading() as session:
        found: Case = session.exec(select(Case)).one()
    return found


def test_what_nobody_answered_in_time_stands_among_the_overdue_until_it_is_answered(told: Shopper) -> None:
    ruth = told.house.ruth()
    assert "No case here" in ruth.get("/cases?view=overdue").text
    assert "is-late" not in ruth.get("/cases").answer.text
    with clock.stopped_at(case().due_at + timedelta(minutes=1)):
        ruth = told.house.ruth()
        late = ruth.get("/cases?view=overdue")
        assert ("Q-1" in late.text, "The cup has a chip." in late.text, "is-late" in late.answer.text) == (True, True, True)
        assert "late-text" in ruth.get("/cases/Q-1").answer.text
        ruth.send(ruth.get("/cases/Q-1"), "/answers", text="Dear Ines, a new one leaves today.", step="send")
        assert "No case here" in ruth.get("/cases?view=overdue").text
        wrong(told, text="It is still broken.")
        assert (case().state, case().due_at > clock.now()) == ("open", True), "what is said anew has its hours anew"
        assert "No case here" in ruth.get("/cases?view=overdue").text


def test_a_case_is_given_to_somebody_taken_and_given_back(told: Shopper) -> None:
    ruth = told.house.ruth()
    with db.reading() as session:
        maja = next(one.id for one in people.staff(session) if one.name == "Maja Kowalska")
    for _ in range(2):
        given = ruth.send(ruth.get("/cases/Q-1"), "/owner", owner=f"{maja}")
    assert "It has a new owner" in given.text
    assert (case().owner, case().owner_id) == ("Maja Kowalska", maja)
    assert ["Q-1" in ruth.get(f"/cases?view={view}").text for view in ("open", "unowned", "mine")] == [True, False, False]
    taken = ruth.send(ruth.get("/cases/Q-1"), "/taking")
    assert ("It is yours" in taken.text, case().owner) == (True, "Ruth Adeyemi")
    assert "Q-1" in ruth.get("/cases?view=mine").text
    for wrong_one, status in (("999", 422), ("x", 422), ("-1", 422)):
        refused = ruth.send(ruth.get("/cases/Q-1"), "/owner", owner=wrong_one)
        assert (wrong_one, refused.status) == (wrong_one, status)
    assert case().owner == "Ruth Adeyemi"
    ruth.send(ruth.get("/cases/Q-1"), "/owner", owner="")
    assert ("Q-1" in ruth.get("/cases?view=unowned").text, case().owner_id) == (True, None)


def test_an_answer_begins_with_a_ready_one_that_is_filled_from_the_order(told: Shopper) -> None:
    with db.transaction() as session:
        snippets.save_snippet(session, key="chipped", locale="en", title="A chipped cup", text="Dear {{ customer }}, for order {{ order }} a new one leaves.", who="Ruth")
    ruth = told.house.ruth()
    bare = ruth.get("/cases/Q-1")
    assert ("A chipped cup" in bare.text, "a new one leaves" in bare.text) == (True, False), "it is offered, and nothing is filled in"
    begun = ruth.get("/cases/Q-1?answer=chipped")
    assert 'value="chipped" selected' in begun.answer.text
    assert "for order 1042 a new one leaves." in begun.text
    assert "{{ order }} a new one" not in begun.text
    none = ruth.get("/cases/Q-1?answer=nobodys")
    assert (none.status, "a new one leaves" in none.text) == (200, False)
    assert case().state == "open", "to look sends nothing"
