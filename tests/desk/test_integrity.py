"""The Integrity page: every night and at a button; what broke, since when, and that it healed."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from stowline import wiring
from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.desk.integrity import invariant, runs
from stowline.desk.integrity.boxes import BOXES
from stowline.desk.integrity.invariant import Finding, Invariant
from stowline.desk.integrity.prove import INVARIANTS
from stowline.desk.queries import counts
from tests.desk.books import ring, spoil
from tests.desk.conftest import Desk, House

BALANCE = "balance is the sum of the ledger"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def prove_now(desk: Desk) -> None:
    """The button, and the worker who takes it up."""
    desk.send(desk.get("/integrity"), "/integrity/runs")
    ring(runs.RUN)
    counts.forget()


def states() -> list[str]:
    """The states of all runs, oldest first."""
    with db.reading() as session:
        return list(session.execute(sa.text("SELECT state FROM proof_run ORDER BY id")).scalars())


def events(name: str) -> int:
    with db.reading() as session:
        return int(session.execute(sa.text("SELECT COUNT(*) FROM outbox WHERE name = :n"), {"n": name}).scalar_one())


def planned(kind: str) -> datetime | None:
    with db.reading() as session:
        table = timers.Timer.__table__  # type: ignore[attr-defined]
        due: datetime | None = session.execute(sa.select(table.c.due).where(table.c.kind == kind)).scalar_one_or_none()
        return due


def begin(**how: bool) -> int:
    with db.transaction() as session:
        return runs.begin(session, "Ruth", **how)


# ---------------------------------------------------------------- the story


def test_what_broke_is_told_with_since_when_and_heals(any_house: House) -> None:
    any_house.robot().stock_up({"MUG": 7})
    ruth = any_house.ruth()
    with clock.stopped_at(MONDAY):
        prove_now(ruth)
        assert f"All {len(INVARIANTS)} queries hold, asked just now." in ruth.get("/integrity").text
    spoil("UPDATE balance SET qty = qty + 1 WHERE qty = 7")
    with clock.stopped_at(MONDAY + timedelta(days=1)):
        prove_now(ruth)
    with clock.stopped_at(MONDAY + timedelta(days=3)):
        prove_now(ruth)
        page = ruth.get("/integrity")
        assert f"Broken: {BALANCE}" in page.text
        assert "Not so since Tue 24 Nov, 09:00" in page.text
        assert "the books have 8, the ledger adds up to 7" in page.text
        assert "What to do: Do nothing by hand. Tell whoever runs the server" in page.text
        assert "The books are not true: balance is the sum of the ledger , since Tue 24 Nov" in ruth.get("/today").text
        assert "2 broken" in ruth.get("/orders").text  # the level does not fit the bins either
    spoil("UPDATE balance SET qty = qty - 1 WHERE qty = 8")
    with clock.stopped_at(MONDAY + timedelta(days=4)):
        prove_now(ruth)
        assert "Broken" not in ruth.get("/integrity").text
        any_house.react()
        assert "The books are not true" not in ruth.get("/today").text
    assert states() == ["held", "broken", "broken", "held"]
    assert (events("InvariantBroke"), events("InvariantHeldAgain")) == (2, 2)


def test_every_promise_stands_on_the_page_and_none_has_a_tick_before_it_was_asked(house: House) -> None:
    ruth = house.ruth()
    page = ruth.get("/integrity")
    assert [box.say for box in BOXES if box.say not in page.text] == []
    assert "not asked yet" in page.text
    assert ">holds<" not in page.answer.text
    prove_now(ruth)
    page = ruth.get("/integrity")
    assert "not asked yet" not in page.text
    ticks = page.answer.text.count(">holds<")
    assert ticks == sum(len(box.live) + bool(box.guard) for box in BOXES)
    assert page.answer.text.count(">by test<") == sum(len(box.tests) for box in BOXES)
    assert page.answer.text.count(">not proved<") == sum(bool(box.open) for box in BOXES)


# ---------------------------------------------------------------- one run at a time, progress, stop


def test_a_run_shows_how_far_it_is_and_can_be_stopped(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ruth, seen = house.ruth(), []
    real = invariant.ask

    def looked_at(session: Session, one: Invariant) -> Finding:
        if one is INVARIANTS[2]:
            page = ruth.get("/integrity")
            seen.append(page.text)
            ruth.send(page, "/stop")
        return real(session, one)

    monkeypatch.setattr(invariant, "ask", looked_at)
    prove_now(ruth)
    assert f"2 of {len(INVARIANTS)} asked" in seen[0]
    assert f"Now: {INVARIANTS[2].name}" in seen[0]
    assert "by Ruth Adeyemi" in seen[0]
    page = ruth.get("/integrity")
    assert "The last run was not finished. Stopped by Ruth Adeyemi." in page.text
    assert 'hx-trigger="every 2s"' not in page.answer.text
    with db.reading() as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM proof_result")).scalar_one() == 2
    assert (states(), planned(runs.RUN)) == (["stopped"], None)


def test_two_runs_are_never_under_way_at_once(house: House) -> None:
    ruth = house.ruth()
    page = ruth.get("/integrity")
    ruth.send(page, "/integrity/runs")
    again = ruth.send(page, "/integrity/runs")
    assert again.status == 409
    assert "A proof runs already. Wait for its end, or stop it." in again.text
    running = ruth.get("/integrity")
    assert 'hx-trigger="every 2s"' in running.answer.text
    assert [form.action for form in running.forms if form.action.endswith("/integrity/runs")] == []
    assert states() == ["running"]


def test_a_run_that_is_over_cannot_be_stopped(house: House) -> None:
    ruth = house.ruth()
    ruth.send(ruth.get("/integrity"), "/integrity/runs")
    page = ruth.get("/integrity")
    ring(runs.RUN)
    late = ruth.send(page, "/stop")
    assert (late.status, states()) == (409, ["held"])
    assert "This proof is over already." in late.text


def test_a_picker_neither_sees_nor_runs_it(house: House) -> None:
    maja = house.somebody().sign_in("maja@example.test")
    assert maja.get("/integrity").status == 403
    assert maja.ask("POST", "/integrity/runs", data={}).status_code == 403
    assert states() == []


# ---------------------------------------------------------------- the night


def test_a_proof_runs_every_night_for_ever(any_house: House) -> None:
    with db.transaction() as session:
        timers.begin_standing(session)
    for night in range(3):
        with clock.stopped_at(MONDAY + timedelta(days=night)):
            ring(runs.NIGHT)
            assert planned(runs.NIGHT) == datetime(2026, 11, 24 + night, 2, tzinfo=UTC)
            ring(runs.RUN)
    assert states() == ["held"] * 3


def test_a_night_that_is_cut_off_leaves_its_timer_and_no_half_run(any_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with db.transaction() as session:
        timers.begin_standing(session)
    monkeypatch.setattr(runs, "next_night", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ring(runs.NIGHT)
    assert states() == []
    assert planned(runs.NIGHT) is not None, "it rings again"


def test_a_night_in_which_a_manager_proves_already_begins_no_second_run(any_house: House) -> None:
    begin()
    with db.transaction() as session:
        wiring.VERBS[runs.NIGHT](session, "")
    assert states() == ["running"]
    assert planned(runs.NIGHT) is not None


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-03-28T00:30:00+00:00", "2026-03-28T02:00:00+00:00"),  # 01:30 in Berlin, the proof at 03:00
        ("2026-03-28T02:00:00+00:00", "2026-03-29T01:00:00+00:00"),  # the night without an hour
        ("2026-10-24T23:30:00+00:00", "2026-10-25T02:00:00+00:00"),  # the night with one more
        ("2026-10-25T02:00:00+00:00", "2026-10-26T02:00:00+00:00"),
    ],
)
def test_the_night_is_the_warehouses_whatever_summer_time_does(monkeypatch: pytest.MonkeyPatch, now: str, night: str) -> None:
    monkeypatch.setenv("STOWLINE_TIME_ZONE", "Europe/Berlin")
    monkeypatch.setenv("STOWLINE_PROOF_HOUR", "3")
    settings.cache_clear()
    with clock.stopped_at(datetime.fromisoformat(now)):
        assert runs.next_night() == datetime.fromisoformat(night)
    monkeypatch.undo()
    settings.cache_clear()


# ---------------------------------------------------------------- what dies


def test_a_run_whose_program_was_killed_is_marked_failed_and_begun_once_more(any_house: House) -> None:
    first = begin(nightly=True)
    with db.transaction() as session:
        assert runs._take(session, first)  # and then nobody hears of it any more
    ring(runs.RUN)
    assert states() == ["running"], "it may still live"
    with clock.stopped_at(clock.now() + runs.DEAD_AFTER + timedelta(seconds=1)):
        ring(runs.RUN)
        assert states() == ["failed", "running"]
        ring(runs.RUN)
    assert states() == ["failed", "held"]


def test_a_run_that_dies_twice_waits_for_a_person(any_house: House) -> None:
    for _ in range(2):
        with db.reading() as session:
            run = session.execute(sa.text("SELECT id FROM proof_run WHERE state = 'running'")).scalar_one_or_none()
        run = run or begin(nightly=True)
        with db.transaction() as session:
            assert runs._take(session, run)
        with clock.stopped_at(clock.now() + runs.DEAD_AFTER + timedelta(seconds=1)), db.transaction() as session:
            assert not runs._take(session, run)
    assert states() == ["failed", "failed"]


def test_a_dead_run_is_in_nobodys_way(house: House) -> None:
    ruth = house.ruth()
    with db.transaction() as session:
        runs._take(session, runs.begin(session, "Ruth"))
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        page = ruth.get("/integrity")
        assert "Nobody heard of it" in page.text
        ruth.send(page, "/integrity/runs")
        ring(runs.RUN)
        assert states() == ["failed", "held"]
        assert "The program that ran it ended" not in ruth.get("/integrity").text


def test_a_query_that_fails_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ruth = house.ruth()

    def disk_is_gone(session: Session, one: Invariant) -> Finding:
        raise OSError("the disk is gone")

    monkeypatch.setattr(invariant, "ask", disk_is_gone)
    prove_now(ruth)
    assert states() == ["failed"]
    assert "The last run failed. It could not go on: OSError('the disk is gone')" in ruth.get("/integrity").text


# ---------------------------------------------------------------- what is kept


def test_the_last_thirty_runs_are_kept_whole_and_of_older_ones_only_the_news(any_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RUNS_IN_FULL", 3)
    monkeypatch.setattr(runs, "INVARIANTS", INVARIANTS[:2])
    for day in range(6):
        with clock.stopped_at(MONDAY + timedelta(days=day)):
            begin()
            ring(runs.RUN)
    with clock.stopped_at(MONDAY + timedelta(days=6)), db.transaction() as session:
        runs.forget_old(session)
    with db.reading() as session:
        kept = session.execute(sa.text("SELECT run_id, COUNT(*) FROM proof_result GROUP BY run_id ORDER BY run_id")).all()
        assert [tuple(row) for row in kept] == [(1, 2), (4, 2), (5, 2), (6, 2)], "the first answers are news"
    with clock.stopped_at(MONDAY + timedelta(days=500)), db.transaction() as session:
        runs.forget_old(session)
    assert states() == ["held"] * 3
