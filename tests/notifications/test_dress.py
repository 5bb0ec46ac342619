"""What mails put on before they leave: a signature that verifies, and a return path that names the message."""

import email
import email.policy
from collections.abc import Callable
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from stowline.core.config import Settings
from stowline.notifications import return_path
from stowline.notifications.channels import DeliveryFailed, SmtpChannel
from stowline.notifications.channels.dkim_sign import Signer
from stowline.notifications.channels.dress import Dress
from stowline.notifications.render import Brand
from tests.notifications.test_smtp import QUICK, an_envelope
from tests.services import SmtpSink

KEY = b"the house's own"
PATTERN = "bounces+{token}@mail.example"
MANY = "Kiln & Cup, Dépôt de Saint-Étienne-du-Rouvray et Sotteville-lès-Rouen"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """(the private key's file, the DNS record of its public half)"""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    file = tmp_path_factory.mktemp("dkim") / "kiln.example.pem"
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(*pem))
    der = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return file, b"v=DKIM1; k=rsa; p=" + b"".join(der.splitlines()[1:-1])


def dns(record: bytes, asked: list[bytes]) -> Callable[..., bytes]:
    def txt(name: bytes, **_: object) -> bytes:
        asked.append(name)
        return record

    return txt


def test_a_signed_mail_arrives_with_a_signature_that_the_world_can_verify(smtp_sink: SmtpSink, keys: tuple[Path, bytes]) -> None:
    file, record = keys
    channel = SmtpChannel(smtp_sink.url, patience=QUICK, dress=Dress(key=KEY, signer=Signer(str(file), "s2026")))
    envelope = an_envelope(ident=7, to_name=MANY, unsubscribe_url="https://kiln.example/leave?x=1")
    channel.send(channel.prepare(envelope))
    channel.close()
    smtp_sink.wait_for(1)
    asked: list[bytes] = []
    assert dkim.verify(smtp_sink.raws[0], dnsfunc=dns(record, asked))
    assert asked == [b"s2026._domainkey.kiln.example."]
    mark = str(smtp_sink.mails[0]["DKIM-Signature"])
    assert "a=rsa-sha256" in mark
    assert "c=relaxed/relaxed" in mark
    signed = "".join(mark.split()).partition("h=")[2].partition(";")[0].split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post", "message-id", "content-type", "references"} <= set(signed)
    assert [signed.count(name) for name in ("from", "to", "subject", "date")] == [2] * 4
    for tampered in (
        smtp_sink.raws[0].replace(b"Subject: Your", b"Subject: My"),
        smtp_sink.raws[0].replace(b"dot", b"cot"),
        b"From: somebody <else@kiln.example>\r\n" + smtp_sink.raws[0],
    ):
        assert tampered != smtp_sink.raws[0]
        assert not dkim.verify(tampered, dnsfunc=dns(record, []))


def test_a_relay_that_folds_and_pads_breaks_no_signature(keys: tuple[Path, bytes]) -> None:
    file, record = keys
    message = Dress(key=KEY, signer=Signer(str(file), "s")).put_on(an_envelope(ident=7)).message
    padded = message.replace(b"Subject: Your order", b"SUBJECT:   Your  order") + b"\r\n\r\n"
    assert padded != message
    assert dkim.verify(padded, dnsfunc=dns(record, []))


def test_each_domain_signs_with_its_own_key_and_one_without_a_key_with_none(keys: tuple[Path, bytes]) -> None:
    file, record = keys
    dress = Dress(key=KEY, signer=Signer(str(file.parent / "{domain}.pem"), "s"))
    assert dkim.verify(dress.put_on(an_envelope()).message, dnsfunc=dns(record, []))
    other = dress.put_on(an_envelope(brand=Brand(name="Nordlys", from_address="hi@nordlys.example")))
    assert b"DKIM-Signature" not in other.message


@pytest.mark.parametrize("content", [None, b"no key at all", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_key_that_cannot_be_read_is_a_setting_to_mend_and_sends_nothing_unsigned(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "key.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DeliveryFailed, match="STOWLINE_DKIM_KEY_FILE") as failed:
        Dress(signer=Signer(str(file), "s")).put_on(an_envelope())
    assert not failed.value.permanent


def test_bounces_go_to_an_address_that_names_the_message_and_the_sender_stays_the_stores(smtp_sink: SmtpSink) -> None:
    channel = SmtpChannel(smtp_sink.url, patience=QUICK, dress=Dress(PATTERN, KEY))
    channel.send(channel.prepare(an_envelope(ident=4711)))
    channel.close()
    [mail] = smtp_sink.wait_for(1)
    sender = smtp_sink.envelopes[0][0]
    assert sender == return_path.address_for(PATTERN, 4711, KEY)
    assert return_path.message_of(sender.upper(), KEY) == 4711
    assert return_path.message_of(str(mail["X-Stowline-Ref"]), KEY) == 4711
    assert mail["From"].addresses[0].addr_spec == "hello@kiln.example"
    assert mail["Message-ID"] == an_envelope().message_id
    assert mail["X-PM-Metadata-stowline"] is None


def test_nobody_else_can_name_a_message() -> None:
    mine = return_path.token(4711, KEY)
    for forged in (mine.replace("4711", "4712"), return_path.token(4711, b"another house"), mine[:-1], mine + "0", "x" + mine, ""):
        assert return_path.message_of(f"bounces+{forged}@mail.example", KEY) is None


def test_a_mail_that_is_no_message_of_ours_names_none() -> None:
    prepared = Dress(PATTERN, KEY).put_on(an_envelope())
    assert prepared.sender == "bounces+none@mail.example"
    assert b"X-Stowline-Ref" not in prepared.message


def test_postmark_gives_back_what_it_is_given_as_metadata() -> None:
    message = Dress(key=KEY, postmark=True).put_on(an_envelope(ident=5)).message
    mail = email.message_from_bytes(message, policy=email.policy.default)
    assert mail["X-PM-Metadata-stowline"] == return_path.token(5, KEY)


@pytest.mark.parametrize("address", ["bounces+{token}", "a b@mail.example", "x" * 60 + "{token}@mail.example", "a@b@c", "<a@mail.example>"])
def test_a_return_path_that_is_none_stops_the_start(address: str) -> None:
    with pytest.raises(ValueError, match=r"bounces\+\{token\}@mail\.example"):
        Settings(return_path=address)
