"""What a person said decides what is sent: kept for a store and an address, however it is spelled."""

from stowline.core import db
from stowline.notifications import consents, preferences
from stowline.notifications.preferences import Reader
from tests.desk.conftest import House
from tests.makers import email_of


def refuses(kind: str, channel: str = "email", address: str = "Ines@Example.test ", store: int = 1) -> str:
    with db.reading() as session:
        return preferences.refuses(session, store, address, kind, channel)


def test_what_a_person_said_is_found_under_every_spelling_and_in_no_other_store(one_house: House) -> None:
    _ = one_house
    with db.transaction() as session:
        assert (
            preferences.choose(session, 1, "INES@example.test", {("shipped", "email"): False, ("shipped", "sms"): True})
            == 2
        )
        assert preferences.choose(session, 1, "ines@example.test", {("shipped", "email"): False}) == 0
        said = Reader("zh-Hant", "Asia/Taipei", 22 * 60, 7 * 60, "+886912345678")
        assert preferences.set_reader(session, 1, "ines@example.test", said)
        assert not preferences.set_reader(session, 1, " Ines@example.test", said)
    assert "does not want" in refuses("shipped")
    assert refuses("shipped", "sms") == "" == refuses("shipped", "sms", "+886912345678")
    assert "did not ask" in refuses("order-confirmed", "sms", "+886912345678")
    assert refuses("shipped", address="other@example.test") == ""
    with db.reading() as session:
        assert preferences.reader(session, 1, "ines@EXAMPLE.test").quiet_from == 1320
        assert preferences.address_for(session, 1, "ines@example.test", "sms") == "+886912345678"
        assert preferences.address_for(session, 1, "ines@example.test", "push") == ""
        assert preferences.reader(session, 1, "nobody@example.test") == Reader()
        assert preferences.refuses(session, None, "ines@example.test", "shipped", "email") == "", (
            "the house has no shoppers"
        )


def test_a_new_number_is_nobodys_own_until_somebody_made_sure(one_house: House) -> None:
    _ = one_house
    with db.transaction() as session:
        preferences.set_reader(session, 1, "teo@example.test", Reader(phone="+4915112345678"))
        assert not preferences.reader(session, 1, "teo@example.test").own_phone
        assert preferences.confirm_phone(session, 1, "teo@example.test", "Ruth")
        assert preferences.reader(session, 1, "teo@example.test").own_phone
        preferences.set_reader(session, 1, "teo@example.test", Reader(phone="+4915112345679"))
        assert not preferences.reader(session, 1, "teo@example.test").own_phone
        assert not preferences.confirm_phone(session, 1, "nobody@example.test", "Ruth")


def test_the_newest_consent_counts_and_every_one_is_kept(one_house: House) -> None:
    _ = one_house
    person = (1, "Uli@example.test", "email")

    def say(*, given: bool, text: str) -> bool:
        return db.run(
            lambda session: consents.record(session, *person, given=given, text=text, source="by phone to Ruth")
        )

    assert "no consent" in refuses("news", address=person[1])
    assert [say(given=True, text="Yes"), say(given=True, text="Yes again"), say(given=False, text="No"), say(given=True, text="Well")] == [
        True, False, True, True]  # fmt: skip
    assert refuses("news", address="uli@example.test") == ""
    with db.reading() as session:
        assert [row.text for row in consents.history(session, 1, "uli@example.test")] == ["Well", "No", "Yes"]


def test_a_store_that_may_mails_its_own_customers_until_they_stop_it(one_house: House) -> None:
    robot = one_house.robot()
    robot.add_product("MUG")
    robot.place("1042", {"MUG": 1})
    email = email_of("1042").upper()
    assert "no consent" in refuses("news", address=email)
    db.run(lambda session: consents.set_soft_opt_in(session, 1, allowed=True))
    assert refuses("news", address=email) == ""
    assert "no consent" in refuses("news", address="stranger@example.test")
    db.run(lambda session: consents.record(session, 1, email, "email", given=False, text="Stop", source="unsubscribed"))
    assert "stopped" in refuses("news", address=email)
    db.run(lambda session: consents.set_soft_opt_in(session, 1, allowed=False))
