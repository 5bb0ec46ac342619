"""The texts of messages that are settled go after so many days; that they were sent stays."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from stowline.notifications import retention
from tests.desk.conftest import House


def texts() -> dict[int, bool]:
    """Whether each message still has a text."""
    with db.reading() as session:
        rows = session.execute(sa.text("SELECT id, html || text || short AS words FROM message WHERE state = 'sent' ORDER BY id"))
        return {row.id: bool(row.words) for row in rows}


def told(house: House) -> House:
    robot = house.robot()
    robot.stock_up({"MUG": 3})
    for ref in ("1042", "1043", "1044"):
        robot.place(ref, {"MUG": 1})
    house.deliver()
    assert len(texts()) >= 3
    assert all(texts().values())
    return house


def test_texts_go_after_the_days_that_were_set_and_the_page_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told(house)
    monkeypatch.setenv("STOWLINE_MESSAGE_RETENTION_DAYS", "30")
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    db.forget()
    old, *_ = texts()
    with clock.stopped_at(clock.now() + timedelta(days=29)):
        db.run(lambda session: retention.nightly(session, ""))
        house.react()
    assert all(texts().values()), "not yet"
    with db.reading() as session:
        before = session.execute(sa.text("SELECT subject, state, reason, sent_at FROM message WHERE id = :id"), {"id": old}).one()
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        db.run(lambda session: retention.nightly(session, ""))
        house.react()
    with clock.stopped_at(clock.now() + timedelta(days=31, hours=1)):
        house.react()
    assert not any(texts()[one] for one in list(texts())[:3]), "in portions of two, to the end"
    with db.reading() as session:
        assert session.execute(sa.text("SELECT subject, state, reason, sent_at FROM message WHERE id = :id"), {"id": old}).one() == before
    page = house.ruth().get(f"/messages/{old}")
    assert "Its text was removed after 30 days." in page.text
    assert not [form for form in page.forms if form.action.endswith("/copies")]


def test_without_the_setting_texts_are_kept(house: House) -> None:
    told(house)
    with clock.stopped_at(clock.now() + timedelta(days=3650)):
        db.run(lambda session: retention.nightly(session, ""))
        db.run(lambda session: retention.portion(session, "0"))
    assert all(texts().values())
