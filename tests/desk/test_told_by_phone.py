"""What a customer says by telephone is put on record with the words, the time and who heard it, and it holds at once."""

import pytest
import sqlalchemy as sa

from stowline.core import db
from stowline.notifications import consents, preferences
from stowline.notifications.preferences import Reader
from tests.desk.conftest import Desk, House
from tests.makers import email_of

MAIL = email_of("1042")


@pytest.fixture
def ines(house: House) -> str:
    robot = house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1})
    db.run(lambda session: preferences.set_reader(session, 1, MAIL, Reader(phone="+4915112345678")))
    with db.reading() as session:
        return f"/customers/{session.execute(sa.text('SELECT id FROM customer WHERE email = :mail'), {'mail': MAIL}).scalar_one()}"


def refuses(channel: str) -> str:
    with db.reading() as session:
        return preferences.refuses(session, 1, MAIL, "win-back", channel)


def noted() -> list[str]:
    with db.reading() as session:
        return [f"{row.who}: {row.what}" for row in session.execute(sa.text("SELECT who, what FROM audit WHERE what LIKE '%phone%' ORDER BY id"))]


def say(ruth: Desk, ines: str, action: str, way: str, text: str) -> str:
    return ruth.send(ruth.get(ines), action, way=way, text=text).text


def test_yes_and_no_by_phone_are_kept_word_for_word_and_hold_at_once(house: House, ines: str) -> None:
    ruth = house.ruth()
    assert "send you news and offers? You can stop it at any time." in ruth.get(ines).text
    assert "no consent" in refuses("sms")
    assert "It is on record" in say(ruth, ines, "/consent", "sms", "May we write to you? - Sure, go on.")
    assert refuses("sms") == "nobody made sure that the number is the shopper's own"
    assert "the number is theirs" in ruth.send(ruth.get(ines), "/phone").text
    assert refuses("sms") == ""
    assert "on record already" in say(ruth, ines, "/consent", "sms", "Said again")
    assert "It is on record" in say(ruth, ines, "/withdrawal", "sms", "Stop it, please.")
    assert "stopped marketing" in refuses("sms")
    with db.reading() as session:
        kept = [(row.given, row.text, row.source) for row in consents.history(session, 1, MAIL)]
    assert kept == [(False, "Stop it, please.", "by phone to Ruth Adeyemi"), (True, "May we write to you? - Sure, go on.", "by phone to Ruth Adeyemi")]
    assert [what.partition(": ")[2] for what in noted()] == ["consent by phone", "telephone confirmed", "marketing stopped by phone"]
    page = ruth.get(ines)
    assert "Stop it, please." in page.text
    assert not [form for form in page.forms if form.action.endswith("/phone")], "it is confirmed once"


@pytest.mark.parametrize(("way", "text", "why"), [("sms", "  ", "the sentence that was said"), ("pigeon", "Yes", "by which way")])
def test_what_proves_nothing_is_refused(house: House, ines: str, way: str, text: str, why: str) -> None:
    assert why in say(house.ruth(), ines, "/consent", way, text)
    assert "no consent" in refuses("sms")
    assert noted() == []


def test_a_number_that_changed_meanwhile_is_not_confirmed(house: House, ines: str) -> None:
    ruth = house.ruth()
    page = ruth.get(ines)
    db.run(lambda session: preferences.set_reader(session, 1, MAIL, Reader(phone="+4915199999999")))
    assert "changed meanwhile" in ruth.send(page, "/phone").text
    with db.reading() as session:
        assert not preferences.reader(session, 1, MAIL).own_phone
