"""What is a store's own is said at the desk: name, sender, address, money, language, time zone."""

import pytest

from stowline.core import db
from stowline.notifications import preferences
from tests.desk.conftest import House
from tests.makers import email_of
from tests.services import SmtpSink


def test_a_new_store_says_from_where_it_writes_and_its_mails_do(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    db.forget()
    robot, ruth = house.robot(), house.ruth()
    page = ruth.get("/stores/demo")
    assert "nobody's address" in page.text
    done = ruth.send(page, "/brand", name="Kiln & Cup", sender_email="orders@kiln.example", reply_to="", url="https://kiln.example/",
                     currency="gbp", time_zone="Europe/London", accent="#7A3B1E", ship_within_days="3")  # fmt: skip
    assert "Saved. Pages and mails from now on show it" in done.text
    assert "nobody's address" not in done.text
    kept = ruth.get("/stores/demo").form("/brand").fields
    assert (kept["name"], kept["url"], kept["currency"], kept["accent"]) == ("Kiln & Cup", "https://kiln.example", "GBP", "#7a3b1e")
    robot.stock_up({"MUG": 4})
    robot.place("first", {"MUG": 1})
    house.deliver()
    assert [mail["From"] for mail in smtp_sink.mails] == ["Kiln & Cup <orders@kiln.example>"]


@pytest.mark.parametrize(("field", "value", "say"), [
    ("name", " ", "The name is missing"), ("sender_email", "", "from which address mails come"), ("sender_email", "a@b@c", "not an e-mail address"),
    ("reply_to", "x\r\nBcc: y@z.example", "cannot be printed"), ("currency", "XXQ", "not a currency"), ("locale", "English", "is a code such as"),
    ("time_zone", "Mars/Olympus", "no time zone"), ("time_zone", "../../etc/passwd", "no time zone"), ("accent", "red", "A colour is #"),
    ("url", "javascript:alert(1)", "begins with https://"), ("url", "https://user:pw@kiln.example", "begins with https://"),
    ("ship_within_days", "1.5", "whole number"), ("ship_within_days", "61", "whole number"),
])  # fmt: skip
def test_what_cannot_be_is_told_beside_the_form_and_nothing_changes(house: House, field: str, value: str, say: str) -> None:
    ruth = house.ruth()
    page = ruth.get("/stores/demo")
    refused = ruth.send(page, "/brand", **({"support_email": "new@kiln.example"} | {field: value}))
    assert refused.status == 422
    assert say in refused.text
    assert refused.form("/brand").fields["support_email"] == "new@kiln.example", "what was typed is kept"
    assert ruth.get("/stores/demo").form("/brand").fields == page.form("/brand").fields


def test_a_store_says_what_its_messages_say_in_its_own_voice(house: House) -> None:
    ruth = house.ruth()
    page = ruth.get("/stores/demo")
    done = ruth.send(page, "/voice", confirmation_look="coupon", greeting="Dear", sign_off="Warmly, Maud", coupon_code="THANKS-10")
    assert "Saved. Messages from now on say it." in done.text
    again = ruth.get("/stores/demo")
    assert '<option value="coupon" selected>' in again.answer.text
    assert (again.form("/voice").fields["greeting"], again.form("/voice").fields["coupon_code"]) == ("Dear", "THANKS-10")


@pytest.mark.parametrize(("field", "value", "say"), [
    ("confirmation_look", "loud", "A confirmation looks plain"), ("welcome_code", "10 % OFF", "letters, digits"), ("greeting", "x" * 61, "At most 60 fit"),
    ("referral_url", "javascript:alert(1)", "begins with https://"),
])  # fmt: skip
def test_a_voice_that_cannot_be_is_refused(house: House, field: str, value: str, say: str) -> None:
    ruth = house.ruth()
    refused = ruth.send(ruth.get("/stores/demo"), "/voice", **{field: value})
    assert refused.status == 422
    assert say in refused.text


def test_a_store_may_write_to_its_own_customers_once_somebody_says_that_the_law_allows_it(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 1})
    robot.place("1042", {"MUG": 1})

    def refuses(address: str) -> str:
        with db.reading() as session:
            return preferences.refuses(session, 1, address, "win-back", "email")

    assert "no consent" in refuses(email_of("1042"))
    page = ruth.get("/stores/demo")
    assert "2002/58/EC, article 13(2)" in page.text
    assert "Saved. It holds" in ruth.send(page, "/soft-opt-in", allowed="on").text
    assert refuses(email_of("1042")) == ""
    assert "no consent" in refuses("stranger@example.test")
    page = ruth.get("/stores/demo")
    assert 'value="on" checked' in page.answer.text
    page.form("/soft-opt-in").fields.pop("allowed")
    ruth.send(page, "/soft-opt-in")
    assert "no consent" in refuses(email_of("1042"))
