"""Mail to real SMTP servers on loopback: well-behaved ones, refusing ones, and ones that fall silent."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, Session
from aiosmtpd.smtp import Envelope as Incoming

from stowline.notifications.channels import DeliveryFailed, Envelope, MailboxChannel, SmtpChannel, for_settings
from stowline.notifications.channels.smtp import Patience
from stowline.notifications.channels.smtp_url import server_of
from stowline.notifications.render import Brand, Rendered
from stowline.notifications.rules import message_id, message_key, thread_id
from tests.services import SmtpSink, free_port

KILN = Brand(name="Kiln & Cup", from_address="hello@kiln.example", reply_to="care@kiln.example")
QUICK = Patience(connect_s=1, command_s=1, final_s=0.4)


def an_envelope(order: str = "1042", **changes: Any) -> Envelope:
    key = message_key("order-confirmed", channel="email", recipient="ines@post.example", store="kiln", order=order)
    envelope = Envelope(
        kind="order-confirmed",
        order_ref=order,
        message_id=message_id(key, "kiln.example"),
        thread_id=thread_id("kiln", order, "kiln.example"),
        to_address="ines@post.example",
        to_name="Ines Moreau",
        brand=KILN,
        rendered=Rendered("Your order is confirmed", "<p>Héllo</p>", "Héllo\n.dot\n", "Hello"),
        date=datetime(2026, 11, 27, 15, 27, tzinfo=UTC),
    )
    return replace(envelope, **changes)


@contextmanager
def a_channel(url: str, patience: Patience = QUICK) -> Iterator[SmtpChannel]:
    channel = SmtpChannel(url, patience=patience)
    try:
        yield channel
    finally:
        channel.close()


@dataclass
class Script:
    """A mail server that answers as told, by verb, and counts what it saw."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    on_data: Callable[[SMTP], str | None] = lambda _: None
    peers: list[Any] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    def _answer(self, verb: str) -> str | None:
        waiting = self.answers.get(verb, [])
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Incoming, address: str, options: list[str]
    ) -> str:
        if session.peer not in self.peers:
            self.peers.append(session.peer)
        if refusal := self._answer("MAIL"):
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Incoming, address: str, options: list[str]
    ) -> str:
        if refusal := self._answer("RCPT"):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Incoming) -> str:
        if refusal := self._answer("DATA"):
            return refusal
        self.kept.append(envelope.original_content or b"")
        self.recipients.extend(envelope.rcpt_tos)
        return self.on_data(server) or "250 2.0.0 kept"


@contextmanager
def a_server(script: Script, **options: Any) -> Iterator[str]:
    controller = Controller(script, hostname="127.0.0.1", port=free_port(), ready_timeout=30, **options)
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop(no_assert=True)


def body_of(mail: EmailMessage, subtype: str) -> str:
    part = mail.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


def failure_of(channel: SmtpChannel, envelope: Envelope, **more: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        channel.send(channel.prepare(envelope), **more)
    return caught.value


# -- what arrives


def test_a_mail_arrives_whole_with_the_headers_that_others_rely_on(smtp_sink: SmtpSink) -> None:
    with a_channel(smtp_sink.url) as channel:
        channel.send(channel.prepare(an_envelope("訂單 1042")))
    (mail,) = smtp_sink.wait_for(1)
    assert mail["From"] == "Kiln & Cup <hello@kiln.example>"
    assert mail["To"] == "Ines Moreau <ines@post.example>"
    assert mail["Reply-To"] == "Kiln & Cup <care@kiln.example>"
    assert (mail["X-Stowline-Message"], mail["X-Stowline-Order"]) == ("order-confirmed", "訂單 1042")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == datetime(2026, 11, 27, 15, 27, tzinfo=UTC)
    assert mail["References"] == mail["In-Reply-To"] == thread_id("kiln", "訂單 1042", "kiln.example")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert body_of(mail, "plain").splitlines() == ["Héllo", ".dot"]
    assert body_of(mail, "html").strip() == "<p>Héllo</p>"
    assert smtp_sink.envelopes == [("hello@kiln.example", ["ines@post.example"])]


def test_every_try_of_a_message_has_the_same_id_and_another_order_has_another() -> None:
    channel = SmtpChannel("smtp://127.0.0.1")
    ids = [line for _ in range(2) for line in channel.build(an_envelope()).splitlines() if b"Message-ID" in line]
    assert ids[0] == ids[1]
    assert an_envelope("1042").message_id != an_envelope("1043").message_id


def test_only_marketing_offers_to_unsubscribe() -> None:
    channel = SmtpChannel("smtp://127.0.0.1")
    assert b"List-Unsubscribe" not in channel.build(an_envelope())
    offer = channel.build(an_envelope(unsubscribe_url="https://kiln.example/u/abc"))
    assert b"List-Unsubscribe: <https://kiln.example/u/abc>" in offer
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in offer


def test_text_in_any_script_travels_in_short_lines_of_seven_bits() -> None:
    words = Rendered("您的訂單", "<p>" + "茶壺 " * 900 + "</p>", "x" * 3000 + "\n茶壺\n", "s")
    built = SmtpChannel("smtp://127.0.0.1").build(an_envelope(rendered=words))
    assert built.isascii()
    assert max(len(line) for line in built.splitlines()) <= 998


# -- names that try to be headers

EVIL = "Ines\r\nBcc: thief@evil.example\r\n\r\n<b>hi</b>"
ENCODED_EVIL = "=?utf-8?q?a=0d=0aBcc:_thief@evil.example?="


OURS = {
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Stowline-Message", "X-Stowline-Order", "List-Unsubscribe", "List-Unsubscribe-Post", "MIME-Version",
    "Content-Type",
}  # fmt: skip


@pytest.mark.parametrize(
    "evil", [EVIL, ENCODED_EVIL, "a\x00b\u2028Bcc: thief@evil.example", "\ud800Bcc: x", "名" * 300]
)
def test_no_name_becomes_a_header(smtp_sink: SmtpSink, evil: str) -> None:
    envelope = an_envelope(
        order_ref=evil,
        to_name=evil,
        kind=evil,
        message_id=evil,
        thread_id=evil,
        unsubscribe_url=evil,
        brand=replace(KILN, name=evil),
        rendered=replace(an_envelope().rendered, subject=evil),
    )
    with a_channel(smtp_sink.url) as channel:
        channel.send(channel.prepare(envelope))
    (mail,) = smtp_sink.wait_for(1)
    assert "Bcc" not in mail
    assert set(mail.keys()) <= OURS | {"X-Peer", "X-MailFrom", "X-RcptTo"}
    assert body_of(mail, "html").strip() == "<p>Héllo</p>"
    assert smtp_sink.envelopes[0][1] == ["ines@post.example"]


@pytest.mark.parametrize(
    "address",
    ["", "ines", "ines@", "@post.example", "a b@post.example", "a@b@c.example", "ines@post.example\r\nRCPT TO:<x@y.z>",
     "Ines <ines@post.example>", "ines@post.example,x@y.z", '"x y"@post.example', "ines@po\x00st.example", "i" * 65 + "@x.y"],
)  # fmt: skip
def test_an_address_that_is_none_fails_for_good_before_any_server_is_asked(address: str) -> None:
    with pytest.raises(DeliveryFailed, match="is no mail address") as caught:
        SmtpChannel("smtp://127.0.0.1:1").prepare(an_envelope(to_address=address))
    assert caught.value.permanent


# -- one connection


def test_fifty_mails_go_over_one_connection() -> None:
    script = Script()
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:
        for number in range(50):
            channel.send(channel.prepare(an_envelope(str(number))))
    assert len(script.kept) == 50
    assert len(script.peers) == 1


def test_a_connection_that_has_done_its_share_is_opened_anew() -> None:
    script = Script()
    with a_server(script) as place, a_channel(f"smtp://{place}", replace(QUICK, most_mails=3)) as channel:
        for number in range(7):
            channel.send(channel.prepare(an_envelope(str(number))))
    assert len(script.kept) == 7
    assert len(script.peers) == 3


def test_a_connection_that_the_server_closed_meanwhile_costs_no_mail_and_doubles_none() -> None:
    script = Script()
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:
        channel.send(channel.prepare(an_envelope("1")))
        port = int(place.rpartition(":")[2])
    again = Controller(script, hostname="127.0.0.1", port=port, ready_timeout=30)
    again.start()
    try:
        channel.send(channel.prepare(an_envelope("2")))
        channel.close()
    finally:
        again.stop(no_assert=True)
    assert len(script.kept) == 2


def test_threads_do_not_share_a_connection() -> None:
    script = Script()
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:

        def send_five() -> None:
            for number in range(5):
                channel.send(channel.prepare(an_envelope(str(number))))
            channel.close()

        threads = [threading.Thread(target=send_five) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(script.kept) == 15
    assert len(script.peers) == 3


# -- refusals


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "permanent"), [("451 4.3.0 Try later", False), ("550 5.1.1 No such box", True)])
def test_a_refusal_is_told_apart_from_a_refusal_for_now(verb: str, answer: str, *, permanent: bool) -> None:
    script = Script({verb: [answer]})
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:
        failed = failure_of(channel, an_envelope("1"))
        channel.send(channel.prepare(an_envelope("2")))
    assert (failed.permanent, failed.unsure) == (permanent, False)
    assert answer[:3] in failed.say
    assert len(script.kept) == 1


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("450 4.2.0 Greylisted, try again in 300 seconds", 300), ("450 Wait 5 minutes", 300), ("450 Busy", None),
     ("550 gone for 300 seconds", None)],
)  # fmt: skip
def test_a_server_that_names_its_wait_is_heard(words: str, seconds: float | None) -> None:
    with a_server(Script({"RCPT": [words]})) as place, a_channel(f"smtp://{place}") as channel:
        assert failure_of(channel, an_envelope()).retry_after == seconds


def test_a_server_that_shuts_down_mid_way_is_asked_again_later() -> None:
    with a_server(Script({"RCPT": ["421 4.3.2 Shutting down"]})) as place, a_channel(f"smtp://{place}") as channel:
        failed = failure_of(channel, an_envelope())
    assert (failed.permanent, failed.unsure) == (False, False)


def test_no_server_means_later() -> None:
    failed = failure_of(SmtpChannel(f"smtp://127.0.0.1:{free_port()}", patience=QUICK), an_envelope())
    assert (failed.permanent, failed.unsure) == (False, False)
    assert "No connection to the mail server" in failed.say


def test_a_server_that_takes_the_call_and_says_nothing_means_later_and_soon() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        channel = SmtpChannel(f"smtp://127.0.0.1:{silent.getsockname()[1]}", patience=replace(QUICK, connect_s=0.3))
        began = time.monotonic()
        failed = failure_of(channel, an_envelope())
    assert (failed.permanent, failed.unsure) == (False, False)
    assert time.monotonic() - began < 5


# -- the moment that decides


def test_a_connection_lost_after_the_final_dot_leaves_the_mail_uncertain(smtp_sink: SmtpSink) -> None:
    smtp_sink.hang_up_next()
    with a_channel(smtp_sink.url) as channel:
        failed = failure_of(channel, an_envelope())
    assert (failed.unsure, failed.permanent) == (True, False)
    assert len(smtp_sink.wait_for(1)) == 1  # it had arrived: repeating it would have doubled it


def test_a_server_that_hangs_after_the_final_dot_leaves_the_mail_uncertain() -> None:
    release = threading.Event()

    def hang(_: SMTP) -> None:
        release.wait(5)

    script = Script(on_data=hang)
    with a_server(script) as place:
        channel = SmtpChannel(f"smtp://{place}", patience=QUICK)
        began = time.monotonic()
        failed = failure_of(channel, an_envelope())
        waited = time.monotonic() - began
        release.set()
    assert failed.unsure
    assert 0.3 < waited < 4


def test_an_answer_after_the_final_dot_is_believed() -> None:
    with a_server(Script({"DATA": ["552 5.3.4 Too big"]})) as place, a_channel(f"smtp://{place}") as channel:
        failed = failure_of(channel, an_envelope())
    assert (failed.unsure, failed.permanent) == (False, True)


def test_a_connection_that_breaks_inside_the_text_leaves_nothing_uncertain() -> None:
    """A server that says 354 and hangs up: no final dot was sent, so nothing can have been accepted."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def half_a_server() -> None:
            line, _ = door.accept()
            with line, line.makefile("rb") as words:
                line.sendall(b"220 hello\r\n")
                for answer in (b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
                    words.readline()
                    line.sendall(answer)
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")

        thread = threading.Thread(target=half_a_server)
        thread.start()
        channel = SmtpChannel(f"smtp://127.0.0.1:{door.getsockname()[1]}", patience=QUICK)
        long = replace(an_envelope().rendered, text="word " * 2_000_000)
        failed = failure_of(channel, an_envelope(rendered=long), before_data=thread.join)
    assert (failed.permanent, failed.unsure) == (False, False)


def test_the_caller_is_asked_at_the_last_moment_and_not_for_a_mail_that_is_refused_before() -> None:
    asked: list[int] = []
    script = Script({"RCPT": ["550 5.1.1 No such box"]})
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:
        failure_of(channel, an_envelope(), before_data=lambda: asked.append(len(script.kept)))
        assert asked == []
        channel.send(channel.prepare(an_envelope()), before_data=lambda: asked.append(len(script.kept)))
    assert asked == [0]
    assert len(script.kept) == 1


def test_a_cancelled_order_calls_its_mail_off_at_the_last_moment() -> None:
    class Cancelled(Exception):
        pass

    def cancel() -> None:
        raise Cancelled

    script = Script()
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:
        with pytest.raises(Cancelled):
            channel.send(channel.prepare(an_envelope("1")), before_data=cancel)
        channel.send(channel.prepare(an_envelope("2")))
    assert len(script.kept) == 1


# -- logging in, and addresses beyond ASCII


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
def test_a_refused_password_is_a_setting_to_mend_not_the_end_of_the_mail() -> None:
    def only_kiln(server: SMTP, session: Session, envelope: Incoming, mechanism: str, auth_data: Any) -> AuthResult:
        known = LoginPassword(b"kiln@x", b"p:w/d")
        return AuthResult(success=auth_data == known, handled=False)

    script = Script()
    with a_server(script, authenticator=only_kiln, auth_required=True, auth_require_tls=False) as place:
        with a_channel(f"smtp://kiln%40x:p%3Aw%2Fd@{place}") as channel:
            channel.send(channel.prepare(an_envelope()))
        for login in ("kiln%40x:wrong@", ""):
            with a_channel(f"smtp://{login}{place}") as channel:
                failed = failure_of(channel, an_envelope())
            assert not failed.permanent
            assert "wrong" not in failed.say
    assert len(script.kept) == 1


def test_an_address_beyond_ascii_goes_where_the_server_can_take_it() -> None:
    script = Script()
    with a_server(script) as place, a_channel(f"smtp://{place}") as channel:
        channel.send(channel.prepare(an_envelope(to_address="jörg@post.example")))
        channel.send(channel.prepare(an_envelope(to_address="ines@bücher.example")))
    assert script.recipients == ["jörg@post.example", "ines@xn--bcher-kva.example"]


def test_an_address_beyond_ascii_fails_for_good_where_the_server_cannot_take_it() -> None:
    script = Script()
    with a_server(script, enable_SMTPUTF8=False) as place, a_channel(f"smtp://{place}") as channel:
        failed = failure_of(channel, an_envelope(to_address="jörg@post.example"))
        channel.send(channel.prepare(an_envelope()))
    assert failed.permanent
    assert "jörg@post.example" in failed.say
    assert script.recipients == ["ines@post.example"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh certificate for localhost, with its key in the same file; nobody vouches for it."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command to make a certificate with")
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def a_tls_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


def test_an_unvouched_server_gets_no_mail_and_no_password(certificate: Path) -> None:
    script = Script()
    with a_server(script, tls_context=a_tls_context(certificate)) as place:
        url = f"smtp+starttls://kiln:secret@{place.replace('127.0.0.1', 'localhost')}"
        failed = failure_of(SmtpChannel(url, patience=QUICK), an_envelope())
    assert "certificate" in failed.say.lower()
    assert not failed.permanent
    assert script.kept == script.peers == []


def test_a_vouched_server_gets_its_mail_over_starttls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    script = Script()
    with a_server(script, tls_context=a_tls_context(certificate), require_starttls=True) as place:
        url = f"smtp+starttls://{place.replace('127.0.0.1', 'localhost')}"
        with a_channel(url) as channel:
            channel.send(channel.prepare(an_envelope("1")))
            channel.send(channel.prepare(an_envelope("2")))
    assert (len(script.kept), len(script.peers)) == (2, 1)


def test_a_server_without_starttls_gets_nothing_when_starttls_is_asked_for() -> None:
    script = Script()
    with a_server(script) as place:
        failed = failure_of(SmtpChannel(f"smtp+starttls://{place}", patience=QUICK), an_envelope())
    assert "STARTTLS" in failed.say
    assert script.peers == []


# -- the setting


def test_the_url_says_how_to_connect() -> None:
    assert server_of("smtp://mail.example").port == 25
    assert server_of("smtps://u:p%40ss@mail.example") == server_of("smtps://u:p%40ss@mail.example:465")
    assert server_of("smtps://u:p%40ss@mail.example").password == "p@ss"
    assert server_of("smtp+starttls://u:p@mail.example") == server_of("smtp://u:p@mail.example:587?starttls=1")
    assert server_of("smtp://[::1]:2525").host == "::1"


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://x:99999", "smtp://[::1", "smtp://h:a"]
)
def test_a_url_that_says_nothing_is_refused_with_its_right_shape(url: str) -> None:
    with pytest.raises(ValueError, match="must look like"):
        server_of(url)


def test_a_password_does_not_leave_the_machine_unencrypted_by_accident() -> None:
    with pytest.raises(ValueError, match="unencrypted") as caught:
        server_of("smtp://u:secret@mail.example")
    assert "secret" not in str(caught.value)
    assert server_of("smtp://u:secret@mail.example?plain=1").tls == "none"


@dataclass
class Settings:
    smtp_url: str
    return_path: str = ""
    dkim_key_file: str = ""
    dkim_selector: str = "stowline"

    def key(self) -> bytes:
        return b"secret"


def test_without_a_server_mail_stays_in_the_mailbox_and_with_one_its_channel_is_kept() -> None:
    assert isinstance(for_settings(Settings("")), MailboxChannel)
    channel = for_settings(Settings("smtp://127.0.0.1:2525"))
    assert isinstance(channel, SmtpChannel)
    assert for_settings(Settings("smtp://127.0.0.1:2525")) is channel


def test_the_mailbox_takes_everything() -> None:
    asked: list[bool] = []
    mailbox = MailboxChannel()
    mailbox.send(mailbox.prepare(an_envelope()), before_data=lambda: asked.append(True))
    assert asked == [True]
