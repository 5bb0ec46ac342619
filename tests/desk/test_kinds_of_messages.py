"""The catalogue of messages at the desk: each kind as it reads, of made-up facts or a real order, and a test to oneself."""

import pytest

from stowline.core import db
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.previews import MOST_AN_HOUR
from tests.desk.conftest import House
from tests.services import SmtpSink


@pytest.fixture
def smtp_house(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    db.forget()
    return house


def test_every_kind_is_listed_with_what_it_is_for_and_can_be_read_in_each_language(house: House) -> None:
    ruth = house.ruth()
    page = ruth.get("/messages/kinds")
    for kind, entry in CATALOGUE.items():
        assert f"/messages/kinds/{kind}?store=demo" in page.links
        assert entry.purpose in page.text
        for locale in ("en", "zh-Hant", "zh-Hans"):
            one = ruth.get(f"/messages/kinds/{kind}?locale={locale}")
            assert one.status == 200
            assert 'sandbox=""' in one.answer.text
            assert f"lang=&#34;{locale}&#34;" in one.answer.text
            assert "cannot" not in one.text.partition("As it reads")[0]
    assert "style-src 'self' 'unsafe-inline'" in one.answer.headers["content-security-policy"]


def test_the_confirmation_is_read_in_the_look_that_one_picks(house: House) -> None:
    ruth = house.ruth()
    assert "What you can count on" not in ruth.get("/messages/kinds/order-confirmed").text
    assert "What you can count on" in ruth.get("/messages/kinds/order-confirmed?look=reassurance").answer.text
    assert ruth.get("/messages/kinds/order-confirmed?look=loud").status == 400
    assert ruth.get("/messages/kinds/shipped?look=coupon").status == 400
    assert ruth.get("/messages/kinds/love-letter").status == 404


def test_a_kind_is_read_as_a_real_order_would_have_it_and_says_so_where_it_has_nothing_to_tell(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 4})
    robot.place("1042", {"MUG": 2})
    page = ruth.get("/messages/kinds/order-confirmed?ref=1042")
    assert "Your order 1042 is confirmed" in page.text
    assert "Thing MUG" in page.answer.text
    assert "Order 1042 has nothing that this message could tell yet." in ruth.get("/messages/kinds/shipped?ref=1042").text
    robot.ship_all()
    assert "Your order 1042 is on its way" in ruth.get("/messages/kinds/shipped?ref=1042").text
    assert "What stands here is made up." in ruth.get("/messages/kinds/shipped?ref=none").text
    assert house.client.get("/messages", headers={"authorization": f"Bearer {house.token}"}).status_code == 200
    house.deliver()
    assert "Your order 1042 is on its way" in ruth.get("/messages/kinds/shipped?ref=1042").text, "as it was sent"


def test_a_test_goes_to_ones_own_address_marked_and_is_no_message_of_an_order(smtp_house: House, smtp_sink: SmtpSink) -> None:
    ruth = smtp_house.ruth()
    page = ruth.get("/messages/kinds/order-confirmed?look=coupon&locale=zh-Hant")
    assert page.form("/tests").fields["to"] == "ruth@example.test"
    done = ruth.send(page, "/tests")
    assert "The test is on its way to ruth@example.test." in done.text
    [mail] = smtp_sink.wait_for(1)
    assert mail["To"] == "ruth@example.test"
    assert mail["X-Stowline-Message"] == "test-order-confirmed"
    assert mail["X-Stowline-Order"] is None
    assert str(mail["Subject"]).startswith("【測試】")
    body = mail.get_body(("plain",))
    assert body is not None
    assert "THANKS-10" in body.get_content()
    assert "測試信" in body.get_content()
    assert "No message here" in ruth.get("/messages").text
    ruth.send(page, "/tests", to="maud@example.test")
    assert smtp_sink.wait_for(2)[1]["To"] == "maud@example.test"


def test_tests_are_bounded_and_refused_with_a_sentence(smtp_house: House, smtp_sink: SmtpSink) -> None:
    ruth = smtp_house.ruth()
    page = ruth.get("/messages/kinds/thank-you")
    wrong = ruth.send(page, "/tests", to="nobody")
    assert wrong.status == 422
    assert "not an e-mail address" in wrong.text
    smtp_sink.answer_next("550 5.1.1 Nobody of that name")
    assert "Nobody of that name" in ruth.send(page, "/tests").text
    for _ in range(MOST_AN_HOUR - 1):
        ruth.send(page, "/tests")
    many = ruth.send(page, "/tests")
    assert many.status == 429
    assert "tests within an hour" in many.text
    assert len(smtp_sink.mails) == MOST_AN_HOUR - 1


def test_without_a_mail_server_a_test_has_nowhere_to_go(house: House) -> None:
    ruth = house.ruth()
    refused = ruth.send(ruth.get("/messages/kinds/shipped"), "/tests")
    assert refused.status == 422
    assert "No mail server is set" in refused.text


def test_a_picker_sends_no_tests(house: House) -> None:
    maja = house.somebody().sign_in("maja@example.test")
    answer = maja.ask("POST", "/messages/kinds/shipped/tests", data={"to": "maja@example.test"})
    assert answer.status_code == 403
