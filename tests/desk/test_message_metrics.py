"""How messages do: figures as they are and from sums agree; an alarm is said once, shows until it ends, and ends once."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from stowline.core import clock, db, outbox
from stowline.desk import trail
from stowline.desk.queries import counts
from stowline.notifications import alarms, facts, metrics, policies, service
from stowline.notifications.metric_models import MessageAlarm
from stowline.notifications.models import Message
from stowline.notifications.policy_rules import Policy
from stowline.notifications.suppression_models import MailReport
from tests.desk.conftest import Desk, House

_m = Message.__table__.c  # type: ignore[attr-defined]
NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def shop_open(house: House, many: int, until: timedelta = timedelta()) -> None:
    """Orders that are placed at noon, and their messages so much later."""
    with clock.stopped_at(NOON):
        robot = house.robot()
        robot.stock_up({"MUG": many})
        for n in range(many):
            robot.place(f"{n}", {"MUG": 1})
    with clock.stopped_at(NOON + until):
        house.deliver()


def change(ref: str, **values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Message).where(_m.order_ref == ref).values(**values))


def heard(name: str) -> int:
    with db.reading() as session:
        return int(session.execute(sa.text("SELECT count(*) FROM outbox WHERE name = :name"), {"name": name}).scalar_one())


def look() -> None:
    db.run(lambda session: alarms.look(session, ""))


def test_figures_of_a_day_and_the_sums_of_a_week_agree(any_house: House) -> None:
    shop_open(any_house, 4, timedelta(seconds=90))
    change("0", state="dead", reason="gone", sent_at=None)
    with db.transaction() as session:
        session.add(MailReport(key="1", source="test", message_id=2, store_id=1, address="x@example.test", kind="hard", at=NOON, kept_at=NOON))
    ruth = any_house.ruth()
    with clock.stopped_at(NOON + timedelta(hours=1)):
        metrics.add_up("")
        metrics.add_up("")
        pages = [ruth.get(f"/messages/metrics?span={span}") for span in ("day", "week", "month")]
        with db.reading() as session:
            assert sorted(metrics.volume_of_days(session, metrics.today())) == sorted(metrics.volume_since(session, NOON))
        of_store = ruth.get("/messages/metrics?span=week&store=demo")
    for page in (*pages, of_store):
        assert page.rows[1].startswith("Order confirmedorder-confirmed430001")
        assert "The longest 90 s" in page.text
        assert "Came back for good 1 25.00 %" in page.text
        assert "Dead 1 25.00 %" in page.text
    assert "Half within 90 s" in pages[0].text
    with clock.stopped_at(NOON + timedelta(hours=1)):
        assert ruth.file("/messages/metrics.csv?span=week").text.splitlines()[1:] == ["order-confirmed,email,dead,1", "order-confirmed,email,sent,3"]


def test_what_a_store_means_to_hold_does_not_count_as_late(house: House) -> None:
    db.run(lambda session: policies.set_policy(session, 1, "order-confirmed", Policy(delay_s=60)))
    shop_open(house, 2, timedelta(minutes=0))
    with clock.stopped_at(NOON + timedelta(minutes=2)):
        house.deliver()
    with db.reading() as session:
        assert metrics.taken(session, NOON) == []


def test_late_messages_raise_one_alarm_that_ends_when_they_are_in_time_again(house: House, ruth: Desk) -> None:
    shop_open(house, alarms.FEWEST, timedelta(minutes=15))
    with clock.stopped_at(NOON + timedelta(minutes=16)):
        look()
        look()
        assert heard("AlarmRaised") == 1
        for path in ("/today", "/messages", "/messages/metrics"):
            assert "Messages come late: of those of the last hour one in twenty takes 15 min 0 s or more from its event." in ruth.get(path).text
    with clock.stopped_at(NOON + timedelta(hours=2)):
        look()
        look()
    assert heard("AlarmEnded") == 1
    counts.forget()
    assert 'role="alert"' not in ruth.get("/today").answer.text
    with db.reading() as session:
        assert [one.standing for one in session.execute(sa.select(MessageAlarm)).scalars()] == [None]


def test_what_still_waits_counts_with_the_time_so_far(house: House) -> None:
    with clock.stopped_at(NOON):
        robot = house.robot()
        robot.stock_up({"MUG": alarms.FEWEST})
        for n in range(alarms.FEWEST):
            robot.place(f"{n}", {"MUG": 1})
        house.react()
    with clock.stopped_at(NOON + timedelta(minutes=11)):
        look()
    assert heard("AlarmRaised") == 1


def test_one_message_that_cannot_be_written_is_an_alarm_and_no_empty_mail(house: House, ruth: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> dict[str, object]:
        return {"order_ref": "0"}

    with monkeypatch.context() as patch:
        patch.setitem(facts._KINDS, "order-confirmed", broken)
        shop_open(house, 1)
    with db.reading() as session:
        [message] = session.execute(sa.select(Message)).scalars()
    assert (message.state, message.html, message.reason[:24]) == ("dead", "", "it could not be written:")
    with clock.stopped_at(NOON + timedelta(minutes=1)):
        look()
        look()
        assert heard("AlarmRaised") == 1
        assert "1 message could not be written within a day: a text or a fact is wrong." in ruth.get("/messages").text
        db.run(lambda session: service.send_again(session, message.id or 0))
        house.deliver()
        look()
    assert heard("AlarmEnded") == 1
    with db.reading() as session:
        assert session.get_one(Message, message.id).state == "sent"


def test_the_end_of_every_alarm_is_told_in_words(house: House) -> None:
    with db.reading() as session:
        names = [reading.name for reading in alarms.readings(session)]
    assert names == ["late", "dead", "unwritten", "asked"]
    assert all(trail.told(outbox.Happened(1, "AlarmEnded", {"name": name, "since": ""}, NOON, None, None)).startswith("Alarm over: ") for name in names)


@pytest.mark.parametrize(("limit", "raised"), [("1", 1), ("2", 0), ("0", 0)])
def test_too_many_dead_raise_an_alarm_by_the_limit_of_the_setting(house: House, monkeypatch: pytest.MonkeyPatch, limit: str, raised: int) -> None:
    monkeypatch.setenv("STOWLINE_ALARM_DEAD", limit)
    db.forget()
    shop_open(house, 2)
    for ref in "01":
        change(ref, state="dead", reason="gone", sent_at=None)
    with clock.stopped_at(NOON + timedelta(minutes=1)):
        look()
    assert heard("AlarmRaised") == raised
    with clock.stopped_at(NOON + timedelta(days=1, minutes=1)):
        look()
    assert heard("AlarmEnded") == raised
