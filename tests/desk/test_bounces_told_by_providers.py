"""Mail providers tell of bounces and complaints: only who is known is heard, once, and what follows is by scope."""

import base64
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select

from stowline.core import db
from stowline.core.config import settings
from stowline.notifications import mail_reports, return_path, sns, suppressions
from stowline.notifications.models import Message
from tests.desk.conftest import House
from tests.makers import Reply, Tablet, email_of
from tests.notifications.amazon import CERTIFICATE, CONFIRM, TOPIC, Amazon, bounce, complaint

INES = email_of("1042")


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    """Amazon, of which certificates are asked; no test goes there."""
    made = Amazon()
    monkeypatch.setattr(sns, "fetch", made.get)
    sns._kept.cache_clear()
    yield made
    sns._kept.cache_clear()


@pytest.fixture
def maja(monkeypatch: pytest.MonkeyPatch, house: House) -> Tablet:
    monkeypatch.setenv("STOWLINE_SES_TOPIC_ARN", TOPIC)
    monkeypatch.setenv("STOWLINE_POSTMARK_TOKEN", "a token for Postmark")
    db.forget()
    return house.robot()


def ask(maja: Tablet, said: Any, provider: str = "ses", **headers: str) -> Reply:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return maja.send("POST", f"/bounces/{provider}", body, {"Content-Type": "text/plain; charset=UTF-8", **headers})


def why(address: str, *, marketing: bool) -> str:
    with db.reading() as session:
        return suppressions.suppressed(session, "email", address, marketing=marketing, store_id=1)


def a_message(maja: Tablet) -> int:
    """A confirmation that went out."""
    maja.add_product("CUP")
    assert maja.place("1042", {"CUP": 1}).status == 201
    House.deliver()
    with db.reading() as session:
        message = session.exec(select(Message).where(Message.recipient == INES)).one()
    assert message.state == "sent"
    return message.id or 0


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_hard_bounce_of_ses_finds_its_message_and_stops_the_address_once(maja: Tablet, amazon: Amazon, version: str) -> None:
    ident = a_message(maja)
    path = return_path.address_for("bounces+{token}@mail.example", ident, settings().key())
    said = amazon.says(bounce("somebody.else@example.test", source=path), version=version)
    assert ask(maja, said).body == {"ok": True, "new": 1}
    assert ask(maja, said).body == {"ok": True, "new": 0}
    assert amazon.asked == [CERTIFICATE]
    with db.reading() as session:
        [report] = mail_reports.of_message(session, ident)
        assert session.get_one(Message, ident).state == "sent"
    assert (report.kind, report.address, report.scope, report.code) == ("hard", INES, "transactional", "5.1.1")
    assert "hard bounce" in why(INES, marketing=False)
    assert why("somebody.else@example.test", marketing=False) == ""


def test_a_complaint_stops_marketing_and_a_soft_bounce_nothing(maja: Tablet, amazon: Amazon) -> None:
    ask(maja, amazon.says(complaint("Tom <TOM@example.test>")))
    assert "complaint" in why("tom@example.test", marketing=True)
    assert why("tom@example.test", marketing=False) == ""
    ask(maja, amazon.says(bounce("lea@example.test", kind="Transient", ident="f-2")))
    assert why("lea@example.test", marketing=True) == ""
    assert ask(maja, amazon.says({"notificationType": "Delivery", "mail": {}})).body["new"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"Message": json.dumps(bounce("victim@example.test"))},
        {"Timestamp": "2026-11-26T09:00:00.000Z"},
        {"Subject": "added"},
        {"Type": "UnsubscribeConfirmation"},
        {"Type": "Anything"},
        {"Signature": base64.b64encode(b"x" * 256).decode()},
        {"Signature": "no base64"},
        {"SignatureVersion": "3"},
        {"SignatureVersion": "1"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem"},
        {"SigningCertURL": "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com:8443/x.pem"},
        {"SigningCertURL": "https://bucket.s3.amazonaws.com/x.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem?y=z"},
        {"TopicArn": "arn:aws:sns:eu-west-1:666666666666:mine"},
    ],
    ids=lambda change: "-".join(f"{k}={v[-30:]}" for k, v in change.items()),
)
def test_what_is_not_amazons_word_for_word_is_refused(maja: Tablet, amazon: Amazon, change: dict[str, str]) -> None:
    said = amazon.says(bounce("tom@example.test")) | change
    reply = ask(maja, said)
    assert (reply.status, bool(reply["say"])) == (401, True)
    assert all(url == CERTIFICATE for url in amazon.asked)
    with db.reading() as session:
        assert mail_reports.counts(session, ["tom@example.test", "victim@example.test"]) == {"tom@example.test": {}, "victim@example.test": {}}


def test_a_topic_of_somebody_elses_is_refused_however_well_it_is_signed(maja: Tablet, amazon: Amazon) -> None:
    assert ask(maja, amazon.says(bounce("tom@example.test"), TopicArn="arn:aws:sns:eu-west-1:666666666666:mine")).status == 401
    assert amazon.asked == []


@pytest.mark.parametrize("days", [(-300, -1), (1, 300)])
def test_a_certificate_out_of_its_time_is_refused(maja: Tablet, amazon: Amazon, days: tuple[int, int]) -> None:
    amazon.days = days
    assert ask(maja, amazon.says(bounce("tom@example.test"))).status == 401


def test_amazon_is_told_once_that_its_topic_is_wanted_and_nobody_else(maja: Tablet, amazon: Amazon) -> None:
    assert ask(maja, amazon.says("You have chosen to subscribe", "SubscriptionConfirmation")).status == 200
    assert amazon.asked == [CERTIFICATE, CONFIRM]
    evil = amazon.says("You have chosen to subscribe", "SubscriptionConfirmation", SubscribeURL="https://evil.example/?Action=ConfirmSubscription")
    assert ask(maja, evil).status == 401
    assert amazon.asked == [CERTIFICATE, CONFIRM]


def test_a_name_of_amazons_that_leads_into_the_own_network_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def rebinding(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "sns.eu-west-1.amazonaws.com":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 443))]
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with pytest.raises(sns.NotSigned, match="private network"):
        sns.fetch(CERTIFICATE)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'"x"', b"[" * 100_000])
def test_what_is_no_json_is_refused(maja: Tablet, body: bytes) -> None:
    assert ask(maja, body).status == 400


@pytest.mark.parametrize("message", ["", "[]", "{}", '{"notificationType": "Bounce"}', '{"notificationType": "Bounce", "bounce": {"bouncedRecipients": [1]}}'])
def test_a_signed_message_that_is_no_notification_is_refused(maja: Tablet, amazon: Amazon, message: str) -> None:
    assert ask(maja, amazon.says(message)).status == 400


# -- Postmark --------------------------------------------------------------------------------------------------------


def postmark(kind: str = "HardBounce", ident: int = 42, **more: Any) -> dict[str, Any]:
    return {"RecordType": "SpamComplaint" if kind == "SpamComplaint" else "Bounce", "ID": ident, "Type": kind, "Email": "tom@example.test",
            "BouncedAt": "2026-11-26T08:00:00Z", "Description": "The server was unable to deliver", "Details": "550 user unknown", "Metadata": {}} | more  # fmt: skip


BASIC = "Basic " + base64.b64encode(b"anybody:a token for Postmark").decode()


def test_postmark_is_known_by_its_password_and_tells_of_a_message_by_its_metadata(maja: Tablet) -> None:
    ident = a_message(maja)
    said = postmark(Metadata={"stowline": return_path.token(ident, settings().key())})
    assert ask(maja, said, "postmark", Authorization=BASIC).body == {"ok": True, "new": 1}
    assert ask(maja, said, "postmark?token=a%20token%20for%20Postmark").body == {"ok": True, "new": 0}
    assert "hard bounce" in why(INES, marketing=False)
    assert ask(maja, postmark("SpamComplaint", 43), "postmark", Authorization=BASIC).body["new"] == 1
    assert "complaint" in why("tom@example.test", marketing=True)
    assert why("tom@example.test", marketing=False) == ""


@pytest.mark.parametrize(
    ("headers", "query"),
    [({}, ""), ({"Authorization": "Basic " + base64.b64encode(b"a token for Postmark:").decode()}, ""), ({"Authorization": "Basic !!"}, ""), ({}, "?token=wrong"), ({}, "?token=")],
)
def test_without_the_password_nothing_is_heard(maja: Tablet, headers: dict[str, str], query: str) -> None:
    assert ask(maja, postmark(), f"postmark{query}", **headers).status == 401
    assert why("tom@example.test", marketing=True) == ""


def test_what_postmark_tells_besides_is_taken_and_changes_nothing(maja: Tablet) -> None:
    for said in ({"RecordType": "Open", "Email": "tom@example.test"}, postmark("AutoResponder"), postmark("ChallengeVerification")):
        assert ask(maja, said, "postmark", Authorization=BASIC).body == {"ok": True, "new": 0}
    for said in ({"hello": 1}, {"RecordType": "Bounce", "Type": "HardBounce", "Email": "tom@example.test"}):
        assert ask(maja, said, "postmark", Authorization=BASIC).status == 400


def test_a_provider_that_is_not_set_up_has_no_door(house: House) -> None:
    for provider in ("ses", "postmark", "nobody"):
        assert ask(house.robot(), postmark(), provider, Authorization=BASIC).status == 404
